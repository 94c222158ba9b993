/** What all functions have in common: a handler's file, the runs table, the names of metrics. */
import { fileURLToPath } from 'node:url';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { ScopedFunction } from '../scoped-function.ts';
import type { Storage } from '../storage.ts';

export interface FunctionsProps {
  readonly storage: Storage;
  readonly bus: EventBus;
  readonly metricsNamespace: string;
  readonly logRetention: RetentionDays;
  readonly apiKeySecretName: string;
  readonly openaiBaseUrl: string | undefined;
  /** Functions that evals of type `custom` may invoke. */
  readonly scorerFunctionArns: readonly string[];
  /** Whether what models are asked and answer is logged. */
  readonly logContent: boolean;
  /** Runs that may go on at once; further ones wait in the queue. */
  readonly maxParallelRuns: number;
}

/** Seconds by which a function ends before its Task does: room for the cold start and the way back. */
const MARGIN_SECONDS = 10;

/** Waiting for a model needs little memory; folding an archive or drawing a report is work for a processor. */
export const WAITING_MIB = 512;
export const COMPUTING_MIB = 1024;

/** Makes the functions of one stack. */
export class Definer {
  readonly buckets: Storage['buckets'];
  readonly tables: Storage['tables'];
  readonly bus: EventBus;
  readonly #scope: Construct;
  readonly #props: FunctionsProps;

  constructor(scope: Construct, props: FunctionsProps) {
    this.#scope = scope;
    this.#props = props;
    this.buckets = props.storage.buckets;
    this.tables = props.storage.tables;
    this.bus = props.bus;
  }

  /**
   * The function of a state.
   * @param state name that the definition calls it by: `${PrepareFunctionArn}` is `Prepare`
   * @param file of the handler, in `lambdas/handlers/`
   * @param taskTimeoutSeconds TimeoutSeconds of its Task
   */
  define(
    state: string,
    file: string,
    taskTimeoutSeconds: number,
    memoryMiB: number,
    description: string,
  ): ScopedFunction {
    return this.defineService(state, file, taskTimeoutSeconds - MARGIN_SECONDS, memoryMiB, description);
  }

  /** A function that no state is. */
  defineService(
    name: string,
    file: string,
    timeoutSeconds: number,
    memoryMiB: number,
    description: string,
  ): ScopedFunction {
    const fn = new ScopedFunction(this.#scope, name, {
      entry: fileURLToPath(new URL(`../../../lambdas/handlers/${file}.ts`, import.meta.url)),
      description,
      timeoutSeconds,
      memoryMiB,
      logRetention: this.#props.logRetention,
    });
    fn.addVariable('METRICS_NAMESPACE', this.#props.metricsNamespace);
    fn.useTable('runs', this.tables.runs, 'readWrite');
    return fn;
  }

  callModel(fn: ScopedFunction): void {
    fn.useApiKey(this.#props.apiKeySecretName);
    if (this.#props.openaiBaseUrl !== undefined) fn.addVariable('OPENAI_BASE_URL', this.#props.openaiBaseUrl);
  }

  /** For functions that never see sealed data: a log is read by more people than the sealed bucket. */
  logContent(fn: ScopedFunction): void {
    if (this.#props.logContent) fn.addVariable('LOG_CONTENT', 'true');
  }

  /** Functions of the user's own, for evals of type `custom`. */
  callScorers(fn: ScopedFunction): void {
    if (this.#props.scorerFunctionArns.length > 0) fn.useFunctions(this.#props.scorerFunctionArns);
  }

  /** Starts what waits in the queue. */
  startRuns(fn: ScopedFunction): void {
    fn.addVariable('MAX_PARALLEL_RUNS', String(this.#props.maxParallelRuns));
  }
}

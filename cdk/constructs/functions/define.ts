/** What the functions of all machines have in common: a handler's file, a time below their Task's, the runs table. */
import { fileURLToPath } from 'node:url';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { StateFunction } from '../state-function.ts';
import type { Storage } from '../storage.ts';

export interface FunctionsProps {
  readonly storage: Storage;
  readonly logRetention: RetentionDays;
  readonly apiKeySecretName: string;
  readonly openaiBaseUrl: string | undefined;
  /** Functions that evals of type `custom` may invoke. */
  readonly scorerFunctionArns: readonly string[];
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
  readonly #scope: Construct;
  readonly #props: FunctionsProps;

  constructor(scope: Construct, props: FunctionsProps) {
    this.#scope = scope;
    this.#props = props;
    this.buckets = props.storage.buckets;
    this.tables = props.storage.tables;
  }

  /**
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
  ): StateFunction {
    const fn = new StateFunction(this.#scope, state, {
      entry: fileURLToPath(new URL(`../../../lambdas/handlers/${file}.ts`, import.meta.url)),
      description,
      timeoutSeconds: taskTimeoutSeconds - MARGIN_SECONDS,
      memoryMiB,
      logRetention: this.#props.logRetention,
    });
    fn.useTable('runs', this.tables.runs, 'readWrite');
    return fn;
  }

  callModel(fn: StateFunction): void {
    fn.useApiKey(this.#props.apiKeySecretName);
    if (this.#props.openaiBaseUrl !== undefined) fn.addVariable('OPENAI_BASE_URL', this.#props.openaiBaseUrl);
  }

  /** Functions of the user's own, for evals of type `custom`. */
  callScorers(fn: StateFunction): void {
    if (this.#props.scorerFunctionArns.length > 0) fn.useFunctions(this.#props.scorerFunctionArns);
  }
}

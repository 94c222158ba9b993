/** What every Map item has in common: its run, its work from the archive, its ledger. */
import type { Archive, Usage } from '../contracts/artifacts.ts';
import type { RunContext } from '../contracts/context.ts';
import type { EvaluationPlan, EvaluationState, Variant } from '../contracts/evaluation.ts';
import type { Ledger } from '../contracts/item-records.ts';
import type { ItemInput } from '../contracts/payloads.ts';
import type { RunRecord } from '../contracts/run.ts';
import type { Price, Task } from '../contracts/task.ts';
import type { ChatModel, EmbeddingModel } from '../model/chat-model.ts';
import { openAiModel } from '../model/openai-model.ts';
import { priceOf, pricesOf } from '../model/prices.ts';
import { addUsage, noUsage } from '../optimizer/usage.ts';
import { optionalEnv } from '../platform/env.ts';
import { runScorerFile } from '../platform/scorers.ts';
import { modelApiKey } from '../platform/secrets.ts';
import { StoppedError } from '../platform/shutdown.ts';
import { loadArchive, loadContext } from '../store/artifacts.ts';
import { loadEvaluationPlan, loadEvaluationState } from '../store/evaluations.ts';
import { loadRecord, loadRun, recordIds, saveRecord } from '../store/runs.ts';
import type { CallDependencies } from './call-model.ts';
import type { EvalDependencies, RolloutDependencies } from './make-rollout.ts';
import type { Interruption } from './purse.ts';
import { heedRecord } from './stop-watch.ts';

export interface ItemWork {
  readonly run: RunRecord;
  readonly context: RunContext;
  readonly archive: Archive;
  readonly ledger: Ledger;
  readonly task: RolloutDependencies;
  readonly reflection: CallDependencies;
}

export const emptyLedger: Ledger = { task: noUsage(), reflection: noUsage(), lastError: null };

/** Loads what an item needs. @throws Error when the run or its archive is not there. */
export async function loadItem({ runId, turn, index }: ItemInput): Promise<ItemWork> {
  const running = loadRun(runId);
  const [run, context, archive, ledger, model] = await Promise.all([
    running,
    loadContext(runId),
    running.then((record) => loadArchive(runId, turn, record?.epoch)),
    loadRecord('ledger', runId, recordIds.ledger(turn, index)),
    sharedModel(),
  ]);
  if (run === null) throw new Error(`Run ${runId} does not exist.`);
  await heedRecord(run);
  const prices = pricesOf(context.task);
  return {
    run,
    context,
    archive,
    ledger: ledger ?? emptyLedger,
    task: rolloutDependencies(model, context.task),
    reflection: dependencies(model, prices.reflection),
  };
}

export interface EvaluationWork {
  readonly run: RunRecord;
  readonly plan: EvaluationPlan;
  readonly state: EvaluationState;
  readonly ledger: Ledger;
  readonly dependenciesOf: (variant: Variant) => RolloutDependencies;
}

/** Loads what an item of an evaluation needs. @throws Error when the run or its turn is not there */
export async function loadEvaluationItem({ runId, turn, index }: ItemInput): Promise<EvaluationWork> {
  const [run, plan, state, ledger, model] = await Promise.all([
    loadRun(runId),
    loadEvaluationPlan(runId),
    loadEvaluationState(runId, turn),
    loadRecord('ledger', runId, recordIds.ledger(turn, index)),
    sharedModel(),
  ]);
  if (run === null) throw new Error(`Run ${runId} does not exist.`);
  await heedRecord(run);
  return {
    run,
    plan,
    state,
    ledger: ledger ?? emptyLedger,
    dependenciesOf: ({ task }) => rolloutDependencies(model, task),
  };
}

/** The model of this process, for whoever asks it by other rules than a run's items do. */
export interface ModelDependencies {
  /** For calls of one model, at its price. */
  readonly callsAt: (price: Price | null) => CallDependencies;
  readonly rolloutsOf: (task: Task) => RolloutDependencies;
}

export async function modelDependencies(): Promise<ModelDependencies> {
  const model = await sharedModel();
  return {
    callsAt: (price) => dependencies(model, price),
    rolloutsOf: (task) => rolloutDependencies(model, task),
  };
}

function rolloutDependencies(model: ChatModel & EmbeddingModel, task: Task): RolloutDependencies {
  return { ...dependencies(model, pricesOf(task).task), evals: evalDependencies(model, task) };
}

/** Adds calls that belong to no stored result to the item's ledger, with the error that ended the attempt. */
export async function keepLedger(
  { runId, turn, index }: ItemInput,
  ledger: Ledger,
  stray: { task?: Usage; reflection?: Usage },
  error: Interruption,
): Promise<void> {
  await saveRecord('ledger', runId, recordIds.ledger(turn, index), {
    task: addUsage(ledger.task, stray.task ?? noUsage()),
    reflection: addUsage(ledger.reflection, stray.reflection ?? noUsage()),
    // A process that was told to stop says nothing about the model.
    lastError: error instanceof StoppedError ? ledger.lastError : { name: error.name, message: error.message },
  });
}

/** Usage that counts against an item's lease: calls of the task model, tokens and cost of both models. */
export function leaseUsage(task: Usage, ...reflections: Usage[]): Usage {
  return reflections.reduce((sum, usage) => addUsage(sum, { ...usage, calls: 0 }), task);
}

let model: Promise<ChatModel & EmbeddingModel> | undefined;

/** One client a process: it keeps its connections. */
function sharedModel(): Promise<ChatModel & EmbeddingModel> {
  model ??= modelApiKey()
    .then((apiKey) => openAiModel({ apiKey, baseUrl: optionalEnv('OPENAI_BASE_URL') }))
    .catch((error: unknown) => {
      model = undefined;
      throw error;
    });
  return model;
}

/** Forgets the client, so that another environment can be used. */
export function forgetModel(): void {
  model = undefined;
}

function evalDependencies(embeddings: EmbeddingModel, { prices }: Task): EvalDependencies {
  return {
    embeddings,
    priceOf: (name) => priceOf(name, prices),
    invoke: async (arn, payload, timeoutSeconds) => {
      const { invokeScorer } = await import('../platform/scorer-functions.ts');
      return invokeScorer(arn, payload, timeoutSeconds);
    },
    runFile: runScorerFile,
  };
}

function dependencies(chat: ChatModel, price: Price | null): CallDependencies {
  const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
  return { model: chat, price, sleep, random: Math.random };
}

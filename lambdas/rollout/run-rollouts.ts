/** Runs examples with candidates: model, then evals, each result kept the moment it is complete. */
import pLimit from 'p-limit';
import type { Failure, Rollout, Usage } from '../contracts/artifacts.ts';
import type { Example, SplitName } from '../contracts/dataset.ts';
import type { ModelRefusedRequestError, ModelUnavailableError, RateLimitedError } from '../contracts/errors.ts';
import type { Components, Task } from '../contracts/task.ts';
import { type Scoring, scoreAnswer } from '../evals/registry.ts';
import type { ChatAnswer } from '../model/chat-model.ts';
import { renderMessages } from '../model/templates.ts';
import { addUsage, noUsage } from '../optimizer/usage.ts';
import { emitRunEvent } from '../platform/events.ts';
import { type StoppedError, stopRequested } from '../platform/shutdown.ts';
import { loadRollouts, type RolloutTable, rolloutKey, saveRollout } from '../store/rollouts.ts';
import { type CallDependencies, callModel } from './call-model.ts';
import type { Lease } from './lease.ts';

/** One rollout to run. */
export interface RolloutJob {
  readonly split: SplitName;
  readonly example: Example;
  readonly components: Components;
  readonly draw: number;
}

/** The errors that hand an item back to the machine. */
export type Interruption = RateLimitedError | ModelUnavailableError | ModelRefusedRequestError | StoppedError;

export interface RolloutBatch {
  readonly runId: string;
  readonly epoch: number;
  readonly task: Task;
  readonly table: RolloutTable;
  readonly concurrency: number;
  readonly jobs: readonly RolloutJob[];
  /** The item was interrupted before: one call goes ahead, so that a model still out of reach costs one, not all. */
  readonly cautious?: boolean;
}

export interface RolloutResults {
  /** By job, in order; null where the batch was interrupted before it. */
  readonly rollouts: readonly (Rollout | null)[];
  /** Calls that belong to no stored rollout. */
  readonly strayUsage: Usage;
  readonly interruption: Interruption | null;
}

/** Content key of a job. */
export function jobKey(task: Task, job: RolloutJob): string {
  return rolloutKey({ ...job, model: task.model, outputSchema: task.outputSchema, evals: task.evals });
}

/**
 * Whether a stored rollout stands. A passing failure is tried again by the run that is started anew after it (`epoch`),
 * and never counts for another run.
 */
export function stands(rollout: Rollout, run: { runId: string; epoch: number }): boolean {
  if (rollout.status === 'scored') return true;
  if (rollout.runId !== run.runId) return false;
  return rollout.failure?.transient !== true || rollout.epoch === run.epoch;
}

/** A batch against the store: what stands, what is left to run, what this run had paid for either. */
export interface LoadedBatch {
  readonly keys: readonly string[];
  readonly standing: ReadonlyMap<string, Rollout>;
  readonly missing: ReadonlyMap<string, RolloutJob>;
  /** Usage of failed rollouts that are to be tried again, by key. */
  readonly earlier: ReadonlyMap<string, Usage>;
  readonly used: Usage;
}

export async function loadBatch(batch: RolloutBatch): Promise<LoadedBatch> {
  const keys = batch.jobs.map((job) => jobKey(batch.task, job));
  const standing = new Map<string, Rollout>();
  const earlier = new Map<string, Usage>();
  let used = noUsage();
  for (const [key, rollout] of await loadRollouts(batch.table, keys)) {
    if (rollout.runId === batch.runId) used = addUsage(used, rollout.usage);
    if (stands(rollout, batch)) standing.set(key, rollout);
    else if (rollout.runId === batch.runId) earlier.set(key, rollout.usage);
  }
  const jobs = batch.jobs.map((job, i): [string, RolloutJob] => [keys[i] ?? '', job]);
  return { keys, standing, missing: new Map(jobs.filter(([key]) => !standing.has(key))), earlier, used };
}

/**
 * Runs what is not stored yet. After an interruption no further rollout is begun, those in flight are finished and kept,
 * and the caller throws the interruption when it has kept the rest.
 */
export async function runRollouts(
  batch: RolloutBatch,
  loaded: LoadedBatch,
  lease: Lease,
  deps: CallDependencies,
): Promise<RolloutResults> {
  const results = new Map(loaded.standing);
  let strayUsage = noUsage();
  let interruption: Interruption | null = null;
  const limit = pLimit(batch.concurrency);

  const runOne = async ([key, job]: [string, RolloutJob]): Promise<void> => {
    interruption ??= stopRequested();
    if (interruption !== null) return;
    const { task } = batch;
    const messages = renderMessages(job.components, job.example);
    const outcome = await callModel({ model: task.model, messages, responseSchema: task.outputSchema }, lease, deps);
    if (outcome.status === 'interrupted') {
      interruption ??= outcome.error;
      strayUsage = addUsage(strayUsage, outcome.usage);
      return;
    }
    const usage = addUsage(loaded.earlier.get(key) ?? noUsage(), outcome.usage);
    const result = outcome.status === 'failed' ? failed(outcome.failure) : score(task, job.example, outcome.answer);
    const rollout: Rollout = {
      rolloutKey: key,
      runId: batch.runId,
      epoch: batch.epoch,
      exampleId: job.example.id,
      draw: job.draw,
      ...result,
      usage,
    };
    await saveRollout(batch.table, rollout);
    results.set(key, rollout);
    emitRunEvent({ type: 'rollout', runId: batch.runId, status: rollout.status, costUsd: usage.costUsd });
  };
  // A place is free again when its answer is kept: what a crash can lose is what was in flight, no more.
  const jobs = [...loaded.missing];
  if (batch.cautious === true) await Promise.all(jobs.splice(0, 1).map(runOne));
  const settled = await Promise.allSettled(jobs.map((entry) => limit(runOne, entry)));
  // Only now: whoever handles the error may end the process, and what was in flight must be kept by then.
  const broken = settled.find((one) => one.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
  return { rollouts: loaded.keys.map((key) => results.get(key) ?? null), strayUsage, interruption };
}

type Result = Pick<Rollout, 'status' | 'score' | 'evals' | 'output' | 'failure'>;

function score(task: Task, example: Example, answer: ChatAnswer): Result {
  let scoring: Scoring;
  try {
    scoring = scoreAnswer(task.evals, example, answer);
  } catch (error) {
    // A scorer that cannot score is our failure, not a bad answer.
    const message = error instanceof Error ? error.message : String(error);
    return { ...failed({ name: 'EvalError', message, transient: false }), output: answer.text };
  }
  return { status: 'scored', score: scoring.score, evals: scoring.evals, output: answer.text, failure: null };
}

function failed(failure: Failure): Result {
  return { status: 'failed', score: null, evals: [], output: null, failure };
}

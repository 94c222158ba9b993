/** Runs examples with candidates: model, then evals, each result kept the moment it is complete. */
import pLimit from 'p-limit';
import type { Rollout, Usage } from '../contracts/artifacts.ts';
import type { Task } from '../contracts/task.ts';
import { addUsage, noUsage } from '../optimizer/usage.ts';
import { emitRunEvent } from '../platform/events.ts';
import { stopRequested } from '../platform/shutdown.ts';
import { loadPaidCalls, loadRollouts, rolloutKey, saveRollout } from '../store/rollouts.ts';
import type { ItemLease } from './lease.ts';
import {
  answerKey,
  keepsAnswers,
  makeRollout,
  type RolloutDependencies,
  type RolloutJob,
  type RolloutPlace,
  type RolloutStart,
  usageSoFar,
} from './make-rollout.ts';
import type { Interruption } from './purse.ts';
import { askedModel, judgedEvals } from './resolve-task.ts';

export interface RolloutBatch extends RolloutPlace {
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
  /** What this run has paid and stored for rollouts that are not made yet, by key. */
  readonly partial: ReadonlyMap<string, Usage>;
}

/** Content key of a job. */
export function jobKey(task: Task, job: RolloutJob): string {
  return rolloutKey({ ...job, model: askedModel(task), outputSchema: task.outputSchema, evals: judgedEvals(task) });
}

/**
 * Whether a stored rollout stands. A failure never counts for another run, and is tried again by the run that is started
 * anew after it (`epoch`): whatever its reason was, it may be mended by then.
 */
export function stands(rollout: Rollout, run: { runId: string; epoch: number }): boolean {
  return rollout.status === 'scored' || (rollout.runId === run.runId && rollout.epoch === run.epoch);
}

/** A batch against the store: what stands, what is left to run, what this run had paid for either. */
export interface LoadedBatch {
  readonly keys: readonly string[];
  readonly standing: ReadonlyMap<string, Rollout>;
  readonly missing: ReadonlyMap<string, MissingRollout>;
  readonly used: Usage;
}

/** A rollout that is still to be made. */
export interface MissingRollout {
  readonly job: RolloutJob;
  readonly start: RolloutStart;
  /** What it has cost this run so far. */
  readonly used: Usage;
}

export async function loadBatch(batch: RolloutBatch): Promise<LoadedBatch> {
  const jobs = new Map(batch.jobs.map((job) => [jobKey(batch.task, job), job]));
  const standing = new Map<string, Rollout>();
  const earlier = new Map<string, Rollout>();
  let used = noUsage();
  for (const [key, rollout] of await loadRollouts(batch.table, [...jobs.keys()])) {
    if (stands(rollout, batch)) {
      standing.set(key, rollout);
      if (rollout.runId === batch.runId) used = addUsage(used, rollout.usage);
    } else if (rollout.runId === batch.runId) earlier.set(key, rollout);
  }
  const lacking = [...jobs].filter(([key]) => !standing.has(key));
  const missing = await loadMissing(batch, lacking, earlier);
  for (const one of missing.values()) used = addUsage(used, one.used);
  return { keys: batch.jobs.map((job) => jobKey(batch.task, job)), standing, missing, used };
}

/** What rollouts that are not there have left: failures of an earlier epoch, and calls that were paid for. */
export async function loadMissing(
  place: RolloutPlace,
  jobs: readonly (readonly [string, RolloutJob])[],
  earlier: ReadonlyMap<string, Rollout>,
): Promise<Map<string, MissingRollout>> {
  const answerKeys = new Map(keepsAnswers(place) ? jobs.map(([key, job]) => [key, answerKey(place.task, job)]) : []);
  const answers = await loadPaidCalls(place.table, [...answerKeys.values()]);
  const entries = jobs.map(async ([key, job]): Promise<[string, MissingRollout]> => {
    const start = { key, earlier: earlier.get(key), answer: answers.get(answerKeys.get(key) ?? '') };
    const used =
      start.answer === undefined && job.given === undefined
        ? (start.earlier?.usage ?? noUsage())
        : await usageSoFar(place, job, start);
    return [key, { job, start, used }];
  });
  return new Map(await Promise.all(entries));
}

/**
 * Runs what is not stored yet. After an interruption no further rollout is begun, those in flight are finished and kept,
 * and the caller throws the interruption when it has kept the rest.
 */
export async function runRollouts(
  batch: RolloutBatch,
  loaded: LoadedBatch,
  lease: Pick<ItemLease, 'task' | 'judge'>,
  deps: RolloutDependencies,
): Promise<RolloutResults> {
  const results = new Map(loaded.standing);
  let strayUsage = noUsage();
  let interruption: Interruption | null = null;
  const partial = new Map([...loaded.missing].map(([key, { used }]) => [key, used]));
  const limit = pLimit(batch.concurrency);
  const calls = pLimit(batch.concurrency);

  const runOne = async ({ job, start }: MissingRollout): Promise<void> => {
    interruption ??= stopRequested(batch.runId);
    if (interruption !== null) return;
    const making = await makeRollout(batch, job, start, lease, calls, deps);
    if (making.status === 'interrupted') {
      interruption ??= making.error;
      strayUsage = addUsage(strayUsage, making.unstored);
      partial.set(start.key, making.stored);
      return;
    }
    const rollout: Rollout = {
      rolloutKey: start.key,
      runId: batch.runId,
      epoch: batch.epoch,
      exampleId: job.example.id,
      draw: job.draw,
      ...making.rollout,
      usage: making.usage,
      allUsage: making.allUsage,
    };
    await saveRollout(batch.table, rollout);
    results.set(start.key, rollout);
    partial.delete(start.key);
    emitRunEvent({ type: 'rollout', runId: batch.runId, status: rollout.status, costUsd: rollout.usage.costUsd });
  };
  // A place is free again when its answer is kept: what a crash can lose is what was in flight, no more.
  const missing = [...loaded.missing.values()];
  if (batch.cautious === true) await Promise.all(missing.splice(0, 1).map(runOne));
  const settled = await Promise.allSettled(missing.map((one) => limit(runOne, one)));
  // Only now: whoever handles the error may end the process, and what was in flight must be kept by then.
  const broken = settled.find((one) => one.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
  return { rollouts: loaded.keys.map((key) => results.get(key) ?? null), strayUsage, interruption, partial };
}

/** Plan: folds what has landed into the archive and names the next step. The single writer. Loads, calls, saves. */
import type { Archive } from '../contracts/artifacts.ts';
import type { RunContext } from '../contracts/context.ts';
import { type PlanOutput, planOutputSchema, type Turn, turnSchema } from '../contracts/payloads.ts';
import { activeStatuses, type Progress, type RunRecord } from '../contracts/run.ts';
import type { Task } from '../contracts/task.ts';
import { BASELINE_ID } from '../optimizer/archive.ts';
import { taskCallsOf } from '../optimizer/budget.ts';
import { meanScores } from '../optimizer/frontier.ts';
import { wholeScores } from '../optimizer/gepa/whole-scores.ts';
import { type ItemProgress, withRenewedLeases } from '../optimizer/steps/leases.ts';
import { progressOfMutation, progressOfShard, progressOfVerification } from '../optimizer/steps/progress.ts';
import { foldChildren, foldScores, planNextStep } from '../optimizer/strategy.ts';
import { emitRunEvent } from '../platform/events.ts';
import { stateHandler } from '../platform/handler.ts';
import { type Landing, landMutations, landShards, landVerifications } from '../rollout/landing.ts';
import { searchOf } from '../rollout/search.ts';
import { throwIfStopped } from '../rollout/stop-watch.ts';
import { tellProgress } from '../service/run-events.ts';
import { fullCaps, tellTurn } from '../service/turn-events.ts';
import { loadArchive, loadContext, saveArchive } from '../store/artifacts.ts';
import { moveRun } from '../store/run-status.ts';
import { loadRun, updateRun } from '../store/runs.ts';

export const handler = stateHandler(turnSchema, planOutputSchema, async (input) => {
  const { runId, turn } = input;
  const [run, context] = await Promise.all([loadRun(runId), loadContext(runId)]);
  if (run === null) throw new Error(`Run ${runId} does not exist.`);
  await throwIfStopped(run);
  if (turn > run.turn) throw new Error(`Run ${runId} is at turn ${run.turn}; turn ${turn} was never handed out.`);
  if (turn < run.turn) {
    // A retry, or a run that was started again: the step is already planned.
    const planned = await loadArchive(runId, run.turn, run.epoch);
    const archive = planned.epoch < run.epoch ? await renew(planned, run, context) : planned;
    const progress = progressIn(archive, context);
    emitRunEvent({ type: 'planned', runId, progress });
    await Promise.all([tellProgress(run, progress), goesOnAgain(run)]);
    return output(archive);
  }
  const now = Date.now();
  const before = await loadArchive(runId, turn, run.epoch);
  const folded = await fold(before, input, run, context);
  // Somebody has redriven its execution by hand: until then it rested.
  const sinceMs = activeStatuses.includes(run.status) ? Math.max(0, now - run.lastSeenMs) : 0;
  const timed = { ...folded, epoch: run.epoch, elapsedMs: folded.elapsedMs + sinceMs };
  const next = planNextStep(timed, searchOf(context));
  await saveArchive(next);
  const spend = { rollouts: taskCallsOf(next.spend), costUsd: next.spend.costUsd };
  const progress = progressIn(next, context);
  const caps = await fullCaps(run, context, next);
  const warnedCaps = [...run.warnedCaps, ...caps.map(({ cap }) => cap)];
  // Told before the record moves on: whoever tries this turn again after a crash tells the same again.
  await tellTurn({ ...run, turn: next.turn }, { before, next, progress, spend, caps });
  await updateRun(runId, { turn: next.turn, lastSeenMs: now, progress, spend, warnedCaps }, run.turn);
  await goesOnAgain(run);
  emitRunEvent({ type: 'planned', runId, progress });
  return output(next);
});

/** A run that was redriven has come back to life without Prepare: now it is known to. */
async function goesOnAgain({ runId, status, attempt }: RunRecord): Promise<void> {
  if (status === 'queued') await moveRun(runId, { status: 'running' }, { statuses: [status] });
  // By hand, after a time-out: whoever redrives it by the queue counts the attempt.
  if (status !== 'failed') return;
  const again = { status: 'running' as const, attempt: attempt + 1, endedAt: null, error: null };
  await moveRun(runId, again, { statuses: [status] });
}

/** A failed run that is started again: its step is done once more, with leases for what it still lacks. */
async function renew(archive: Archive, run: RunRecord, context: RunContext): Promise<Archive> {
  const landing = { runId: run.runId, epoch: run.epoch, context, archive, results: [] };
  const progress = await progressOf(landing);
  const renewed = { ...withRenewedLeases(archive, searchOf(context), progress), epoch: run.epoch };
  await saveArchive(renewed);
  return renewed;
}

async function progressOf(landing: Landing): Promise<ItemProgress[]> {
  const { step } = landing.archive;
  switch (step?.kind) {
    case undefined:
      return [];
    case 'score':
      return (await landShards(landing, step)).map(progressOfShard);
    case 'mutate':
      return (await landMutations(landing, step)).map(progressOfMutation);
    case 'verify': {
      const landed = await landVerifications(landing, step);
      return step.items.map((item, i) => progressOfVerification(item, landed[i] ?? { rows: [], ledger: null }));
    }
  }
}

async function fold(archive: Archive, { results }: Turn, run: RunRecord, context: RunContext): Promise<Archive> {
  const { step } = archive;
  const landing = { runId: run.runId, epoch: run.epoch, context, archive, results };
  switch (step?.kind) {
    case undefined:
      return archive;
    case 'score':
      return foldScores(archive, step, await landShards(landing, step), searchOf(context));
    case 'mutate':
      return foldChildren(archive, step.items, await landMutations(landing, step), searchOf(context));
    case 'verify':
      throw new Error(`Run ${run.runId} is at its sealed test; after it comes Conclude, not Plan.`);
  }
}

function output({ runId, turn, step, generation, stopReason }: Archive): PlanOutput {
  if (step === null) {
    if (stopReason !== 'unchanged') throw new Error(`Turn ${turn} of run ${runId} has no step.`);
    return { runId, turn, next: 'conclude', generation, maxConcurrency: 1, items: [], results: [] };
  }
  return {
    runId,
    turn,
    next: step.kind,
    generation,
    maxConcurrency: step.maxConcurrency,
    items: step.items.map((_, index) => ({ index })),
    results: [],
  };
}

function progressIn(archive: Archive, { task }: RunContext): Progress {
  const { baseline, best } = scoresSoFar(archive, task);
  const { spend, step, stopReason } = archive;
  return {
    generation: archive.generation,
    generations: generationsOf(archive, task),
    step: step?.kind === 'mutate' ? 'mutate' : (step?.purpose ?? (stopReason === 'unchanged' ? 'check' : 'probe')),
    baseline,
    best,
    accepted: archive.candidates.filter(({ status }) => status === 'accepted').length - 1,
    rollouts: taskCallsOf(spend),
    costUsd: spend.costUsd,
    failures: spend.failures,
    elapsedMs: archive.elapsedMs,
  };
}

/** Mean validation scores; under `attribution` what its model expects, since no prompt is run on all of validation. */
function scoresSoFar(archive: Archive, task: Task): { baseline: number | null; best: number | null } {
  if (archive.attribution !== null) {
    const known = archive.generations.flatMap(({ bestValidation }) =>
      bestValidation === null ? [] : [bestValidation],
    );
    return { baseline: known[0] ?? null, best: known.length === 0 ? null : Math.max(...known) };
  }
  const means = meanScores(wholeScores(archive, task));
  return { baseline: means.get(BASELINE_ID) ?? null, best: means.size === 0 ? null : Math.max(...means.values()) };
}

function generationsOf({ attribution, generation }: Archive, { optimizer, budget }: Task): number {
  const most = Math.min(optimizer.generations, budget.generations ?? optimizer.generations);
  return attribution === null ? most : Math.min(most, generation + attribution.plan.rounds);
}

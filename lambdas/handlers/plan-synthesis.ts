/** PlanSynthesis: folds what has landed and hands out the next step, until all is done. The single writer of the state. */
import type { RunRecord } from '../contracts/run.ts';
import {
  type AnswerRow,
  type Generated,
  type SynthesisNext,
  type SynthesisPlan,
  type SynthesisState,
  type SynthesisTurn,
  synthesisNextSchema,
  synthesisTurnSchema,
} from '../contracts/synthesis.ts';
import { emitRunEvent } from '../platform/events.ts';
import { stateHandler } from '../platform/handler.ts';
import { throwIfStopped } from '../rollout/stop-watch.ts';
import { loadRecords, loadRun, recordIds, updateRun } from '../store/runs.ts';
import {
  loadAnswers,
  loadGenerated,
  loadSynthesisPlan,
  loadSynthesisState,
  saveSynthesisState,
} from '../store/synthesis.ts';
import { foldAnswers, foldGenerated, type LandedItem } from '../synthesis/fold.ts';
import { nextStep } from '../synthesis/next-step.ts';
import { progressOf } from '../synthesis/progress.ts';
import { renewedAnswers, renewedRequests } from '../synthesis/renewed-step.ts';
import { taskOf } from '../synthesis/resolve-spec.ts';

export const handler = stateHandler(synthesisTurnSchema, synthesisNextSchema, async (input) => {
  const { runId, turn } = input;
  const [run, plan] = await Promise.all([loadRun(runId), loadSynthesisPlan(runId)]);
  if (run === null) throw new Error(`Run ${runId} does not exist.`);
  await throwIfStopped(run);
  if (turn > run.turn) throw new Error(`Run ${runId} is at turn ${run.turn}; turn ${turn} was never handed out.`);
  if (turn < run.turn) {
    const planned = await loadSynthesisState(runId, run.turn);
    const state = planned.epoch < run.epoch ? await renew(planned, plan, run) : planned;
    announce(state, plan);
    return output(state);
  }
  const now = Date.now();
  const landed = await fold(await loadSynthesisState(runId, turn), input, plan);
  const elapsedMs = landed.elapsedMs + Math.max(0, now - run.lastSeenMs);
  const { minutes } = taskOf(plan.specs).synthesis.budget;
  const isOutOfTime = minutes !== undefined && elapsedMs > minutes * 60_000;
  const next = { ...nextStep({ ...landed, elapsedMs }, plan, isOutOfTime), epoch: run.epoch };
  await saveSynthesisState(next);
  const { rollouts, costUsd } = next.spend;
  await updateRun(runId, { turn: next.turn, lastSeenMs: now, spend: { rollouts, costUsd } }, run.turn);
  announce(next, plan);
  return output(next);
});

async function fold(state: SynthesisState, { results }: SynthesisTurn, plan: SynthesisPlan): Promise<SynthesisState> {
  const { step } = state;
  if (step === null) return state;
  if (step.kind !== 'answers') {
    const landed = await landedItems<Generated>(state, loadGenerated, results);
    return foldGenerated(state, step.items, landed, plan);
  }
  const landed = await landedItems<AnswerRow[]>(state, loadAnswers, results);
  return foldAnswers(
    state,
    step.items.map(({ from, to }) => to - from),
    landed,
  );
}

/** A failed run that is started again: its step is done once more, with leases for what it still lacks. */
async function renew(state: SynthesisState, plan: SynthesisPlan, run: RunRecord): Promise<SynthesisState> {
  const step =
    state.step?.kind === 'answers'
      ? renewedAnswers(state, plan, await landedItems<AnswerRow[]>(state, loadAnswers, []))
      : renewedRequests(state, plan, await landedItems<Generated>(state, loadGenerated, []));
  const renewed = { ...step, epoch: run.epoch };
  await saveSynthesisState(renewed);
  return renewed;
}

async function landedItems<T>(
  { runId, turn, step }: SynthesisState,
  load: (runId: string, turn: number, index: number) => Promise<T | null>,
  results: SynthesisTurn['results'],
): Promise<LandedItem<T>[]> {
  const indices = (step?.items ?? []).map((_, index) => index);
  const ids = indices.map((index) => recordIds.ledger(turn, index));
  const [loaded, ledgers] = await Promise.all([
    Promise.all(indices.map((index) => load(runId, turn, index))),
    loadRecords('ledger', runId, ids),
  ]);
  const errors = new Map(results.flatMap((one) => (one.status === 'failed' ? [[one.index, one.error] as const] : [])));
  return indices.map((index) => ({
    result: loaded[index] ?? null,
    ledger: ledgers.get(ids[index] ?? '') ?? null,
    error: errors.get(index) ?? null,
  }));
}

function output({ runId, turn, step }: SynthesisState): SynthesisNext {
  return {
    runId,
    turn,
    next: step === null ? 'conclude' : step.kind,
    maxConcurrency: step?.maxConcurrency ?? 1,
    items: (step?.items ?? []).map((_, index) => ({ index })),
  };
}

function announce(state: SynthesisState, plan: SynthesisPlan): void {
  emitRunEvent({ type: 'synthesizing', runId: state.runId, progress: progressOf(state, plan) });
}

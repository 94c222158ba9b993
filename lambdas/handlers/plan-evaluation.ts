/** PlanEvaluation: counts what has landed and hands out the next step, until all is done. The single writer of the state. */

import type { Spend } from '../contracts/artifacts.ts';
import { ModelRefusedRequestError } from '../contracts/errors.ts';
import {
  type EvaluationPlan,
  type EvaluationRow,
  type EvaluationState,
  type EvaluationStep,
  evaluationStepSchema,
} from '../contracts/evaluation.ts';
import type { Ledger } from '../contracts/item-records.ts';
import { type Turn, turnSchema } from '../contracts/payloads.ts';
import type { RunRecord } from '../contracts/run.ts';
import { jobCount } from '../evaluation/jobs.ts';
import { nextStep, renewedStep } from '../evaluation/plan.ts';
import { NO_SPEND } from '../optimizer/archive.ts';
import { taskCallsOf } from '../optimizer/budget.ts';
import { usedBy } from '../optimizer/steps/progress.ts';
import { addPaidRollout, addUsageTo } from '../optimizer/steps/spend.ts';
import { emitRunEvent } from '../platform/events.ts';
import { stateHandler } from '../platform/handler.ts';
import { variantFacts } from '../rollout/evaluation-facts.ts';
import { throwIfStopped } from '../rollout/stop-watch.ts';
import { recordedSpend } from '../service/end-run.ts';
import { loadEvaluationPlan, loadEvaluationState, loadRows, saveEvaluationState } from '../store/evaluations.ts';
import { loadRecords, loadRun, recordIds, updateRun } from '../store/runs.ts';

export const handler = stateHandler(turnSchema, evaluationStepSchema, async (input) => {
  const { runId, turn } = input;
  const [run, plan] = await Promise.all([loadRun(runId), loadEvaluationPlan(runId)]);
  if (run === null) throw new Error(`Run ${runId} does not exist.`);
  await throwIfStopped(run);
  if (turn > run.turn) throw new Error(`Run ${runId} is at turn ${run.turn}; turn ${turn} was never handed out.`);
  if (turn < run.turn) {
    const planned = await loadEvaluationState(runId, run.turn);
    const state = planned.epoch < run.epoch ? await renew(planned, plan, run) : planned;
    announce(state, plan);
    return output(state);
  }
  const now = Date.now();
  const landed = await fold(await loadEvaluationState(runId, turn), input);
  const elapsedMs = landed.elapsedMs + Math.max(0, now - run.lastSeenMs);
  const { minutes } = plan.task.budget;
  const isOutOfTime = minutes !== undefined && elapsedMs > minutes * 60_000;
  const next = { ...nextStep({ ...landed, elapsedMs }, plan, variantFacts(plan), isOutOfTime), epoch: run.epoch };
  await saveEvaluationState(next);
  await updateRun(runId, { turn: next.turn, lastSeenMs: now, spend: recordedSpend(next.spend) }, run.turn);
  announce(next, plan);
  return output(next);
});

/** What the items of the last step have left, counted. @throws ModelRefusedRequestError when no request will pass */
async function fold(state: EvaluationState, { results }: Turn): Promise<EvaluationState> {
  if (state.step === null) return state;
  const { items } = state.step;
  const landed = await landedItems(state);
  if (results.some((result) => result.status === 'failed' && result.error === 'ModelRefusedRequestError')) {
    const reason = landed.find(({ ledger }) => ledger !== null && ledger.lastError !== null)?.ledger?.lastError;
    throw new ModelRefusedRequestError(reason?.message ?? 'The model refuses our requests.');
  }
  const spend = landed.reduce((sum, { rows, ledger }, i) => {
    const wanted = (items[i]?.to ?? 0) - (items[i]?.from ?? 0);
    const paid = addLedger(rows.reduce(addRow, sum), ledger);
    return { ...paid, failures: paid.failures + wanted - rows.length };
  }, state.spend);
  const isLimited = landed.some(
    ({ rows, ledger }) =>
      (ledger?.task.rateLimited ?? 0) > 0 || rows.some(({ usage, cached }) => !cached && usage.rateLimited > 0),
  );
  return {
    ...state,
    spend,
    done: items.at(-1)?.to ?? state.done,
    concurrency: isLimited ? Math.max(1, Math.floor(state.concurrency / 2)) : state.concurrency,
  };
}

/** A failed run that is started again: its step is done once more, with leases for what it still lacks. */
async function renew(state: EvaluationState, plan: EvaluationPlan, run: RunRecord): Promise<EvaluationState> {
  if (state.step === null) return beginAgain(state, plan, run);
  const landed = await landedItems(state);
  const used = landed.map(({ rows, ledger }, i) => {
    const item = state.step?.items[i];
    const scored = rows.filter(({ score }) => score !== null).length;
    return { amount: usedBy(rows, [], ledger), missing: item === undefined ? 0 : item.to - item.from - scored };
  });
  const renewed = { ...renewedStep(state, plan, variantFacts(plan), used), epoch: run.epoch };
  await saveEvaluationState(renewed);
  return renewed;
}

/**
 * A run that had come to its end, where too much had failed: all jobs are handed out once more. What is scored stands and is
 * counted where it lands again; what failed for a passing reason is tried again.
 */
async function beginAgain(state: EvaluationState, plan: EvaluationPlan, run: RunRecord): Promise<EvaluationState> {
  const ids = state.items.flatMap((count, turn) =>
    Array.from({ length: count }, (_, index) => recordIds.ledger(turn, index)),
  );
  const ledgers = await loadRecords('ledger', state.runId, ids);
  const spend = [...ledgers.values()].reduce(addLedger, NO_SPEND);
  const before = { ...state, turn: state.turn - 1, items: state.items.slice(0, -1).map(() => 0), done: 0, spend };
  const next = { ...nextStep(before, plan, variantFacts(plan), false), epoch: run.epoch };
  await saveEvaluationState(next);
  return next;
}

interface LandedItem {
  readonly rows: readonly EvaluationRow[];
  readonly ledger: Ledger | null;
}

async function landedItems({ runId, turn, step }: EvaluationState): Promise<LandedItem[]> {
  const indices = (step?.items ?? []).map((_, i) => i);
  const ids = indices.map((i) => recordIds.ledger(turn, i));
  const [rows, ledgers] = await Promise.all([
    Promise.all(indices.map((i) => loadRows(runId, turn, i))),
    loadRecords('ledger', runId, ids),
  ]);
  return indices.map((i) => ({ rows: rows[i] ?? [], ledger: ledgers.get(ids[i] ?? '') ?? null }));
}

function addRow(spend: Spend, { usage, cached, score }: EvaluationRow): Spend {
  return addPaidRollout(spend, { usage, cached, failed: score === null });
}

function addLedger(spend: Spend, ledger: Ledger | null): Spend {
  return ledger === null ? spend : addUsageTo(spend, ledger.task);
}

function output({ runId, turn, step }: EvaluationState): EvaluationStep {
  return {
    runId,
    turn,
    next: step === null ? 'conclude' : 'evaluate',
    maxConcurrency: step?.maxConcurrency ?? 1,
    items: (step?.items ?? []).map((_, index) => ({ index })),
  };
}

function announce({ runId, done, spend, elapsedMs }: EvaluationState, plan: EvaluationPlan): void {
  emitRunEvent({
    type: 'evaluating',
    runId,
    progress: {
      done,
      of: jobCount(plan),
      rollouts: taskCallsOf(spend),
      judgeCalls: spend.judgeCalls,
      costUsd: spend.costUsd,
      failures: spend.failures,
      elapsedMs,
    },
  });
}

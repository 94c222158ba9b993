/** The next step of an evaluation: as many jobs as the caps have room for, cut into items, each with its lease. Pure. */
import type { EvaluationItem, EvaluationPlan, EvaluationState, Variant } from '../contracts/evaluation.ts';
import {
  type Amount,
  brokenCap,
  fits,
  type Judging,
  minus,
  NOTHING,
  plus,
  type RunFacts,
  remaining,
  sumOf,
  taskCall,
  times,
} from '../optimizer/budget.ts';
import { grantLeases, grantWhatFits, layOut, leaseWith, stepCapacity } from '../optimizer/shards.ts';
import { jobAt, jobCount, jobsBetween } from './jobs.ts';

/** What the arithmetic needs of each variant, in the plan's order. */
export interface VariantFacts {
  readonly prices: RunFacts['prices'];
  readonly judging: Judging | null;
}

/**
 * The state with its next step, after all of the steps before it have landed: as many of the jobs that are left as fit at
 * their worst case. What they do not use is there for the step after it. No step when nothing is left to do, or when not
 * even one job fits; `stopReason` then names the cap.
 */
export function nextStep(
  state: EvaluationState,
  plan: EvaluationPlan,
  facts: readonly VariantFacts[],
  isOutOfTime: boolean,
): EvaluationState {
  const { task } = plan;
  const from = state.done;
  const left = jobCount(plan) - from;
  const seconds = Math.max(0, ...facts.map(({ judging }) => judging?.seconds ?? 0));
  const { timeoutSeconds } = task.model;
  const room = remaining(task.budget, state.spend);
  const wanted = Math.min(left, stepCapacity(state.concurrency, timeoutSeconds, seconds));
  const count = isOutOfTime ? 0 : fittingJobs(plan, facts, from, wanted, room);
  const turn = state.turn + 1;
  if (count === 0) {
    const broken = isOutOfTime ? 'minutes' : brokenCap(dearest(plan, facts), room);
    const stopReason = left === 0 ? null : broken;
    return { ...state, turn, step: null, stopReason, items: [...state.items, 0] };
  }
  const layout = layOut(count, state.concurrency, timeoutSeconds, 1, seconds);
  let to = from;
  const ranges = layout.sizes.map((size) => {
    to += size;
    return { from: to - size, to };
  });
  const needs = ranges.map((range) => needOf(range, plan, facts));
  const leases = grantLeases(needs, room, dearest(plan, facts));
  const items = ranges.map((range, i): EvaluationItem => {
    return { ...range, concurrency: layout.concurrency, lease: leases[i] ?? NO_LEASE };
  });
  return {
    ...state,
    turn,
    stopReason: null,
    items: [...state.items, items.length],
    step: { maxConcurrency: layout.maxConcurrency, items },
  };
}

/** How many of the next `most` jobs fit into `room` at their worst case, in their order. */
function fittingJobs(
  plan: EvaluationPlan,
  facts: readonly VariantFacts[],
  from: number,
  most: number,
  room: Amount,
): number {
  const each = needsOfVariants(plan, facts);
  let total = NOTHING;
  for (let count = 0; count < most; count += 1) {
    total = plus(total, each.get(jobAt(plan, from + count).variant) ?? NOTHING);
    if (!fits(total, room)) return count;
  }
  return most;
}

/**
 * The state with new leases for its step, after a run that had failed was started again.
 * @param used what each item has used so far, and the jobs that it still lacks
 */
export function renewedStep(
  state: EvaluationState,
  plan: EvaluationPlan,
  facts: readonly VariantFacts[],
  used: readonly { readonly amount: Amount; readonly missing: number }[],
): EvaluationState {
  if (state.step === null) return state;
  const retry = dearest(plan, facts);
  const spent = plus(...used.map(({ amount }) => amount));
  const needs = used.map(({ amount, missing }) => ({ amount, need: times(retry, missing) }));
  const room = minus(remaining(plan.task.budget, state.spend), spent);
  const granted = grantWhatFits(
    needs.map(({ need }) => need),
    room,
    retry,
  );
  const items = state.step.items.map((item, i): EvaluationItem => {
    return { ...item, lease: leaseWith(granted[i] ?? NO_LEASE, needs[i]?.amount ?? NOTHING) };
  });
  return { ...state, step: { ...state.step, items } };
}

const NO_LEASE = { calls: 0, tokens: 0, costUsd: 0 };

function needOf(range: { from: number; to: number }, plan: EvaluationPlan, facts: readonly VariantFacts[]): Amount {
  const each = needsOfVariants(plan, facts);
  return sumOf(jobsBetween(plan, range.from, range.to).map(({ variant }) => each.get(variant) ?? NOTHING));
}

function needsOfVariants(plan: EvaluationPlan, facts: readonly VariantFacts[]): Map<Variant, Amount> {
  return new Map(plan.variants.map((variant, i) => [variant, rolloutOf(plan, variant.task, facts[i])]));
}

/** Worst case of one more rollout, whichever variant it is of. */
export function dearest(plan: EvaluationPlan, facts: readonly VariantFacts[]): Amount {
  return plan.variants
    .map((variant, i) => rolloutOf(plan, variant.task, facts[i]))
    .reduce((most, one) => ({
      calls: Math.max(most.calls, one.calls),
      tokens: Math.max(most.tokens, one.tokens),
      costUsd: Math.max(most.costUsd, one.costUsd),
    }));
}

/** Worst case of one rollout of a variant. */
export function rolloutOf(
  { size, maxInputBytes, maxOutputBytes }: Pick<EvaluationPlan, 'size' | 'maxInputBytes' | 'maxOutputBytes'>,
  task: EvaluationPlan['task'],
  facts: VariantFacts | undefined,
): Amount {
  const of = { train: maxInputBytes, validation: maxInputBytes, test: maxInputBytes };
  const run: RunFacts = {
    trainSize: size,
    validationSize: size,
    testSize: size,
    maxInputBytes: of,
    prices: facts?.prices ?? { task: null, reflection: null },
    judging: facts?.judging ?? null,
  };
  if (maxOutputBytes === null) return taskCall(task, run, 'validation', task.prompt);
  // The answers are given: what is left are the evals, over answers of any length.
  const given = { ...task, model: { ...task.model, maxOutputTokens: Math.ceil(maxOutputBytes / 4) } };
  const both = taskCall(given, run, 'validation', task.prompt);
  const answers = taskCall(given, { ...run, judging: null }, 'validation', task.prompt);
  return { ...minus(both, answers), calls: 0 };
}

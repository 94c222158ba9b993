/** New leases for the step of a run that failed and is started again. Pure. */
import type { AnswerRow, Generated, SynthesisPlan, SynthesisState } from '../contracts/synthesis.ts';
import { minus, NOTHING, plus, remaining, times } from '../optimizer/budget.ts';
import { grantWhatFits, leaseWith } from '../optimizer/shards.ts';
import { usedBy } from '../optimizer/steps/progress.ts';
import { answerAmount, baselineTaskOf, referenceAmount } from './answers.ts';
import type { LandedItem } from './fold.ts';
import { amountOf } from './next-step.ts';
import { taskOf } from './resolve-spec.ts';
import { budgetSpend } from './spend.ts';

/** Each call of the generator gets what it has used, and its worst case once more where it was not answered. */
export function renewedRequests(
  state: SynthesisState,
  plan: SynthesisPlan,
  landed: readonly LandedItem<Generated>[],
): SynthesisState {
  const { step } = state;
  if (step === null || step.kind === 'answers') return state;
  const used = landed.map(({ result, ledger }) => ({
    ...usedBy([], result === null ? [] : [result], ledger),
    calls: 0,
  }));
  const needs = step.items.map((item, i) => {
    const result = landed[i]?.result ?? null;
    return result !== null && result.failure === null ? NOTHING : amountOf(item, plan, state);
  });
  const room = minus(remaining(taskOf(plan.specs).synthesis.budget, budgetSpend(state.spend)), plus(...used));
  const granted = grantWhatFits(needs, room, NOTHING);
  const items = step.items.map((item, i) => {
    const lease = granted[i];
    return lease === undefined ? item : { ...item, lease: leaseWith(lease, used[i] ?? NOTHING) };
  });
  return { ...state, step: { ...step, items } };
}

/** Each shard of answers gets what it has used, and enough for the answers that it lacks. */
export function renewedAnswers(
  state: SynthesisState,
  plan: SynthesisPlan,
  landed: readonly LandedItem<readonly AnswerRow[]>[],
): SynthesisState {
  const { step } = state;
  if (step === null || step.kind !== 'answers') return state;
  const task = baselineTaskOf(plan, state);
  const isAnswered = step.items.some(({ answers }) => answers);
  const each = (isAnswered ? answerAmount : referenceAmount)(plan, state.drafts, task);
  const used = landed.map(({ result, ledger }) => {
    const references = (result ?? []).map(({ referenceUsage }) => ({ usage: referenceUsage }));
    return usedBy(result ?? [], references, ledger);
  });
  const needs = step.items.map(({ from, to }, i) => {
    const done = (landed[i]?.result ?? []).filter(({ failure }) => failure === null).length;
    return times(each, to - from - done);
  });
  const room = minus(remaining(taskOf(plan.specs).synthesis.budget, budgetSpend(state.spend)), plus(...used));
  const granted = grantWhatFits(needs, room, each);
  const items = step.items.map((item, i) => {
    const lease = granted[i];
    const before = used[i];
    return lease === undefined || before === undefined ? item : { ...item, lease: leaseWith(lease, before) };
  });
  return { ...state, step: { ...step, items } };
}

/**
 * The next step of a synthesis: topics and judges, then inputs, then the split, then answers; of each as much as the caps
 * have room for at its worst case. Pure.
 */
import { TooManyFailuresError } from '../contracts/errors.ts';
import type { GenerateItem, SynthesisPlan, SynthesisState, SynthesisStep } from '../contracts/synthesis.ts';
import { type Amount, brokenCap, fits, howMany, plus, remaining, times, toLease } from '../optimizer/budget.ts';
import { grantLeases, layOut, MAX_ITEMS, stepCapacity } from '../optimizer/shards.ts';
import { answerAmount, answerSeconds, baselineTaskOf, idsToAnswer, isRolledOut, referenceAmount } from './answers.ts';
import { MOST_ATTEMPTS } from './attempts.ts';
import { missingBatches } from './missing-inputs.ts';
import { boundOfRequest, type Request } from './requests.ts';
import { needsReference, taskOf } from './resolve-spec.ts';
import { budgetSpend } from './spend.ts';
import { rejectedWords, splitDrafts } from './split-drafts.ts';
import { missingTopics } from './topics.ts';

/**
 * The state with its next step, after all that was handed out before has landed. No step: all is done that can be done.
 * @throws TooManyFailuresError when too little came to make datasets of
 */
export function nextStep(given: SynthesisState, plan: SynthesisPlan, isOutOfTime: boolean): SynthesisState {
  const state: SynthesisState = {
    ...given,
    turn: given.turn + 1,
    step: null,
    stopReason: given.stopReason ?? (isOutOfTime ? 'minutes' : null),
  };
  if (isOutOfTime) return state.splits === null ? splitDrafts(state, plan) : state;
  if (state.splits !== null) return withAnswers(state, plan);
  const withTopics = withRequests(state, plan, 'topics', topicRequests(state, plan));
  if (withTopics.step !== null) return withTopics;
  const withInputs = withRequests(withTopics, plan, 'inputs', missingBatches(plan, withTopics));
  if (withInputs.step !== null) return withInputs;
  if (withInputs.drafts.length === 0) throw new TooManyFailuresError(nothingCame(withInputs));
  return withAnswers(splitDrafts(withInputs, plan), plan);
}

function topicRequests(state: SynthesisState, { specs, judges }: SynthesisPlan): Request[] {
  const topics = missingTopics(state, taskOf(specs).synthesis).map(
    (missing): Request => ({ asks: 'topics', ...missing, path: [...missing.path], known: [...missing.known] }),
  );
  const steps = specs.flatMap(({ name }): Request[] => {
    const attempt = state.asked.judges[name] ?? 0;
    const isThere = Object.hasOwn(judges, name) || Object.hasOwn(state.judges, name);
    return isThere || attempt >= MOST_ATTEMPTS ? [] : [{ asks: 'judge', spec: name, attempt }];
  });
  return [...topics, ...steps];
}

/** As many of the requests as fit; where not even one does, the state remembers which cap it was. */
function withRequests(
  state: SynthesisState,
  plan: SynthesisPlan,
  kind: 'topics' | 'inputs',
  requests: readonly Request[],
): SynthesisState {
  const room = remaining(taskOf(plan.specs).synthesis.budget, budgetSpend(state.spend));
  const items: GenerateItem[] = [];
  let needed: Amount = { calls: 0, tokens: 0, costUsd: 0 };
  for (const request of requests.slice(0, MAX_ITEMS)) {
    const need = amountOf(request, plan, state);
    const together = plus(needed, need);
    if (!fits(together, room)) {
      const stopReason = items.length === 0 ? (state.stopReason ?? brokenCap(together, room)) : state.stopReason;
      return items.length === 0 ? { ...state, stopReason } : { ...state, step: stepOf(state, kind, items) };
    }
    needed = together;
    items.push({ ...request, lease: toLease(need, room), concurrency: 1 });
  }
  return items.length === 0 ? state : { ...state, step: stepOf(state, kind, items) };
}

function stepOf({ concurrency }: SynthesisState, kind: 'topics' | 'inputs', items: GenerateItem[]): SynthesisStep {
  return { kind, maxConcurrency: Math.min(concurrency, items.length), items };
}

/** Worst case of a request: the task's own model is not called. */
export function amountOf(request: Request, plan: SynthesisPlan, state: Pick<SynthesisState, 'topics'>): Amount {
  return { calls: 0, ...boundOfRequest(request, plan, state) };
}

/** As many answers as fit. Where `budget.rollouts` has no room, references are still written: without them no input is of use. */
function withAnswers(given: SynthesisState, plan: SynthesisPlan): SynthesisState {
  const order = idsToAnswer(given, plan);
  const open = order.slice(given.answered);
  if (open.length === 0) return given;
  const task = baselineTaskOf(plan, given);
  const room = remaining(taskOf(plan.specs).synthesis.budget, budgetSpend(given.spend));
  const end = open.findIndex((id) => !isRolledOut(id, given, plan));
  const rolledOut = end < 0 ? open.length : end;
  const full = answerAmount(plan, given.drafts, task);
  const isCapped = rolledOut > 0 && full.calls > room.calls;
  const answers = rolledOut > 0 && !(isCapped && needsReference(plan.specs));
  const left = answers ? rolledOut : open.length;
  const each = answers ? full : referenceAmount(plan, given.drafts, task);
  const state = isCapped ? { ...given, stopReason: given.stopReason ?? ('rollouts' as const) } : given;
  const seconds = answerSeconds(plan, task);
  const { timeoutSeconds } = task.model;
  const wanted = Math.min(left, stepCapacity(state.concurrency, timeoutSeconds, seconds));
  const count = Math.min(wanted, howMany(each, room));
  if (count === 0) return { ...state, stopReason: state.stopReason ?? brokenCap(each, room) };
  const { sizes, concurrency, maxConcurrency } = layOut(count, state.concurrency, timeoutSeconds, 1, seconds);
  const leases = grantLeases(
    sizes.map((size) => times(each, size)),
    room,
    each,
  );
  let to = state.answered;
  const items = sizes.map((size, i) => {
    to += size;
    return {
      from: to - size,
      to,
      answers,
      concurrency,
      lease: leases[i] ?? toLease({ calls: 0, tokens: 0, costUsd: 0 }, room),
    };
  });
  return {
    ...state,
    order,
    answerTurns: [...state.answerTurns, [state.turn, items.length]],
    step: { kind: 'answers', maxConcurrency, items },
  };
}

function nothingCame({ topics, stopReason, rejected }: SynthesisState): string {
  const cap = stopReason === null ? '' : ` The budget (${stopReason}) has no room for another call: give more.`;
  return `The generator gave no ${topics.length === 0 ? 'topics' : 'inputs'} that could be used.${rejectedWords(rejected)}${cap}`;
}

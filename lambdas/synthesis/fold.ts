/** The state with what the items of its step have left: topics, judges, inputs, answers, spend. Pure. */

import type { Usage } from '../contracts/artifacts.ts';
import { ModelRefusedRequestError, ModelUnavailableError } from '../contracts/errors.ts';
import type { Ledger } from '../contracts/item-records.ts';
import type { AnswerRow, Generated, GenerateItem, SynthesisPlan, SynthesisState } from '../contracts/synthesis.ts';
import { addRejected, foldDrafts, type LandedBatch } from './fold-drafts.ts';
import { countAsked } from './missing-inputs.ts';
import { nothingRejected, wantedOf } from './read-reply.ts';
import { taskOf } from './resolve-spec.ts';
import { addAnswer, addGenerated, addLedger, purposes } from './spend.ts';
import { growTopics } from './topics.ts';

/** What one item has left. */
export interface LandedItem<T> {
  /** null: it ended before it could keep anything. */
  readonly result: T | null;
  readonly ledger: Ledger | null;
  /** Name of the error by which its Map item ended. */
  readonly error: string | null;
}

type Landed = LandedItem<Generated> | LandedItem<readonly AnswerRow[]>;

/**
 * The calls of a step of requests, folded in. What was not answered is asked for again, like what was not given.
 * @throws ModelRefusedRequestError, ModelUnavailableError when the generator was out of reach, or has never answered
 */
export function foldGenerated(
  state: SynthesisState,
  items: readonly GenerateItem[],
  landed: readonly LandedItem<Generated>[],
  plan: SynthesisPlan,
): SynthesisState {
  throwIfRefused(landed);
  if (isUnanswered(state, items, landed)) {
    const reason = landed.map(({ result, ledger }) => result?.failure?.message ?? ledger?.lastError?.message);
    throw new ModelUnavailableError(
      `None of ${landed.length} calls of the generator was answered: ${reason.find((one) => one !== undefined) ?? 'no reason was given.'}`,
    );
  }
  let next = { ...state, spend: spendOf(state, items, landed), concurrency: concurrencyOf(state, landed) };
  const batches: LandedBatch[] = [];
  const askedFor: Extract<GenerateItem, { asks: 'inputs' }>[] = [];
  for (const [i, item] of items.entries()) {
    const generated = landed[i]?.result ?? null;
    const lost = { ...nothingRejected, missing: generated?.failure === null ? 0 : wantedOf(item) };
    if (item.asks === 'topics') {
      const { added, ...tree } = growTopics(next, item, generated?.topics ?? []);
      const given = generated?.topics.length ?? 0;
      const repeated = { ...nothingRejected, repeated: given - added };
      next = {
        ...next,
        ...tree,
        rejected: addRejected(
          addRejected(next.rejected, generated?.failure === null ? generated.rejected : lost),
          repeated,
        ),
      };
    } else if (item.asks === 'judge') {
      const { spec, attempt } = item;
      const judges = { ...next.asked.judges, [spec]: attempt + 1 };
      const isWritten = generated !== null && generated.steps.length > 0;
      next = {
        ...next,
        asked: { ...next.asked, judges },
        judges: isWritten
          ? { ...next.judges, [spec]: { steps: generated.steps, prompt: generated.prompt } }
          : next.judges,
      };
    } else {
      askedFor.push(item);
      if (generated !== null && generated.failure === null) batches.push({ ...item, generated });
      else next = { ...next, rejected: addRejected(next.rejected, lost) };
    }
  }
  if (askedFor.length === 0) return next;
  const { duplicateThreshold } = taskOf(plan.specs).synthesis;
  const { drafts, rejected } = foldDrafts(next.drafts, batches, plan, duplicateThreshold);
  return {
    ...next,
    drafts,
    rejected: addRejected(next.rejected, rejected),
    asked: countAsked(next.asked, askedFor),
  };
}

/**
 * Whether no call was answered, and it is not only that the generator does not want to write about some topic: none reached
 * it, or there is nothing yet to go on with.
 */
function isUnanswered(
  { topics, drafts }: SynthesisState,
  items: readonly GenerateItem[],
  landed: readonly LandedItem<Generated>[],
): boolean {
  if (landed.some(({ result }) => result !== null && result.failure === null)) return false;
  const isFirst = topics.length === 0 || (drafts.length === 0 && items.every(({ asks }) => asks === 'inputs'));
  return isFirst || landed.every(({ result }) => result === null);
}

/**
 * A step of answers, folded in: what has no answer counts as a failure, and the datasets are made without it.
 * @throws ModelRefusedRequestError, ModelUnavailableError when the model was out of reach for the whole step
 */
export function foldAnswers(
  state: SynthesisState,
  sizes: readonly number[],
  landed: readonly LandedItem<readonly AnswerRow[]>[],
): SynthesisState {
  throwIfRefused(landed);
  const rows = landed.flatMap(({ result }) => result ?? []);
  const isCutShort = landed.some(({ error }) => error !== null);
  const isOutage = isCutShort && rows.every(({ output, expected }) => output === null && expected === null);
  const reason = landed.map(({ ledger }) => ledger?.lastError?.message).find((message) => message !== undefined);
  if (isOutage && reason !== undefined) throw new ModelUnavailableError(`No input was answered: ${reason}`);
  const spend = landed.reduce((sum, { result, ledger }, i) => {
    const paid = addLedger((result ?? []).reduce(addAnswer, sum), ledger, null);
    return { ...paid, failures: paid.failures + (sizes[i] ?? 0) - (result?.length ?? 0) };
  }, state.spend);
  const answered = state.answered + sizes.reduce((sum, size) => sum + size, 0);
  return { ...state, spend, answered, concurrency: concurrencyOf(state, landed) };
}

function spendOf(
  { spend }: SynthesisState,
  items: readonly GenerateItem[],
  landed: readonly LandedItem<Generated>[],
): SynthesisState['spend'] {
  return landed.reduce((sum, { result, ledger }, i) => {
    const purpose = purposes[items[i]?.asks ?? 'inputs'];
    const paid = addLedger(result === null ? sum : addGenerated(sum, result, purpose), ledger, purpose);
    return { ...paid, failures: paid.failures + (result === null ? 1 : 0) };
  }, spend);
}

/** Halved after a step that met 429s. */
function concurrencyOf({ concurrency }: SynthesisState, landed: readonly Landed[]): number {
  const isLimited = landed.some(({ result, ledger }) => {
    const stray = ledger === null ? [] : [ledger.task, ledger.reflection];
    return [...stray, ...usagesIn(result)].some(({ rateLimited }) => rateLimited > 0);
  });
  return isLimited ? Math.max(1, Math.floor(concurrency / 2)) : concurrency;
}

function usagesIn(result: Landed['result']): Usage[] {
  if (result === null) return [];
  return 'usage' in result ? [result.usage] : result.flatMap(({ usage, referenceUsage }) => [usage, referenceUsage]);
}

function throwIfRefused(landed: readonly Landed[]): void {
  const refused = landed.find(({ error }) => error === 'ModelRefusedRequestError');
  if (refused === undefined) return;
  throw new ModelRefusedRequestError(refused.ledger?.lastError?.message ?? 'The model refuses our requests.');
}

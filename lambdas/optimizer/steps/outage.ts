/** What must end the run: a model that refuses us, that cannot be reached, that never answers a reflection. */
import type { Archive, Check } from '../../contracts/artifacts.ts';
import { ModelRefusedRequestError, ModelUnavailableError, TooManyFailuresError } from '../../contracts/errors.ts';
import type { Ledger } from '../../contracts/item-records.ts';
import type { Step } from '../../contracts/step.ts';
import { BASELINE_ID, LEAST_SCORED_SHARE } from '../archive.ts';
import type { LandedMutation, LandedRollout, LandedShard } from './landed.ts';

/** Generations in a row without one answer of the reflection model, after which the run ends. */
const MOST_SILENT_GENERATIONS = 2;
/** Failures that say the model cannot be reached, not that one request was bad. */
const outages = new Set(['RateLimitedError', 'ModelUnavailableError']);

type Landed = LandedShard | LandedMutation;

/** @throws ModelRefusedRequestError when an item found that no request will pass. */
export function throwIfRefused(landed: readonly Landed[]): void {
  const refused = landed.find(({ error }) => error === 'ModelRefusedRequestError');
  if (refused !== undefined) {
    throw new ModelRefusedRequestError(refused.ledger?.lastError?.message ?? 'The model refuses our requests.');
  }
}

/** A step in which nothing was scored and the model was out of reach: better to stop and try again later. */
export function throwIfOutage(step: Extract<Step, { kind: 'score' }>, landed: readonly LandedShard[]): void {
  const rollouts = landed.flatMap((shard) => shard.rollouts);
  if (rollouts.some(({ result }) => result.status === 'scored')) return;
  const interrupted = landed.some(({ ledger }) => ledger?.lastError != null);
  if (!interrupted && !rollouts.some(isOutage)) return;
  const isFirst = step.purpose === 'probe';
  const what = isFirst ? 'The first call of the model failed' : `No call of ${rollouts.length} was answered`;
  throw outage(what, landed, rollouts);
}

/**
 * Without a baseline there is nothing to improve on; and where so many calls fail that the sealed test could not be told
 * (`maxFailureShare`), the search is not paid for. One failure alone is no reason.
 * @throws ModelUnavailableError, TooManyFailuresError
 */
export function throwIfNoBaseline(archive: Archive, landed: readonly LandedShard[], maxFailureShare: number): void {
  // The one strategy measures it on validation, the other on the examples that it will reflect on.
  const measured = archive.attribution === null ? 'validation' : 'train';
  const rows = archive.scores.filter(([candidateId, split]) => candidateId === BASELINE_ID && split === measured);
  const scored = rows.filter(([, , , , score]) => score !== null).length;
  const failed = rows.length - scored;
  if (scored > 0 && failed <= Math.max(1, rows.length * maxFailureShare)) return;
  const rollouts = landed.flatMap((shard) => shard.rollouts);
  const what = `The baseline could not be measured: ${failed} of ${rows.length} calls failed`;
  const error = outage(what, landed, rollouts);
  if (scored < rows.length * LEAST_SCORED_SHARE) throw error;
  const limit = `more than the ${Math.round(maxFailureShare * 100)} % that may be left out (maxFailureShare)`;
  throw new TooManyFailuresError(`${error.message} This is ${limit}.`);
}

/**
 * A look in which nothing at all was scored cannot say that nothing has changed.
 * @throws ModelUnavailableError
 */
export function throwIfNothingChecked({ scores, failures }: Check, landed: readonly LandedShard[]): void {
  if (Object.keys(scores).length > 0) return;
  const rollouts = landed.flatMap((shard) => shard.rollouts);
  throw outage(`Nobody can say whether anything has changed: all of ${failures} calls failed`, landed, rollouts);
}

/**
 * Generations in a row without an answer, this one included. A generation in which nobody had a reason to ask says
 * nothing about the model.
 * @throws ModelUnavailableError when there are too many
 */
export function countSilentGenerations(before: number, landed: readonly LandedMutation[]): number {
  if (landed.some(({ outcome }) => outcome?.reflected === 'answered')) return 0;
  const silent = landed.some(isUnanswered) ? before + 1 : before;
  if (silent < MOST_SILENT_GENERATIONS || silent === before) return silent;
  const rollouts = landed.flatMap((one) => [...one.before, ...one.after]);
  const asked = landed.some(({ reflections, ledger }) => reflections.length > 0 || (ledger?.reflection.calls ?? 0) > 0);
  throw outage(
    asked ? 'The reflection model did not answer' : `No child could be made in ${silent} generations`,
    landed,
    rollouts,
  );
}

/** Whether the slot got no answer because the model was out of reach: the task model, or the one that reflects. */
function isUnanswered({ outcome, error, before, reflections }: LandedMutation): boolean {
  if (outcome === null) return error !== null;
  if (outcome.reflected === 'not_asked') return outcome.status === 'failed' && before.some(isOutage);
  return reflections.some(({ failure }) => failure !== null && failure.name !== 'BudgetExhaustedError');
}

function isOutage({ result }: LandedRollout): boolean {
  return result.status === 'failed' && outages.has(result.failure.name);
}

function outage(what: string, landed: readonly Landed[], rollouts: readonly LandedRollout[]): ModelUnavailableError {
  const reasons = [
    ...landed.map(({ ledger }: { ledger: Ledger | null }) => ledger?.lastError?.message),
    ...landed.flatMap((one) => ('reflections' in one ? one.reflections : [])).map(({ failure }) => failure?.message),
    ...rollouts.map(({ result }) => (result.status === 'failed' ? result.failure.message : undefined)),
  ];
  const reason = reasons.find((message) => message !== undefined);
  return new ModelUnavailableError(`${what}: ${reason ?? 'no reason was given.'}`);
}

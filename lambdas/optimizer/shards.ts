/** How a step's work is cut into Map items: balanced, small enough for a function's time, few enough for a payload. */
import type { LeaseGrant } from '../contracts/step.ts';
import { type Amount, fits, howMany, minus, plus, times, toLease } from './budget.ts';

/** Model calls that one function keeps in flight: enough that waiting, not starting functions, is what is paid for. */
const CALLS_IN_FLIGHT = 8;
/** Items of one step: their indices and results travel through the machine. */
export const MAX_ITEMS = 128;
/** Rollouts of one item, so that a lost function loses little. */
const MAX_ROLLOUTS_AN_ITEM = 64;
/** Time of a function that rollouts may use, seconds; the rest is for loading and saving. */
const WORKING_SECONDS = 800;

export interface Layout {
  /** Items that run at once. */
  readonly maxConcurrency: number;
  /** Model calls in flight inside each item. */
  readonly concurrency: number;
  /** Rollouts of each item, in order. */
  readonly sizes: readonly number[];
}

/** Most rollouts that a step can hold: what is more waits for the next step. */
export function stepCapacity(concurrency: number, timeoutSeconds: number, evalSeconds = 0): number {
  return MAX_ITEMS * itemCapacity(inFlight(concurrency).inItem, timeoutSeconds, evalSeconds);
}

/**
 * Cuts `units` of work into items for `concurrency` model calls in flight at once. What is more than `stepCapacity` still
 * goes into `MAX_ITEMS` items, which may then need more than one attempt of the machine.
 * @param rolloutsAUnit rollouts that stay together: 2 where two prompts meet on an example
 * @param evalSeconds longest that a rollout's evals may take after the answer
 * @returns sizes in units
 */
export function layOut(
  units: number,
  concurrency: number,
  timeoutSeconds: number,
  rolloutsAUnit = 1,
  evalSeconds = 0,
): Layout {
  const { lanes, inItem } = inFlight(concurrency);
  const capacity = Math.max(1, Math.floor(itemCapacity(inItem, timeoutSeconds, evalSeconds) / rolloutsAUnit));
  const least = Math.ceil(units / capacity);
  // A whole number of rounds over the lanes keeps all of them busy to the end.
  const wanted = Math.ceil(least / lanes) * lanes;
  const items = Math.min(units, MAX_ITEMS, wanted);
  return { maxConcurrency: Math.min(lanes, items), concurrency: inItem, sizes: evenly(units, items) };
}

/** Functions at once and calls in flight in each: together as many as `concurrency` allows. */
function inFlight(concurrency: number): { lanes: number; inItem: number } {
  const lanes = Math.ceil(concurrency / CALLS_IN_FLIGHT);
  return { lanes, inItem: Math.floor(concurrency / lanes) };
}

/** Rollouts that one item can finish even if every call runs into its time limit twice. */
function itemCapacity(inItem: number, timeoutSeconds: number, evalSeconds: number): number {
  const rounds = Math.max(1, Math.floor(WORKING_SECONDS / (2 * timeoutSeconds + 15 + evalSeconds)));
  return Math.min(MAX_ROLLOUTS_AN_ITEM, inItem * rounds);
}

/** Consecutive pieces of the given sizes. */
export function cutEvenly<T>(items: readonly T[], sizes: readonly number[]): T[][] {
  let from = 0;
  return sizes.map((size) => {
    from += size;
    return items.slice(from - size, from);
  });
}

function evenly(total: number, parts: number): number[] {
  return Array.from(
    { length: parts },
    (_, i) => Math.floor((total * (i + 1)) / parts) - Math.floor((total * i) / parts),
  );
}

/** Share of a step's calls that may be made again after a failure. */
const RETRY_SHARE = 0.25;
/** All calls that an item has in flight may meet one 429, and one call is lost each time the machine tries it again. */
const RETRIES_AN_ITEM = CALLS_IN_FLIGHT + 4;

/**
 * Leases of a step's items: each item's worst case, and retries as far as `free` has room.
 * @param needs worst case of each item, without retries
 * @param retry worst case of one more call
 * @param wanted retries of the whole step; default: a quarter of its calls and some for each item
 */
export function grantLeases(
  needs: readonly Amount[],
  free: Amount,
  retry: Amount,
  wanted = Math.ceil(plus(...needs).calls * RETRY_SHARE) + RETRIES_AN_ITEM * needs.length,
): LeaseGrant[] {
  const retries = Math.min(wanted, howMany(retry, minus(free, plus(...needs))));
  const shares = evenly(retries, needs.length);
  return needs.map((need, i) => toLease(plus(need, times(retry, shares[i] ?? 0)), free));
}

/**
 * Where the worst case of all items does not fit, the first ones get theirs, the next one what is left, and the others
 * nothing but what is stored already: rollouts that are paid for cost nothing and still land.
 */
export function grantWhatFits(needs: readonly Amount[], room: Amount, retry: Amount): LeaseGrant[] {
  if (fits(plus(...needs), room)) return grantLeases(needs, room, retry);
  let left = room;
  return needs.map((need) => {
    const given = least(need, left);
    left = minus(left, given);
    return toLease(given, room);
  });
}

function least(a: Amount, b: Amount): Amount {
  return {
    calls: Math.max(0, Math.floor(Math.min(a.calls, b.calls))),
    tokens: Math.max(0, Math.floor(Math.min(a.tokens, b.tokens))),
    costUsd: Math.max(0, Math.min(a.costUsd, b.costUsd)),
  };
}

/** A lease with what was used of it before on top: items count that against it. */
export function leaseWith(lease: LeaseGrant, used: Amount): LeaseGrant {
  return {
    calls: lease.calls + used.calls,
    tokens: lease.tokens === null ? null : lease.tokens + used.tokens,
    costUsd: lease.costUsd === null ? null : lease.costUsd + used.costUsd,
  };
}

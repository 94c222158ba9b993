/**
 * What an item may still spend. `Plan` grants it; every call is checked against it before it leaves, at its worst case,
 * and settled with what it really cost. So a cap holds whatever the model answers and however often a call is retried.
 */
import type { Usage } from '../contracts/artifacts.ts';
import type { LeaseGrant } from '../contracts/step.ts';

/** Ten costs taken from their sum one by one may leave a little less than the last one. */
const ROUNDING_USD = 1e-12;

/** The most that one call can cost. `costUsd` is 0 where no price is known (and then no cost is capped). */
export interface CallBound {
  readonly tokens: number;
  readonly costUsd: number;
}

export interface Lease {
  /** Takes one call at its worst case; false when it does not fit. */
  take(bound: CallBound, attempt: number): boolean;
  /** Gives back what the call did not use. */
  settle(bound: CallBound, actual: { tokens: number; costUsd: number | null }): void;
}

/** One grant, by who calls: all three take from the same tokens and cost, the task model's calls from the same calls. */
export interface ItemLease {
  readonly task: Lease;
  readonly reflection: Lease;
  readonly judge: Lease;
}

/**
 * Opens a grant. Calls are kept apart in one for each rollout that is still to be tried and the rest for retries, so that
 * a flaky rollout never takes the call of another one. Calls for reflection and evals take tokens and cost alone: `budget.rollouts`
 * caps calls of the task model.
 *
 * @param used what earlier attempts of the same item have already spent
 * @param untried rollouts of the item that have no result yet
 */
export function openLease(grant: LeaseGrant, used: Usage, untried: number): ItemLease {
  const callsLeft = Math.max(0, grant.calls - used.calls);
  let first = Math.min(untried, callsLeft);
  let retries = callsLeft - first;
  let tokens = (grant.tokens ?? Number.POSITIVE_INFINITY) - used.inputTokens - used.outputTokens;
  let costUsd = (grant.costUsd ?? Number.POSITIVE_INFINITY) - (used.costUsd ?? 0);

  const takeCall = (attempt: number): boolean => {
    if (attempt === 1) return first >= 1 && first-- >= 1;
    return retries >= 1 && retries-- >= 1;
  };
  const lease = (countsCalls: boolean): Lease => ({
    take(bound, attempt) {
      if (bound.tokens > tokens || bound.costUsd > costUsd + ROUNDING_USD) return false;
      if (countsCalls && !takeCall(attempt)) return false;
      tokens -= bound.tokens;
      costUsd -= bound.costUsd;
      return true;
    },
    settle(bound, actual) {
      tokens += bound.tokens - actual.tokens;
      costUsd += bound.costUsd - (actual.costUsd ?? 0);
    },
  });
  return { task: lease(true), reflection: lease(false), judge: lease(false) };
}

/** Whether a child may stay: GEPA's acceptance on the minibatch (`strategies/acceptance.py` of the reference), paired. */
import type { Acceptance } from '../contracts/task.ts';
import { ROUNDING_ERROR } from './statistics.ts';

/**
 * Compares the sums of parent and child over the examples that both have a score for. `strict_improvement` needs a
 * higher sum, `improvement_or_equal` one that is not lower.
 *
 * Scores are points in [0, 1]; null is a failed rollout and leaves its pair out. Without any pair nothing is accepted.
 * Sums that differ by rounding alone are equal: 0.1 + 0.2 + 0.3 is no gain over 0.3 + 0.2 + 0.1.
 *
 * @throws RangeError when the two lists are not of one length.
 */
export function isAccepted(
  acceptance: Acceptance,
  before: readonly (number | null)[],
  after: readonly (number | null)[],
): boolean {
  const differences = pairedDifferences(before, after);
  if (differences.length === 0) return false;
  const gain = differences.reduce((sum, difference) => sum + difference, 0);
  return acceptance === 'strict_improvement' ? gain > ROUNDING_ERROR : gain >= -ROUNDING_ERROR;
}

/**
 * `after - before` for every pair where both are there.
 *
 * @throws RangeError when the two lists are not of one length.
 */
export function pairedDifferences(before: readonly (number | null)[], after: readonly (number | null)[]): number[] {
  if (before.length !== after.length) {
    throw new RangeError(`paired scores need one length, got ${before.length} and ${after.length}`);
  }
  const differences: number[] = [];
  for (const [index, scoreBefore] of before.entries()) {
    const scoreAfter = after[index] ?? null;
    if (scoreBefore !== null && scoreAfter !== null) differences.push(scoreAfter - scoreBefore);
  }
  return differences;
}

/**
 * Rungs on validation: accepted children are scored on a quarter, a half, all of it, and one that is very unlikely to
 * matter is dropped in between (`hopeless.ts`). The examples come in one order for all candidates of a run, so that what is
 * compared is paired. Nothing is stored: which rung is under way follows from the scores.
 */
import type { Task } from '../../contracts/task.ts';
import { stream } from '../random.ts';
import type { Search } from '../steps/search.ts';

/** Smallest validation sets that are worth three rungs and two: below, a rung has too few examples to drop anybody. */
const THREE_RUNGS = 16;
const TWO_RUNGS = 10;
/**
 * Generations that a run may have and still use rungs: each is a step more, and a history has 25,000 events
 * (`tests/contracts/limits.test.ts`).
 */
export const MOST_GENERATIONS_WITH_RUNGS = 250;

/** How many examples are behind a candidate after each rung; the last is all of them. */
export function rungSizes({ optimizer, budget }: Task, validationSize: number): number[] {
  const n = validationSize;
  if (optimizer.validation === 'full' || n < TWO_RUNGS) return [n];
  const shares = n < THREE_RUNGS ? [2, 1] : [4, 2, 1];
  const sizes = shares.map((share) => Math.ceil(n / share));
  // A generation whose children climb a rung takes at least the rollouts of the first one.
  const generations = Math.min(optimizer.generations, budget.generations ?? Number.POSITIVE_INFINITY);
  const most = Math.min(generations, budget.rollouts / (sizes[0] ?? n));
  return most > MOST_GENERATIONS_WITH_RUNGS ? [n] : sizes;
}

/** The order in which children meet the validation examples: seeded, and the same for all candidates of a run. */
export function validationOrder({ task, validationIds }: Search): readonly string[] {
  if (rungSizes(task, validationIds.length).length === 1) return validationIds;
  return stream(task.optimizer.seed, 'validation').shuffle(validationIds);
}

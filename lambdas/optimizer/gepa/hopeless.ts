/** Children that are very unlikely to matter, by what their rungs on validation have shown. */
import type { Archive } from '../../contracts/artifacts.ts';
import type { FrontierType } from '../../contracts/task.ts';
import { pairedDifferences } from '../acceptance.ts';
import { buildFronts, type CandidateScores, meanScores } from '../frontier.ts';
import { type Search, scoresOf } from '../steps/search.ts';
import { withRejected } from './rejection.ts';
import { rungSizes, validationOrder } from './rungs.ts';
import { unscoredRequests } from './validation-work.ts';
import { wholeScores } from './whole-scores.ts';

/**
 * Normal quantile of the bound on a child's difference: 1 % on one side, at each of at most two looks. Simulated over 16 to
 * 200 examples and any share of ties, a child that would come out level with the best is dropped in at most 2 % of cases; a
 * looser 5 % would make that 9 % and save hardly twice as much.
 */
const BOUND_QUANTILE = 2.33;

/**
 * The archive without the children that are very unlikely to matter, once all have a rung behind them. A child matters
 * when it may win or become a parent. So it goes only when both are out of reach on what was seen:
 *
 * - an upper bound of its mean difference to the candidate with the best mean is below 0. The best one is the measure, not
 *   the parent: whoever is surely below the best does not win, however bad its parent was, and whoever is better than the
 *   best is also better than its parent;
 * - it is first alone on no front. Whoever shares all its fronts and has a low mean is what pruning takes out first. Only
 *   candidates with all of validation count against it: two new ones that share a front do not drop each other.
 */
export function withoutHopeless(archive: Archive, search: Search): Archive {
  const { task, validationIds } = search;
  const sizes = rungSizes(task, validationIds.length);
  const unscored = unscoredRequests(archive, search);
  if (sizes.length === 1 || unscored.length === 0) return archive;
  const order = validationOrder(search);
  const places = new Map(order.map((id, place) => [id, place]));
  const passed = Math.min(...unscored.map(({ exampleId }) => places.get(exampleId) ?? 0));
  const size = sizes.findLast((rung) => rung <= passed);
  if (size === undefined) return archive;

  const seen = new Set(order.slice(0, size));
  const climbing = new Set(unscored.map(({ candidateId }) => candidateId));
  const whole = wholeScores(archive, task);
  const best = bestOf(whole);
  if (best === undefined) return archive;
  const settled = whole.map((one) => restrictTo(seen, one));
  const children = scoresOf(archive, task)
    .filter(({ id }) => climbing.has(id))
    .map((one) => restrictTo(seen, one));
  const unseen = 1 - size / order.length;
  const dropped = children.filter(
    (child) =>
      upperBound(differences(seen, best, child), unseen) < 0 &&
      !isAloneOnAFront(task.optimizer.frontierType, settled, child),
  );
  const reason = `on ${size} of ${order.length} validation examples clearly behind ${best.id}, and first on no front`;
  return withRejected(archive, new Set(dropped.map(({ id }) => id)), reason);
}

/** Child minus best, on the examples that both have a score for. */
function differences(seen: ReadonlySet<string>, best: CandidateScores, child: CandidateScores): number[] {
  const on = ({ scores }: CandidateScores): (number | null)[] => [...seen].map((id) => scores.get(id) ?? null);
  return pairedDifferences(on(best), on(child));
}

/**
 * Upper bound of the mean difference on all of validation, from what was seen of it: a sample without replacement, so what
 * is not `unseen` (a share) is known for sure. One difference of 1 and one of -1 are added (Agresti and Coull's idea): a few
 * equal differences have no spread of their own and would otherwise be taken for certainty. With scores of 0 and 1 and a
 * quarter seen, four losses in a row drop nobody and five do. A mean that is not below 0 never has a bound below 0.
 */
export function upperBound(values: readonly number[], unseen: number): number {
  const n = values.length + 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + value ** 2, 2);
  const variance = Math.max(0, squares - n * mean ** 2) / (n - 1);
  return mean + BOUND_QUANTILE * Math.sqrt((variance / n) * unseen);
}

/** Whether some front of `type` would be the child's alone. */
function isAloneOnAFront(type: FrontierType, settled: readonly CandidateScores[], child: CandidateScores): boolean {
  // One of each front is enough to know what the best of it is.
  const leaders = new Set([...buildFronts(type, settled).values()].map(([first]) => first));
  const rivals = settled.filter(({ id }) => leaders.has(id));
  return [...buildFronts(type, [...rivals, child]).values()].some((ids) => ids.length === 1 && ids[0] === child.id);
}

function bestOf(candidates: readonly CandidateScores[]): CandidateScores | undefined {
  const means = meanScores(candidates);
  const highest = Math.max(...means.values());
  return candidates.find(({ id }) => means.get(id) === highest);
}

function restrictTo(seen: ReadonlySet<string>, { id, scores, objectives }: CandidateScores): CandidateScores {
  const only = <T>(values: ReadonlyMap<string, T>): Map<string, T> =>
    new Map([...values].filter(([exampleId]) => seen.has(exampleId)));
  return { id, scores: only(scores), objectives: only(objectives) };
}

/**
 * Who becomes a parent: the four candidate selections of GEPA (`strategies/candidate_selector.py` of the reference),
 * widened to several proposals a generation.
 */
import type { OptimizerSettings } from '../contracts/task.ts';
import {
  buildFronts,
  type CandidateScores,
  type Fronts,
  frontierWeights,
  meanScores,
  pruneFronts,
  samplingWeights,
} from './frontier.ts';
import type { Random } from './random.ts';

/** The settings that parent choice looks at. */
export type ParentSettings = Pick<OptimizerSettings, 'frontierType' | 'candidateSelection' | 'epsilon' | 'topK'>;

/**
 * Chooses the parents of one generation, one a slot. Slots get different parents as long as the selection has others
 * to offer: draws are without replacement until everybody was drawn, then start again.
 *
 * - `pareto`: from the pruned frontier, in proportion to the fronts that a candidate stands on;
 * - `current_best`: always the highest mean (the first one on a tie);
 * - `epsilon_greedy`: with probability `epsilon` any candidate, otherwise the highest mean;
 * - `top_k_pareto`: as `pareto`, among the `topK` highest means alone.
 *
 * @param candidates in the order of their making; those without a validation score are passed over.
 * @throws RangeError when no candidate has a score.
 */
export function chooseParents(
  candidates: readonly CandidateScores[],
  settings: ParentSettings,
  count: number,
  random: Random,
): string[] {
  const scored = candidates.filter(({ scores }) => scores.size > 0);
  const ranked = [...meanScores(scored)].sort(([, first], [, second]) => second - first).map(([id]) => id);
  const [best] = ranked;
  if (best === undefined) throw new RangeError('no candidate has a validation score to choose a parent by');

  const weights = parentWeights(scored, settings, ranked);
  const draw = drawer(weights.size === 0 ? new Map([[best, 1]]) : weights, random);
  const greedy = settings.candidateSelection === 'epsilon_greedy';
  return Array.from({ length: count }, () => (greedy && random.next() >= settings.epsilon ? best : draw()));
}

/** Whom a selection draws from, by weight. Empty when no front has anybody (of the top k); the best mean is taken then. */
function parentWeights(
  scored: readonly CandidateScores[],
  { candidateSelection, frontierType, topK }: ParentSettings,
  ranked: readonly string[],
): Map<string, number> {
  switch (candidateSelection) {
    case 'pareto':
      return frontierWeights(frontierType, scored);
    case 'current_best':
      return new Map(ranked.slice(0, 1).map((id) => [id, 1]));
    case 'epsilon_greedy':
      return new Map(ranked.map((id) => [id, 1]));
    case 'top_k_pareto': {
      const fronts = restrict(buildFronts(frontierType, scored), new Set(ranked.slice(0, topK)));
      return samplingWeights(pruneFronts(fronts, meanScores(scored)));
    }
  }
}

/** Draws by weight without replacement; once everybody was drawn, everybody is back. */
function drawer(weights: ReadonlyMap<string, number>, random: Random): () => string {
  const ids = [...weights.keys()];
  let left: number[] = [];
  return () => {
    if (left.every((weight) => weight === 0)) left = [...weights.values()];
    const index = random.weighted(left);
    const id = ids[index];
    if (id === undefined) throw new RangeError('there is nobody to draw');
    left[index] = 0;
    return id;
  };
}

function restrict(fronts: Fronts, allowed: ReadonlySet<string>): Fronts {
  const restricted = new Map<string, string[]>();
  for (const [key, ids] of fronts) {
    const kept = ids.filter((id) => allowed.has(id));
    if (kept.length > 0) restricted.set(key, kept);
  }
  return restricted;
}

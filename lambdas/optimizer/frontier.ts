/**
 * The Pareto frontier of GEPA (arXiv 2507.19457, algorithm 2; `gepa_utils.py` and `core/state.py` of the reference):
 * who is best somewhere, who of them can be spared, and how often each survivor is drawn as a parent.
 */
import type { FrontierType } from '../contracts/task.ts';

/**
 * What the frontier needs of one candidate. It may have scores on any subset of the validation examples: what is
 * missing (not run, or failed) is left out, never 0. Scores are points in [0, 1].
 */
export interface CandidateScores {
  readonly id: string;
  /** Example id → score. */
  readonly scores: ReadonlyMap<string, number>;
  /** Example id → objective (the name of an eval) → score. */
  readonly objectives: ReadonlyMap<string, Readonly<Record<string, number>>>;
}

/** Front (an example, an objective, or both) → ids of the candidates that are best there, in the candidates' order. */
export type Fronts = ReadonlyMap<string, readonly string[]>;

type GrowingFronts = Map<string, { best: number; ids: string[] }>;

/**
 * Builds the fronts of `type`: `instance` has one an example, `objective` one an objective (its mean over the examples
 * that the candidate has), `hybrid` both, `cartesian` one a pair of example and objective. Ties share a front.
 * Candidates come in the order of their making and have distinct ids.
 */
export function buildFronts(type: FrontierType, candidates: readonly CandidateScores[]): Fronts {
  const fronts: GrowingFronts = new Map();
  const byObjective: GrowingFronts = new Map();
  for (const candidate of candidates) {
    if (type === 'instance' || type === 'hybrid') {
      for (const [exampleId, score] of candidate.scores) offer(fronts, `example:${exampleId}`, score, candidate.id);
    }
    if (type === 'objective' || type === 'hybrid') {
      for (const [objective, mean] of objectiveMeans(candidate)) {
        offer(byObjective, `objective:${objective}`, mean, candidate.id);
      }
    }
    if (type === 'cartesian') {
      for (const [exampleId, scores] of candidate.objectives) {
        for (const [objective, score] of Object.entries(scores)) {
          // The name of an eval holds no '@', so two pairs never share a key.
          offer(fronts, `${objective}@${exampleId}`, score, candidate.id);
        }
      }
    }
  }
  return new Map([...fronts, ...byObjective].map(([key, front]) => [key, front.ids]));
}

/**
 * Takes out the candidates that the others cover. The lowest mean is looked at first (equal means: who appears first in
 * the fronts), and a candidate goes when each front that holds it still holds another one. No front ends up empty.
 *
 * The reference starts over after each removal. A removal only ever makes fronts smaller, so whoever was needed once
 * stays needed and one pass gives the same answer, in time proportional to the fronts' total size.
 */
export function pruneFronts(fronts: Fronts, means: ReadonlyMap<string, number>): Fronts {
  const frontsOf = new Map<string, string[]>();
  const left = new Map<string, number>();
  for (const [key, ids] of fronts) {
    left.set(key, ids.length);
    for (const id of ids) {
      const keys = frontsOf.get(id);
      if (keys === undefined) frontsOf.set(id, [key]);
      else keys.push(key);
    }
  }
  const meanOf = (id: string): number => means.get(id) ?? -Infinity;
  const order = [...frontsOf].sort(([first], [second]) => ascending(meanOf(first), meanOf(second)));
  const removed = new Set<string>();
  for (const [id, keys] of order) {
    if (keys.some((key) => left.get(key) === 1)) continue;
    removed.add(id);
    for (const key of keys) left.set(key, (left.get(key) ?? 0) - 1);
  }
  return new Map([...fronts].map(([key, ids]) => [key, ids.filter((id) => !removed.has(id))]));
}

/** On how many fronts each candidate stands: its weight when a parent is drawn. */
export function samplingWeights(fronts: Fronts): Map<string, number> {
  const weights = new Map<string, number>();
  for (const ids of fronts.values()) {
    for (const id of ids) weights.set(id, (weights.get(id) ?? 0) + 1);
  }
  return weights;
}

/** The frontier itself: each candidate that survives pruning, with its sampling weight. */
export function frontierWeights(type: FrontierType, candidates: readonly CandidateScores[]): Map<string, number> {
  return samplingWeights(pruneFronts(buildFronts(type, candidates), meanScores(candidates)));
}

/** Mean score of each candidate over the examples that it has; candidates without any score are left out. */
export function meanScores(candidates: readonly CandidateScores[]): Map<string, number> {
  const means = new Map<string, number>();
  for (const { id, scores } of candidates) {
    if (scores.size === 0) continue;
    let sum = 0;
    for (const score of scores.values()) sum += score;
    means.set(id, sum / scores.size);
  }
  return means;
}

/** Mean of each objective over the examples where the candidate has it. */
export function objectiveMeans(candidate: CandidateScores): Map<string, number> {
  const totals = new Map<string, { sum: number; n: number }>();
  for (const scores of candidate.objectives.values()) {
    for (const [objective, score] of Object.entries(scores)) {
      const total = totals.get(objective) ?? { sum: 0, n: 0 };
      totals.set(objective, { sum: total.sum + score, n: total.n + 1 });
    }
  }
  return new Map([...totals].map(([objective, { sum, n }]) => [objective, sum / n]));
}

function offer(fronts: GrowingFronts, key: string, score: number, id: string): void {
  const front = fronts.get(key);
  if (front === undefined || score > front.best) fronts.set(key, { best: score, ids: [id] });
  else if (score === front.best) front.ids.push(id);
}

function ascending(first: number, second: number): number {
  return first < second ? -1 : first > second ? 1 : 0;
}

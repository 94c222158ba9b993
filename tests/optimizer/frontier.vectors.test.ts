/** What the reference (gepa 0.1.4) answered on the same cases; see `../shared/vectors/README.md`. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FrontierType } from '../../lambdas/contracts/task.ts';
import {
  buildFronts,
  type CandidateScores,
  type Fronts,
  meanScores,
  objectiveMeans,
  pruneFronts,
  samplingWeights,
} from '../../lambdas/optimizer/frontier.ts';

const folder = path.resolve(import.meta.dirname, '../../../shared/vectors');
const exists = existsSync(folder);
if (!exists) console.warn(`frontier vectors skipped: ${folder} is absent`);

function vectors<T>(file: string): T[] {
  return exists ? JSON.parse(readFileSync(path.join(folder, file), 'utf8')) : [];
}

interface PruneCase {
  fronts: Record<string, number[]>;
  scores: number[];
  kept_fronts: Record<string, number[]>;
  sampling_weights?: Record<string, number>;
}

interface Evaluation {
  scores: Record<string, number>;
  objective_scores: Record<string, Record<string, number>>;
}

interface FrontierCase {
  frontier_type: FrontierType;
  seed: Evaluation;
  steps: (Evaluation & {
    front: [string | number | [string, string | number], number[]][];
    best_per_val: Record<string, number>;
    objective_best: Record<string, number>;
    agg: number;
    obj_agg: Record<string, number>;
  })[];
}

function asIndices(fronts: Fronts): Record<string, number[]> {
  return Object.fromEntries([...fronts].map(([key, ids]) => [key, ids.map(Number)]));
}

function asCandidate({ scores, objective_scores }: Evaluation, index: number): CandidateScores {
  return {
    id: String(index),
    scores: new Map(Object.entries(scores)),
    objectives: new Map(Object.entries(objective_scores)),
  };
}

function asKey(type: FrontierType, key: string | number | [string, string | number]): string {
  if (Array.isArray(key)) return `${key[0] === 'val_id' ? 'example' : 'objective'}:${key[1]}`;
  return `${type === 'objective' ? 'objective' : 'example'}:${key}`;
}

describe.skipIf(!exists)('pruning, as the reference does it', () => {
  const cases = [...vectors<PruneCase>('prune-dominated.json'), ...vectors<PruneCase>('prune-dominated-edge.json')];

  it.each(cases.entries().toArray())('case %i', (_, { fronts, scores, kept_fronts, sampling_weights }) => {
    const ours = new Map(Object.entries(fronts).map(([key, members]) => [key, members.map(String)]));
    const means = new Map(scores.map((score, index) => [String(index), score]));

    const kept = pruneFronts(ours, means);

    expect(asIndices(kept)).toEqual(kept_fronts);
    if (sampling_weights) expect(Object.fromEntries(samplingWeights(kept))).toEqual(sampling_weights);
  });
});

describe.skipIf(!exists)('fronts, as the reference builds them', () => {
  it.each(vectors<FrontierCase>('frontier-updates.json'))(
    'of type $frontier_type',
    ({ frontier_type, seed, steps }) => {
      const candidates = [seed, ...steps].map(asCandidate);
      for (const [index, step] of steps.entries()) {
        const sofar = candidates.slice(0, index + 2);
        const newest = sofar.slice(-1);

        const fronts = buildFronts(frontier_type, sofar);

        expect(asIndices(fronts)).toEqual(
          Object.fromEntries(step.front.map(([key, members]) => [asKey(frontier_type, key), members])),
        );
        expect([...meanScores(newest).values()]).toEqual([step.agg]);
        expect(newest.map((candidate) => Object.fromEntries(objectiveMeans(candidate)))).toEqual([step.obj_agg]);
        expect(bestOf(sofar.map(({ scores }) => scores))).toEqual(step.best_per_val);
        expect(bestOf(sofar.map(objectiveMeans))).toEqual(step.objective_best);
      }
    },
  );
});

function bestOf(scores: readonly ReadonlyMap<string, number>[]): Record<string, number> {
  const best: Record<string, number> = {};
  for (const [key, score] of scores.flatMap((entries) => [...entries])) {
    best[key] = Math.max(best[key] ?? -Infinity, score);
  }
  return best;
}

/** What the reference (gepa 0.1.4) answered on the same cases; see `../shared/vectors/README.md`. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  crossover,
  isDesirable,
  isViable,
  legalTriplets,
  type Parts,
  pickTriplet,
  type Relative,
  type Triplet,
} from '../../lambdas/optimizer/merge.ts';
import { stream } from '../../lambdas/optimizer/random.ts';

const folder = path.resolve(import.meta.dirname, '../../../shared/vectors');
const exists = existsSync(folder);
if (!exists) console.warn(`merge vectors skipped: ${folder} is absent`);

function vectors<T>(file: string): T[] {
  return exists ? JSON.parse(readFileSync(path.join(folder, file), 'utf8')) : [];
}

interface ViabilityCase {
  ancestor: Parts;
  id1: Parts;
  id2: Parts;
  agg: number[];
  desirable: boolean;
  viable: boolean;
}

interface CrossoverCase {
  candidates: Parts[];
  agg: number[];
  merged: { program: Parts; ids: number[] } | null;
}

interface TripletsCase {
  parents: (number | null)[][];
  candidates: Parts[];
  agg: number[];
  legal_triplets: number[][];
  picked: number[] | null;
}

/** An ancestor and its two children, of which the vectors say parts and means. */
function tripletOf(parts: readonly (Parts | undefined)[], means: readonly number[]): Triplet {
  const [ancestor, first, second] = parts.map(
    (one, i): Relative => ({ id: String(i), parents: i === 0 ? [] : ['0'], parts: one ?? {}, mean: means[i] ?? 0 }),
  );
  if (ancestor === undefined || first === undefined || second === undefined) throw new Error('This is no triplet.');
  return { ancestor, first, second };
}

const idsOf = ({ first, second, ancestor }: Triplet): number[] => [first, second, ancestor].map(({ id }) => Number(id));

describe.skipIf(!exists)('what may be merged, as the reference sees it', () => {
  const cases = vectors<ViabilityCase>('merge-viability.json');

  it.each(cases.entries().toArray())('case %i', (_, { ancestor, id1, id2, agg, desirable, viable }) => {
    expect(isDesirable(ancestor, id1, id2)).toBe(desirable);
    expect(isViable(tripletOf([ancestor, id1, id2], agg))).toBe(viable);
  });
});

describe.skipIf(!exists)('what a merge comes to, as in the reference', () => {
  const cases = vectors<CrossoverCase>('merge-crossover.json');

  it.each(cases.entries().toArray())('case %i', (_, { candidates, agg, merged }) => {
    const triplet = tripletOf(candidates, agg);

    expect(isViable(triplet) ? crossover(triplet) : null).toEqual(merged?.program ?? null);
  });
});

describe.skipIf(!exists)('which merges are legal, as in the reference', () => {
  const cases = vectors<TripletsCase>('merge-triplets.json');

  it.each(cases.entries().toArray())('case %i', (seed, { parents, candidates, agg, legal_triplets, picked }) => {
    const relatives = candidates.map(
      (parts, i): Relative => ({
        id: String(i),
        parents: (parents[i] ?? []).flatMap((parent) => (parent === null ? [] : [String(parent)])),
        parts,
        mean: agg[i] ?? 0,
      }),
    );

    const legal = legalTriplets(relatives).map(idsOf);
    const ours = pickTriplet(relatives, relatives, () => true, stream(seed, 'test'));

    expect(legal.toSorted()).toEqual(legal_triplets.toSorted());
    // The reference draws ten times and may miss what there is.
    expect(ours === null).toBe(legal.length === 0);
    if (picked !== null) expect(legal).toContainEqual(picked);
    if (ours !== null) expect(legal).toContainEqual(idsOf(ours));
  });
});

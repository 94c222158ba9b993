import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holm } from '../../lambdas/evaluation/holm.ts';

// Made once by agreement_vectors.py, with statsmodels.
const vectors: { holm: { p: number[]; adjusted: number[] }[] } = JSON.parse(
  readFileSync(new URL('agreement.vectors.json', import.meta.url), 'utf-8'),
);
const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

describe("Holm's correction", () => {
  it('is what statsmodels says, on 50 random cases', () => {
    expect(vectors.holm).toHaveLength(50);
    for (const [i, { p, adjusted }] of vectors.holm.entries()) {
      const ours = holm(p);

      expect(ours).toHaveLength(adjusted.length);
      for (const [at, value] of ours.entries()) {
        expect(Math.abs(value - (adjusted[at] ?? 0)), `case ${i}`).toBeLessThan(1e-9);
      }
    }
  });

  it.each([
    { name: 'nothing', given: [], adjusted: [] },
    { name: 'one', given: [0.04], adjusted: [0.04] },
    { name: 'three in any order', given: [0.04, 0.01, 0.03], adjusted: [0.06, 0.03, 0.06] },
    { name: 'equal ones', given: [0.02, 0.02], adjusted: [0.04, 0.04] },
    { name: 'large ones, capped', given: [0.6, 0.9], adjusted: [1, 1] },
  ])('of $name', ({ given, adjusted }) => {
    const ours = holm(given);

    expect(ours).toHaveLength(adjusted.length);
    for (const [at, value] of ours.entries()) expect(value).toBeCloseTo(adjusted[at] ?? 0, 12);
  });

  it('keeps the order of sizes, and never makes a p-value smaller or larger than 1', () => {
    fc.assert(
      fc.property(pValues, (given) => {
        const adjusted = holm(given);

        const bySize = given.map((_, i) => i).sort((a, b) => (given[a] ?? 0) - (given[b] ?? 0));
        const ascending = bySize.map((i) => adjusted[i] ?? 0);
        expect(ascending).toEqual(ascending.toSorted((a, b) => a - b));
        for (const [i, value] of adjusted.entries()) {
          expect(value).toBeGreaterThanOrEqual(given[i] ?? 0);
          expect(value).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupsOf, type Shares, sizesOf, splitByShares } from '../../lambdas/datasets/split-by-shares.ts';

const shares: Shares = { train: 40, validation: 25, test: 25, golden: 10 };
const none = (n: number): null[] => Array.from({ length: n }, () => null);
const count = (splits: readonly string[]): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(splits, (name) => name)].map(([name, members]) => [name, members.length]));

describe('the sizes of splits', () => {
  it.each([
    { n: 300, sizes: { train: 120, validation: 75, test: 75, golden: 30 } },
    { n: 10, sizes: { train: 4, validation: 3, test: 2, golden: 1 } },
    { n: 3, sizes: { train: 1, validation: 1, test: 1, golden: 0 } },
    { n: 0, sizes: { train: 0, validation: 0, test: 0, golden: 0 } },
  ])('of $n examples follow the shares', ({ n, sizes }) => {
    expect(Object.fromEntries(sizesOf(n, shares))).toEqual(sizes);
  });

  it('give nothing to a split without a share', () => {
    expect(Object.fromEntries(sizesOf(7, { train: 0.5, golden: 0, test: 0.5 }))).toEqual({ train: 4, test: 3 });
  });
});

describe('random splits', () => {
  it('have exact sizes where no two examples are neighbours', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', null), { maxLength: 80 }), fc.nat(50), (labels, seed) => {
        const sizes = sizesOf(labels.length, shares);

        const splits = splitByShares(labels, [], shares, seed);

        expect(count(splits)).toEqual(Object.fromEntries([...sizes].filter(([, size]) => size > 0)));
      }),
    );
  });

  it('never part neighbours, nor neighbours of neighbours', () => {
    const pairs = fc.array(fc.record({ a: fc.nat(39), b: fc.nat(39) }), { maxLength: 30 });
    fc.assert(
      fc.property(pairs, fc.nat(50), (neighbours, seed) => {
        const splits = splitByShares(none(40), neighbours, shares, seed);

        for (const group of groupsOf(40, neighbours)) expect(new Set(group.map((index) => splits[index])).size).toBe(1);
      }),
    );
  });

  it('keep exact sizes with a few pairs of neighbours among single examples', () => {
    const neighbours = Array.from({ length: 20 }, (_, i) => ({ a: 2 * i, b: 2 * i + 1 }));

    expect(count(splitByShares(none(100), neighbours, shares, 3))).toEqual(Object.fromEntries(sizesOf(100, shares)));
  });

  it('are the same for the same seed, and others for another', () => {
    const of = (seed: number): string[] => splitByShares(none(60), [], shares, seed);

    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });

  it('have every label in proportion', () => {
    const labels = Array.from({ length: 200 }, (_, i) => (i % 5 === 0 ? 'rare' : 'common'));

    const splits = splitByShares(labels, [], shares, 7);

    const rare = count(splits.filter((_, i) => labels[i] === 'rare'));
    for (const [name, size] of sizesOf(40, shares)) expect(Math.abs((rare[name] ?? 0) - size)).toBeLessThanOrEqual(1);
  });
});

import fc from 'fast-check';
import type { SimilarPair } from '../../lambdas/datasets/similarity.ts';

/** Random pairs among items 0 … `count` − 1, each at most once. */
export function pairsAmong(count: number): fc.Arbitrary<SimilarPair[]> {
  if (count < 2) return fc.constant([]);
  const item = fc.nat(count - 1);
  const pair = fc.record({ a: item, b: item, similarity: fc.constantFrom(0.5, 0.6, 0.7, 1) });
  return fc
    .uniqueArray(pair, { maxLength: 2 * count, selector: ({ a, b }) => [a, b].sort((x, y) => x - y).join(' ') })
    .map((pairs) =>
      pairs.flatMap(({ a, b, similarity }) => (a === b ? [] : [{ a: Math.min(a, b), b: Math.max(a, b), similarity }])),
    );
}

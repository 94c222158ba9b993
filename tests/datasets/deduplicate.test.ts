import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { synthesisSettingsSchema } from '../../lambdas/contracts/synthesis-settings.ts';
import { deduplicate } from '../../lambdas/datasets/deduplicate.ts';
import { similarPairs } from '../../lambdas/datasets/similarity.ts';
import { planted } from './planted.ts';

const { duplicateThreshold } = synthesisSettingsSchema.parse({});
const texts = [...planted.map(({ text }) => text), ...planted.map(({ variant }) => variant)];

describe('deduplicate', () => {
  it('drops every planted copy, the later one of two, and no other question', () => {
    const { kept, dropped } = deduplicate(texts, duplicateThreshold);

    expect(kept).toEqual([...planted.keys()]);
    expect(dropped).toEqual(planted.map((_, like) => ({ index: like + planted.length, like, similarity: 1 })));
  });

  it('keeps one that is only like a dropped one', () => {
    const chain = ['copper silver garnet marble', 'silver garnet marble velvet', 'garnet marble velvet timber'];

    expect(similarPairs(chain, 0.5).map(({ a, b }) => [a, b])).toEqual([
      [0, 1],
      [1, 2],
    ]);
    expect(deduplicate(chain, 0.5).kept).toEqual([0, 2]);
  });

  it('never drops one of the first, and compares the others with them before all else', () => {
    const [text = ''] = texts;

    const { kept, dropped } = deduplicate([text, 'something else', text, text], duplicateThreshold, new Set([2, 3]));

    expect(kept).toEqual([1, 2, 3]);
    expect(dropped).toEqual([{ index: 0, like: 2, similarity: 1 }]);
  });

  it('leaves no pair, but among the first, and drops nothing without a nearest one that stays', () => {
    const mixture = planted.flatMap(({ variant, text, paraphrase }) => [variant, paraphrase, text]);
    const some = fc.subarray(mixture, { maxLength: 30 });
    fc.assert(
      fc.property(some, fc.uniqueArray(fc.nat(29)), fc.constantFrom(0.3, 0.5, 0.7), (list, firstOnes, threshold) => {
        const first = new Set(firstOnes.filter((index) => index < list.length));

        const { kept, dropped } = deduplicate(list, threshold, first);

        const stays = new Set(kept);
        const pairs = similarPairs(list, threshold);
        expect([...kept, ...dropped.map(({ index }) => index)].sort((a, b) => a - b)).toEqual([...list.keys()]);
        expect(pairs.filter(({ a, b }) => stays.has(a) && stays.has(b) && !(first.has(a) && first.has(b)))).toEqual([]);
        expect(dropped.every(({ index, like }) => !first.has(index) && stays.has(like))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('gets through a generator that repeats itself thousands of times', () => {
    const same = Array.from({ length: 3000 }, (_, index) => `Where is my parcel? It was sent on ${index % 3} May.`);

    expect(deduplicate(same, duplicateThreshold).kept).toHaveLength(1);
  });
});

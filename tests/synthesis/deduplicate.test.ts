import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { synthesisSettingsSchema } from '../../lambdas/contracts/synthesis-settings.ts';
import { deduplicate, deduplicateTexts } from '../../lambdas/synthesis/deduplicate.ts';
import { similarPairs } from '../../lambdas/synthesis/similarity.ts';
import { planted } from './planted.ts';
import { pairsAmong } from './random-pairs.ts';

describe('deduplicate', () => {
  it('drops the later one of a pair', () => {
    const { kept, dropped } = deduplicate(3, [{ a: 0, b: 2, similarity: 0.8 }]);

    expect(kept).toEqual([0, 1]);
    expect(dropped).toEqual([{ index: 2, like: 0, similarity: 0.8 }]);
  });

  it('keeps one that is only like a dropped one', () => {
    const pairs = [
      { a: 0, b: 1, similarity: 0.9 },
      { a: 1, b: 2, similarity: 0.9 },
    ];

    expect(deduplicate(3, pairs).kept).toEqual([0, 2]);
  });

  it('names the most similar one of those that stay', () => {
    const pairs = [
      { a: 0, b: 3, similarity: 0.75 },
      { a: 1, b: 3, similarity: 0.85 },
      { a: 0, b: 2, similarity: 0.8 },
      { a: 2, b: 3, similarity: 1 },
    ];

    expect(deduplicate(4, pairs).dropped).toEqual([
      { index: 2, like: 0, similarity: 0.8 },
      { index: 3, like: 1, similarity: 0.85 },
    ]);
  });

  it('never drops one of the first, and compares the others with them before all else', () => {
    const pairs = [
      { a: 0, b: 2, similarity: 0.9 },
      { a: 2, b: 3, similarity: 1 },
    ];

    const { kept, dropped } = deduplicate(4, pairs, new Set([2, 3]));

    expect(kept).toEqual([1, 2, 3]);
    expect(dropped).toEqual([{ index: 0, like: 2, similarity: 0.9 }]);
  });

  it('leaves no pair, but among the first, and drops nothing without one that stays', () => {
    const cases = fc
      .integer({ min: 0, max: 15 })
      .chain((count) => fc.record({ count: fc.constant(count), pairs: pairsAmong(count) }));
    fc.assert(
      fc.property(cases, fc.uniqueArray(fc.nat(14)), ({ count, pairs }, firstOnes) => {
        const first = new Set(firstOnes.filter((index) => index < count));

        const { kept, dropped } = deduplicate(count, pairs, first);

        const stays = new Set(kept);
        expect([...kept, ...dropped.map(({ index }) => index)].sort((a, b) => a - b)).toEqual([...Array(count).keys()]);
        expect(pairs.filter(({ a, b }) => stays.has(a) && stays.has(b) && !(first.has(a) && first.has(b)))).toEqual([]);
        expect(dropped.every(({ index, like }) => !first.has(index) && stays.has(like))).toBe(true);
      }),
    );
  });
});

describe('deduplicateTexts', () => {
  const { duplicateThreshold } = synthesisSettingsSchema.parse({});

  it('drops every planted copy and no other question', () => {
    const texts = [...planted.map(({ text }) => text), ...planted.map(({ variant }) => variant)];

    const { kept, dropped } = deduplicateTexts(texts, duplicateThreshold);

    expect(kept).toEqual([...planted.keys()]);
    expect(dropped.every(({ index, like, similarity }) => index === like + planted.length && similarity === 1)).toBe(
      true,
    );
  });

  it('gives what deduplicating all pairs gives', () => {
    const texts = planted.flatMap(({ variant, text, paraphrase }) => [variant, paraphrase, text]);
    const first = new Set([2, 3, 50]);

    for (const threshold of [0.3, 0.5, duplicateThreshold]) {
      const byPairs = deduplicate(texts.length, similarPairs(texts, threshold), first);
      expect(deduplicateTexts(texts, threshold, first)).toEqual(byPairs);
    }
  });

  it('gets through a generator that repeats itself thousands of times', () => {
    const texts = Array.from({ length: 3000 }, (_, index) => `Where is my parcel? It was sent on ${index % 3} May.`);

    expect(deduplicateTexts(texts, duplicateThreshold).kept).toHaveLength(1);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SplitName, splitNames } from '../../lambdas/contracts/dataset.ts';
import { synthesisSettingsSchema } from '../../lambdas/contracts/synthesis-settings.ts';
import { type SimilarPair, similarPairs } from '../../lambdas/datasets/similarity.ts';
import { splitByTopic, type TopicSplits } from '../../lambdas/datasets/split-by-topic.ts';
import { stream } from '../../lambdas/optimizer/random.ts';
import { planted } from './planted.ts';
import { pairsAmong } from './random-pairs.ts';

const { split: shares, neighbourThreshold } = synthesisSettingsSchema.parse({});

interface Item {
  readonly id: string;
  readonly topic: string;
  readonly isGolden?: boolean;
}

function items(topics: number, each: number): Item[] {
  return Array.from({ length: topics * each }, (_, index) => ({
    id: `e-${String(index).padStart(4, '0')}`,
    topic: `topic ${index % topics}`,
  }));
}

function sizes({ splits }: TopicSplits): Record<SplitName, number> {
  return {
    train: splits.train.length,
    validation: splits.validation.length,
    test: splits.test.length,
    golden: splits.golden.length,
  };
}

function splitOf({ splits }: TopicSplits): Map<number, SplitName> {
  return new Map(splitNames.flatMap((name) => splits[name].map((index) => [index, name] as const)));
}

function crossing(result: TopicSplits, neighbours: readonly SimilarPair[]): SimilarPair[] {
  const where = splitOf(result);
  return neighbours.filter(({ a, b }) => where.has(a) && where.has(b) && where.get(a) !== where.get(b));
}

/** Some topics, rated ones among them, and any neighbours. */
const cases = fc
  .integer({ min: 0, max: 40 })
  .chain((count) =>
    fc.record({
      examples: fc.array(
        fc.record({ topic: fc.integer({ min: 0, max: 11 }), isGolden: fc.constantFrom(true, false, false, false) }),
        { minLength: count, maxLength: count },
      ),
      neighbours: pairsAmong(count),
      seed: fc.nat(),
    }),
  )
  .map(({ examples, neighbours, seed }) => ({
    examples: examples.map(
      ({ topic, isGolden }, index): Item => ({ id: `e-${index}`, topic: `topic ${topic}`, isGolden }),
    ),
    neighbours,
    seed,
  }));

describe('splitByTopic', () => {
  it('gives whole topics to the splits, in sizes near the shares', () => {
    const examples = items(15, 20);

    for (let seed = 0; seed < 5; seed++) {
      const result = splitByTopic(examples, [], shares, seed);

      expect(result.groupedBy).toBe('topic');
      const topics = splitNames.map((name) => new Set(result.splits[name].map((index) => examples[index]?.topic)));
      expect(topics.reduce((sum, { size }) => sum + size, 0)).toBe(15);
      // 120, 75, 75 and 30 are asked for; a topic is 20.
      for (const [name, size] of Object.entries(sizes(result))) {
        const wanted = { train: 120, validation: 75, test: 75, golden: 30 }[name] ?? Number.NaN;
        expect(Math.abs(size - wanted)).toBeLessThanOrEqual(10);
      }
    }
  });

  it('puts neighbours together where there are few topics, in sizes at the shares', () => {
    const examples = items(5, 40);
    const neighbours = Array.from({ length: 50 }, (_, at) => ({ a: 4 * at, b: 4 * at + 3, similarity: 0.6 }));

    const result = splitByTopic(examples, neighbours, shares, 1);

    expect(result).toMatchObject({ groupedBy: 'neighbours', dropped: [] });
    expect(sizes(result)).toEqual({ train: 80, validation: 50, test: 50, golden: 20 });
    expect(crossing(result, neighbours)).toEqual([]);
  });

  it('cuts neighbours that hang together in one chain at the weakest links', () => {
    const examples = items(1, 100);
    const chain = Array.from({ length: 99 }, (_, a) => ({ a, b: a + 1, similarity: a % 10 === 9 ? 0.5 : 0.6 }));

    const result = splitByTopic(examples, chain, shares, 1);

    expect(crossing(result, chain)).toEqual([]);
    expect(result.dropped.length).toBeGreaterThan(0);
    expect(result.dropped.length).toBeLessThanOrEqual(9);
    for (const size of Object.values(sizes(result))) expect(size).toBeGreaterThan(5);
  });

  it('cuts them where golden is full of rated examples too', () => {
    const examples = items(1, 150).map((item, index) => ({ ...item, isGolden: index >= 90 }));
    const chain = Array.from({ length: 89 }, (_, a) => ({ a, b: a + 1, similarity: 0.6 }));

    const { train, validation, test, golden } = sizes(splitByTopic(examples, chain, shares, 1));

    expect(golden).toBe(60);
    expect(train).toBeLessThanOrEqual(60);
    expect(Math.min(validation, test)).toBeGreaterThan(15);
  });

  it('drops the one in the split that is larger by its share, and names the one that stays', () => {
    const examples = [...items(8, 10), ...items(8, 10).slice(0, 8)].map((item, index) => ({
      ...item,
      id: `e-${index}`,
    }));
    const placed = splitByTopic(examples, [], shares, 2);
    const [a = 0] = placed.splits.train;
    const [b = 0] = placed.splits.test;
    const neighbours = [{ a: Math.min(a, b), b: Math.max(a, b), similarity: 0.55 }];
    const trainIsLarger = placed.splits.train.length / shares.train > placed.splits.test.length / shares.test;

    const result = splitByTopic(examples, neighbours, shares, 2);

    const [index, like] = trainIsLarger ? [a, b] : [b, a];
    expect(result.dropped).toEqual([{ index, like, similarity: 0.55 }]);
  });

  it('takes back a drop that a later one makes needless', () => {
    const examples = items(9, 4).map((item, index) => ({ ...item, isGolden: index === 0 }));
    const { splits } = splitByTopic(examples, [], shares, 3);
    const fullness = (name: SplitName): number => splits[name].length / shares[name];
    const [fuller = 'train', other = 'test'] = splitNames
      .filter((name) => name !== 'golden')
      .sort((one, another) => fullness(another) - fullness(one));
    const [first = 0, second = 0] = [splits[fuller][0], splits[other][0]];
    // The nearest pair is looked at first and costs `first`; then the rated example costs `second`.
    const neighbours = [
      { a: Math.min(first, second), b: Math.max(first, second), similarity: 0.9 },
      { a: 0, b: second, similarity: 0.5 },
    ];

    const { dropped } = splitByTopic(examples, neighbours, shares, 3);

    expect(fullness(fuller)).toBeGreaterThan(fullness(other));
    expect(dropped).toEqual([{ index: second, like: first, similarity: 0.9 }]);
  });

  it('keeps rated examples golden, whatever their topic, as a part of the golden share', () => {
    const examples = items(10, 20).map((item, index) => ({ ...item, isGolden: index % 10 === 0 && index < 150 }));

    const result = splitByTopic(examples, [], shares, 4);

    expect(
      examples.flatMap(({ isGolden }, index) => (isGolden && !result.splits.golden.includes(index) ? [index] : [])),
    ).toEqual([]);
    expect(sizes(result).golden).toBeLessThanOrEqual(35);
    expect(sizes(result).train).toBeGreaterThanOrEqual(60);
  });

  it('shares out the rest as asked where more are rated than the golden share', () => {
    const examples = items(9, 20).map((item, index) => ({ ...item, isGolden: index < 90 }));

    expect(sizes(splitByTopic(examples, [], shares, 5))).toMatchObject({ train: 40, golden: 90 });
  });

  it('lets no pair of neighbours cross, loses nobody, and drops none that is rated or needless', () => {
    fc.assert(
      fc.property(cases, ({ examples, neighbours, seed }) => {
        const result = splitByTopic(examples, neighbours, shares, seed);

        const where = splitOf(result);
        const dropped = result.dropped.map(({ index }) => index);
        expect(crossing(result, neighbours)).toEqual([]);
        expect([...where.keys(), ...dropped].sort((a, b) => a - b)).toEqual([...examples.keys()]);
        for (const [index, { isGolden }] of examples.entries()) if (isGolden) expect(where.get(index)).toBe('golden');
        for (const { index, like, similarity } of result.dropped) {
          expect(where.has(like)).toBe(true);
          expect(neighbours).toContainEqual({ a: Math.min(index, like), b: Math.max(index, like), similarity });
        }
        expect(splitByTopic(examples, neighbours, shares, seed)).toEqual(result);
      }),
      { numRuns: 150 },
    );
  });

  it('sends an id to the same split in whatever order the examples come', () => {
    fc.assert(
      fc.property(cases, fc.nat(), ({ examples, neighbours, seed }, shuffling) => {
        const order = stream(shuffling, 'order').shuffle([...examples.keys()]);
        const placeOf = new Map(order.map((from, to) => [from, to]));
        const moved = order.flatMap((from) => examples[from] ?? []);
        const movedPairs = neighbours.map(({ a, b, similarity }) => {
          const [one = 0, other = 0] = [placeOf.get(a), placeOf.get(b)];
          return { a: Math.min(one, other), b: Math.max(one, other), similarity };
        });

        const ids = (result: TopicSplits, from: readonly Item[]): string[][] =>
          splitNames.map((name) => result.splits[name].map((index) => from[index]?.id ?? '').sort());
        expect(ids(splitByTopic(moved, movedPairs, shares, seed), moved)).toEqual(
          ids(splitByTopic(examples, neighbours, shares, seed), examples),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('gives every split an example where there are four groups, however unequal', () => {
    const groups = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 8, maxLength: 12 });
    fc.assert(
      fc.property(groups, fc.nat(), (counts, seed) => {
        const examples = counts.flatMap((count, topic) =>
          Array.from({ length: count }, (_, at) => ({ id: `${topic}-${at}`, topic: String(topic) })),
        );

        expect(Math.min(...Object.values(sizes(splitByTopic(examples, [], shares, seed))))).toBeGreaterThan(0);
      }),
    );
    expect(sizes(splitByTopic(items(1, 4), [], shares, 0))).toEqual({ train: 1, validation: 1, test: 1, golden: 1 });
  });

  it('depends on the seed', () => {
    const examples = items(15, 4);

    expect(splitByTopic(examples, [], shares, 1)).not.toEqual(splitByTopic(examples, [], shares, 2));
  });

  it('keeps planted copies and paraphrases out of other splits, with the topics mixed up', () => {
    const texts = planted.flatMap(({ text, variant, paraphrase }) => [text, variant, paraphrase]);
    // Each of the three in another topic.
    const examples = texts.map((_, index) => ({ id: `e-${index}`, topic: `topic ${index % 10}` }));
    const neighbours = similarPairs(texts, neighbourThreshold);

    const result = splitByTopic(examples, neighbours, shares, 6);

    const apart = splitByTopic(examples, [], shares, 6);
    expect(crossing(apart, neighbours).length).toBeGreaterThan(20);
    expect(crossing(result, neighbours)).toEqual([]);
    expect(Math.min(...Object.values(sizes(result)))).toBeGreaterThan(0);
  });
});

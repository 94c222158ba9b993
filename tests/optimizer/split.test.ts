import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Example, Json } from '../../lambdas/contracts/dataset.ts';
import { InvalidInputError } from '../../lambdas/contracts/errors.ts';
import { splitTrain } from '../../lambdas/optimizer/split.ts';

function examples(count: number, fields: (index: number) => Partial<Example> = () => ({})): Example[] {
  return Array.from({ length: count }, (_, index) => ({ id: `t${index}`, input: `text ${index}`, ...fields(index) }));
}

function count(side: readonly Example[], label: (example: Example) => unknown): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const example of side) {
    const key = String(label(example));
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

function field(expected: Json | undefined, name: string): Json | undefined {
  return typeof expected === 'object' && expected !== null && !Array.isArray(expected) ? expected[name] : undefined;
}

describe('splitTrain', () => {
  it('puts each example on one side, in the order of the dataset, and exactly the asked share to validation', () => {
    const datasets = fc
      .array(
        fc.record({ expected: fc.constantFrom('a', 'b', 'c', 1, null), tags: fc.constantFrom([], ['x'], ['y']) }),
        {
          minLength: 2,
          maxLength: 60,
        },
      )
      .map((rows) => examples(rows.length, (index) => rows[index] ?? {}));
    fc.assert(
      fc.property(datasets, fc.double({ min: 0.05, max: 0.9, noNaN: true }), fc.nat(), (dataset, share, seed) => {
        const { train, validation } = splitTrain(dataset, share, seed);

        const wanted = Math.min(Math.max(Math.round(share * dataset.length), 1), dataset.length - 1);
        expect(validation).toHaveLength(wanted);
        expect(dataset.filter((example) => train.includes(example))).toEqual(train);
        expect(dataset.filter((example) => validation.includes(example))).toEqual(validation);
        expect(train.length + validation.length).toBe(dataset.length);
        expect(splitTrain(dataset, share, seed)).toEqual({ train, validation });
      }),
    );
  });

  it('gives each stratum its share, give or take one', () => {
    const dataset = fc
      .array(fc.constantFrom('a', 'b', 'c'), { minLength: 10, maxLength: 80 })
      .map((labels) => examples(labels.length, (index) => ({ expected: labels[index] ?? '' })));
    fc.assert(
      fc.property(dataset, fc.double({ min: 0.1, max: 0.9, noNaN: true }), fc.nat(), (all, share, seed) => {
        const { validation } = splitTrain(all, share, seed);

        const chosen = count(validation, ({ expected }) => expected);
        for (const [label, size] of Object.entries(count(all, ({ expected }) => expected))) {
          expect(Math.abs((chosen[label] ?? 0) - (size * validation.length) / all.length)).toBeLessThan(1);
        }
      }),
    );
  });

  it('stratifies by a scalar expected', () => {
    const dataset = examples(40, (index) => ({ expected: index < 30 ? 'no' : 'yes', tags: [`t${index % 2}`] }));

    const { validation } = splitTrain(dataset, 0.4, 3);

    expect(count(validation, ({ expected }) => expected)).toEqual({ no: 12, yes: 4 });
  });

  it('stratifies by the first fields of an object expected that have few values, jointly', () => {
    const dataset = examples(60, (index) => ({
      expected: {
        note: `note ${index}`,
        categories: ['x'],
        urgency: ['low', 'medium', 'high'][index % 3] ?? '',
        sentiment: index % 2 === 0 ? 'good' : 'bad',
      },
    }));

    const { validation } = splitTrain(dataset, 0.5, 4);

    const joint = count(validation, ({ expected }) => `${field(expected, 'urgency')} ${field(expected, 'sentiment')}`);
    expect(Object.values(joint)).toEqual([5, 5, 5, 5, 5, 5]);
  });

  it('leaves out a field that would make too many strata', () => {
    const dataset = examples(24, (index) => ({
      expected: { urgency: index % 2, agent: index % 11, open: index % 4 < 2 },
    }));

    const { validation } = splitTrain(dataset, 0.5, 5);

    const joint = count(validation, ({ expected }) => `${field(expected, 'urgency')} ${field(expected, 'open')}`);
    expect(Object.values(joint)).toEqual([3, 3, 3, 3]);
  });

  it.each([
    ['expected is free text', (index: number): Partial<Example> => ({ expected: `answer ${index}` })],
    ['there is no expected', (): Partial<Example> => ({})],
    ['every expected is the same', (): Partial<Example> => ({ expected: 'ok' })],
    ['expected is a list', (index: number): Partial<Example> => ({ expected: [index % 2] })],
    [
      'expected mixes objects and text',
      (index: number): Partial<Example> => ({ expected: index % 2 ? { a: 1 } : 'a' }),
    ],
  ])('falls back to the first tag when %s', (_, fields) => {
    const dataset = examples(40, (index) => ({
      ...fields(index),
      tags: index % 4 === 0 ? ['vip', `u${index}`] : ['std'],
    }));

    for (let seed = 0; seed < 10; seed++) {
      const { validation } = splitTrain(dataset, 0.5, seed);

      expect(count(validation, ({ tags }) => tags?.[0])).toEqual({ vip: 5, std: 15 });
    }
  });

  it('falls back to the first tag when most values of expected occur once', () => {
    const dataset = examples(20, (index) => ({ expected: index % 15, tags: [index % 2 === 0 ? 'vip' : 'std'] }));

    for (let seed = 0; seed < 10; seed++) {
      const { validation } = splitTrain(dataset, 0.5, seed);

      expect(count(validation, ({ tags }) => tags?.[0])).toEqual({ vip: 5, std: 5 });
    }
  });

  it('depends on the seed', () => {
    const dataset = examples(30);

    expect(splitTrain(dataset, 0.5, 1)).not.toEqual(splitTrain(dataset, 0.5, 2));
  });

  it('leaves at least one example on each side', () => {
    expect(splitTrain(examples(2), 0.9, 0).train).toHaveLength(1);
    expect(splitTrain(examples(3), 0.05, 0).validation).toHaveLength(1);
  });

  it('says what to do when there is nothing to split', () => {
    expect(() => splitTrain(examples(1), 0.4, 0)).toThrow(InvalidInputError);
    expect(() => splitTrain([], 0.4, 0)).toThrow(/validation dataset/);
  });
});

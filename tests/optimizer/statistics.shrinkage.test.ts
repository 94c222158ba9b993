import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stream } from '../../lambdas/optimizer/random.ts';
import { mean, shrinkMeans } from '../../lambdas/optimizer/statistics.ts';

describe('shrinkMeans', () => {
  const matrix = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 8 })).chain(([k, n]) =>
    fc.array(fc.array(fc.constantFrom(0, 0.25, 0.5, 1), { minLength: n, maxLength: n }), {
      minLength: k,
      maxLength: k,
    }),
  );

  it('pulls each mean towards the common mean, never past it, and keeps their order', () => {
    fc.assert(
      fc.property(matrix, (scores) => {
        const plain = scores.map((row) => mean(row) ?? 0);
        const centre = mean(plain) ?? 0;

        const shrunk = shrinkMeans(scores).map((value) => value ?? Number.NaN);

        expect(mean(shrunk)).toBeCloseTo(centre, 9);
        for (const [index, value] of shrunk.entries()) {
          const distance = (plain[index] ?? 0) - centre;
          expect((value - centre) * Math.sign(distance)).toBeGreaterThanOrEqual(-1e-9);
          expect(Math.abs(value - centre)).toBeLessThanOrEqual(Math.abs(distance) + 1e-9);
        }
      }),
    );
  });

  it('gives the factor of the two-way layout', () => {
    const scores = [
      [1, 1, 1, 0, 0],
      [0.6, 0.6, 0.6, 0.1, 0.1],
    ];
    // By hand: differences 0.4 0.4 0.4 −0.1 −0.1 have mean 0.2 and variance 0.075, so a mean's noise is 0.075 / 2 / 5;
    // the spread of the means 0.6 and 0.4 is 0.02; the factor 1 − 0.0075 / 0.02 = 0.625.
    expect(shrinkMeans(scores)).toEqual([expect.closeTo(0.5 + 0.1 * 0.625, 12), expect.closeTo(0.5 - 0.1 * 0.625, 12)]);
  });

  it('does not count the difficulty of examples as noise', () => {
    const hardAndEasy = [
      [0, 0.5, 0.9, 0.1, 0.7],
      [0.1, 0.6, 1, 0.2, 0.8],
    ];

    const [first, second] = shrinkMeans(hardAndEasy);

    expect(first).toBeCloseTo(0.44, 9);
    expect(second).toBeCloseTo(0.54, 9);
  });

  it('takes means that differ by luck alone for equal', () => {
    const scores = [
      [1, 0, 1, 0, 1],
      [0, 1, 0, 1, 0],
    ];

    expect(shrinkMeans(scores)).toEqual([0.5, 0.5]);
  });

  it('comes nearer to the truth than the plain means', () => {
    const draws = stream(3, 'shrink');
    let plainError = 0;
    let shrunkError = 0;
    for (let trial = 0; trial < 200; trial++) {
      const truths = Array.from({ length: 5 }, () => 0.6 + 0.1 * draws.next());
      const scores = truths.map((truth) => Array.from({ length: 40 }, () => (draws.next() < truth ? 1 : 0)));
      const shrunk = shrinkMeans(scores);
      for (const [index, truth] of truths.entries()) {
        plainError += ((mean(scores[index] ?? []) ?? 0) - truth) ** 2;
        shrunkError += ((shrunk[index] ?? 0) - truth) ** 2;
      }
    }

    expect(shrunkError).toBeLessThan(plainError * 0.6);
  });

  it.each([
    { case: 'nobody', scores: [], expected: [] },
    { case: 'one candidate', scores: [[0.25, 0.75]], expected: [0.5] },
    { case: 'one example', scores: [[1], [0]], expected: [0.5, 0.5] },
    { case: 'no example', scores: [[], []], expected: [null, null] },
    {
      case: 'a candidate that failed everywhere',
      scores: [
        [null, null],
        [1, 1],
      ],
      expected: [null, 1],
    },
    {
      case: 'no example in common',
      scores: [
        [1, null],
        [null, 0.5],
      ],
      expected: [1, 0.5],
    },
    {
      case: 'a failure, whose example is left out',
      scores: [
        [0.2, null],
        [0.4, 1],
      ],
      expected: [0.3, 0.3],
    },
  ])('does not blow up for $case', ({ scores, expected }) => {
    expect(shrinkMeans(scores)).toEqual(expected.map((value) => (value === null ? null : expect.closeTo(value, 12))));
  });

  it('refuses rows of different length', () => {
    expect(() => shrinkMeans([[1], [1, 0]])).toThrow(RangeError);
  });
});

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AgreementMeasures,
  confusionMatrix,
  measureAgreement,
  type RatedPair,
  type RatingScale,
  ratingsMissing,
  wilsonInterval,
} from '../../lambdas/evaluation/agreement.ts';

interface Case {
  readonly scale: string;
  readonly pairs: readonly [number | null, number | null][];
  readonly expected: Record<string, unknown> & {
    readonly wilson: [number, number] | null;
    /** Of passes: by people's fail and pass, then by the judge's. */
    readonly confusion: [[number, number], [number, number]] | null;
    readonly matrix: number[][] | null;
  };
}
// Made once by agreement_vectors.py, with SciPy, scikit-learn and statsmodels.
const vectors: {
  scales: Record<string, RatingScale>;
  cases: Case[];
} = JSON.parse(readFileSync(new URL('agreement.vectors.json', import.meta.url), 'utf-8'));

const scaleNamed = (name: string): RatingScale => {
  const scale = vectors.scales[name];
  if (scale === undefined) throw new Error(`There is no scale ${name}.`);
  return scale;
};
const stars = scaleNamed('stars');
const passFail = scaleNamed('pass_fail');
const pair = ([person, judge]: readonly [number | null, number | null]): RatedPair => ({ person, judge });
const measures = [
  'agreement',
  'kappa',
  'mae',
  'mse',
  'normalizedMae',
  'normalizedMse',
  'pearson',
  'spearman',
  'kendallTauB',
  'precision',
  'recall',
] as const;

describe('measures of agreement', () => {
  it.each(measures)('%s is what the reference says, on 200 random cases, and N/A exactly where it has none', (name) => {
    const seen = { number: 0, none: 0 };
    for (const [i, { scale, pairs, expected }] of vectors.cases.entries()) {
      const measured = measureAgreement(pairs.map(pair), scaleNamed(scale));

      const value = measured[name];
      const wanted = expected[name] ?? null;
      expect(measured.n, `case ${i}`).toBe(expected.n);
      if (wanted === null) {
        expect(value, `case ${i}`).toEqual({ notAvailable: expect.any(String) });
        seen.none += 1;
      } else {
        expect(value, `case ${i}`).toEqual(expect.any(Number));
        expect(Math.abs(Number(value) - Number(wanted)), `case ${i}: ${value} and ${wanted}`).toBeLessThan(1e-9);
        seen.number += 1;
      }
    }
    expect(seen.number).toBeGreaterThan(80);
    expect(seen.none).toBeGreaterThan(5);
  });

  it("the interval of the agreement is Wilson's", () => {
    for (const { scale, pairs, expected } of vectors.cases) {
      const { agreementCi95 } = measureAgreement(pairs.map(pair), scaleNamed(scale));

      if (expected.wilson === null) expect(agreementCi95).toBeNull();
      else for (const end of [0, 1]) expect(agreementCi95?.[end]).toBeCloseTo(expected.wilson[end] ?? 0, 9);
    }
  });

  it('count passes as the reference does', () => {
    for (const [i, { scale, pairs, expected }] of vectors.cases.entries()) {
      const { confusion } = measureAgreement(pairs.map(pair), scaleNamed(scale));

      const [[trueNegatives, falsePositives] = [], [falseNegatives, truePositives] = []] = expected.confusion ?? [];
      const wanted = { truePositives, falsePositives, trueNegatives, falseNegatives };
      expect(confusion, `case ${i}`).toEqual(expected.confusion === null ? null : wanted);
    }
  });

  it('say why there is none', () => {
    const reasons = (pairs: [number | null, number | null][], scale = passFail): Partial<AgreementMeasures> => {
      const { pearson, kappa, precision, recall } = measureAgreement(pairs.map(pair), scale);
      return { pearson, kappa, precision, recall };
    };

    expect(reasons([])).toMatchObject({ pearson: { notAvailable: 'fewer than 2 pairs' } });
    expect(reasons([[null, 1]])).toMatchObject({
      kappa: { notAvailable: 'no answer has both a rating and a judgement' },
    });
    expect(reasons([[1, 1]])).toMatchObject({ pearson: { notAvailable: 'fewer than 2 pairs' } });
    expect(
      reasons([
        [1, 1],
        [1, 0],
      ]),
    ).toMatchObject({ pearson: { notAvailable: "people's ratings do not vary" } });
    expect(
      reasons([
        [1, 0],
        [0, 0],
      ]),
    ).toMatchObject({
      pearson: { notAvailable: "the judge's ratings do not vary" },
      precision: { notAvailable: 'the judge passes no answer' },
    });
    expect(
      reasons([
        [0, 1],
        [0, 0],
      ]),
    ).toMatchObject({ recall: { notAvailable: 'people pass no answer' } });
    expect(
      reasons([
        [1, 1],
        [1, 1],
      ]),
    ).toMatchObject({ kappa: { notAvailable: 'both give one and the same value always' } });
  });

  it('count what is missing on either side, what is no number included', () => {
    const { n, unrated, unjudged } = measureAgreement(
      [
        { person: 5, judge: 4 },
        { person: null, judge: 4 },
        { person: Number.NaN, judge: 4 },
        { person: 3, judge: null },
        { person: 3, judge: Number.POSITIVE_INFINITY },
      ],
      stars,
    );

    expect({ n, unrated, unjudged }).toEqual({ n: 1, unrated: 2, unjudged: 2 });
  });

  it('take a mean of several samples as the nearest star where stars are counted, the higher of two as near', () => {
    const { agreement, mae, confusion } = measureAgreement(
      [
        { person: 4, judge: 3.5 },
        { person: 4, judge: 3.6 },
        { person: 3, judge: 3.2 },
      ],
      stars,
    );

    expect(agreement).toBe(1);
    expect(Number(mae)).toBeCloseTo((0.5 + 0.4 + 0.2) / 3, 12);
    // 3.5 and 3.6 stars are below the four that pass, whatever star they are nearest to.
    expect(confusion).toEqual({ truePositives: 0, falsePositives: 0, trueNegatives: 1, falseNegatives: 2 });
  });

  it('normalise errors by the width of the scale', () => {
    const { normalizedMae, normalizedMse } = measureAgreement([{ person: 5, judge: 1 }], stars);

    expect([normalizedMae, normalizedMse]).toEqual([1, 1]);
  });
});

describe('the confusion matrix', () => {
  it('is what the reference says, and null where there are no categories', () => {
    for (const [i, { scale, pairs, expected }] of vectors.cases.entries()) {
      const matrix = confusionMatrix(pairs.map(pair), scaleNamed(scale));

      const empty = scaleNamed(scale).categories?.map((_, __, all) => all.map(() => 0)) ?? null;
      expect(matrix, `case ${i}`).toEqual(expected.matrix ?? empty);
    }
  });

  it('has a row for each rating of people and a column for each judgement, means rounded', () => {
    const matrix = confusionMatrix(
      [
        { person: 0, judge: 0.5 },
        { person: 0, judge: 0.4 },
        { person: 1, judge: 0 },
        { person: 1, judge: Number.NaN },
        { person: null, judge: 1 },
      ],
      passFail,
    );

    expect(matrix).toEqual([
      [1, 1],
      [1, 0],
    ]);
  });
});

describe('ratings that are missing', () => {
  it('are as many as make the interval 20 points wide', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 120 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
        const hits = Math.round(n * share);

        const missing = ratingsMissing(hits, n);

        const widthAt = (size: number): number => {
          const [low, high] = size === 0 ? [0, 1] : wilsonInterval((n === 0 ? 0.5 : hits / n) * size, size);
          return high - low;
        };
        expect(widthAt(n + missing)).toBeLessThanOrEqual(0.2);
        if (missing > 0) expect(widthAt(n + missing - 1)).toBeGreaterThan(0.2);
      }),
    );
  });

  it('are 93 where there is none: half of them might be wrong', () => {
    expect(ratingsMissing(0, 0)).toBe(93);
  });

  it('are fewer the wider the interval may be, and none once it is narrow enough', () => {
    expect(ratingsMissing(0, 0, 0.4)).toBeLessThan(93);
    expect(ratingsMissing(60, 120)).toBe(0);
  });
});

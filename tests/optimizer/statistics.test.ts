import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Random, stream } from '../../lambdas/optimizer/random.ts';
import { bootstrapInterval, mean, signFlipPValue } from '../../lambdas/optimizer/statistics.ts';

const random = (purpose = 'test'): Random => stream(0, purpose);
const differences = fc.array(
  fc.integer({ min: -10, max: 10 }).map((tenths) => tenths / 10),
  { maxLength: 12 },
);
const sixty = Array.from({ length: 60 }, (_, index) => (((index * 37) % 11) - 4) / 10);

/**
 * `pValue`: scipy 1.17.1, with `d` the differences,
 *   permutation_test((d,), lambda x, axis: x.sum(axis=axis), permutation_type='samples', n_resamples=inf).pvalue
 * The one of `sixty`, beyond enumeration, is exact all the same, by counting the sums of integers.
 *
 * `low`, `high`: between which values the exact bootstrap distribution (n-fold convolution of `d`, in Python) has the
 * quantiles that Hesterberg's expansion reads for this n, give or take three standard errors of 10,000 resamples.
 */
const table: {
  name: string;
  values: number[];
  pValue: number;
  low: [number, number];
  high: [number, number];
}[] = [
  {
    name: 'a gain on ten',
    values: [0.1, 0.2, 0.3, -0.1, 0.25, 0.15, 0.05, 0.4, -0.2, 0.35],
    pValue: 0.048828125,
    low: [0, 0.015],
    high: [0.275, 0.285],
  },
  {
    name: 'right or wrong',
    values: [1, 0, 0, 1, 1, 0, -1, 1, 0, 1, 1, 0],
    pValue: 0.125,
    low: [-1 / 12, 0],
    high: [10 / 12, 10 / 12],
  },
  // Clopper & Pearson for no event in six: 1 - 0.025^(1/6) = 0.4593 may be losses of a whole point, so 1 - 2 * 0.4593.
  { name: 'six of six', values: [1, 1, 1, 1, 1, 1], pValue: 0.03125, low: [0.0814, 0.0815], high: [1, 1] },
  {
    name: 'a loss',
    values: [-0.5, -0.25, 0.25, -0.5, -1, -0.75, 0.5, -0.25],
    pValue: 0.1640625,
    low: [-0.71875, -0.6875],
    high: [0.09375, 0.15625],
  },
  {
    name: 'sums that tie but for rounding',
    values: [0.1, 0.2, 0.3, -0.3, -0.2, -0.1, 0.3],
    pValue: 0.765625,
    low: [-1.4 / 7, -1.2 / 7],
    high: [1.7 / 7, 1.8 / 7],
  },
];

describe('mean', () => {
  it('is null for nothing', () => {
    expect(mean([])).toBeNull();
    expect(mean([0.25, 0.75])).toBe(0.5);
  });
});

describe('bootstrapInterval', () => {
  it.each([
    ...table,
    { name: 'sixty', values: sixty, low: [0.1 / 60, 0.6 / 60] as const, high: [10.1 / 60, 10.5 / 60] as const },
  ])('agrees with the exact distribution on $name', ({ values, low, high }) => {
    const interval = bootstrapInterval(values, random());

    expect(interval[0]).toBeGreaterThanOrEqual(low[0] - 1e-9);
    expect(interval[0]).toBeLessThanOrEqual(low[1] + 1e-9);
    expect(interval[1]).toBeGreaterThanOrEqual(high[0] - 1e-9);
    expect(interval[1]).toBeLessThanOrEqual(high[1] + 1e-9);
  });

  it('lies between the smallest and the largest of values that differ, and is the same for the same stream', () => {
    fc.assert(
      fc.property(differences, fc.nat(), (values, seed) => {
        fc.pre(new Set(values).size > 1);

        const [low, high] = bootstrapInterval(values, stream(seed, 'b'), 200);

        expect(low).toBeGreaterThanOrEqual(Math.min(...values) - 1e-12);
        expect(high).toBeLessThanOrEqual(Math.max(...values) + 1e-12);
        expect(low).toBeLessThanOrEqual(high);
        expect(bootstrapInterval(values, stream(seed, 'b'), 200)).toEqual([low, high]);
      }),
    );
  });

  it.each([
    ['right or wrong, a third differ', 60, [0.1, 0.67, 0.23]],
    ['right or wrong, few differ', 50, [0.02, 0.91, 0.07]],
    ['few examples', 30, [0.15, 0.6, 0.25]],
  ] as const)('covers the true mean about as often as it says: %s', (_, n, shares) => {
    const draws = stream(1, 'coverage', n);
    const truth = shares[2] - shares[0];
    let covered = 0;
    for (let trial = 0; trial < 1000; trial++) {
      const values = Array.from({ length: n }, () => draws.weighted(shares) - 1);
      const [low, high] = bootstrapInterval(values, stream(trial, 'b'), 400);
      if (low <= truth + 1e-9 && truth - 1e-9 <= high) covered += 1;
    }

    expect(covered / 1000).toBeGreaterThan(0.93);
    expect(covered / 1000).toBeLessThan(0.985);
  });

  it.each([10, 30, 100])('is as wide as the t interval for %i normal values', (n) => {
    // scipy.stats.t.ppf(0.975, n - 1)
    const student = new Map([
      [10, 2.262157],
      [30, 2.04523],
      [100, 1.984217],
    ]);
    const draws = stream(3, 'normal', n);
    const values = Array.from({ length: n }, () => (draws.next() + draws.next() + draws.next() + draws.next() - 2) / 4);
    const centre = mean(values) ?? 0;
    const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (n - 1));

    const [low, high] = bootstrapInterval(values, random(), 40_000);

    const width = (2 * (student.get(n) ?? 0) * sd) / Math.sqrt(n);
    expect(Math.abs((high - low) / width - 1)).toBeLessThan(0.04);
  });

  it.each<{ name: string; values: number[]; range?: [number, number]; interval: [number, number] }>([
    { name: 'no difference', values: [], interval: [-1, 1] },
    { name: 'no score', values: [], range: [0, 1], interval: [0, 1] },
    { name: 'one difference', values: [0.4], interval: [0.4 - 0.975 * 1.4, 0.4 + 0.975 * 0.6] },
    { name: 'sixty of 0', values: Array(60).fill(0), interval: [-0.0596, 0.0596] },
    {
      name: 'sixty of 0 but for rounding',
      values: [0.1 + 0.2 - 0.3, ...Array(59).fill(0)],
      interval: [-0.0596, 0.0596],
    },
    { name: 'sixty of 1, scores', values: Array(60).fill(1), range: [0, 1], interval: [0.9404, 1] },
    { name: 'two hundred of 0', values: Array(200).fill(0), interval: [-0.0183, 0.0183] },
  ])('leaves open what equal values do not show: $name', ({ values, range, interval }) => {
    const [low, high] = bootstrapInterval(values, random(), 100, range);

    expect(low).toBeCloseTo(interval[0], 4);
    expect(high).toBeCloseTo(interval[1], 4);
  });
});

describe('signFlipPValue', () => {
  it.each(table)('agrees with scipy on $name', ({ values, pValue }) => {
    expect(signFlipPValue(values, random())).toBeCloseTo(pValue, 12);
  });

  it('agrees with the exact value by Monte Carlo', () => {
    expect(Math.abs(signFlipPValue(sixty, random()) - 0.04018842122062205)).toBeLessThan(0.008);
  });

  it('has one value on both sides of the limit of enumeration', () => {
    const sixteen = Array.from({ length: 16 }, (_, index) => ((index % 5) - 1) / 4);
    const values = sixteen.map((value) => value || 0.25);

    const exact = signFlipPValue(values, random());
    const sampled = signFlipPValue([...values, 1e-7], random());

    expect(Math.abs(exact - sampled)).toBeLessThan(0.015);
  });

  it.each([
    ['no difference', []],
    ['no difference but 0', [0, 0, 0, 0]],
    ['no difference but rounding', [0.1 + 0.2 - 0.3, 0]],
    ['a single difference', [0.7]],
    ['differences that cancel', [0.5, -0.5, 0.25, -0.25]],
  ])('is 1 for %s', (_, values) => {
    expect(signFlipPValue(values, random())).toBe(1);
  });

  it('is in (0, 1], two-sided, and blind to order and to differences of 0', () => {
    fc.assert(
      fc.property(differences, (values) => {
        const pValue = signFlipPValue(values, random());

        expect(pValue).toBeGreaterThan(0);
        expect(pValue).toBeLessThanOrEqual(1);
        expect(signFlipPValue(values.toReversed(), random())).toBe(pValue);
        expect(signFlipPValue([0, ...values.map((value) => -value)], random())).toBe(pValue);
      }),
    );
  });

  it('leaves differences that are rounding alone out, as it does those of 0', () => {
    const dust = Array.from({ length: 20 }, () => 0.1 + 0.2 - 0.3);

    expect(signFlipPValue([...dust, 1, 1, 1, 1, 1, 1], random())).toBe(0.03125);
  });

  it('is never 0 by Monte Carlo', () => {
    expect(
      signFlipPValue(
        Array.from({ length: 200 }, () => 1),
        random(),
        99,
      ),
    ).toBe(0.01);
  });

  it('calls no effect significant about as often as it may', () => {
    const draws = stream(2, 'null');
    let significant = 0;
    for (let trial = 0; trial < 400; trial++) {
      const values = Array.from({ length: 30 }, () => draws.next() * 2 - 1);
      if (signFlipPValue(values, stream(trial, 'p'), 499) < 0.05) significant += 1;
    }

    expect(significant / 400).toBeLessThan(0.08);
    expect(significant / 400).toBeGreaterThan(0.02);
  });
});

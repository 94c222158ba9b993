import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { powerSchema } from '../../lambdas/contracts/report.ts';
import { examplesFor, measuredPower, powerOf } from '../../lambdas/optimizer/power.ts';
import { stream } from '../../lambdas/optimizer/random.ts';
import { bootstrapInterval, signFlipPValue } from '../../lambdas/optimizer/statistics.ts';
import { demoPage } from '../report/demo.ts';

describe('powerOf', () => {
  // (1.959964 + 0.841621) * 0.5 / sqrt(n) + 1 / n
  it.each([
    [60, 0.1975],
    [200, 0.104],
    [824, 0.05],
  ])('is the arithmetic of a paired mean: %i examples', (n, detectableGain) => {
    expect(powerOf(n).detectableGain).toBeCloseTo(detectableGain, 3);
  });

  it('is never above 1, and 1 when nothing is tested', () => {
    expect(powerOf(0).detectableGain).toBe(1);
    expect(powerOf(1).detectableGain).toBe(1);
    expect(powerSchema.parse(powerOf(0))).toEqual(powerOf(0));
  });

  it("shrinks by draws only the part that is the model's own chance", () => {
    expect(powerOf(60, 1).sd).toBe(0.5);
    expect(powerOf(60, 2).sd).toBeCloseTo(Math.sqrt(0.125 + 0.125 / 2), 12);
    expect(powerOf(60, 8).sd).toBeGreaterThan(Math.sqrt(0.125));
  });

  it('promises a gain that the verdict shows in about 80 of 100 tests', () => {
    const { n, detectableGain } = powerOf(100);
    const draws = stream(0, 'power');
    // A variance of 0.25 around that gain.
    const discordance = 0.25 + detectableGain ** 2;
    const shares = [(discordance - detectableGain) / 2, 1 - discordance, (discordance + detectableGain) / 2];
    let improved = 0;
    for (let test = 0; test < 300; test++) {
      const differences = Array.from({ length: n }, () => draws.weighted(shares) - 1);
      const [low] = bootstrapInterval(differences, stream(test, 'b'), 400);
      if (low > 0 && signFlipPValue(differences, stream(test, 'p'), 400) < 0.05) improved += 1;
    }

    expect(improved / 300).toBeGreaterThan(0.73);
    expect(improved / 300).toBeLessThan(0.87);
  });
});

describe('examplesFor', () => {
  it('is the least number of examples that shows the gain', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 0.9, noNaN: true }), fc.integer({ min: 1, max: 8 }), (gain, draws) => {
        const n = examplesFor(gain, draws);

        expect(powerOf(n, draws).detectableGain).toBeLessThanOrEqual(gain + 1e-12);
        expect(n === 1 || powerOf(n - 1, draws).detectableGain > gain - 1e-12).toBe(true);
      }),
    );
  });
});

describe('measuredPower', () => {
  it('takes the spread from the interval of the differences', () => {
    const { report } = demoPage({ verdict: 'no_significant_gain' });
    const half = (1.959964 * 0.3) / Math.sqrt(70);
    const testDelta = { ...report.testDelta, ci95: [-half, half] as [number, number] };

    expect(measuredPower({ ...report, testDelta })?.sd).toBeCloseTo(0.3, 12);
    expect(measuredPower({ ...report, testDelta })?.detectableGain).toBeCloseTo(powerOf(70, 1, 0.3).detectableGain, 12);
  });
});

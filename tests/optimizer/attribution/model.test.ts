import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitterOf } from '../../../lambdas/optimizer/attribution/model.ts';
import type { Posterior, Prior } from '../../../lambdas/optimizer/attribution/newton.ts';
import { type Observation, sigmoid } from '../../../lambdas/optimizer/attribution/observations.ts';
import { stream } from '../../../lambdas/optimizer/random.ts';

const EXAMPLES = 60;
const wide: Prior = { mean: 0, sd: 2 };

function fitModel(observations: readonly Observation[], examples: number, priors: readonly Prior[]): Posterior {
  return fitterOf(observations, examples)(priors);
}

/** Rollouts of units with planted effects, each in half of the time; the examples differ in ease. */
function plant(effects: readonly number[], rollouts: number, seed: number, graded = false): Observation[] {
  const random = stream(seed, 'plant');
  const ease = Array.from({ length: EXAMPLES }, () => 3 * (random.next() - 0.5));
  return Array.from({ length: rollouts }, (_, i) => {
    const example = i % EXAMPLES;
    const terms = effects.flatMap((_effect, parameter) => (random.next() < 0.5 ? [{ parameter, value: 1 }] : []));
    const odds = (ease[example] ?? 0) + terms.reduce((sum, { parameter }) => sum + (effects[parameter] ?? 0), 0);
    const chance = sigmoid(odds);
    const draws = Array.from({ length: graded ? 5 : 1 }, () => (random.next() < chance ? 1 : 0));
    return { example, terms, score: draws.reduce<number>((sum, one) => sum + one, 0) / draws.length };
  });
}

describe('the attribution model', () => {
  it.each([
    ['right or wrong', false],
    ['graded', true],
  ])('finds planted effects again, in their order (%s scores)', (_name, graded) => {
    const planted = [1.5, -1.5, 0, 0.8, -0.6];

    const { means, covariance } = fitModel(
      plant(planted, 1500, 1, graded),
      EXAMPLES,
      planted.map(() => wide),
    );

    for (const [i, effect] of planted.entries()) {
      const sd = Math.sqrt(covariance(i, i));
      expect(Math.abs((means[i] ?? 0) - effect)).toBeLessThan(3.5 * sd);
      expect(sd).toBeLessThan(0.3);
    }
    const order = [...means.keys()].sort((a, b) => (means[b] ?? 0) - (means[a] ?? 0));
    expect(order).toEqual([0, 3, 2, 4, 1]);
  });

  it('holds the planted effect in about 95 of 100 intervals', () => {
    let held = 0;
    for (let seed = 0; seed < 60; seed += 1) {
      const { means, covariance } = fitModel(plant([0.7], 240, seed), EXAMPLES, [wide]);
      if (Math.abs((means[0] ?? 0) - 0.7) < 1.96 * Math.sqrt(covariance(0, 0))) held += 1;
    }
    expect(held).toBeGreaterThanOrEqual(53);
  });

  it('does not depend on the order of the rollouts', () => {
    const observations = plant([1, -1, 0.5], 200, 3);
    const priors = [wide, wide, wide];
    const expected = fitModel(observations, EXAMPLES, priors);

    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const shuffled = stream(seed, 'order')
          .shuffle(observations)
          .map((one) => ({ ...one, terms: [...one.terms].reverse() }));

        const fitted = fitModel(shuffled, EXAMPLES, priors);

        expect([...fitted.means]).toEqual([...expected.means]);
        expect(fitted.covariance(0, 1)).toBe(expected.covariance(0, 1));
      }),
      { numRuns: 10, seed: 1 },
    );
  });

  it('says what it said before where there is no data', () => {
    const prior: Prior = { mean: 0.2, sd: 0.6 };

    const { means, covariance } = fitModel(plant([1], 100, 4), EXAMPLES, [wide, prior]);

    expect(means[1]).toBe(0.2);
    expect(covariance(1, 1)).toBeCloseTo(0.36);
    expect(covariance(0, 1)).toBe(0);
  });

  it('stays finite when a unit is always right', () => {
    const observations = Array.from({ length: 80 }, (_, i): Observation => {
      const isIn = i % 2 === 0;
      return { example: i % 8, terms: isIn ? [{ parameter: 0, value: 1 }] : [], score: isIn ? 1 : 0 };
    });

    const { means } = fitModel(observations, 8, [wide]);

    expect(means[0]).toBeGreaterThan(2);
    expect(means[0]).toBeLessThan(8);
  });

  it('prefers the scale of the priors that the data have', () => {
    const evidence = (sd: number, effects: readonly number[]): number =>
      fitModel(
        plant(effects, 900, 5),
        EXAMPLES,
        effects.map(() => ({ mean: 0, sd })),
      ).logEvidence;
    const nothing = Array.from({ length: 12 }, () => 0);
    const much = Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? 1.2 : -1.2));

    expect(evidence(0.1, nothing)).toBeGreaterThan(evidence(1.5, nothing));
    expect(evidence(1.5, much)).toBeGreaterThan(evidence(0.1, much));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../lambdas/contracts/payloads.ts';
import { reportSchema } from '../../lambdas/contracts/report.ts';
import { decideVerdict, nothingCompared, type VerdictInput } from '../../lambdas/optimizer/verdict.ts';

const gain = Array.from({ length: 40 }, (_, index) => [1, 0, 1, 0, 0.5][index % 5] ?? 0);
const loss = gain.map((difference) => -difference);
const noise = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 0.5 : -0.5));

function decide(change: Partial<VerdictInput>): ReturnType<typeof decideVerdict> {
  return decideVerdict({ differences: gain, perEval: {}, guards: {}, seed: 0, ...change });
}

describe('decideVerdict', () => {
  it.each<{ case: string; change: Partial<VerdictInput>; verdict: Verdict; guardBroken: string | null }>([
    { case: 'a clear gain', change: {}, verdict: 'improved', guardBroken: null },
    { case: 'a clear loss', change: { differences: loss }, verdict: 'regressed', guardBroken: null },
    { case: 'noise', change: { differences: noise }, verdict: 'no_significant_gain', guardBroken: null },
    { case: 'no pair', change: { differences: [] }, verdict: 'no_significant_gain', guardBroken: null },
    { case: 'a single pair', change: { differences: [1] }, verdict: 'no_significant_gain', guardBroken: null },
    {
      case: 'five wins of five, which p = 0.0625 and an interval down to -4 points leave open',
      change: { differences: [1, 1, 1, 1, 1] },
      verdict: 'no_significant_gain',
      guardBroken: null,
    },
    {
      case: 'six wins of six',
      change: { differences: [1, 1, 1, 1, 1, 1] },
      verdict: 'improved',
      guardBroken: null,
    },
    {
      case: 'sixty answers that did not change',
      change: { differences: Array(60).fill(0) },
      verdict: 'no_significant_gain',
      guardBroken: null,
    },
    {
      case: 'a gain that breaks a guard',
      change: { perEval: { tone: [-0.1, -0.3] }, guards: { tone: 0.1 } },
      verdict: 'no_significant_gain',
      guardBroken: 'tone',
    },
    {
      case: 'a gain with a fall that the guard allows to the point',
      change: { perEval: { tone: [-0.1, -0.2, 0] }, guards: { tone: 0.1 } },
      verdict: 'improved',
      guardBroken: null,
    },
    {
      case: 'a gain with a fall of an eval that is not guarded',
      change: { perEval: { tone: [-1, -1] }, guards: {} },
      verdict: 'improved',
      guardBroken: null,
    },
    {
      case: 'a loss that breaks a guard',
      change: { differences: loss, perEval: { tone: [-1, -1] }, guards: { tone: 0 } },
      verdict: 'regressed',
      guardBroken: 'tone',
    },
    {
      case: 'a gain with a guarded eval that was not measured',
      change: { guards: { tone: 0.5 } },
      verdict: 'no_significant_gain',
      guardBroken: 'tone',
    },
  ])('calls $case $verdict', ({ change, verdict, guardBroken }) => {
    expect(decide(change)).toMatchObject({ verdict, guardBroken });
  });

  it('reports the difference as report.json wants it', () => {
    const { testDelta } = decide({ perEval: { label: gain, tone: noise } });

    expect(reportSchema.shape.testDelta.parse(testDelta)).toEqual(testDelta);
    expect(testDelta).toMatchObject({ mean: 0.5, n: 40 });
    expect(testDelta.perEval.label?.mean).toBe(0.5);
    expect(testDelta.perEval.tone?.mean).toBe(0);
    expect(testDelta.ci95[0]).toBeGreaterThan(0.3);
    expect(testDelta.ci95[1]).toBeLessThan(0.7);
  });

  it('leaves everything open when nothing was paired', () => {
    expect(decide({ differences: [], perEval: { tone: [] } }).testDelta).toEqual({
      mean: 0,
      ci95: [-1, 1],
      pValue: 1,
      n: 0,
      perEval: { tone: { mean: 0, ci95: [-1, 1] } },
    });
  });

  it('never contradicts its own numbers, and repeats itself for the same seed', () => {
    const values = fc.array(fc.constantFrom(-1, -0.5, 0, 0.5, 1), { maxLength: 14 });
    fc.assert(
      fc.property(values, fc.nat(), (differences, seed) => {
        const outcome = decide({ differences, seed });
        const { ci95, pValue } = outcome.testDelta;

        expect(outcome.verdict === 'improved').toBe(ci95[0] > 0 && pValue < 0.05);
        expect(outcome.verdict === 'regressed').toBe(ci95[1] < 0 && pValue < 0.05);
        expect(decide({ differences, seed })).toEqual(outcome);
      }),
      { numRuns: 40 },
    );
  });
});

describe('nothingCompared', () => {
  it('is no gain, for certain: a prompt does not differ from itself', () => {
    expect(nothingCompared(60, ['label'])).toEqual({
      verdict: 'no_significant_gain',
      testDelta: { mean: 0, ci95: [0, 0], pValue: 1, n: 60, perEval: { label: { mean: 0, ci95: [0, 0] } } },
      guardBroken: null,
    });
  });
});

import { describe, expect, it } from 'vitest';
import type { Report, SealedMean } from '../../lambdas/contracts/report.ts';
import { compareReports } from '../../lambdas/report/compare.ts';
import { CHAMPION, firstRight, reportOf } from './finished.ts';

const side = (mean: number, n = 400): SealedMean => ({ mean, n, sd: Math.sqrt(mean * (1 - mean)) });

/** Of a run that recommended the champion: its winner then. */
function earlierWith(test: SealedMean): Report {
  const report = reportOf({ scores: { baseline: firstRight(10), 'g1-s0': firstRight(30) } });
  const { candidateId } = report.best;
  return { ...report, best: { ...report.best, test }, recommended: { candidateId, components: CHAMPION } };
}

/** Of a run that had it to compare with. */
function currentWith(
  test: SealedMean,
  scores: { baseline: number[]; 'g1-s0': number[]; champion: number[] } = {
    baseline: firstRight(10),
    'g1-s0': firstRight(30),
    champion: firstRight(20),
  },
): Report {
  const report = reportOf({ scores, champion: { version: null, components: CHAMPION } });
  if (report.champion === undefined) throw new Error('The run has a champion.');
  return { ...report, champion: { ...report.champion, test } };
}

const without = ({ sd: _sd, ...mean }: SealedMean): SealedMean => mean;

describe('compareReports', () => {
  it.each<[string, SealedMean, SealedMean, boolean]>([
    ['the same score', side(0.8), side(0.8), false],
    ['a higher score', side(0.7), side(0.9), false],
    ['a fall within noise', side(0.8), side(0.75), false],
    ['a fall beyond noise', side(0.8), side(0.7), true],
    ['the same fall on few examples', side(0.8, 40), side(0.7, 40), false],
    ['a fall against a report of before there were standard deviations', without(side(0.8)), side(0.7), true],
    ['the same on few examples', without(side(0.8, 40)), side(0.7, 40), false],
    ['a score of one example, which shows no spread', { mean: 1, n: 1 }, { mean: 0, n: 1 }, false],
    ['a prompt that could not be scored', side(0.8), { mean: null, n: 0 }, false],
  ])('takes %s for what it is', (_, before, now, worse) => {
    const compared = compareReports(earlierWith(before), currentWith(now));

    expect(compared).toMatchObject({ worse, before, now });
    expect(compared.reasons).toHaveLength(worse ? 1 : 0);
  });

  it('says by how much it fell', () => {
    expect(compareReports(earlierWith(side(0.8)), currentWith(side(0.7))).reasons).toEqual([
      'It now scores 70.0 on 400 sealed examples, 80.0 before: −10.0 points (95 % interval −16.0 to −4.0).',
    ]);
  });

  it.each<[string, Partial<Record<'baseline' | 'g1-s0' | 'champion', number>>, string | null]>([
    ['better', {}, null],
    ['as good', { champion: 30 }, null],
    ['worse, a new prompt', { champion: 40 }, '−25.0 points on 40 sealed examples'],
    ['worse, the old prompt', { 'g1-s0': 11, champion: 20 }, '−25.0 points on 40 sealed examples'],
    ['not shown to be worse', { champion: 32 }, null],
  ])('looks at what the run recommends: %s', (_, changes, words) => {
    const right = { baseline: 10, 'g1-s0': 30, champion: 20, ...changes };
    const scores = {
      baseline: firstRight(right.baseline),
      'g1-s0': firstRight(right['g1-s0']),
      champion: firstRight(right.champion),
    };

    const { worse, reasons } = compareReports(earlierWith(side(0.8)), currentWith(side(0.8), scores));

    expect(worse).toBe(words !== null);
    expect(reasons.join()).toContain(words ?? '');
  });

  it('takes the side of the run that is the same prompt', () => {
    const run = reportOf({ scores: { baseline: firstRight(30), 'g1-s0': firstRight(40) } });
    const [baseline, best] = run.candidates.map(({ components }): Report => {
      const earlier = earlierWith(side(0.8));
      return { ...earlier, recommended: { ...earlier.recommended, components } };
    });
    if (baseline === undefined || best === undefined) throw new Error('The run has two candidates.');

    expect(compareReports(baseline, run)).toMatchObject({ now: run.baseline.test, worse: false });
    expect(compareReports(best, run)).toMatchObject({ now: run.best.test, worse: false });
  });

  it('takes the baseline of an earlier report that recommended it', () => {
    const report = earlierWith(side(0.9));
    const earlier = {
      ...report,
      baseline: { ...report.baseline, test: side(0.6) },
      recommended: { candidateId: 'baseline', components: CHAMPION },
    };

    expect(compareReports(earlier, currentWith(side(0.6)))).toMatchObject({ worse: false, before: side(0.6) });
  });

  it('refuses a run that never met the prompt', () => {
    const run = reportOf({ scores: { baseline: firstRight(10), 'g1-s0': firstRight(30) } });

    expect(() => compareReports(earlierWith(side(0.8)), run)).toThrow(/did not run the prompt/);
  });
});

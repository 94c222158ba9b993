import { describe, expect, it } from 'vitest';
import { powerOf } from '../../lambdas/optimizer/power.ts';
import { cautions, missedGainSentence, powerSentence, verdictSentence } from '../../lambdas/report/sentence.ts';
import { demoPage } from './demo.ts';

describe('verdictSentence', () => {
  it.each([
    [
      'improved',
      'The new prompt is better: +12.3 points on 70 sealed examples (95 % interval +8.1 to +16.4, p = 0.0001).',
    ],
    [
      'no_significant_gain',
      'No real gain: +1.2 points on 70 sealed examples (95 % interval −2.0 to +4.4, p = 0.31). Keep your prompt.',
    ],
    [
      'regressed',
      'The new prompt is worse: −5.8 points on 70 sealed examples (95 % interval −10.1 to −1.4, p = 0.012). Keep your prompt.',
    ],
  ] as const)('says %s in a sentence', (verdict, sentence) => {
    expect(verdictSentence(demoPage({ verdict }).report)).toBe(sentence);
  });

  it('says that nothing better was found when the baseline won', () => {
    const { report } = demoPage({ verdict: 'no_significant_gain' });

    const sentence = verdictSentence({ ...report, best: report.baseline });

    expect(sentence).toBe('No better prompt was found in this search. Keep your prompt.');
  });

  it('says that nothing is proven when no sealed example was scored', () => {
    const { report } = demoPage({ verdict: 'no_significant_gain' });
    const testDelta = { mean: 0, ci95: [0, 0] as [number, number], pValue: 1, n: 0, perEval: {} };

    expect(verdictSentence({ ...report, testDelta })).toBe(
      'Nothing is proven: no sealed example could be scored. Keep your prompt.',
    );
  });

  it('does not call a clear gain no gain when a guarded eval stopped it', () => {
    const { report } = demoPage({ verdict: 'improved' });

    const sentence = verdictSentence({ ...report, verdict: 'no_significant_gain' });

    expect(sentence).toMatch(/^The score rose, but a guarded eval did not hold: \+12\.3 points .* Keep your prompt\.$/);
  });

  it('names the guard that broke: as what stopped a gain, or beside a gain that was none', () => {
    const { report } = demoPage({ verdict: 'improved' });
    const guardBroken = { eval: 'short', drop: 0.077, maxDrop: 0.05 };
    const stopped = { ...report, verdict: 'no_significant_gain' as const, guardBroken };
    const flat = { ...stopped, testDelta: { ...report.testDelta, pValue: 0.4 } };

    expect(verdictSentence(stopped)).toMatch(
      /^The score rose, but short fell by 7\.7 points, and its guard allows 5\.0:/,
    );
    expect(cautions(stopped)).toEqual([]);
    expect(cautions(flat)).toEqual(['On the sealed test short fell by 7.7 points, and its guard allows 5.0.']);
  });

  it('cautions against a test set that was looked at, and judges that nobody has checked or that are noisy', () => {
    const { report } = demoPage({ verdict: 'improved' });
    const judging = { evals: {}, score: { sd: 0.2, difference: 0.5 }, uncalibrated: ['kind'] };
    const seen = { runId: 'evaluate-1', at: '2026-11-01T10:00:00.000Z' };

    const told = cautions({ ...report, unsealed: [{ ...seen, share: 0.4 }], judging, notes: ['A note.'] });

    expect(told).toEqual([
      expect.stringMatching(
        /^This test set is not sealed any more: 40 % of it was looked at 1 time before.*2026-11-01, evaluate-1/,
      ),
      expect.stringMatching(/differences of up to 50\.0 points .* this difference is smaller than that\.$/),
      expect.stringMatching(/Nobody has compared the judge of kind with people yet/),
      'A note.',
    ]);
    expect(cautions({ ...report, unsealed: [{ ...seen, share: 1 }] })[0]).toContain('it was looked at 1 time before');
    expect(cautions(report)).toEqual([]);
  });

  it('counts one example as one, and has no sign before nothing', () => {
    const { report } = demoPage({ verdict: 'no_significant_gain' });
    const testDelta = {
      ...report.testDelta,
      mean: -0.0001,
      ci95: [-0.0002, 0.00001] as [number, number],
      n: 1,
      pValue: 1,
    };

    expect(verdictSentence({ ...report, testDelta })).toContain(
      '0.0 points on 1 sealed example (95 % interval 0.0 to 0.0, p = 1.00)',
    );
  });
});

describe('powerSentence', () => {
  it.each([
    [
      powerOf(60),
      'The 60 sealed examples can show a gain of 20 points or more. That is coarse: about 220 would show 10 points.',
    ],
    [
      powerOf(60, 2),
      'The 60 sealed examples, each run 2 times, can show a gain of 17 points or more. That is coarse: about 170 would show 10 points.',
    ],
    [powerOf(200), 'The 200 sealed examples can show a gain of 10 points or more.'],
    [powerOf(1200), 'The 1,200 sealed examples can show a gain of 4.1 points or more.'],
    [
      powerOf(1),
      'The 1 sealed example can show a gain of 100 points or more. That is coarse: about 220 would show 10 points.',
    ],
  ])('says what a test can show, and warns when that is little', (power, sentence) => {
    expect(powerSentence(power)).toBe(sentence);
  });
});

describe('missedGainSentence', () => {
  const withInterval = (half: number) => {
    const { report } = demoPage({ verdict: 'no_significant_gain' });
    return { ...report, testDelta: { ...report.testDelta, ci95: [0.012 - half, 0.012 + half] as [number, number] } };
  };

  it.each([
    [0.084, 'a gain of 13 points or more; about 450 examples would show 5 points.'],
    [0.02, 'a gain of 4.3 points or more.'],
  ])('says what the test could have shown, from the width of its interval', (half, end) => {
    expect(missedGainSentence(withInterval(half))).toBe(
      `With differences that spread like these, this test could only have shown ${end}`,
    );
  });

  it('says nothing where a gain or a loss was shown, where a guard stopped it, or where nothing was compared', () => {
    const improved = demoPage({ verdict: 'improved' }).report;
    const report = withInterval(0.1);

    expect(missedGainSentence(improved)).toBeNull();
    expect(missedGainSentence(demoPage({ verdict: 'regressed' }).report)).toBeNull();
    expect(missedGainSentence({ ...improved, verdict: 'no_significant_gain' })).toBeNull();
    expect(missedGainSentence({ ...report, best: report.baseline })).toBeNull();
    expect(missedGainSentence({ ...report, testDelta: { ...report.testDelta, n: 0 } })).toBeNull();
  });
});

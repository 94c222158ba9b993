import { describe, expect, it } from 'vitest';
import { reportSchema } from '../../lambdas/contracts/report.ts';
import { championSentence } from '../../lambdas/report/champion-sentence.ts';
import { renderReportHtml } from '../../lambdas/report/html.ts';
import { renderVerdict } from '../../lambdas/report/terminal.ts';
import { DEMO_SEED, demoPage } from './demo.ts';
import { CHAMPION, type Finished, firstRight, PROMPT, reportOf, WINNER } from './finished.ts';
import { read } from './markup.ts';

const champion = { version: 3, components: CHAMPION };
const scores = { baseline: firstRight(10), 'g1-s0': firstRight(30), champion: firstRight(20) };
const evals = [{ name: 'right', type: 'exact_match' }];
const run: Finished = { scores, champion };

describe('report.champion', () => {
  it('is absent where the run has no champion, and never moves the verdict', () => {
    const { champion: told, ...report } = reportOf(run);
    const { champion: _rows, ...others } = scores;

    expect(reportOf({ scores: others })).toEqual(report);
    expect(report.verdict).toBe('improved');
    expect(told).toBeDefined();
  });

  it('compares the winner with it, paired, as the verdict does', () => {
    const report = reportOf(run);

    expect(reportSchema.parse(report).champion).toEqual(report.champion);
    expect(report.champion).toMatchObject({
      version: 3,
      components: CHAMPION,
      test: { mean: 0.5, n: 40 },
      delta: { mean: 0.25, n: 40 },
      beaten: true,
      same: false,
    });
    expect(report.champion?.delta.ci95[0]).toBeGreaterThan(0);
    expect(report.champion?.recommendedDelta).toBeUndefined();
    expect(report.champion?.test.sd).toBeCloseTo(Math.sqrt((40 * 0.25) / 39), 12);
    expect(report.best.test.sd).toBeCloseTo(Math.sqrt((40 * 0.1875) / 39), 12);
  });

  it.each<[string, Finished, { beaten: boolean; same: boolean; n: number; mean: number }]>([
    [
      'no better',
      { ...run, scores: { ...scores, champion: firstRight(29) } },
      { beaten: false, same: false, n: 40, mean: 0.025 },
    ],
    [
      'better than the winner',
      { ...run, scores: { ...scores, champion: firstRight(40) } },
      { beaten: false, same: false, n: 40, mean: -0.25 },
    ],
    [
      'the winner itself',
      { scores, champion: { version: 3, components: WINNER } },
      { beaten: false, same: true, n: 40, mean: 0 },
    ],
    [
      'the baseline',
      { scores, champion: { version: 3, components: PROMPT } },
      { beaten: true, same: false, n: 40, mean: 0.5 },
    ],
    [
      'not scored on enough examples',
      { ...run, scores: { ...scores, champion: firstRight(20).map((score, i) => (i % 2 === 0 ? null : score)) } },
      { beaten: false, same: false, n: 20, mean: 0.25 },
    ],
    ['not run at all', { ...run, scores: { ...scores, champion: [] } }, { beaten: false, same: false, n: 0, mean: 0 }],
    [
      'beaten but for a guard',
      {
        ...run,
        task: { evals: [...evals, { name: 'tone', type: 'exact_match', guard: { maxDrop: 0.1 } }] },
        evals: { baseline: { tone: 0.2 }, 'g1-s0': { tone: 0.2 }, champion: { tone: 0.9 } },
      },
      { beaten: false, same: false, n: 40, mean: 0.25 },
    ],
  ])('says what a champion is that is %s', (_, finished, { beaten, same, n, mean }) => {
    const told = reportOf(finished).champion;

    expect(told).toMatchObject({ beaten, same, delta: { n, mean } });
  });

  it('tells the recommended prompt against it too, where that is not the winner', () => {
    const report = reportOf({ ...run, scores: { ...scores, 'g1-s0': firstRight(11) } });

    expect(report).toMatchObject({ verdict: 'no_significant_gain', recommended: { candidateId: 'baseline' } });
    expect(report.champion).toMatchObject({ delta: { mean: -0.225 }, recommendedDelta: { mean: -0.25, n: 40 } });
  });

  it('compares the baseline with it where the search found nothing better', () => {
    const report = reportOf({ ...run, winnerId: 'baseline' });

    expect(report.champion).toMatchObject({ delta: { mean: -0.25 }, beaten: false, same: false });
    expect(report.champion?.recommendedDelta).toBeUndefined();
  });
});

describe('championSentence', () => {
  const better = { mean: 0.04, ci95: [0.01, 0.07] as [number, number], pValue: 0.01, n: 60 };
  const base = { ...champion, test: { mean: 0.5, n: 60 }, delta: better, beaten: true, same: false };
  const { report } = demoPage();

  it.each([
    [base, 'The best prompt of this search beats the champion (version 3): +4.0 points on 60 sealed examples'],
    [{ ...base, version: null }, 'beats the prompt that it was compared with'],
    [{ ...base, beaten: false }, 'scores higher than the champion (version 3), but a guarded eval'],
    [
      { ...base, beaten: false, delta: { ...better, ci95: [-0.01, 0.09] as [number, number], pValue: 0.2 } },
      'is not shown to be better',
    ],
    [
      { ...base, beaten: false, delta: { ...better, mean: -0.1, ci95: [-0.2, -0.02] as [number, number] } },
      'is worse than',
    ],
    [{ ...base, beaten: false, delta: { ...better, n: 0 } }, 'Nothing is known of the champion (version 3)'],
    [
      { ...base, beaten: false, same: true },
      'The best prompt of this search is the champion (version 3), word for word.',
    ],
  ])('says it in words: %#', (told, words) => {
    expect(championSentence({ ...report, champion: told })).toContain(words);
  });

  it('is in the page and on the terminal', () => {
    const whole = { ...report, champion: base };
    const sentence = championSentence(whole) ?? '';

    expect(renderVerdict(whole, DEMO_SEED, { color: false, files: {} })).toContain(`\n\n${sentence}\n\n`);
    expect(read(renderReportHtml({ ...demoPage(), report: whole }))).toContain(sentence);
  });

  it('is about the own prompt where nothing better was found, and is not there without a champion', () => {
    expect(championSentence({ ...report, best: report.baseline, champion: base })).toMatch(/^Your prompt beats/);
    expect(championSentence(report)).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { reportSchema } from '../../lambdas/contracts/report.ts';
import { type ReportPage, renderReportHtml } from '../../lambdas/report/html.ts';
import { DEMO_SEED, demoPage } from './demo.ts';
import { read, readTags } from './markup.ts';

const NOTHING = { mean: null, n: 0 };

function withReport(page: ReportPage, changes: Partial<ReportPage['report']>): ReportPage {
  return { ...page, report: { ...page.report, ...changes } };
}

describe('renderReportHtml', () => {
  it('is made of a report that the contract accepts', () => {
    expect(reportSchema.safeParse(demoPage().report).error).toBeUndefined();
  });

  it('gives the same bytes for the same report', () => {
    expect(renderReportHtml(demoPage())).toBe(renderReportHtml(demoPage()));
  });

  it.each([
    ['improved', 'Improved', 'The new prompt is better: +12.3 points', 'This is the new prompt.'],
    ['no_significant_gain', 'No significant gain', 'No real gain: +1.2 points', 'keep the prompt that you gave'],
    ['regressed', 'Regressed', 'The new prompt is worse: −5.8 points', 'keep the prompt that you gave'],
  ] as const)('tells the verdict %s and what to use', (verdict, badge, finding, advice) => {
    const text = read(renderReportHtml(demoPage({ verdict })));

    for (const words of [badge, finding, advice]) expect(text).toContain(words);
    expect(text.includes('not recommended')).toBe(verdict !== 'improved');
  });

  it('loads nothing and runs nothing', () => {
    const page = renderReportHtml(demoPage());

    expect(page).toContain("default-src 'none'; style-src 'unsafe-inline'; img-src data:");
    expect(page.match(/https?:|url\(|@import|<script|<iframe|<img|<object/)).toBeNull();
    const links = [...page.matchAll(/ (?:href|src)="([^"]*)"/g)].map((match) => match[1] ?? '');
    expect(links.filter((link) => !link.startsWith('#') && link !== 'data:,')).toEqual([]);
  });

  it('has each id once, and every reference and contents entry leads to one', () => {
    const page = renderReportHtml(demoPage());

    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map((match) => match[1] ?? '');
    const wanted = [...page.matchAll(/ (?:aria-labelledby="|href="#)([^"]+)"/g)].flatMap((match) =>
      (match[1] ?? '').split(' '),
    );
    expect(new Set(ids).size).toBe(ids.length);
    expect(wanted.filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('has headings in order', () => {
    const levels = readTags(renderReportHtml(demoPage())).flatMap(({ name }) =>
      /^h[1-6]$/.test(name) ? [Number(name[1])] : [],
    );

    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(levels.filter((level, index) => level > (levels[index - 1] ?? 0) + 1)).toEqual([]);
  });

  it('shows the notice, the recommended prompt whole, examples, sealed regressions as numbers, spend and seed', () => {
    const page = demoPage();

    const text = read(renderReportHtml(page));

    expect(text).toContain('The model was simulated');
    for (const component of Object.values(page.report.recommended.components)) expect(text).toContain(component);
    expect(text).toContain('Wasser im Keller');
    expect(text).toContain('ModelUnavailableError');
    expect(text).toContain('3 of 70 sealed examples scored lower');
    expect(text).toContain('facility-102100.00.0−100.0');
    expect(text).toContain('$1.83 of $5.00, 37 %');
    expect(text).toContain('optimizer.seed=0');
    expect(text).toContain('not better than its parent on the minibatch');
  });

  it('counts a rejection once that both its generation and its candidate tell of', () => {
    const { report } = demoPage();
    const count = report.candidates.filter((candidate) => candidate.reason === 'the same text was tried before').length;

    const text = read(renderReportHtml(demoPage()));

    expect(count).toBeGreaterThan(1);
    expect(text).toContain(`the same text was tried before${count}`);
  });

  it('stands a search that made nothing', () => {
    const page = demoPage({ generations: 0, verdict: 'no_significant_gain' });

    const text = read(
      renderReportHtml(withReport(page, { best: page.report.baseline, regressions: [], generations: [] })),
    );

    expect(text).toContain('No better prompt was found in this search.');
    expect(text).toContain('ended before any generation had a validation score');
    expect(text).toContain('The baseline was itself the best candidate');
    expect(text).toContain('Nothing: the best candidate is your prompt');
    expect(text).toContain('No proposal was rejected');
  });

  it('draws one generation', () => {
    const page = renderReportHtml(demoPage({ generations: 1 }));

    expect(page).not.toMatch(/NaN|Infinity|undefined/);
    expect(page).toContain('class="best-line"');
  });

  it('says where there is no score, price or answer', () => {
    const page = demoPage({ generations: 2 });
    const failure = { name: 'Refusal', message: 'declined', transient: false };
    const none = { output: null, score: null, evals: [], failure };
    const side = { candidateId: 'baseline', validation: NOTHING, test: NOTHING };
    const { report } = page;

    const html = renderReportHtml({
      ...page,
      report: {
        ...report,
        baseline: side,
        best: { ...side, candidateId: report.best.candidateId },
        testDelta: { mean: 0, ci95: [0, 0], pValue: 1, n: 0, perEval: {} },
        spend: { ...report.spend, costUsd: null },
        generations: report.generations.map((entry) => ({ ...entry, bestValidation: null })),
        candidates: report.candidates.map((candidate) => ({ ...candidate, validation: NOTHING })),
      },
      intervals: { baseline: null, best: null },
      examples: { better: [{ example: { id: 'x', input: '' }, baseline: none, best: none }], worse: [] },
    });

    const text = read(html);
    expect(html).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(text).toContain('Nothing is proven');
    expect(text).toContain('no example was scored');
    expect(text).toContain('unknown');
    expect(text).toContain('The call failed: Refusal, declined');
  });

  it('leaves a gap where generations between have no score', () => {
    const page = demoPage({ generations: 4 });
    const generations = page.report.generations.map((entry, at) =>
      at === 2 ? { ...entry, bestValidation: null } : entry,
    );

    const html = renderReportHtml(withReport(page, { generations }));

    expect(/class="best-line" d="([^"]*)"/.exec(html)?.[1]?.match(/M/g)).toHaveLength(2);
  });

  it('cuts long answers with a note, and never half a character', () => {
    const page = demoPage();
    const [first] = page.examples.better;
    if (first === undefined) throw new Error('the demo has examples');
    const output = `${'x'.repeat(3999)}😀${'y'.repeat(200_000)}`;
    const long = Array.from({ length: 10 }, () => ({
      ...first,
      best: { ...first.best, output },
      baseline: { ...first.baseline, output },
    }));

    const html = renderReportHtml({ ...page, examples: { better: long, worse: long } });

    expect(read(html)).toContain('Cut here: 200,002 more characters not shown.');
    expect(html).not.toMatch(/\p{Cs}|\[U\+D83D\]/u);
    expect(html.length).toBeLessThan(1_000_000);
  });

  it('never cuts the recommended prompt, and warns where copying it here would change it', () => {
    const page = demoPage();
    const system = `\n  ${'word '.repeat(30_000)}\u200Bend`;

    const html = renderReportHtml(withReport(page, { recommended: { candidateId: 'g1-s1', components: { system } } }));

    expect(read(html)).toContain(system.replace('\u200B', '[U+200B]'));
    expect(read(html)).toContain('take the exact text from the file');
    // The parser drops one line end after <pre>: the text's own must come after it.
    expect(html).toContain('<pre class="text whole" dir="auto">\n\n  word');
  });

  it('shows the texts that the best candidate had when they are not the recommended ones', () => {
    const page = demoPage({ verdict: 'regressed' });

    const html = renderReportHtml(page);

    expect(html).toContain('<ins>');
    expect(read(html)).toContain('What the best candidate tried');
    expect(page.report.recommended.components).toEqual(DEMO_SEED);
  });

  it('stays small for the largest legal run, and says what it does not draw', () => {
    const page = demoPage({ generations: 500, proposals: 32 });
    const regressions = Array.from({ length: 10_000 }, (_, at) => ({ exampleId: `e-${at}`, baseline: 1, best: 0 }));

    const html = renderReportHtml(withReport(page, { regressions }));

    expect(page.report.candidates).toHaveLength(16_001);
    expect(html.length).toBeLessThan(1_000_000);
    expect(read(html)).toMatch(/40 of [\d,]+ accepted candidates drawn/);
    expect(read(html)).toContain('The 200 largest falls are listed; report.json has all.');
  });

  it('bounds reasons that are all different', () => {
    const page = demoPage({ generations: 1 });
    const reasons = Object.fromEntries(
      Array.from({ length: 5000 }, (_, at) => [`reason ${at} ${'r'.repeat(1000)}`, 1]),
    );
    const generations = page.report.generations.map((entry) => ({ ...entry, reasons }));

    const html = renderReportHtml(withReport(page, { generations }));

    expect(read(html)).toMatch(/And [\d,]+ more rejections for [\d,]+ other reasons/);
    expect(html.length).toBeLessThan(200_000);
  });
});

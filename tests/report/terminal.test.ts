import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { renderVerdict } from '../../lambdas/report/terminal.ts';
import { DEMO_SEED, demoPage } from './demo.ts';
import { HOSTILE } from './hostile.ts';

const files = { report: 'out/report.html', prompt: 'out/best-prompt' };
const ESC = '\u001B';

describe('renderVerdict', () => {
  it('says the verdict first, then the notice, the diff and the files', () => {
    const { report } = demoPage();

    const text = renderVerdict(report, DEMO_SEED, { color: false, files });

    const lines = text.split('\n');
    expect(lines[0]).toMatch(/^✓ The new prompt is better: \+12\.3 points/);
    expect(lines[2]).toMatch(/^! The model was simulated/);
    expect(text).toMatch(/\n {2}- .*\[-.+-\]/);
    expect(text).toMatch(/\n {2}\+ .*\{\+.+\+\}/);
    expect(text.endsWith('\n\nreport  out/report.html\nprompt  out/best-prompt\n')).toBe(true);
  });

  it('marks changed words by colour, and is the same text without it', () => {
    const { report } = demoPage();

    const colored = renderVerdict(report, DEMO_SEED, { color: true, files });

    expect(colored).toContain(`${ESC}[31m`);
    expect(colored).toContain(`${ESC}[32m`);
    const plain = renderVerdict(report, DEMO_SEED, { color: false, files });
    expect(plain).not.toContain(ESC);
    expect(stripVTControlCharacters(colored)).toBe(plain.replaceAll(/\[-|-\]|\{\+|\+\}/g, ''));
  });

  it.each(['no_significant_gain', 'regressed'] as const)('shows no diff when the verdict is %s', (verdict) => {
    const text = renderVerdict(demoPage({ verdict }).report, DEMO_SEED, { color: false, files });

    expect(text).toContain('Keep your prompt.');
    expect(text).toContain('The recommended prompt is yours, word for word.');
    expect(text.includes('\n\nWith differences that spread like these')).toBe(verdict === 'no_significant_gain');
  });

  it('shows changed lines with two lines around them and folds the rest', () => {
    const seed = Array.from({ length: 20 }, (_, index) => `line ${index}`);
    const { report } = demoPage();
    const recommended = { candidateId: 'g1-s1', components: { system: seed.with(10, 'line ten').join('\n') } };

    const text = renderVerdict({ ...report, recommended }, { system: seed.join('\n') }, { color: false, files: {} });

    expect(text.split('\n').slice(4)).toEqual([
      'system (1 word added, 1 removed)',
      '    …',
      '    line 8',
      '    line 9',
      '  - line [-10-]',
      '  + line {+ten+}',
      '    line 11',
      '    line 12',
      '    …',
      '',
    ]);
  });

  it('keeps one long line short around its change', () => {
    const before = `${'lorem ipsum '.repeat(500)}old ${'dolor sit '.repeat(500)}`;
    const { report } = demoPage();
    const recommended = { candidateId: 'g1-s1', components: { system: before.replace('old', 'new') } };

    const text = renderVerdict({ ...report, recommended }, { system: before }, { color: false, files: {} });

    expect(text).toContain('ipsum [-old-] dolor');
    expect(text).toContain('ipsum {+new+} dolor');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(160);
  });

  it('bounds the diff of a prompt that was replaced whole', () => {
    const { report } = demoPage();
    const recommended = { candidateId: 'g1-s1', components: { system: 'other\n'.repeat(10_000) } };

    const text = renderVerdict(
      { ...report, recommended },
      { system: 'W'.repeat(200_000) },
      { color: false, files: {} },
    );

    expect(text).toContain('more lines in the report');
    expect(text.length).toBeLessThan(10_000);
  });

  it.each(HOSTILE.map((text) => [text.slice(0, 40), text]))('lets %j do nothing to the terminal', (_, hostile) => {
    const { report } = demoPage();
    const poisoned = {
      ...report,
      notice: hostile,
      recommended: { candidateId: 'x', components: { system: `a\n${hostile}\nb`, [hostile]: hostile } },
    };

    const text = renderVerdict(poisoned, DEMO_SEED, { color: false, files: { [hostile]: hostile } });

    // biome-ignore lint/suspicious/noControlCharactersInRegex: no control character may be left
    expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069\u200B\p{Cs}]/u);
  });
});

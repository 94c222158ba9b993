import { describe, expect, it } from 'vitest';
import { type Edit, reportSchema } from '../../lambdas/contracts/report.ts';
import { effectScale, toneOf } from '../../lambdas/report/html/effect-bar.ts';
import { findLeads } from '../../lambdas/report/html/prompt-shape.ts';
import { type ReportPage, renderReportHtml } from '../../lambdas/report/html.ts';
import { demoPage } from './demo.ts';
import { demoAttributionPage } from './demo-attribution.ts';
import { read } from './markup.ts';

const EDIT: Edit = {
  id: 'u1',
  component: 'system',
  kind: 'insertion',
  text: 'Be brief.',
  replaces: null,
  generation: 2,
  slot: 0,
  exampleIds: [],
  effect: { mean: 0.032, ci95: [-0.004, 0.068] },
  harm: 0.04,
  rollouts: { with: 120, without: 118 },
  rounds: [2, 3],
  protected: false,
  status: 'kept',
};

function pageOf(...edits: Partial<Edit>[]): ReportPage {
  const page = demoAttributionPage();
  const numbered = edits.map((edit, index) => ({ ...EDIT, id: `u${index + 1}`, ...edit }));
  return { ...page, report: { ...page.report, edits: numbered } };
}

/** The section alone: its markup and its text. */
function section(page: ReportPage): { html: string; text: string } {
  const html = /<section id="lines"[\s\S]*?<\/section>/.exec(renderReportHtml(page))?.[0] ?? '';
  return { html, text: read(html) };
}

/** Rows' texts, without their origins. */
function rows(html: string): string[] {
  return [...html.matchAll(/<(?:summary|div) class="row">([\s\S]*?)<\/(?:summary|div)>/g)].map((match) =>
    read(match[1] ?? ''),
  );
}

describe('what each line does', () => {
  it('is left out, contents entry and all, where there are no edits', () => {
    const html = renderReportHtml(demoPage());

    expect(html).not.toContain('What each line does');
    expect(html).not.toContain('href="#lines"');
  });

  it('stands after the result, made of a report that the contract accepts', () => {
    const page = demoAttributionPage();

    const ids = [...renderReportHtml(page).matchAll(/<section id="([^"]*)"/g)].map((match) => match[1]);

    expect(reportSchema.safeParse(page.report).error).toBeUndefined();
    expect(ids.slice(0, 3)).toEqual(['result', 'lines', 'evals']);
  });

  it('shows every line of the best prompt once, in its order', () => {
    const page = demoAttributionPage();
    const best = page.report.recommended.components;

    const kept = page.report.edits.filter(({ status }) => status === 'kept').map(({ text }) => text);
    const shown = rows(section(page).html).flatMap((row) => kept.filter((text) => row.includes(text)).slice(0, 1));

    expect(shown.slice(0, kept.length)).toEqual(kept);
    expect(`${best.system}${best.user}`.replaceAll(/\s/g, '')).toBe(kept.join('').replaceAll(/\s/g, ''));
  });

  it.each<[string, Partial<Edit>, string]>([
    ['a gain', { effect: { mean: 0.032, ci95: [0.004, 0.06] } }, 'helps: +3.2 (+0.4 to +6.0)'],
    ['harm', { effect: { mean: -0.05, ci95: [-0.08, -0.02] } }, 'does harm: −5.0 (−8.0 to −2.0)'],
    ['an interval around 0', {}, 'no clear effect: +3.2 (−0.4 to +6.8)'],
    ['no effect', { effect: null, harm: null }, 'don’t know'],
    ['hardly any rollouts', { rollouts: { with: 400, without: 7 } }, 'don’t know'],
    ['a protected line', { protected: true, effect: null }, 'protected'],
  ])('says of %s: %s', (_, edit, words) => {
    const { html } = section(pageOf(edit));

    expect(rows(html)[0]).toContain(words);
  });

  it('differs without colour: circle, diamond, ring', () => {
    const shape = (effect: Edit['effect']) =>
      /class="point[^>]*>/.exec(section(pageOf({ effect })).html.split('<ol')[1] ?? '')?.[0];

    expect(shape({ mean: 0.03, ci95: [0.01, 0.05] })).toBe('class="point good" r="5.5"/>');
    expect(shape({ mean: -0.03, ci95: [-0.05, -0.01] })).toContain('class="point bad" d="M0');
    expect(shape({ mean: 0.03, ci95: [-0.01, 0.07] })).toBe('class="point even" r="4.5"/>');
  });

  it('strikes out lines that were taken out, at their place, with their harm', () => {
    const { html } = section(demoAttributionPage());

    const texts = rows(html);
    const at = texts.findIndex((row) => row.includes('If you are unsure, choose high urgency.'));
    expect(html).toContain('<del>If you are unsure, choose high urgency.</del>');
    expect(texts[at]).toContain('your line, taken out');
    expect(texts[at]).toContain('does harm: −6.8 (−9.9 to −3.7)');
    expect(texts[at - 1]).toContain('Add no other keys, and no text');
    expect(texts[at + 1]).toContain('Urgency is high only when');
  });

  it('counts edits and own lines', () => {
    expect(section(demoAttributionPage()).text).toContain(
      'Of 21 edits that reflection proposed, 7 are in the new prompt. Of your own lines, 2 were taken out and 2 were replaced.',
    );
    expect(section(demoAttributionPage({ verdict: 'regressed' })).text).toContain(
      '7 are in the best candidate, which is not recommended',
    );
  });

  it('tells the origin: reply, words, examples, rounds, rollouts, harm', () => {
    const { text } = section(demoAttributionPage());

    for (const words of [
      'A new line, written by reply 4 of round 1.',
      'On trial inrounds 1–4',
      'Rollouts588 with it, 596 without',
      'Probability of harmunder 1 %',
      'Four of the failures share one cause',
      'Written for 8 failing training examples',
      'facility-061 I have asked twice for new light bulbs',
      'and 2 more, in report.json',
      'Blamed for 3 failing training examples',
      'A line of your own prompt, which reply 2 of round 2 asked to take out.',
      'A replacement, written by reply 1 of round 1, for this line:',
    ]) {
      expect(text).toContain(words);
    }
  });

  it('does without replies, inputs and the line that was replaced', () => {
    const {
      replies: _,
      trainExamples: __,
      ...page
    } = pageOf({ kind: 'replacement', replaces: 'u99', exampleIds: ['e1'] });

    const { text, html } = section(page);

    expect(text).toContain('in place of another line, round 2');
    expect(text).toContain('Written for 1 failing training examplee1');
    expect(text).not.toContain('in the reply’s words');
    expect(html).not.toMatch(/NaN|Infinity|undefined|null/);
  });

  it('shows a wish to delete a line with the line, not as a row', () => {
    const { html, text } = section(
      pageOf(
        { kind: 'seed', generation: 0, slot: null, text: 'Be kind.' },
        { kind: 'deletion', replaces: 'u1', text: 'Be kind.', status: 'dropped', generation: 3, slot: 1 },
      ),
    );

    expect(rows(html)).toHaveLength(1);
    expect(text).toContain('stays, though a reply wanted it out');
    expect(text).toContain('Reply 2 of round 3 asked to take it out.');
    expect(text).not.toContain('Edits that did not help');
  });

  it('calls lines replaced whose whole component was rewritten', () => {
    const { html, text } = section(
      pageOf(
        { kind: 'seed', generation: 0, slot: null, text: 'Be kind.', status: 'removed' },
        { kind: 'rewrite', text: 'You are kind.\nAnswer briefly.' },
      ),
    );

    expect(rows(html)[0]).toContain('your line, replaced');
    expect(rows(html)[1]).toContain('all rewritten, round 2');
    expect(text).toContain('The whole component, rewritten by reply 1 of round 2.');
  });

  it('sorts the edits that did not help by effect, what nobody knows last, and folds a long list', () => {
    const { html } = section(demoAttributionPage());
    const graveyard = html.slice(html.indexOf('Edits that did not help'), html.indexOf('Edits in doubt'));

    const means = rows(graveyard).map((row) => /([+−]\d+\.\d) \(/.exec(row)?.[1]?.replace('−', '-') ?? null);

    const known = means.filter((mean) => mean !== null).map(Number);
    expect(known).toEqual(known.toSorted((a, b) => a - b));
    expect(means.at(-1)).toBeNull();
    expect(graveyard).toContain('<details class="more"><summary>7 more edits</summary>');
    expect(rows(graveyard.slice(0, graveyard.indexOf('<details class="more">')))).toHaveLength(5);
  });

  it('puts doubtful edits after them, the most promising first', () => {
    const { html } = section(demoAttributionPage());

    const doubtful = rows(html.slice(html.indexOf('Edits in doubt')));

    expect(doubtful[0]).toContain('Mention the building');
    expect(doubtful[1]).toContain('don’t know');
  });

  it('stays small for many edits with long texts', () => {
    const long = 'word '.repeat(3000);
    const edits = Array.from({ length: 2000 }, () => ({
      text: long,
      kind: 'rewrite' as const,
      status: 'dropped' as const,
      exampleIds: Array.from({ length: 20 }, (_, at) => `e${at}`),
    }));
    const page = pageOf(...edits);
    const trainExamples = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`e${at}`, long]));

    const { html, text } = section({ ...page, trainExamples, replies: [{ generation: 2, slot: 0, text: long }] });

    expect(html.length).toBeLessThan(700_000);
    expect(text).toContain('1,900 further edits are in report.json.');
    expect(text).toContain('more characters');
  });
});

describe('effectScale', () => {
  it('holds zero and every mean, whatever the effects', () => {
    const of = (mean: number, half: number): Edit => ({ ...EDIT, effect: { mean, ci95: [mean - half, mean + half] } });

    for (const edits of [[], [of(0, 0)], [of(0.4, 0.02)], [of(-0.3, 0.02), of(0.01, 0.9)], [of(1, 0), of(-1, 0)]]) {
      const scale = effectScale(edits);
      for (const value of [0, ...edits.map(({ effect }) => effect?.mean ?? 0)]) {
        expect(scale.of(value)).toBeGreaterThanOrEqual(0);
        expect(scale.of(value)).toBeLessThanOrEqual(1);
      }
      expect(scale.ticks.some((tick) => Math.abs(tick) < 1e-9)).toBe(true);
      expect(scale.ticks.length).toBeLessThanOrEqual(8);
    }
  });

  it('is not stretched by one wide interval: its end is an arrow', () => {
    const narrow = Array.from({ length: 20 }, () => ({}));
    const wide = { effect: { mean: 0.01, ci95: [-0.6, 0.7] as [number, number] } };

    const { html } = section(pageOf(...narrow, wide));

    expect(html.match(/class="arrow even"/g)).toHaveLength(2);
    expect(html).toMatch(/>−?\+?\d+<\/text>/);
    expect(html).not.toContain('+50<');
  });

  it('takes no notice of what is not shown', () => {
    expect(toneOf({ ...EDIT, protected: true })).toBe('protected');
    expect(effectScale([{ ...EDIT, rollouts: { with: 1, without: 1 }, effect: { mean: 0.9, ci95: [0, 1] } }])).toEqual({
      of: expect.any(Function),
      ticks: effectScale([]).ticks,
    });
  });
});

describe('findLeads', () => {
  const unit = (text: string, status: Edit['status'] = 'kept'): Edit => ({ ...EDIT, text, status });

  it('tells the same line, the next line and a blank line apart, CRLF too', () => {
    const units = [unit('A.'), unit('B.'), unit('gone', 'removed'), unit('C.'), unit('D.')];

    expect(findLeads(units, 'A. B.\nC.\n\nD.')).toEqual([
      'new-line',
      'same-line',
      'new-line',
      'new-line',
      'blank-line',
    ]);
    expect(findLeads(units, 'A. B.\r\nC.\r\n \r\nD.').slice(3)).toEqual(['new-line', 'blank-line']);
  });

  it('stands texts that do not match', () => {
    expect(findLeads([unit('A.'), unit(''), unit('B.'), unit('A.')], 'B. and A.')).toHaveLength(4);
  });
});

describe('what the sealed test can show', () => {
  const withPower = (power: Partial<ReportPage['report']['power']>) => {
    const page = demoPage();
    return read(renderReportHtml({ ...page, report: { ...page.report, power: { ...page.report.power, ...power } } }));
  };

  it('stands with the result, with a warning above 10 points', () => {
    expect(withPower({})).toContain(
      'A coarse test. The test set of 70 examples can show a gain of 17 points (80 % power',
    );
  });

  it('is a note where the test is fine enough, and says how often each example was run', () => {
    const text = withPower({ n: 400, draws: 3, detectableGain: 0.0704 });

    expect(text).toContain('The test set of 400 examples, each run 3 times, can show a gain of 7.0 points (80 % power');
    expect(text).not.toContain('coarse');
  });

  it('is silent without a test set', () => {
    expect(withPower({ n: 0, detectableGain: 1 })).not.toContain('80 % power');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHtml, html, Markup } from '../../lambdas/report/html/escape.ts';
import { renderReportHtml } from '../../lambdas/report/html.ts';
import { demoPage } from './demo.ts';
import { demoAttributionPage } from './demo-attribution.ts';
import { HOSTILE, poisonPage } from './hostile.ts';
import { ALLOWED, readTags, type Tag } from './markup.ts';

const HIDDEN = /[\u202A-\u202E\u2066-\u2069\u200B\uFEFF\p{Cs}]/u;
/** Strings that lean towards markup: pieces of tags, quotes, entities and odd characters, in any order. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(...HOSTILE, '<', '>', '"', "'", '&', '/', '=', ' on', '<!--', '\n', '\u202E', '\u0000'),
      fc.string({ unit: 'binary' }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));

function strangers(tags: Tag[]): string[] {
  return tags.flatMap(({ name, attributes }) => {
    const allowed = ALLOWED[name];
    if (allowed === undefined) return [name];
    return attributes
      .filter((attribute) => !['class', 'id', ...allowed].includes(attribute))
      .map((a) => `${name} ${a}`);
  });
}

describe('html', () => {
  it('escapes every value that is not markup', () => {
    const name = '"><script>alert(1)</script>';

    const markup = html`<p title="${name}">${[name, html`<b>${'<'}</b>`]}${null}${false}${undefined}${0}</p>`;

    const escaped = '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;';
    expect(markup).toBeInstanceOf(Markup);
    expect(markup.text).toBe(`<p title="${escaped}">${escaped}<b>&lt;</b>0</p>`);
  });

  it('leaves no character that could end a text or an attribute, or that hides, in anything escaped', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const escaped = escapeHtml(text);
        expect(escaped).not.toMatch(/[<>"'`]|&(?!(?:amp|lt|gt|quot|#39|#96);)/);
        expect(escaped).not.toMatch(HIDDEN);
      }),
    );
  });

  it('keeps what a reader should see', () => {
    expect(escapeHtml('a < b && c\t"日本"\r\n👩‍👧')).toBe('a &lt; b &amp;&amp; c\t&quot;日本&quot;\n👩‍👧');
    expect(escapeHtml('\u202Eevil\u0000\u{E0041}\uD800')).toBe('[U+202E]evil[U+0000][U+E0041][U+D800]');
  });
});

describe('a page of hostile text', () => {
  it.each(HOSTILE.map((text) => [text.slice(0, 40), text]))('shows %j as text', (_, text) => {
    const page = renderReportHtml(poisonPage(demoPage({ generations: 2, proposals: 4 }), () => text));

    expect(strangers(readTags(page))).toEqual([]);
    expect(page).not.toMatch(HIDDEN);
  });

  it.each(HOSTILE.map((text) => [text.slice(0, 40), text]))('shows %j as text beside its effect', (_, text) => {
    const page = renderReportHtml(poisonPage(demoAttributionPage(), () => text));

    expect(page).toContain('What each line does');
    expect(strangers(readTags(page))).toEqual([]);
    expect(page).not.toMatch(HIDDEN);
  });

  it('has no element or attribute of anybody else, whatever the text, and no script', () => {
    const demos = { gepa: demoPage({ generations: 2, proposals: 3 }), attribution: demoAttributionPage() };
    fc.assert(
      fc.property(
        fc.constantFrom('gepa' as const, 'attribution' as const),
        fc.array(nasty, { minLength: 1, maxLength: 5 }),
        (strategy, texts) => {
          let next = 0;
          const page = renderReportHtml(poisonPage(demos[strategy], () => texts[next++ % texts.length] ?? ''));
          expect(strangers(readTags(page))).toEqual([]);
          expect(page).not.toContain('<script');
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is read by a reader that does notice strangers', () => {
    expect(strangers(readTags('<p onclick="x">a</p><script></script>'))).toEqual(['p onclick', 'script']);
    expect(() => readTags('<p>a < b</p>')).toThrow('not a tag');
    expect(() => readTags('<p>"quoted</p>')).toThrow('unescaped');
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ReportPage, renderReportHtml } from '../../lambdas/report/html.ts';
import { browserPath, inBrowser, openBrowser } from '../support/browser.ts';
import { demoPage } from './demo.ts';
import { demoAttributionPage } from './demo-attribution.ts';
import { HOSTILE, poisonPage } from './hostile.ts';
import { ALLOWED } from './markup.ts';

const hostile = HOSTILE.join(' ');
const PAGES = {
  demo: demoPage(),
  'no gain': demoPage({ verdict: 'no_significant_gain', generations: 1 }),
  'a long run': demoPage({ generations: 120, proposals: 16 }),
  'hostile text': poisonPage(demoPage({ generations: 3 }), () => hostile),
  'hostile text, each its own': poisonAll(demoPage({ generations: 4 })),
  'lines with effects': demoAttributionPage(),
  'lines of hostile text': poisonPage(demoAttributionPage(), () => hostile),
  'lines of hostile text, each its own': poisonAll(demoAttributionPage()),
};

function poisonAll(demo: ReportPage) {
  let next = 0;
  return poisonPage(demo, () => HOSTILE[next++ % HOSTILE.length] ?? '');
}

describe.skipIf(browserPath === undefined)(inBrowser, () => {
  let folder: string;
  let context: BrowserContext;
  let page: Page;
  let seen: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'report-'));
    ({ context, page, seen } = await openBrowser(folder));
  });

  afterAll(async () => {
    await context?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(name: keyof typeof PAGES, width: number): Promise<string> {
    const file = join(folder, `${name}.html`);
    const html = renderReportHtml(PAGES[name]);
    await writeFile(file, html);
    seen.length = 0;
    await page.setViewportSize({ width, height: 800 });
    await page.goto(pathToFileURL(file).href);
    // What is folded must fit too.
    await page.evaluate('document.querySelectorAll("details").forEach((details) => { details.open = true; })');
    return html;
  }

  const cases = Object.keys(PAGES).flatMap((name) =>
    [360, 1280].map((width) => [name as keyof typeof PAGES, width] as const),
  );

  it.each(cases)('shows %s at %i px: no request, no error, no dialog, no sideways scrolling', async (name, width) => {
    await open(name, width);
    await page.mouse.move(width / 2, 300);

    expect(seen).toEqual([]);
    expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBeLessThanOrEqual(width);
    expect(await page.evaluate(OUTSIDE)).toEqual([]);
  });

  it.each([
    'hostile text',
    'hostile text, each its own',
    'lines of hostile text',
    'lines of hostile text, each its own',
  ] as const)('parses %s to our own elements alone', async (name) => {
    await open(name, 1280);

    const found = (await page.evaluate(ELEMENTS)) as [string, string[]][];

    const strangers = found.flatMap(([element, attributes]) =>
      attributes
        .filter((attribute) => !['', 'class', 'id', ...(ALLOWED[element] ?? [])].includes(attribute))
        .map((attribute) => `${element} ${attribute}`)
        .concat(ALLOWED[element] === undefined ? [element] : []),
    );
    expect(strangers).toEqual([]);
    expect(await page.evaluate('document.body.innerText')).toContain('<script>alert(1)</script>');
  });

  it('has landmarks, one main heading, named sections and named pictures', async () => {
    await open('demo', 1280);

    for (const role of ['banner', 'navigation', 'main', 'contentinfo'] as const) {
      expect(await page.getByRole(role).count(), role).toBe(1);
    }
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toMatch(
      /^The new prompt is better: \+12\.3 points/,
    );
    for (const name of ['Baseline against best', 'Recommended prompt', 'Family tree', 'Spend', 'How to reproduce']) {
      expect(await page.getByRole('region', { name, exact: true }).count(), name).toBe(1);
    }
    for (const name of [/Mean scores/, /Best validation score/, /Family tree/, /Difference of urgency/]) {
      expect(await page.getByRole('img', { name }).count(), String(name)).toBe(1);
    }
  });

  it('selects a whole recommended text with one click, unchanged', async () => {
    await open('demo', 1280);

    await page.locator('pre.whole').first().click();

    const selected = (await page.evaluate('getSelection().toString()')) as string;
    expect(selected.trimEnd()).toBe(PAGES.demo.report.recommended.components.system?.trimEnd());
  });

  it.each([
    ['light', 'demo'],
    ['dark', 'demo'],
    ['light', 'lines with effects'],
    ['dark', 'lines with effects'],
  ] as const)('has readable contrast in %s, %s', async (colorScheme, name) => {
    await page.emulateMedia({ colorScheme });
    await open(name, 1280);

    expect(await page.evaluate(LOW_CONTRAST)).toEqual([]);
    await page.emulateMedia({ colorScheme: null });
  });

  it("tells each line's effect in a list, and opens its origin by keyboard", async () => {
    await open('lines with effects', 1280);
    await page.evaluate('document.querySelectorAll("details").forEach((details) => { details.open = false; })');
    const lines = page.getByRole('region', { name: 'What each line does' }).getByRole('list').nth(1);
    const line = lines.getByRole('listitem').filter({ hasText: 'A polite complaint' });
    const origin = line.getByText('Why, in the reply’s words');

    expect((await line.ariaSnapshot()).replaceAll(/\s*- \w+: "?|"|\s+/g, ' ').replaceAll(/ +/g, ' ')).toContain(
      'when the sender says that a promise was broken. new, round 2 helps: +4.6 (+1.9 to +7.3)',
    );
    expect(await origin.isVisible()).toBe(false);
    await line.locator('summary').focus();
    await page.keyboard.press('Enter');
    expect(await origin.isVisible()).toBe(true);
  });

  it.each([360, 1280])('puts zero at one place in every row at %i px', async (width) => {
    await open('lines with effects', width);

    const places = (await page.evaluate(
      `[...document.querySelectorAll('#lines .units .zero')].map((line) => Math.round(line.getBoundingClientRect().x)).filter((x) => x > 0)`,
    )) as number[];

    expect(places.length).toBeGreaterThan(20);
    expect(new Set(places).size).toBe(1);
  });

  it('prints the lines and edits, but only those origins that are open', async () => {
    await open('lines with effects', 1280);
    await page.evaluate('document.querySelectorAll("details").forEach((details) => { details.open = false; })');
    const folded = page.locator('.more .unit').first();

    expect(await folded.isVisible()).toBe(false);
    await page.emulateMedia({ media: 'print' });
    await expect.poll(() => folded.isVisible()).toBe(true);
    expect(await page.locator('.origin').first().isVisible()).toBe(false);
    await page.emulateMedia({ media: null });
  });

  it('prints what is folded', async () => {
    const file = join(folder, 'print.html');
    await writeFile(file, renderReportHtml(PAGES.demo));
    await page.goto(pathToFileURL(file).href);
    const folded = page.locator('details.example:not([open]) pre').first();

    expect(await folded.isVisible()).toBe(false);
    await page.emulateMedia({ media: 'print' });
    await expect.poll(() => folded.isVisible()).toBe(true);
    await page.emulateMedia({ media: null });
  });
});

/** Elements that stick out of the window. */
const OUTSIDE = `[...document.querySelectorAll('body *')]
  .filter((element) => !element.closest('svg') && !element.classList.contains('skip'))
  .filter((element) => { const box = element.getBoundingClientRect(); return box.width > 0 && (box.right > innerWidth + 1 || box.left < -1); })
  .map((element) => element.tagName + '.' + element.className)`;

const ELEMENTS = `[...document.querySelectorAll('*')].map((element) => [element.localName, element.getAttributeNames()])`;

/** Texts whose colour stands out less than 4.5 to 1 from the nearest ground. */
const LOW_CONTRAST = `(() => {
  const parse = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const low = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest('title, desc, style')) continue;
    const style = getComputedStyle(element);
    const [a, b] = [light(parse(element.closest('svg') ? style.fill : style.color)), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) low.add(element.localName + '.' + (element.className.baseVal ?? element.className) + ' ' + ratio.toFixed(2));
  }
  return [...low];
})()`;

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Review, reviewSchema } from '../../lambdas/contracts/spec.ts';
import { renderReviewPage } from '../../local/spec/review-page.ts';
import { HOSTILE } from '../report/hostile.ts';
import { browserPath, inBrowser, openBrowser } from '../support/browser.ts';

const HOSTILE_TEXT = [...HOSTILE, '</script><script>alert(1)</script>', '<!--<script>'].join('\n');

const example = (id: string, text: string, verdict: 'pass' | 'fail') => ({
  id,
  input: id === 'b' ? { text } : text,
  output: text,
  intended: verdict,
  judge: { verdict, reasoning: text },
});

const reviewOf = (text: string): Review =>
  reviewSchema.parse({
    spec: 'polite',
    specHash: 'h',
    round: 2,
    examples: [example('a', text, 'pass'), example('b', text, 'fail'), example('c', text, 'fail')],
  });

it('holds texts as data alone: nothing of them is markup', () => {
  const pages = ['a text', HOSTILE_TEXT].map((text) => renderReviewPage(reviewOf(text), text));

  const [plain, hostile] = pages.map((page) => page.match(/<\/?[a-z!][^>\s]*/gi));
  expect(hostile).toEqual(plain);
  expect(plain?.filter((tag) => tag === '<script')).toHaveLength(2);
});

describe.skipIf(browserPath === undefined)(inBrowser, () => {
  const folder = mkdtempSync(join(tmpdir(), 'review-'));
  let seen: string[];
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    ({ context, page, seen } = await openBrowser(folder, /^(?:file|data|blob):/));
  });

  afterAll(async () => {
    await context?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(name: string, review: Review, width = 360): Promise<void> {
    const file = join(folder, `${name}.html`);
    writeFileSync(file, renderReviewPage(review, 'What good means.'));
    seen.length = 0;
    await page.setViewportSize({ width, height: 800 });
    await page.goto(pathToFileURL(file).href);
  }

  const text = (id: string): Promise<string> => page.evaluate(`document.getElementById('${id}').innerText`);

  it('is rated by keyboard; the judge is heard after a rating, which stands; the file has it all', async () => {
    const review = reviewOf('an answer');
    await open('rated', review);
    const before = [await page.locator('#verdict').isVisible(), await text('judges'), await text('reasoning')];

    await page.keyboard.press('p');
    const heard = [
      await text('place'),
      await text('yours'),
      await text('judges'),
      await page.locator('#why').isVisible(),
    ];
    await page.keyboard.press('f');
    const stands = await text('yours');
    await page.keyboard.press('Enter');
    await page.keyboard.press('p');
    await page.keyboard.type('people may say p or f');
    await page.reload();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save review.json' }).click(),
    ]);
    const saved = join(folder, 'review.json');
    await download.saveAs(saved);

    expect(before).toEqual([false, '', '']);
    expect(heard).toEqual(['Example 1 of 3', 'You: pass', 'The judge: pass', false]);
    expect(stands).toBe('You: pass');
    expect([await text('place'), await text('progress')]).toEqual([
      'Example 3 of 3',
      '2 of 3 rated, 1 as the judge does.',
    ]);
    expect(download.suggestedFilename()).toBe('review.json');
    expect(reviewSchema.parse(JSON.parse(readFileSync(saved, 'utf-8')))).toEqual({
      ...review,
      examples: [
        { ...review.examples[0], rating: 'pass', why: null },
        { ...review.examples[1], rating: 'pass', why: 'people may say p or f' },
        { ...review.examples[2], judge: null },
      ],
    });
    expect(seen).toEqual([]);
  });

  it.each([360, 1280])(
    'shows hostile text at %i px as text: nothing runs, nothing is asked for, nothing sticks out',
    async (width) => {
      await open(`hostile-${width}`, reviewOf(HOSTILE_TEXT), width);

      await page.keyboard.press('f');

      expect(seen).toEqual([]);
      expect(await text('output')).toContain('</script><script>alert(1)</script>');
      expect(await page.evaluate('document.querySelectorAll("script, img, iframe, svg").length')).toBe(2);
      expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBeLessThanOrEqual(width);
    },
  );
});

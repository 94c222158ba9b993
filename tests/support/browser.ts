/** A real browser for pages of ours, and everything that a page does in it which it should not. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

/** undefined: there is none on this machine. */
export const browserPath = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((path) => path !== undefined && existsSync(path));

/** Name of a group of tests that need one: it says so where they are skipped. */
export const inBrowser =
  browserPath === undefined ? 'in a browser: SKIPPED, no Chromium found (set CHROMIUM_PATH)' : 'in a browser';

const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface WatchedPage {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Requests that leave the page, words on the console, errors, dialogs. */
  readonly seen: string[];
}

/**
 * @param folder where its profile goes
 * @param allowed addresses that the page may ask for
 */
export async function openBrowser(folder: string, allowed = /^(?:file|data):/): Promise<WatchedPage> {
  const options = { executablePath: browserPath, args: ARGS };
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), options);
  const page = await context.newPage();
  const seen: string[] = [];
  page.on('request', (request) => {
    if (!allowed.test(request.url())) seen.push(`request ${request.url()}`);
  });
  page.on('console', (message) => seen.push(`console ${message.text()}`));
  page.on('pageerror', (error) => seen.push(`error ${error.message}`));
  page.on('dialog', (dialog) => {
    seen.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { context, page, seen };
}

/** Where a person wants something written: looked at before any model is asked, so that nothing is paid for in vain. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InvalidInputError } from '../../lambdas/contracts/errors.ts';

/** @throws InvalidInputError when a file cannot be written, or is something else than what would be written over it */
export function checkTargets({ html, out, store }: { html?: string; out?: string; store?: string }): void {
  if (out !== undefined) checkFile('--out', out);
  if (html !== undefined) {
    checkFile('--html', html);
    if (existsSync(html) && !/^\s*<!doctype html/i.test(readFileSync(html, 'utf-8')))
      refuse('--html', `${html} is there, and is no page.`, 'Give another name; only a page is written over.');
  }
  if (store !== undefined && existsSync(store) && !statSync(store).isDirectory())
    refuse('--store', `${store} is a file.`, 'Give a folder.');
}

function checkFile(option: string, path: string): void {
  if (existsSync(path) && !statSync(path).isFile())
    refuse(option, `${path} is no file.`, 'Give the name of a file to be written.');
  const folder = dirname(resolve(path));
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    refuse(option, `there is no folder for ${path}.`, 'Make the folder first, or give another name.');
}

function refuse(file: string, message: string, remedy: string): never {
  throw new InvalidInputError([{ file, message, remedy }]);
}

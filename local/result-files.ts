/** The files that a run leaves: the same whether it ran on this machine or somewhere else. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Components } from '../lambdas/contracts/task.ts';
import { shortPath } from './command.ts';

/** Files of a result, by what they are. Paths below the run's folder. */
export const resultFiles = { report: 'report.html', data: 'report.json', prompt: 'best-prompt' } as const;

export interface ResultTexts {
  /** report.json. */
  readonly data: string;
  /** report.html. */
  readonly page: string;
  /** The recommended prompt: a file a component. */
  readonly components: Components;
}

/** Writes a result; nothing of an earlier result in this folder is left. */
export function writeResult(folder: string, { data, page, components }: ResultTexts): void {
  const prompt = join(folder, resultFiles.prompt);
  rmSync(prompt, { recursive: true, force: true });
  mkdirSync(prompt, { recursive: true });
  writeFileSync(join(folder, resultFiles.data), data);
  writeFileSync(join(folder, resultFiles.report), page);
  for (const [name, text] of Object.entries(components)) writeFileSync(join(prompt, `${name}.txt`), text);
}

/** Where the files of a result are, by what they are, as paths to be printed. */
export function resultPaths(folder: string): Record<string, string> {
  return Object.fromEntries(Object.entries(resultFiles).map(([name, path]) => [name, shortPath(join(folder, path))]));
}

/**
 * A task's history on one machine: a file beside the task's, one entry a line, so that it travels with the task: a test
 * set that was looked at stays looked at in every clone. On AWS the same entries lie in a table.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { InvalidInputError } from '../lambdas/contracts/errors.ts';
import { type HistoryEntry, historyEntrySchema } from '../lambdas/contracts/history.ts';
import { addHistory, loadHistory } from '../lambdas/store/history.ts';
import type { LoadedTask } from './task-file.ts';

/** `task.yaml` → `task.history.jsonl`. */
export function historyPath(taskPath: string): string {
  return join(dirname(taskPath), `${basename(taskPath, extname(taskPath))}.history.jsonl`);
}

/** Puts the entries of the file where the handlers look for them. @throws InvalidInputError when a line is none */
export async function bringHistory({ path, task }: Pick<LoadedTask, 'path' | 'task'>): Promise<void> {
  for (const entry of readHistory(historyPath(path))) await addHistory(task.name, entry);
}

/** Writes what the handlers have added into the file. */
export async function keepHistory({ path, task }: Pick<LoadedTask, 'path' | 'task'>): Promise<void> {
  const file = historyPath(path);
  const entries = await loadHistory(task.name);
  if (entries.length > readHistory(file).length) {
    writeFileSync(file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  }
}

function readHistory(file: string): HistoryEntry[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf-8')
    .split('\n')
    .flatMap((line, i): HistoryEntry[] => {
      if (line.trim() === '') return [];
      const parsed = historyEntrySchema.safeParse(jsonOf(line));
      if (parsed.success) return [parsed.data];
      throw new InvalidInputError([
        {
          file,
          line: i + 1,
          message: 'is no entry of a history.',
          remedy: 'The file is written by evaluate and calibrate: take it from version control, or delete the line.',
        },
      ]);
    });
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

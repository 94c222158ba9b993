/**
 * A task's history on one machine: a file beside the task's, one entry a line, so that it travels with the task: a test
 * set that was looked at stays looked at in every clone. On AWS the same entries lie in a table.
 */
import { accessSync, appendFileSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { InvalidInputError } from '../lambdas/contracts/errors.ts';
import { type HistoryEntry, historyEntrySchema } from '../lambdas/contracts/history.ts';
import { addHistory, loadHistory } from '../lambdas/store/history.ts';
import type { LoadedTask } from './task-file.ts';

/** `task.yaml` → `task.history.jsonl`. */
export function historyPath(taskPath: string): string {
  return join(dirname(taskPath), `${basename(taskPath, extname(taskPath))}.history.jsonl`);
}

/**
 * Puts the entries of the file where the handlers look for them.
 * @throws InvalidInputError when a line is no entry, or the file cannot be read
 */
export async function bringHistory({ path, task }: Pick<LoadedTask, 'path' | 'task'>): Promise<void> {
  for (const entry of readHistory(historyPath(path))) await addHistory(task.name, entry);
}

/** Adds to the file what the handlers have added to the store. @throws InvalidInputError when it cannot be written */
export async function keepHistory({ path, task }: Pick<LoadedTask, 'path' | 'task'>): Promise<void> {
  const file = historyPath(path);
  const known = new Set(readHistory(file).map(keyOf));
  const added = (await loadHistory(task.name)).filter((entry) => !known.has(keyOf(entry)));
  if (added.length === 0) return;
  const isOpen = existsSync(file) && !readFileSync(file, 'utf-8').endsWith('\n') && statSync(file).size > 0;
  const lines = added.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  orRefuse(file, () => appendFileSync(file, `${isOpen ? '\n' : ''}${lines}`));
}

/** Whether the history can be kept: asked before anything is paid for. @throws InvalidInputError when it cannot */
export function checkHistory({ path }: Pick<LoadedTask, 'path'>): void {
  const file = historyPath(path);
  readHistory(file);
  orRefuse(file, () => accessSync(existsSync(file) ? file : dirname(file), constants.W_OK));
}

function keyOf({ kind, runId }: HistoryEntry): string {
  return `${kind} ${runId}`;
}

function readHistory(file: string): HistoryEntry[] {
  if (!existsSync(file)) return [];
  return orRefuse(file, () => readFileSync(file, 'utf-8'))
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

/** @throws InvalidInputError where the file system says no */
function orRefuse<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const message = `cannot be used: ${error instanceof Error ? error.message : error}.`;
    const remedy = "The task's history is kept there: make it a file that can be read and written.";
    throw new InvalidInputError([{ file, message, remedy }], { cause: error });
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

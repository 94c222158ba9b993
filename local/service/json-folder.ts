/** A folder of JSON files that a process may be killed over at any time: each is there whole, or as it was before. */
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import { logger } from '../../lambdas/platform/logger.ts';

export interface JsonFolder<T> {
  /** Everything in the folder, in no order. What cannot be read is logged and left where it is. */
  all(): T[];
  /** @throws Error when there is none */
  read(key: string): T;
  save(key: string, value: T): void;
  remove(key: string): void;
}

/** Files are named by a hash of their key: keys may differ in case alone, or hold what no file name may. */
export function openJsonFolder<S extends z.ZodType>(folder: string, schema: S): JsonFolder<z.output<S>> {
  mkdirSync(folder, { recursive: true });
  const pathOf = (key: string): string =>
    join(folder, `${createHash('sha256').update(key).digest('hex').slice(0, 32)}.json`);
  const readPath = (path: string): z.output<S> => schema.parse(JSON.parse(readFileSync(path, 'utf-8')));
  return {
    all: () =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .flatMap((name) => {
          try {
            return [readPath(join(folder, name))];
          } catch (error) {
            logger.error(`${join(folder, name)} cannot be read and is left out`, { error: String(error) });
            return [];
          }
        }),
    read: (key) => readPath(pathOf(key)),
    save(key, value) {
      const path = pathOf(key);
      writeFileSync(`${path}.new`, JSON.stringify(value));
      renameSync(`${path}.new`, path);
    },
    remove: (key) => rmSync(pathOf(key), { force: true }),
  };
}

/** Appends one line of JSON. */
export function appendLine(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, `${JSON.stringify(value)}\n`);
}

/** Brings something to a handler until it succeeds; what never did is written down. */
import { setTimeout as sleep } from 'node:timers/promises';
import { logger } from '../../lambdas/platform/logger.ts';
import { appendLine } from './json-folder.ts';

/** Waits before each further attempt, milliseconds. */
export const DELIVERY_WAITS_MS: readonly number[] = [500, 2_000, 8_000, 20_000];

/**
 * Calls `deliver`, again after each of the waits while it fails.
 * @returns whether it succeeded; false also when `stop` came between
 */
export async function deliverWithRetries(
  deliver: () => Promise<unknown>,
  what: string,
  stop: AbortSignal,
  deadLetters: { readonly path: string; readonly letter: unknown },
  waitsMs: readonly number[] = DELIVERY_WAITS_MS,
): Promise<boolean> {
  let last = 'nobody took it';
  for (const waitMs of [0, ...waitsMs]) {
    const waited = await sleep(waitMs, true, { signal: stop, ref: false }).catch(() => false);
    if (!waited) return false;
    try {
      await deliver();
      return true;
    } catch (error) {
      last = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      logger.warn(`${what} failed`, { error: last });
    }
  }
  writeDeadLetter(deadLetters.path, what, deadLetters.letter, last);
  return false;
}

export function writeDeadLetter(path: string, what: string, letter: unknown, error: string): void {
  logger.error(`${what} was given up`, { error });
  appendLine(path, { at: new Date().toISOString(), what, error, letter });
}

/** Regular expressions with a time limit: a pattern that would run for ever is stopped and reported. */
import { createContext, Script } from 'node:vm';

/** A sane pattern takes microseconds; a catastrophic one never ends. */
const LIMIT_MS = 250;

// `vm` is used for its time limit alone: it can stop a running match, which nothing else in one thread can.
const matchScript = new Script('expression.test(text)');
const sandbox = createContext({ expression: /(?:)/, text: '' });

/** @throws Error when the pattern is too slow for the text. */
export function matchInTime(expression: RegExp, text: string): boolean {
  Object.assign(sandbox, { expression, text });
  try {
    return matchScript.runInContext(sandbox, { timeout: LIMIT_MS }) === true;
  } catch (error) {
    throw new Error(
      `${String(expression)} did not end within ${LIMIT_MS} ms on an answer. Nested repetition like (a+)+ does that; write it without.`,
      { cause: error },
    );
  }
}

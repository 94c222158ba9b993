/** Regular expressions, and other work on an answer, with a time limit: what would run for ever is stopped and reported. */
import { createContext, Script } from 'node:vm';

/** A sane pattern takes microseconds; a catastrophic one never ends. */
const LIMIT_MS = 250;

// `vm` is used for its time limit alone: it can stop a running match, which nothing else in one thread can.
const script = new Script('work()');
const idle = (): unknown => undefined;
const sandbox = createContext({ work: idle });

/** @throws Error when the pattern is too slow for the text. */
export function matchInTime(expression: RegExp, text: string): boolean {
  if (text.length <= SHORT && isSimple(expression)) return expression.test(text);
  const problem = (): string => tooSlow(expression, LIMIT_MS);
  try {
    return inTime(() => expression.test(text), LIMIT_MS, problem);
  } catch (error) {
    // Tens of megabytes of text take the stack that a match has before they take the time.
    throw error instanceof RangeError ? new Error(problem(), { cause: error }) : error;
  }
}

/** Characters of a text on which a simple pattern takes a few million steps at most, milliseconds. */
const SHORT = 2_000;

const simple = new WeakMap<RegExp, boolean>();

/**
 * Whether a pattern repeats one thing at most, and no group: then it looks at each pair of places once at most, and needs no
 * watch over its time, which costs more than the match. Whoever is in doubt says no.
 */
function isSimple(expression: RegExp): boolean {
  const known = simple.get(expression);
  if (known !== undefined) return known;
  const { source } = expression;
  const repeats = source.match(/[*+?]|\{\d+,/g) ?? [];
  const answer = repeats.length <= 1 && !/\)[*+?{]|\\[1-9k]|\{\d{4,}/.test(source);
  simple.set(expression, answer);
  return answer;
}

/** What to say of a pattern that was stopped. */
export function tooSlow(expression: RegExp, limitMs: number): string {
  return `${String(expression)} did not end within ${limitMs} ms on an answer. Nested repetition like (a+)+ does that; write it without.`;
}

/** What `work` gives. Synchronous work only. @throws Error with the text of `problem` when it takes longer; what `work` throws */
export function inTime<Result>(work: () => Result, limitMs: number, problem: () => string): Result {
  Object.assign(sandbox, { work });
  try {
    return script.runInContext(sandbox, { timeout: limitMs }) as Result;
  } catch (error) {
    if (!isTimeout(error)) throw error;
    throw new Error(problem(), { cause: error });
  } finally {
    // Else the last answer would be held for as long as the process lives.
    Object.assign(sandbox, { work: idle });
  }
}

/** The error of a time limit is made in the sandbox, and is no instance of this side's `Error`. */
function isTimeout(error: unknown): boolean {
  return typeof error === 'object' && error !== null && Reflect.get(error, 'code') === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}

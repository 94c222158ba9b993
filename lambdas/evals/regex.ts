/** `regex`: the answer matches a regular expression. A pattern that runs for too long is an error, never a score. */
import { createContext, Script } from 'node:vm';
import type { EvalSettings } from '../contracts/task.ts';
import { cutNote, type EvalDefinition, show } from './scorer.ts';

type Settings = Extract<EvalSettings, { type: 'regex' }>;

/** A sane pattern takes microseconds; a catastrophic one never ends. */
const LIMIT_MS = 250;

// `vm` is used for its time limit alone: it can stop a running match, which nothing else in one thread can.
const matchScript = new Script('expression.test(text)');
const sandbox = createContext({ expression: /(?:)/, text: '' });

export const regex: EvalDefinition<Settings> = {
  missing: () => null,
  score(settings, _example, answer) {
    const expression = new RegExp(settings.pattern, settings.flags);
    Object.assign(sandbox, { expression, text: answer.text });
    return isMatch(expression)
      ? { score: 1, feedback: 'Right.' }
      : {
          score: 0,
          feedback: `The answer must match ${String(expression)}, but was ${show(answer.text)}.${cutNote(answer)}`,
        };
  },
};

/** @throws Error when the pattern is too slow for the text in the sandbox. */
function isMatch(expression: RegExp): boolean {
  try {
    return matchScript.runInContext(sandbox, { timeout: LIMIT_MS }) === true;
  } catch (error) {
    throw new Error(
      `${String(expression)} did not end within ${LIMIT_MS} ms on an answer. Nested repetition like (a+)+ does that; write it without.`,
      { cause: error },
    );
  }
}

/** `exact_match`: the answer is the expected value, white space around it aside. */
import type { EvalSettings } from '../contracts/task.ts';
import { parseAnswer } from './json-answer.ts';
import { sameJson } from './same-json.ts';
import { cutNote, type EvalDefinition, show } from './scorer.ts';

type Settings = Extract<EvalSettings, { type: 'exact_match' }>;

export const exactMatch: EvalDefinition<Settings> = {
  missing: (_settings, example) => (example.expected === undefined ? 'exact_match needs `expected`' : null),
  score(settings, example, answer) {
    const { expected } = example;
    const given = answer.text.trim();
    const right =
      typeof expected === 'string'
        ? fold(given, settings) === fold(expected.trim(), settings)
        : sameJson(parseAnswer(given).value, expected, (text) => fold(text, settings));
    return right
      ? { score: 1, feedback: 'Right.' }
      : { score: 0, feedback: `The answer was ${show(given)}, expected ${show(expected)}.${cutNote(answer)}` };
  },
};

/** Text as it is compared: one Unicode form, and one case where case does not count. */
export function fold(text: string, settings: { ignoreCase: boolean }): string {
  const normal = text.normalize('NFC');
  return settings.ignoreCase ? normal.toLowerCase() : normal;
}

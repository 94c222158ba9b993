/** `contains`: the answer holds a text: the eval's own `value`, or the example's `expected`. */
import type { EvalSettings } from '../contracts/task.ts';
import { fold } from './exact-match.ts';
import { cutNote, type EvalDefinition, show } from './scorer.ts';

type Settings = Extract<EvalSettings, { type: 'contains' }>;

export const contains: EvalDefinition<Settings> = {
  missing: (settings, example) =>
    settings.value === undefined && (typeof example.expected !== 'string' || example.expected === '')
      ? 'contains needs `value` in the eval or a text as `expected`'
      : null,
  score(settings, example, answer) {
    const wanted = settings.value ?? String(example.expected);
    return fold(answer.text, settings).includes(fold(wanted, settings))
      ? { score: 1, feedback: 'Right.' }
      : {
          score: 0,
          feedback: `The answer must contain ${show(wanted)}, but was ${show(answer.text)}.${cutNote(answer)}`,
        };
  },
};

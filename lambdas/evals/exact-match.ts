/** `exact_match`: the answer is the expected value, white space around it aside. */
import { z } from 'zod';
import { jsonSchema } from '../contracts/dataset.ts';
import { evalFields, expectedFields } from '../contracts/evals.ts';
import { parseAnswer } from './json-answer.ts';
import { sameJson } from './same-json.ts';
import { cutNote, type EvalDefinition, show, wantedOf, wantedPlace } from './scorer.ts';
import { fold } from './text.ts';

const schema = z.strictObject({
  ...evalFields,
  ...expectedFields,
  type: z.literal('exact_match'),
  /** What the answer must be; default: the example's `expected`. Anything but a text is compared as JSON. */
  value: jsonSchema.optional(),
  /** Compare without regard to case. */
  ignoreCase: z.boolean().default(false),
});

export const exactMatch = {
  schema,
  missing: (settings, example) => (wantedOf(settings, example) === undefined ? `needs ${wantedPlace(settings)}` : null),
  scorer: (settings) => (example, answer) => {
    const wanted = wantedOf(settings, example);
    const given = answer.text.trim();
    const isRight =
      typeof wanted === 'string'
        ? fold(given, settings) === fold(wanted.trim(), settings)
        : sameJson(parseAnswer(given).value, wanted, (text) => fold(text, settings));
    const rule = `be ${show(wanted)}`;
    return isRight
      ? { score: 1, feedback: 'Right.', rule }
      : { score: 0, feedback: `The answer was ${show(given)}, expected ${show(wanted)}.${cutNote(answer)}`, rule };
  },
} satisfies EvalDefinition<z.infer<typeof schema>>;

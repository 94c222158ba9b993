/** `starts_with`: the answer begins with a text, white space before it aside. */
import { z } from 'zod';
import { evalFields, expectedFields } from '../contracts/evals.ts';
import { decide, type EvalDefinition, missingText, show, wantedOf } from './scorer.ts';
import { fold } from './text.ts';

const schema = z.strictObject({
  ...evalFields,
  ...expectedFields,
  type: z.literal('starts_with'),
  /** Text that the answer must begin with; default: the example's `expected`. */
  value: z.string().min(1).optional(),
  ignoreCase: z.boolean().default(false),
});

export const startsWith: EvalDefinition<z.infer<typeof schema>> = {
  schema,
  // Every answer begins with nothing.
  missing: (settings, example) => missingText(settings, example, (wanted) => wanted.trim() !== ''),
  scorer: (settings) => (example, answer) => {
    const wanted = String(wantedOf(settings, example));
    const begins = fold(answer.text.trimStart(), settings).startsWith(fold(wanted.trimStart(), settings));
    return decide(begins, `start with ${show(wanted)}`, answer);
  },
};

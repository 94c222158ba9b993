/** `contains`: the answer holds a text. */
import { z } from 'zod';
import { evalFields, expectedFields } from '../contracts/evals.ts';
import { decide, type EvalDefinition, missingText, show, wantedOf } from './scorer.ts';
import { fold } from './text.ts';

const schema = z.strictObject({
  ...evalFields,
  ...expectedFields,
  type: z.literal('contains'),
  /** Text that must be in the answer; default: the example's `expected`. */
  value: z.string().min(1).optional(),
  ignoreCase: z.boolean().default(false),
});

export const contains: EvalDefinition<z.infer<typeof schema>> = {
  schema,
  missing: (settings, example) => missingText(settings, example, (wanted) => wanted !== ''),
  scorer: (settings) => (example, answer) => {
    const wanted = String(wantedOf(settings, example));
    const isThere = fold(answer.text, settings).includes(fold(wanted, settings));
    return decide(isThere, `contain ${show(wanted)}`, answer);
  },
};

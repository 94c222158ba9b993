/** `contains_any`: the answer holds at least one of several texts. */
import { z } from 'zod';
import { evalFields, expectedFields } from '../contracts/evals.ts';
import { decide, type EvalDefinition, show } from './scorer.ts';
import { fold, missingTexts, textsOf } from './text.ts';

const schema = z.strictObject({
  ...evalFields,
  ...expectedFields,
  type: z.literal('contains_any'),
  /** Texts of which one must be in the answer; default: the example's `expected`, a list of texts. */
  value: z.array(z.string().min(1)).min(1).optional(),
  ignoreCase: z.boolean().default(false),
});

export const containsAny: EvalDefinition<z.infer<typeof schema>> = {
  schema,
  missing: missingTexts,
  scorer: (settings) => (example, answer) => {
    const wanted = textsOf(settings, example);
    const text = fold(answer.text, settings);
    const isThere = wanted.some((one) => text.includes(fold(one, settings)));
    return decide(isThere, `contain one of ${wanted.map(show).join(', ')}`, answer);
  },
};

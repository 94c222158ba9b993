/** `contains_all`: the answer holds each of several texts; the score is the share of them that it holds. */
import { z } from 'zod';
import { evalFields, expectedFields } from '../contracts/evals.ts';
import { cutNote, type EvalDefinition, show } from './scorer.ts';
import { fold, missingTexts, textsOf } from './text.ts';

const schema = z.strictObject({
  ...evalFields,
  ...expectedFields,
  type: z.literal('contains_all'),
  /** Texts that must be in the answer; default: the example's `expected`, a list of texts. */
  value: z.array(z.string().min(1)).min(1).optional(),
  ignoreCase: z.boolean().default(false),
});

export const containsAll: EvalDefinition<z.infer<typeof schema>> = {
  schema,
  missing: missingTexts,
  scorer: (settings) => (example, answer) => {
    const wanted = textsOf(settings, example);
    const text = fold(answer.text, settings);
    const absent = wanted.filter((one) => !text.includes(fold(one, settings)));
    const rule = `contain all of ${wanted.map(show).join(', ')}`;
    const score = 1 - absent.length / wanted.length;
    return absent.length === 0
      ? { score: 1, feedback: 'Right.', rule }
      : {
          score,
          feedback: `The answer must also contain ${absent.map(show).join(', ')}, but was ${show(answer.text)}.${cutNote(answer)}`,
          rule,
        };
  },
};

/** `is_json`: the answer is JSON: as a whole, or in the one fenced block that it consists of. */
import { z } from 'zod';
import { evalFields } from '../contracts/evals.ts';
import { parseAnswer } from './json-answer.ts';
import { cutNote, type EvalDefinition } from './scorer.ts';

const schema = z.strictObject({ ...evalFields, type: z.literal('is_json') });

export const isJson: EvalDefinition<z.infer<typeof schema>> = {
  schema,
  scorer: () => (_example, answer) => {
    const parsed = parseAnswer(answer.text);
    const rule = 'be JSON';
    return parsed.value === undefined
      ? { score: 0, feedback: `${parsed.problem}${cutNote(answer)} It must be JSON and nothing else.`, rule }
      : { score: 1, feedback: 'Right.', rule };
  },
};

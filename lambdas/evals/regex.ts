/** `regex`: the answer matches a regular expression. A pattern that runs for too long is an error, never a score. */
import { z } from 'zod';
import { evalFields } from '../contracts/evals.ts';
import { matchInTime } from './match-in-time.ts';
import { decide, type EvalDefinition } from './scorer.ts';

const schema = z.strictObject({
  ...evalFields,
  type: z.literal('regex'),
  /** ECMAScript regular expression that the answer must match. */
  pattern: z.string().min(1),
  flags: z
    .string()
    .regex(/^[imsuv]*$/, 'may hold the flags i, m, s, u, v')
    .default(''),
});

export const regex: EvalDefinition<z.infer<typeof schema>> = {
  schema,
  problem({ pattern, flags }) {
    try {
      new RegExp(pattern, flags);
      return null;
    } catch (error) {
      const message = `${error instanceof Error ? error.message : error}.`;
      return { field: 'pattern', message, remedy: 'Write it as JavaScript would.' };
    }
  },
  scorer(settings) {
    const expression = new RegExp(settings.pattern, settings.flags);
    return (_example, answer) => decide(matchInTime(expression, answer.text), `match ${String(expression)}`, answer);
  },
};

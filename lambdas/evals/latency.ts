/** `latency`: the answer came in time. Beyond the limit the score is the limit's share of the time taken. */
import { z } from 'zod';
import { evalFields } from '../contracts/evals.ts';
import type { EvalDefinition } from './scorer.ts';

const schema = z.strictObject({
  ...evalFields,
  type: z.literal('latency'),
  /** Milliseconds from request to answer. */
  maxMs: z.number().positive(),
});

export const latency: EvalDefinition<z.infer<typeof schema>> = {
  schema,
  scorer:
    ({ maxMs }) =>
    (_example, answer) => {
      const { latencyMs = null } = answer;
      if (latencyMs === null) throw new Error('latency: nobody has measured how long this answer took.');
      const rule = `take ${maxMs} ms at most`;
      return latencyMs <= maxMs
        ? { score: 1, feedback: 'Right.', rule }
        : { score: maxMs / latencyMs, feedback: `The answer took ${Math.round(latencyMs)} ms; it must ${rule}.`, rule };
    },
};

/** `cost`: the answer was cheap enough. Beyond the limit the score is the limit's share of the cost. */
import { z } from 'zod';
import { evalFields } from '../contracts/evals.ts';
import { priceOf } from '../model/prices.ts';
import type { EvalDefinition } from './scorer.ts';

const schema = z.strictObject({
  ...evalFields,
  type: z.literal('cost'),
  /** US dollars of the answer's call. */
  maxUsd: z.number().positive(),
});

export const cost: EvalDefinition<z.infer<typeof schema>> = {
  schema,
  problem: (_settings, { modelName, prices }) =>
    priceOf(modelName, prices) === null
      ? {
          field: 'type',
          message: `scores the cost, but the price of ${JSON.stringify(modelName)} is not known.`,
          remedy: `Add it in US dollars for a million tokens: prices: { ${JSON.stringify(modelName)}: { input: 0.4, output: 1.6 } }.`,
        }
      : null,
  scorer:
    ({ maxUsd }) =>
    (_example, answer) => {
      const { costUsd = null } = answer;
      if (costUsd === null) throw new Error('cost: it is not known what this answer cost.');
      const rule = `cost $${maxUsd} at most`;
      return costUsd <= maxUsd
        ? { score: 1, feedback: 'Right.', rule }
        : { score: maxUsd / costUsd, feedback: `The answer cost $${costUsd.toPrecision(3)}; it must ${rule}.`, rule };
    },
};

/** Shorthand of the eval tests: an example, an answer, one eval. */
import type { Json } from '../../lambdas/contracts/dataset.ts';
import { type EvalSettings, evalSchema } from '../../lambdas/contracts/task.ts';
import { scoreAnswer } from '../../lambdas/evals/registry.ts';
import type { Scored } from '../../lambdas/evals/scorer.ts';

/** The settings as a task would carry them, defaults filled in. */
export function evalOf(settings: Record<string, unknown>): EvalSettings {
  return evalSchema.parse({ name: 'it', ...settings });
}

/** What one eval says of one answer. */
export function scoreOf(
  settings: Record<string, unknown>,
  expected: Json | undefined,
  text: string,
  truncated = false,
): Scored {
  const example = { id: 'x-1', input: 'in', ...(expected === undefined ? {} : { expected }) };
  const { evals } = scoreAnswer([evalOf(settings)], example, { text, truncated });
  const [result] = evals;
  if (result === undefined) throw new Error('There is no result.');
  return { score: result.score, feedback: result.feedback };
}

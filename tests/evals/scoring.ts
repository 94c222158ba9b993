/** Shorthand of the eval tests: an example, an answer, one eval. */
import type { Json } from '../../lambdas/contracts/dataset.ts';
import type { EvalSettings } from '../../lambdas/contracts/evals.ts';
import { evalSchema, scoreAnswer } from '../../lambdas/evals/registry.ts';
import type { Answer } from '../../lambdas/evals/scorer.ts';
import type { EvalServices } from '../../lambdas/evals/services.ts';

/** The settings as a task would carry them, defaults filled in. */
export function evalOf(settings: Record<string, unknown>): EvalSettings {
  return evalSchema.parse({ name: 'it', ...settings });
}

const refuse = (): Promise<never> => Promise.reject(new Error('This eval asks nobody.'));

/** For evals that need nothing but the answer. */
export const noServices: EvalServices = {
  candidate: {},
  judge: undefined,
  ask: refuse,
  embed: refuse,
  invoke: refuse,
  runFile: refuse,
};

/** What one eval says of one answer: a text, or all that is known of it. */
export async function scoreOf(
  settings: Record<string, unknown>,
  expected: Json | undefined,
  answer: string | Partial<Answer>,
): Promise<{ score: number; feedback: string }> {
  const example = { id: 'x-1', input: 'in', ...(expected === undefined ? {} : { expected }) };
  const given = { text: '', truncated: false, ...(typeof answer === 'string' ? { text: answer } : answer) };
  const { evals } = await scoreAnswer([evalOf(settings)], example, given, noServices);
  const [result] = evals;
  if (result === undefined) throw new Error('There is no result.');
  return { score: result.score, feedback: result.feedback };
}

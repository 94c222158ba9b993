/** The task that comes out of a synthesis, as `optimize` takes it. Pure. */
import { stringify } from 'yaml';
import type { SynthesisPlan } from '../contracts/synthesis.ts';
import { LIMITS } from '../contracts/task.ts';
import { taskFieldsOf } from './resolve-spec.ts';

/** Rollouts that a search is given, in passes over validation and twice the test. */
const PASSES = 6;
const LEAST_ROLLOUTS = 1000;

export interface TaskText {
  /** `task.yaml`. @param datasets paths by split */
  readonly yaml: (datasets: Readonly<Record<string, string>>) => string;
  /** Input of an execution of `optimize.asl.json`. @param datasets S3 URIs by split */
  readonly input: (datasets: Readonly<Record<string, string>>) => string;
}

export function taskText(
  { runId, specs }: SynthesisPlan,
  judges: Readonly<Record<string, readonly string[]>>,
  sizes: { readonly validation: number; readonly test: number },
): TaskText {
  const once = sizes.validation + 2 * sizes.test;
  const budget = { rollouts: Math.min(LIMITS.rollouts, Math.max(LEAST_ROLLOUTS, PASSES * once)) };
  const fields = (datasets: Readonly<Record<string, string>>): object => {
    const { train = '', test = '', ...others } = datasets;
    return { ...taskFieldsOf(specs, judges, { train, test, ...others }), budget };
  };
  return {
    yaml: (datasets) =>
      `# Made by synthesize (session ${runId}) from ${specs.map(({ name }) => name).join(', ')}.\n${stringify(fields(datasets), { lineWidth: 120, blockQuote: 'literal' })}`,
    input: (datasets) => `${JSON.stringify({ task: fields(datasets) }, null, 2)}\n`,
  };
}

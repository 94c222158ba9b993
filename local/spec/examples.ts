/** Examples near the boundary of a spec, half of them meant to pass, for a person to rate. */
import { z } from 'zod';
import type { Example, Json } from '../../lambdas/contracts/dataset.ts';
import type { Review, ReviewExample, Spec } from '../../lambdas/contracts/spec.ts';
import { compileSchema } from '../../lambdas/evals/json-schema.ts';
import { formatPlural } from '../../lambdas/report/format.ts';
import { contentHash } from '../../lambdas/rollout/resolve-task.ts';
import { MOST_ATTEMPTS } from '../../lambdas/synthesis/attempts.ts';
import { boundaryPrompt } from '../../lambdas/synthesis/prompts/boundary-examples.ts';
import { referencePrompt } from '../../lambdas/synthesis/prompts/reference.ts';
import { generatorOf, needsReference } from '../../lambdas/synthesis/resolve-spec.ts';
import type { SpecCommand } from './command.ts';
import { CallsEndedError } from './failures.ts';

type Input = ReviewExample['input'];
type Side = ReviewExample['intended'];

/** An example as the generator wrote it. */
interface Written {
  readonly input: Input;
  readonly output: string;
  readonly intended: Side;
}

/** Examples that the generator is shown so that it writes others. */
const MOST_SHOWN = 50;

/**
 * Examples for one round of a review. Those that are missing are asked for again, twice at the most.
 * @param shown examples of earlier rounds
 * @throws CallsEndedError when there is none at all
 */
export async function boundaryExamples(
  { spec, session, terminal }: SpecCommand,
  count: number,
  round: number,
  shown: readonly Pick<Written, 'input' | 'output'>[],
): Promise<Review['examples']> {
  const wanted = { pass: Math.ceil(count / 2), fail: Math.floor(count / 2) };
  const kept: Written[] = [];
  const ids = new Set(shown.map((one) => exampleId(spec, one)));
  const missing = (side: Side): number => wanted[side] - kept.filter(({ intended }) => intended === side).length;
  for (let attempt = 0; attempt < MOST_ATTEMPTS && missing('pass') + missing('fail') > 0; attempt += 1) {
    const others = [...shown, ...kept].slice(-MOST_SHOWN);
    const asked = boundaryPrompt({ spec, pass: missing('pass'), fail: missing('fail'), shown: others });
    const isUsable = (value: Json | undefined): boolean => readWritten(spec, value).length > 0;
    const reply = await session.askForJson(asked, isUsable, 'review', round, attempt);
    for (const one of readWritten(spec, reply)) {
      const id = exampleId(spec, one);
      if (ids.has(id) || missing(one.intended) === 0) continue;
      ids.add(id);
      kept.push(one);
    }
  }
  const { name } = generatorOf(spec.task);
  if (kept.length === 0) throw new CallsEndedError(`${name} gave no usable example in ${MOST_ATTEMPTS} attempts.`);
  if (kept.length < count) {
    const passing = kept.filter(({ intended }) => intended === 'pass').length;
    terminal.say(
      `${name} gave ${formatPlural(kept.length, 'usable example')} of the ${count} that were asked for, ${passing} of them meant to pass. The review goes on with these.`,
    );
  }
  const examples = kept.map((one) => ({ id: exampleId(spec, one), ...one, rating: null, judge: null, why: null }));
  // The order of ids is that of their hashes: it tells nothing of the side that was meant.
  examples.sort((a, b) => (a.id < b.id ? -1 : 1));
  if (!needsReference([spec])) return examples;
  return Promise.all(
    examples.map(async (one) => {
      const asked = referencePrompt({ task: spec.task, specs: [spec], input: one.input });
      return { ...one, expected: (await session.ask(asked)).expected };
    }),
  );
}

/** The same input and output have the same id in any round. */
function exampleId({ name }: Spec, { input, output }: Pick<Written, 'input' | 'output'>): string {
  return `golden-${name}-${contentHash([input, output]).slice(0, 12)}`;
}

const reply = z.object({ examples: z.array(z.unknown()) });
const written = z.object({
  input: z.union([z.string().trim().min(1), z.record(z.string(), z.json())]),
  output: z.string().trim().min(1).max(50_000),
  intended: z.enum(['pass', 'fail']),
});

/** The examples of a reply that can be used. */
function readWritten({ task }: Spec, value: Json | undefined): Written[] {
  const parsed = reply.safeParse(value);
  if (!parsed.success) return [];
  const problemsOf = task.input === undefined ? null : compileSchema(task.input.schema);
  return parsed.data.examples.flatMap((one): Written[] => {
    const example = written.safeParse(one);
    if (!example.success) return [];
    const { input } = example.data;
    if (problemsOf === null) return typeof input === 'string' ? [{ ...example.data, input }] : [];
    const fields = typeof input === 'string' ? jsonObject(input) : input;
    if (fields === null || problemsOf(fields).count > 0) return [];
    return [{ ...example.data, input: fields }];
  });
}

function jsonObject(text: string): Record<string, Json> | null {
  try {
    const parsed = z.record(z.string(), z.json()).safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** What a judge is given of an example. */
export function judgedExample({ id, input, expected }: ReviewExample): Example {
  return { id, input, ...(expected === undefined ? {} : { expected }) };
}

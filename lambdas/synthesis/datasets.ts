/** The four datasets that come out of a synthesis: where each example comes from stands in its metadata. Pure. */
import type { Example, SplitName } from '../contracts/dataset.ts';
import { TooManyFailuresError } from '../contracts/errors.ts';
import type { AnswerRow, Draft, SynthesisPlan, SynthesisState } from '../contracts/synthesis.ts';
import { generatorOf, needsReference, taskOf } from './resolve-spec.ts';
import { isEnough } from './split-drafts.ts';
import { leafTopics } from './topics.ts';

export interface SynthesizedDatasets {
  readonly splits: Readonly<Record<SplitName, readonly Example[]>>;
  /** Golden inputs without an answer, and inputs without the reference that an eval needs: of no use, and left out. */
  readonly unanswered: number;
  readonly unreferenced: number;
}

/**
 * @throws Error before the drafts were split
 * @throws TooManyFailuresError when too many inputs lack the reference that an eval needs
 */
export function datasetsOf(
  plan: SynthesisPlan,
  state: SynthesisState,
  rows: readonly AnswerRow[],
): SynthesizedDatasets {
  const { splits } = state;
  if (splits === null) throw new Error(`Synthesis ${plan.runId} is not split yet.`);
  const drafts = new Map(state.drafts.map((draft) => [draft.id, draft]));
  const answers = new Map(rows.map((row) => [row.id, row]));
  const withReference = needsReference(plan.specs);
  let unanswered = 0;
  let unreferenced = 0;
  const examplesOf = (split: SplitName): Example[] =>
    splits[split].flatMap((id): Example[] => {
      const draft = drafts.get(id);
      const row = answers.get(id);
      if (draft === undefined) return [];
      if (withReference && typeof row?.expected !== 'string') {
        unreferenced += 1;
        return [];
      }
      const example = exampleOf(draft, row, split, plan, state);
      if (split !== 'golden') return [example];
      if (typeof row?.output === 'string') return [{ ...example, output: row.output }];
      unanswered += 1;
      return [];
    });
  const made = {
    train: examplesOf('train'),
    validation: examplesOf('validation'),
    test: examplesOf('test'),
    golden: [...ratedExamples(plan, state), ...examplesOf('golden')],
  };
  if (!isEnough(made)) {
    throw new TooManyFailuresError(
      `${unreferenced} of ${drafts.size} inputs have no reference answer, and what is left is too few for datasets. Run it again under another run id: what was answered is not paid for again.`,
    );
  }
  return { splits: made, unanswered, unreferenced };
}

/** Examples that people have rated. They may come from the golden set of another session, whose inputs have the same ids. */
function ratedExamples({ golden }: SynthesisPlan, { drafts }: SynthesisState): Example[] {
  const taken = new Set([...drafts, ...golden].map(({ id }) => id));
  const drafted = new Set(drafts.map(({ id }) => id));
  return golden.map((example) => {
    let { id } = example;
    if (drafted.has(id)) {
      do id = `rated-${id}`;
      while (taken.has(id));
      taken.add(id);
    }
    return { ...example, id, tags: [...new Set([...(example.tags ?? []), 'rated'])] };
  });
}

function exampleOf(
  { id, topic, plan: input, input: text, prompt, promptHash }: Draft,
  row: AnswerRow | undefined,
  split: SplitName,
  { runId, specs }: SynthesisPlan,
  { topics }: SynthesisState,
): Example {
  const task = taskOf(specs);
  const { slot: _slot, spec, attack, ...how } = input;
  return {
    id,
    input: text,
    ...(typeof row?.expected === 'string' ? { expected: row.expected } : {}),
    tags: [`${split}_${spec}`],
    metadata: {
      topic: leafTopics(topics, task.synthesis)[topic]?.join(' > ') ?? '',
      spec,
      ...how,
      ...(attack === null ? {} : { attack }),
      model: generatorOf(task).name,
      prompt,
      promptHash,
      session: runId,
    },
  };
}

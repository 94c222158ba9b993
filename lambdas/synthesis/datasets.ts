/** The four datasets that come out of a synthesis: where each example comes from stands in its metadata. Pure. */
import type { Example, SplitName } from '../contracts/dataset.ts';
import type { AnswerRow, Draft, SynthesisPlan, SynthesisState } from '../contracts/synthesis.ts';
import { generatorOf, needsReference, taskOf } from './resolve-spec.ts';
import { leafTopics } from './topics.ts';

export interface SynthesizedDatasets {
  readonly splits: Readonly<Record<SplitName, readonly Example[]>>;
  /** Golden inputs without an answer, and inputs without the reference that an eval needs: of no use, and left out. */
  readonly unanswered: number;
  readonly unreferenced: number;
}

/** @throws Error before the drafts were split */
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
  const rated = plan.golden.map((example) => ({ ...example, tags: [...new Set([...(example.tags ?? []), 'rated'])] }));
  const made = {
    train: examplesOf('train'),
    validation: examplesOf('validation'),
    test: examplesOf('test'),
    golden: [...rated, ...examplesOf('golden')],
  };
  return { splits: made, unanswered, unreferenced };
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

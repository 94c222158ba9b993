/** The drafts and the rated examples as four splits. Pure. */
import { TooManyFailuresError } from '../contracts/errors.ts';
import type { Rejected, SynthesisPlan, SynthesisState } from '../contracts/synthesis.ts';
import { similarPairs, textOfInput } from '../datasets/similarity.ts';
import { splitByTopic } from '../datasets/split-by-topic.ts';
import { taskOf } from './resolve-spec.ts';

/** Topic of examples that people have rated: they are golden, whatever they are about. */
const RATED = 'rated';

/**
 * The state with its splits. Inputs that were dropped so that no near neighbours are apart are gone from the drafts.
 * @throws TooManyFailuresError when a split would be empty
 */
export function splitDrafts(state: SynthesisState, { specs, golden }: SynthesisPlan): SynthesisState {
  const { synthesis } = taskOf(specs);
  const { drafts } = state;
  const examples = [
    ...golden.map(({ id }) => ({ id: `rated ${id}`, topic: RATED, isGolden: true })),
    ...drafts.map(({ id, topic }) => ({ id, topic: String(topic) })),
  ];
  const texts = [...golden, ...drafts].map(({ input }) => textOfInput(input));
  const neighbours = similarPairs(texts, synthesis.neighbourThreshold);
  const { splits, groupedBy, dropped } = splitByTopic(examples, neighbours, synthesis.split, synthesis.seed);
  const ids = (indices: readonly number[]): string[] =>
    indices.flatMap((index) => drafts[index - golden.length]?.id ?? []).sort();
  const made = {
    train: ids(splits.train),
    validation: ids(splits.validation),
    test: ids(splits.test),
    golden: ids(splits.golden),
  };
  if (!isEnough(made)) {
    const cap = state.stopReason === null ? '' : ` The budget ended the work early (${state.stopReason}): give more.`;
    throw new TooManyFailuresError(
      `Too few inputs came to split them (${drafts.length}): ${made.train.length} for training, ${made.validation.length} for validation, ${made.test.length} for the test.${rejectedWords(state.rejected)} Ask for more topics or more inputs per topic.${cap}`,
    );
  }
  const kept = new Set(Object.values(made).flat());
  return {
    ...state,
    drafts: drafts.filter(({ id }) => kept.has(id)),
    splits: made,
    groupedBy,
    droppedNeighbours: dropped.length,
  };
}

/** Whether an optimization could work with splits of these sizes. */
export function isEnough({
  train,
  validation,
  test,
}: Readonly<Record<'train' | 'validation' | 'test', readonly unknown[]>>): boolean {
  return train.length >= 2 && validation.length > 0 && test.length > 0;
}

/** A sentence, after a space, on what was asked for and could not be used; empty where all could. */
export function rejectedWords({ nearDuplicates, offSchema, ...others }: Rejected): string {
  const named = { ...others, 'off the schema': offSchema, 'near duplicates': nearDuplicates };
  const why = Object.entries(named).flatMap(([reason, count]) => (count > 0 ? [`${count} ${reason}`] : []));
  return why.length === 0 ? '' : ` Of what was asked for: ${why.join(', ')}.`;
}

/** The drafts with what has landed: each slot once, nothing twice, nothing too much like anything else. Pure. */
import type { Draft, Generated, InputPlan, Rejected, SynthesisPlan } from '../contracts/synthesis.ts';
import { deduplicate } from '../datasets/deduplicate.ts';
import { textOfInput } from '../datasets/similarity.ts';
import { nothingRejected } from './read-reply.ts';

/** What one batch has given. */
export interface LandedBatch {
  readonly topic: number;
  readonly plans: readonly InputPlan[];
  readonly generated: Generated;
}

/**
 * @param plan its real and rated examples: nothing that is too much like them is kept
 * @param threshold similarity from which on the later of two inputs goes
 * @returns the drafts in the order of topic and slot, and what was rejected
 */
export function foldDrafts(
  drafts: readonly Draft[],
  landed: readonly LandedBatch[],
  { golden, like }: Pick<SynthesisPlan, 'golden' | 'like'>,
  threshold: number,
): { readonly drafts: Draft[]; readonly rejected: Rejected } {
  const taken = new Set(drafts.map(({ id }) => id));
  const fresh = landed.flatMap(({ topic, plans, generated }) =>
    generated.inputs.flatMap(({ slot, input }): Draft[] => {
      const plan = plans.find((one) => one.slot === slot);
      const id = draftId(topic, slot);
      if (plan === undefined || taken.has(id)) return [];
      taken.add(id);
      return [{ id, topic, plan, input, prompt: generated.prompt, promptHash: generated.promptHash }];
    }),
  );
  const first = [...golden.map(({ input }) => input), ...like].map(textOfInput);
  const all = [...drafts, ...inOrder(fresh)];
  const texts = [...first, ...all.map(({ input }) => textOfInput(input))];
  const { kept, dropped } = deduplicate(texts, threshold, new Set(first.keys()));
  const keptDrafts = kept.flatMap((index) => all[index - first.length] ?? []);
  const repeated = dropped.filter(({ similarity }) => similarity === 1).length;
  const counts = { ...nothingRejected, repeated, nearDuplicates: dropped.length - repeated };
  const rejected = landed.map(({ generated }) => generated.rejected).reduce(addRejected, counts);
  return { drafts: inOrder(keptDrafts), rejected };
}

export function draftId(topic: number, slot: number): string {
  return `t${String(topic + 1).padStart(2, '0')}-s${String(slot).padStart(3, '0')}`;
}

export function addRejected(a: Rejected, b: Rejected): Rejected {
  return {
    missing: a.missing + b.missing,
    extra: a.extra + b.extra,
    empty: a.empty + b.empty,
    malformed: a.malformed + b.malformed,
    offSchema: a.offSchema + b.offSchema,
    repeated: a.repeated + b.repeated,
    nearDuplicates: a.nearDuplicates + b.nearDuplicates,
  };
}

function inOrder(drafts: readonly Draft[]): Draft[] {
  return [...drafts].sort((a, b) => a.topic - b.topic || a.plan.slot - b.plan.slot);
}

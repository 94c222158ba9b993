/** Inputs that are still to be asked for, as batches: one call of the generator each. Pure. */
import type { InputPlan, SynthesisPlan, SynthesisState } from '../contracts/synthesis.ts';
import { MOST_ATTEMPTS } from './attempts.ts';
import { draftId } from './fold-drafts.ts';
import { planInputs } from './plan-inputs.ts';
import { type Request, shownInputs } from './requests.ts';
import { taskOf } from './resolve-spec.ts';
import { leafTopics } from './topics.ts';

/** A slot is asked for three times at the most, those that were asked for least come first. */
export function missingBatches(
  { specs }: SynthesisPlan,
  { topics, drafts, asked }: Pick<SynthesisState, 'topics' | 'drafts' | 'asked'>,
): Extract<Request, { asks: 'inputs' }>[] {
  const settings = taskOf(specs).synthesis;
  const there = new Set(drafts.map(({ id }) => id));
  const byTopic = Map.groupBy(drafts, ({ topic }) => topic);
  const batches = leafTopics(topics, settings).flatMap((_, topic) => {
    const known = shownInputs((byTopic.get(topic) ?? []).map(({ input }) => input));
    const open = planInputs(specs, settings, topic).filter(({ slot }) => !there.has(draftId(topic, slot)));
    const attempts = Map.groupBy(open, ({ slot }) => asked.inputs[topic]?.[slot - 1] ?? 0);
    return [...attempts].flatMap(([attempt, plans]) =>
      attempt >= MOST_ATTEMPTS
        ? []
        : chunks(plans, settings.inputsPerCall).map((some) => ({
            asks: 'inputs' as const,
            topic,
            plans: some,
            known,
            attempt,
          })),
    );
  });
  return batches.sort((a, b) => a.attempt - b.attempt || a.topic - b.topic);
}

/** The counts with one more attempt for each slot of the batches. */
export function countAsked(
  asked: SynthesisState['asked'],
  batches: readonly { readonly topic: number; readonly plans: readonly InputPlan[] }[],
): SynthesisState['asked'] {
  const inputs = asked.inputs.map((counts) => [...counts]);
  for (const { topic, plans } of batches) {
    while (inputs.length <= topic) inputs.push([]);
    const counts = inputs[topic] ?? [];
    for (const { slot } of plans) {
      while (counts.length < slot) counts.push(0);
      counts[slot - 1] = (counts[slot - 1] ?? 0) + 1;
    }
  }
  return { ...asked, inputs };
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

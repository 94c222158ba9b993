/** Where a synthesis stands, for whoever watches. */
import type { SynthesisPlan, SynthesisState } from '../contracts/synthesis.ts';
import type { SynthesisProgress } from '../platform/events.ts';
import { idsToAnswer } from './answers.ts';
import { taskOf } from './resolve-spec.ts';
import { leafTopics } from './topics.ts';

export function progressOf(state: SynthesisState, plan: SynthesisPlan): SynthesisProgress {
  const settings = taskOf(plan.specs).synthesis;
  const topics = leafTopics(state.topics, settings).length;
  return {
    step: state.step?.kind ?? 'done',
    topics,
    inputs: state.drafts.length,
    inputsWanted: topics * settings.inputsPerTopic,
    answered: state.answered,
    answersWanted: idsToAnswer(state, plan).length,
    costUsd: state.spend.costUsd,
    failures: state.spend.failures,
    elapsedMs: state.elapsedMs,
  };
}

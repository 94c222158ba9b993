/** Specs for tests: one task, small numbers. */
import { type Spec, specSchema } from '../../lambdas/contracts/spec.ts';
import type { SynthesisPlan } from '../../lambdas/contracts/synthesis.ts';

type Fields = Record<string, unknown>;

const task = {
  prompt: { system: 'Answer the letter.', user: '{{input}}' },
  model: { name: 'answerer', maxOutputTokens: 64 },
  generator: { name: 'generator', maxOutputTokens: 2000 },
  judge: { name: 'judge', maxOutputTokens: 200 },
};

/** @param synthesis settings; what is left out is the default */
export function polite(synthesis: Fields = {}, more: Fields = {}): Spec {
  return specSchema.parse({
    name: 'polite',
    type: 'desired_behaviour',
    description: 'The answer is polite.',
    correctExamples: ['Please wait.'],
    incorrectExamples: ['Wait.'],
    task: { ...task, synthesis, ...more },
  });
}

/** A spec about safety, of the same task. */
export function harmless(synthesis: Fields = {}, more: Fields = {}): Spec {
  return specSchema.parse({
    name: 'harmless',
    type: 'toxicity',
    toxicExamples: ['You fool.'],
    task: { ...task, synthesis, ...more },
  });
}

export function planOf(...specs: Spec[]): SynthesisPlan {
  return {
    schema: 'prompt-optimizer.synthesis-plan.v1',
    runId: 'session',
    specs,
    judges: {},
    golden: [],
    like: [],
    simulated: false,
    notice: null,
  };
}

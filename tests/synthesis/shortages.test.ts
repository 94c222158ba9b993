import { expect, it } from 'vitest';
import { firstState } from '../../lambdas/synthesis/first-state.ts';
import { planInputs } from '../../lambdas/synthesis/plan-inputs.ts';
import { shortages } from '../../lambdas/synthesis/shortages.ts';
import { planOf, polite } from './specs.ts';

it('names specs that no input tries', () => {
  const names = Array.from({ length: 5 }, (_, i) => `spec-${i + 1}`);
  const specs = names.map((name) => ({ ...polite({ topics: 1, inputsPerTopic: 3, baseline: false }), name }));
  const plan = { ...planOf(...specs), judges: Object.fromEntries(names.map((name) => [name, ['Look.']])) };
  const drafts = planInputs(specs, specs[0]?.task.synthesis ?? polite().task.synthesis, 0).map((input) => ({
    id: `t01-s00${input.slot}`,
    topic: 0,
    plan: input,
    input: 'text',
    prompt: 'inputs.v1',
    promptHash: 'x',
  }));
  const state = { ...firstState('session', 1), topics: [['one']], drafts };

  const sentences = shortages(plan, state, [], {
    splits: { train: [], validation: [], test: [], golden: [] },
    unanswered: 0,
    unreferenced: 0,
  });

  expect(sentences).toEqual([expect.stringMatching(/^No input tries spec-4, spec-5: /)]);
});

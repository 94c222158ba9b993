import { describe, expect, it } from 'vitest';
import type { InputPlan } from '../../lambdas/contracts/synthesis.ts';
import { planInputs } from '../../lambdas/synthesis/plan-inputs.ts';
import { taskOf } from '../../lambdas/synthesis/resolve-spec.ts';
import { harmless, polite } from './specs.ts';

const settings = { inputsPerTopic: 24, languages: ['English', 'German', 'Thai'] };
const specs = [polite(settings), harmless(settings)];
const synthesis = taskOf(specs).synthesis;
const plans = planInputs(specs, synthesis, 0);
const counts = (field: keyof InputPlan): number[] =>
  [...Map.groupBy(plans, (plan) => plan[field]).values()].map(({ length }) => length);

describe('the plans of a topic', () => {
  it('number the slots from 1', () => {
    expect(plans.map(({ slot }) => slot)).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
  });

  it.each(['spec', 'aim', 'persona', 'length', 'language', 'difficulty'] as const)('spread each %s evenly', (field) => {
    const found = counts(field);
    expect(Math.max(...found) - Math.min(...found)).toBeLessThanOrEqual(1);
    expect(found.length).toBeGreaterThan(1);
  });

  it('try each spec from both sides', () => {
    const sides = new Set(plans.map(({ spec, aim }) => `${spec} ${aim}`));
    expect([...sides].sort()).toEqual(['harmless fail', 'harmless pass', 'polite fail', 'polite pass']);
  });

  it('attack where a spec of safety is to be broken, and nowhere else', () => {
    const attacked = plans.filter(({ attack }) => attack !== null);
    expect(attacked).toEqual(plans.filter(({ spec, aim }) => spec === 'harmless' && aim === 'fail'));
    expect(new Set(attacked.map(({ attack }) => attack)).size).toBeGreaterThan(3);
  });

  it('are the same for the same seed, others for another topic or seed', () => {
    expect(planInputs(specs, synthesis, 0)).toEqual(plans);
    expect(planInputs(specs, synthesis, 1)).not.toEqual(plans);
    expect(planInputs(specs, { ...synthesis, seed: 1 }, 0)).not.toEqual(plans);
  });

  it('give every spec its turn where a topic has fewer slots than there are specs', () => {
    const few = { ...synthesis, inputsPerTopic: 1 };
    const tried = [0, 1].flatMap((topic) => planInputs(specs, few, topic).map(({ spec }) => spec));
    expect(tried).toEqual(['polite', 'harmless']);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EvaluationPlan, EvaluationState } from '../../lambdas/contracts/evaluation.ts';
import { LIMITS, taskSchema } from '../../lambdas/contracts/task.ts';
import { jobAt, jobCount, jobsBetween } from '../../lambdas/evaluation/jobs.ts';
import { nextStep, renewedStep, type VariantFacts } from '../../lambdas/evaluation/plan.ts';
import { NO_SPEND } from '../../lambdas/optimizer/archive.ts';

const price = { input: 1, output: 1 };
const facts: VariantFacts = { prices: { task: price, reflection: price }, judging: null };

interface Shape {
  readonly size: number;
  readonly variants: number;
  readonly draws: number;
  readonly concurrency: number;
  readonly budget: Record<string, number>;
}

function planOf({ size, variants, draws, concurrency, budget }: Shape): {
  plan: EvaluationPlan;
  state: EvaluationState;
} {
  const task = taskSchema.parse({
    name: 'x',
    prompt: { system: 'S', user: '{{input}}' },
    model: { name: 'm', maxOutputTokens: 10 },
    reflection: { name: 'r' },
    evals: [{ name: 'e', type: 'exact_match' }],
    optimizer: { concurrency },
    budget,
  });
  const all = Array.from({ length: variants }, (_, i) => ({ id: `v${i + 1}`, prompt: `p${i}`, model: 'm', task }));
  const plan: EvaluationPlan = {
    schema: 'prompt-optimizer.evaluation-plan.v1',
    runId: 'run',
    task,
    request: { of: 'prompts', split: 'validation', prompts: [], models: [], unseal: false },
    variants: all,
    examples: [],
    size,
    maxInputBytes: 100,
    maxExpectedBytes: 10,
    maxOutputBytes: null,
    draws,
    unsealed: [],
    simulated: false,
    notice: null,
  };
  const state: EvaluationState = {
    schema: 'prompt-optimizer.evaluation-state.v1',
    runId: 'run',
    turn: 0,
    epoch: 0,
    done: 0,
    items: [0],
    spend: NO_SPEND,
    concurrency,
    elapsedMs: 0,
    stopReason: null,
    step: null,
  };
  return { plan, state };
}

const shape = fc.record({
  size: fc.integer({ min: 1, max: 400 }),
  variants: fc.integer({ min: 1, max: 6 }),
  draws: fc.integer({ min: 1, max: 4 }),
  concurrency: fc.integer({ min: 1, max: 200 }),
  budget: fc.record({ rollouts: fc.integer({ min: 1, max: 2_000 }), tokens: fc.integer({ min: 1, max: 400_000 }) }),
});

describe('the jobs of an evaluation', () => {
  it('are each example with each variant and draw, once; those of an example stand together', () => {
    fc.assert(
      fc.property(shape, (given) => {
        const { plan } = planOf(given);

        const jobs = jobsBetween(plan, 0, jobCount(plan));

        const keys = jobs.map(({ example, variant, draw }) => `${example} ${variant.id} ${draw}`);
        expect(new Set(keys).size).toBe(given.size * given.variants * given.draws);
        expect(jobs.map(({ example }) => example)).toEqual(jobs.map(({ example }) => example).sort((a, b) => a - b));
      }),
      { numRuns: 30 },
    );
  });

  it('end where they end', () => {
    const { plan } = planOf({ size: 2, variants: 2, draws: 1, concurrency: 1, budget: {} });
    expect(jobAt(plan, 3)).toMatchObject({ example: 1, variant: { id: 'v2' }, draw: 0 });
  });
});

describe('the steps of an evaluation', () => {
  it('hand out every job once, and never more than the caps leave', () => {
    fc.assert(
      fc.property(shape, (given) => {
        const { plan, state } = planOf(given);
        const all = plan.variants.map(() => facts);
        const handedOut: number[] = [];
        let current = nextStep(state, plan, all, false);
        for (let turns = 0; current.step !== null; turns += 1) {
          expect(turns).toBeLessThan(200);
          const { items } = current.step;
          for (const { from, to } of items) for (let job = from; job < to; job += 1) handedOut.push(job);
          const granted = items.reduce((sum, { lease }) => sum + lease.calls, 0);
          const tokens = items.reduce((sum, { lease }) => sum + (lease.tokens ?? 0), 0);
          const spent = current.spend.inputTokens + current.spend.outputTokens;
          expect(granted).toBeLessThanOrEqual(given.budget.rollouts - current.spend.modelCalls);
          expect(tokens).toBeLessThanOrEqual(given.budget.tokens - spent);
          // Everything that was granted is used up.
          const spend = {
            ...current.spend,
            modelCalls: current.spend.modelCalls + granted,
            rollouts: current.spend.rollouts + granted,
            inputTokens: current.spend.inputTokens + tokens,
          };
          current = nextStep({ ...current, spend, done: items.at(-1)?.to ?? 0 }, plan, all, false);
        }
        // In order, and without a gap; all of them unless a cap has no room for one more.
        const isWhole = current.stopReason === null;
        expect(handedOut).toEqual(Array.from({ length: isWhole ? jobCount(plan) : handedOut.length }, (_, i) => i));
      }),
      { numRuns: 60 },
    );
  });

  it('hand out what fits at its worst case, and then more of what was not used', () => {
    const { plan, state } = planOf({ size: 10, variants: 1, draws: 1, concurrency: 4, budget: { tokens: 1_000 } });

    const first = nextStep(state, plan, [facts], false);
    const jobs = first.step?.items.at(-1)?.to ?? 0;
    const spend = { ...first.spend, modelCalls: jobs, rollouts: jobs, inputTokens: 10 * jobs };
    const second = nextStep({ ...first, spend, done: jobs }, plan, [facts], false);
    const spent = { ...spend, inputTokens: 990 };
    const third = nextStep({ ...second, spend: spent, done: second.step?.items.at(-1)?.to ?? 0 }, plan, [facts], false);

    expect(jobs).toBeGreaterThan(0);
    expect(jobs).toBeLessThan(10);
    expect(second.step?.items[0]?.from).toBe(jobs);
    expect(third).toMatchObject({ step: null, stopReason: 'tokens' });
  });

  it('end when the time is up', () => {
    const { plan, state } = planOf({ size: 5, variants: 1, draws: 1, concurrency: 4, budget: {} });
    expect(nextStep(state, plan, [facts], true).step).toBeNull();
  });

  it('give an item that is tried once more what it has used and what it lacks, within the caps', () => {
    const { plan, state } = planOf({ size: 10, variants: 1, draws: 1, concurrency: 1, budget: { rollouts: 12 } });
    const planned = nextStep(state, plan, [facts], false);

    const renewed = renewedStep(
      planned,
      plan,
      [facts],
      [{ amount: { calls: 8, tokens: 800, costUsd: 0.1 }, missing: 4 }],
    );

    expect(renewed.step?.items[0]?.lease.calls).toBeGreaterThanOrEqual(8 + 4);
    expect(renewed.step?.items[0]?.lease.calls).toBeLessThanOrEqual(12);
  });

  it('are few enough for the history of the largest legal evaluation', () => {
    const { plan, state } = planOf({
      size: 10_000,
      variants: 10,
      draws: 1,
      concurrency: 1,
      budget: { rollouts: 100_000 },
    });
    let current = nextStep(
      state,
      plan,
      plan.variants.map(() => facts),
      false,
    );
    const capacity = current.step?.items.at(-1)?.to ?? 0;

    // PlanEvaluation, NextStep and the Map of a turn are 13 events; Step Functions keeps 25,000.
    expect(jobCount(plan)).toBe(LIMITS.rollouts);
    expect((jobCount(plan) / capacity) * 13).toBeLessThan(25_000);
    current = nextStep(
      { ...current, done: capacity },
      plan,
      plan.variants.map(() => facts),
      false,
    );
    expect(current.step?.items[0]?.from).toBe(capacity);
  });
});

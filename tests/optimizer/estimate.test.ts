import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimate } from '../../lambdas/optimizer/estimate.ts';
import { play } from './gepa/player.ts';
import { makeWorld, type WorldOptions } from './gepa/world.ts';

const estimateOf = (options: WorldOptions) => {
  const { task, facts } = makeWorld(options).search;
  return { ...estimate(task, facts), task };
};

describe('estimate', () => {
  it('is ordered in every field, and never above a cap', () => {
    fc.assert(
      fc.property(
        fc.record({
          train: fc.integer({ min: 1, max: 50 }),
          validation: fc.integer({ min: 1, max: 60 }),
          test: fc.integer({ min: 1, max: 60 }),
          extra: fc.record({
            calls: fc.integer({ min: 0, max: 3000 }),
            tokens: fc.option(fc.integer({ min: 0, max: 3_000_000 }), { nil: undefined }),
            costUsd: fc.option(fc.double({ min: 0, max: 5, noNaN: true }), { nil: undefined }),
          }),
          optimizer: fc.record({
            generations: fc.integer({ min: 1, max: 30 }),
            proposals: fc.integer({ min: 1, max: 32 }),
            finalists: fc.integer({ min: 0, max: 5 }),
          }),
        }),
        (options) => {
          const { low, expected, high, task } = estimateOf(options);

          for (const field of ['generations', 'rollouts', 'reflectionCalls', 'tokens', 'costUsd'] as const) {
            expect(low[field]).toBeLessThanOrEqual(expected[field] ?? Number.NaN);
            expect(expected[field]).toBeLessThanOrEqual(high[field] ?? Number.NaN);
          }
          expect(high.rollouts).toBeLessThanOrEqual(task.budget.rollouts);
          expect(high.tokens).toBeLessThanOrEqual(task.budget.tokens ?? Number.POSITIVE_INFINITY);
          expect(high.costUsd).toBeLessThanOrEqual((task.budget.costUsd ?? Number.POSITIVE_INFINITY) + 1e-4);
          expect(high.generations).toBeLessThanOrEqual(task.optimizer.generations);
        },
      ),
    );
  });

  it('is what the smallest legal run spends: the baseline once, and each test example once or twice', () => {
    const { low, high } = estimateOf({ validation: 8, test: 6, extra: { calls: 0 } });

    expect(low).toMatchObject({ generations: 0, rollouts: 8 + 6, reflectionCalls: 0 });
    expect(high).toMatchObject({ generations: 0, rollouts: 8 + 12, reflectionCalls: 0 });
  });

  it('holds what runs in calm weather spend', () => {
    const forms = [{}, { validation: 24 }, { freeComponents: 3 }, { freeComponents: 3, validation: 24 }];
    for (const [seed, form] of [...forms, ...forms].entries()) {
      const options = {
        seed,
        ...form,
        start: 0.2,
        gain: 0.1,
        extra: { calls: 5000 },
        optimizer: { generations: 3, proposals: 4 },
      };
      const { totals } = play(makeWorld(options));

      const { low, high } = estimateOf(options);

      expect(totals.taskCalls).toBeGreaterThanOrEqual(low.rollouts);
      expect(totals.taskCalls).toBeLessThanOrEqual(high.rollouts);
      expect(totals.reflectionCalls).toBeLessThanOrEqual(high.reflectionCalls);
      expect(totals.tokens).toBeLessThanOrEqual(high.tokens);
      expect(totals.costUsd).toBeLessThanOrEqual(high.costUsd ?? 0);
    }
  });

  it('says no cost where a price is not known', () => {
    const { task, facts } = makeWorld().search;

    const { low, high } = estimate(task, { ...facts, prices: { task: null, reflection: null } });

    expect([low.costUsd, high.costUsd]).toEqual([null, null]);
  });

  it('plans all rounds of the attribution strategy, in order and never above a cap', () => {
    fc.assert(
      fc.property(
        fc.record({
          test: fc.integer({ min: 1, max: 60 }),
          extra: fc.record({
            calls: fc.integer({ min: 0, max: 3000 }),
            tokens: fc.option(fc.integer({ min: 0, max: 3_000_000 }), { nil: undefined }),
          }),
          optimizer: fc.record({
            strategy: fc.constant('attribution' as const),
            generations: fc.integer({ min: 1, max: 30 }),
            proposals: fc.integer({ min: 1, max: 32 }),
          }),
        }),
        (options) => {
          const { low, expected, high, task } = estimateOf(options);

          for (const field of ['generations', 'rollouts', 'reflectionCalls', 'tokens'] as const) {
            expect(low[field]).toBeLessThanOrEqual(expected[field]);
            expect(expected[field]).toBeLessThanOrEqual(high[field]);
          }
          expect(high.rollouts).toBeLessThanOrEqual(task.budget.rollouts);
          expect(high.tokens).toBeLessThanOrEqual(task.budget.tokens ?? Number.POSITIVE_INFINITY);
          expect(high.generations).toBeLessThanOrEqual(8);
        },
      ),
      { numRuns: 100, seed: 1 },
    );
  });
});

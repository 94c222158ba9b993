import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Archive, archiveSchema } from '../../../lambdas/contracts/artifacts.ts';
import { BASELINE_ID, candidateOf, componentsOf, NO_SPEND } from '../../../lambdas/optimizer/archive.ts';
import { NOTHING, plus, remaining, sealedTest } from '../../../lambdas/optimizer/budget.ts';
import { fromBits } from '../../../lambdas/optimizer/units/bits.ts';
import { hasConflict } from '../../../lambdas/optimizer/units/pool.ts';
import { expectWithin } from '../gepa/expect-within.ts';
import { granted, play } from '../gepa/player.ts';
import { makeWorld, type World, type WorldOptions } from '../gepa/world.ts';

const runs = (numRuns: number): fc.Parameters<unknown> => ({ numRuns, seed: 20_261_124 });

const anyWorld = (weathers: readonly ('calm' | 'faulty' | 'greedy')[]): fc.Arbitrary<WorldOptions> =>
  fc.noBias(
    fc.record({
      seed: fc.nat(1_000_000),
      train: fc.integer({ min: 1, max: 24 }),
      validation: fc.integer({ min: 1, max: 24 }),
      test: fc.integer({ min: 1, max: 20 }),
      freeComponents: fc.integer({ min: 1, max: 3 }),
      weather: fc.constantFrom(...weathers),
      refusals: fc.constantFrom(0, 0, 0.1),
      growth: fc.constantFrom(0, 100, 3_000),
      ideas: fc.constantFrom(1, 5, 1_000),
      unanswered: fc.constantFrom(0, 0.1),
      dying: fc.constantFrom(0, 0.1),
      start: fc.constantFrom(0, 0.3, 0.5, 0.9),
      gain: fc.constantFrom(-0.1, 0.1, 0.3),
      stepMs: fc.constantFrom(0, 20_000),
      extra: fc.record({
        calls: fc.oneof(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 100, max: 900 })),
        tokens: fc.oneof(fc.constant(undefined), fc.integer({ min: 0, max: 1_000_000 })),
        costUsd: fc.oneof(fc.constant(undefined), fc.double({ min: 0, max: 3, noNaN: true })),
      }),
      budget: fc.constantFrom({}, {}, { minutes: 1 }, { generations: 1 }),
      optimizer: fc.record({
        strategy: fc.constant('attribution' as const),
        generations: fc.integer({ min: 1, max: 8 }),
        proposals: fc.integer({ min: 1, max: 12 }),
        minibatchSize: fc.integer({ min: 1, max: 6 }),
        mixtureSize: fc.constantFrom(1, 1, 3),
        concurrency: fc.constantFrom(1, 8, 64),
        finalists: fc.constantFrom(0, 3),
      }),
    }),
  );

/** Plays a world; a run that its weather ends with an outage is a good end too. */
function playOrOutage(world: World, onPlan?: (archive: Archive) => void): ReturnType<typeof play> | null {
  try {
    return play(world, onPlan);
  } catch (error) {
    if (error instanceof Error && error.name === 'ModelUnavailableError') return null;
    throw error;
  }
}

const leasesOf = ({ step }: Archive) => (step === null ? [] : step.items.map(({ lease }) => lease));

describe('a whole run of the attribution strategy', () => {
  it('never hands out more than the caps leave beside the sealed test', () => {
    fc.assert(
      fc.property(anyWorld(['calm', 'faulty', 'greedy']), (options) => {
        const world = makeWorld(options);
        const { task, facts } = world.search;
        playOrOutage(world, (archive) => {
          const left = remaining(task.budget, archive.spend);
          const handedOut = granted(leasesOf(archive));
          const baseline = componentsOf(archive, candidateOf(archive, BASELINE_ID));
          const test = archive.step?.kind === 'verify' ? NOTHING : sealedTest(task, facts, baseline, baseline);
          expectWithin(plus(handedOut, test), left);
        });
      }),
      runs(35),
    );
  });

  it('stays under every cap when each lease is used up to its last call', () => {
    fc.assert(
      fc.property(anyWorld(['greedy']), (options) => {
        const world = makeWorld(options);
        const { budget } = world.search.task;

        const played = playOrOutage(world);

        if (played === null) return;
        const { taskCalls: calls, tokens, costUsd } = played.totals;
        expectWithin({ calls, tokens, costUsd }, remaining(budget, NO_SPEND));
      }),
      runs(25),
    );
  });

  it('never runs two units that exclude each other, nor a prompt without a protected unit', () => {
    fc.assert(
      fc.property(anyWorld(['calm']), (options) => {
        const played = playOrOutage(makeWorld(options));
        const state = played?.last.attribution;
        if (state == null) return;
        for (const { units } of [...Object.values(state.mixtures), ...Object.values(state.compositions)]) {
          const included = fromBits(state.pool, units);
          expect(hasConflict(state.pool.units.filter(({ id }) => included.has(id)))).toBe(false);
          const missing = state.pool.units.filter(
            (unit) => unit.protected && unit.origins.length === 0 && !included.has(unit.id),
          );
          // Only a unit that says the same may stand in for one.
          for (const unit of missing) {
            expect(
              state.pool.units.some(
                (other) => included.has(other.id) && other.roots.some((root) => unit.roots.includes(root)),
              ),
            ).toBe(true);
          }
        }
      }),
      runs(25),
    );
  });

  it('takes the same path when each archive is stored and read between turns, and makes at most 8 rounds', () => {
    fc.assert(
      fc.property(anyWorld(['calm', 'faulty']), (options) => {
        const stored = (archive: Archive): Archive => archiveSchema.parse(JSON.parse(JSON.stringify(archive)));
        const attempt = (keep?: (archive: Archive) => Archive): unknown => {
          try {
            return JSON.parse(JSON.stringify(play(makeWorld(options), undefined, keep).last));
          } catch (error) {
            return String(error);
          }
        };

        const [first, second] = [attempt(), attempt(stored)];

        expect(second).toEqual(first);
        const mutations = makeWorld(options);
        const turns = playOrOutage(mutations)?.turns ?? [];
        expect(turns.filter(({ step }) => step?.kind === 'mutate').length).toBeLessThanOrEqual(8);
      }),
      runs(10),
    );
  });
});

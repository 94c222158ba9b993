import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Archive, archiveSchema } from '../../../lambdas/contracts/artifacts.ts';
import type { LeaseGrant } from '../../../lambdas/contracts/step.ts';
import { acceptances, candidateSelections, frontierTypes } from '../../../lambdas/contracts/task.ts';
import {
  BASELINE_ID,
  candidateOf,
  componentsOf,
  NO_SPEND,
  validationScores,
} from '../../../lambdas/optimizer/archive.ts';
import { plus, remaining, sealedTest } from '../../../lambdas/optimizer/budget.ts';
import { frontierWeights, meanScores } from '../../../lambdas/optimizer/frontier.ts';
import { MOST_MERGES } from '../../../lambdas/optimizer/gepa/merge-step.ts';
import { MAX_ITEMS, stepCapacity } from '../../../lambdas/optimizer/shards.ts';
import { expectWithin } from './expect-within.ts';
import { granted, type Played, play } from './player.ts';
import { makeWorld, type Weather, type World, type WorldOptions } from './world.ts';

const smallOr = (max: number): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max }));

const several = fc.integer({ min: 100, max: 3_000 });

const anyWorld = (weathers: readonly Weather[]): fc.Arbitrary<WorldOptions> =>
  // Without a bias to the smallest values: most of those end before they begin.
  fc.noBias(
    fc.record({
      seed: fc.nat(1_000_000),
      train: smallOr(24),
      validation: fc.oneof(smallOr(40), fc.integer({ min: 5, max: 40 })),
      test: smallOr(20),
      freeComponents: fc.integer({ min: 1, max: 3 }),
      timeoutSeconds: fc.constantFrom(30, 30, 300),
      weather: fc.constantFrom(...weathers),
      faults: fc.double({ min: 0, max: 0.3, noNaN: true }),
      refusals: fc.constantFrom(0, 0, 0.1),
      growth: fc.constantFrom(0, 100, 6_000),
      ideas: fc.constantFrom(1, 3, 1_000),
      unanswered: fc.constantFrom(0, 0.1),
      guarded: fc.constantFrom(0, 0.3),
      dying: fc.constantFrom(0, 0.1),
      evals: fc.constantFrom(1, 2),
      luck: fc.constantFrom(1, 0.2),
      start: fc.constantFrom(0, 0.2, 0.3, 0.4, 0.5, 0.9),
      gain: fc.constantFrom(-0.1, 0.1, 0.1, 0.3),
      stepMs: fc.constantFrom(0, 1000, 20_000),
      extra: fc.record({
        calls: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 120 }), several, several, several),
        tokens: fc.oneof(fc.constant(undefined), fc.constant(undefined), fc.integer({ min: 0, max: 3_000_000 })),
        costUsd: fc.oneof(fc.constant(undefined), fc.constant(undefined), fc.double({ min: 0, max: 3, noNaN: true })),
      }),
      budget: fc.constantFrom({}, {}, { minutes: 3 }, { generations: 1 }),
      optimizer: fc.record({
        generations: fc.integer({ min: 1, max: 6 }),
        proposals: smallOr(32),
        minibatchSize: smallOr(12),
        concurrency: fc.constantFrom(1, 2, 8, 9, 32, 64, 1000),
        finalists: fc.constantFrom(0, 1, 2, 3, 16),
        frontierType: fc.constantFrom(...frontierTypes),
        candidateSelection: fc.constantFrom(...candidateSelections),
        acceptance: fc.constantFrom(...acceptances),
        validation: fc.constantFrom('rungs', 'rungs', 'full'),
        merge: fc.constantFrom(true, true, false),
      }),
    }),
  );

/** Plays a world; a run that its weather ends with an outage is a good end too. */
function playOrOutage(
  world: World,
  ...more: [onPlan?: (archive: Archive) => void, keep?: (archive: Archive) => Archive]
): Played | null {
  try {
    return play(world, ...more);
  } catch (error) {
    if (error instanceof Error && error.name === 'ModelUnavailableError') return null;
    throw error;
  }
}

const runs = (numRuns: number): fc.Parameters<unknown> => ({ numRuns, seed: 20_251_101 });
const weathers = ['calm', 'faulty', 'greedy'] as const;

/** Names of the evals; a world with one has the first alone. */
const names = ['right', 'brief'];

function leasesOf({ step }: Archive): LeaseGrant[] {
  return step === null ? [] : step.items.map(({ lease }) => lease);
}

describe('a whole run', () => {
  it('never hands out more than the caps leave beside the worst sealed test', () => {
    fc.assert(
      fc.property(anyWorld(weathers), (options) => {
        const world = makeWorld(options);
        const { task, facts } = world.search;
        playOrOutage(world, (archive) => {
          const left = remaining(task.budget, archive.spend);
          const baseline = componentsOf(archive, candidateOf(archive, BASELINE_ID));
          const handedOut = granted(leasesOf(archive));
          const winners = archive.candidates.filter(({ status }) => status === 'accepted');
          for (const winner of archive.step?.kind === 'verify' ? [] : winners) {
            const whole = plus(handedOut, sealedTest(task, facts, baseline, componentsOf(archive, winner)));
            expectWithin(whole, left);
          }
          expectWithin(handedOut, left);
        });
      }),
      runs(100),
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
      runs(100),
    );
  });

  it('counts every call that left for a model once', () => {
    fc.assert(
      fc.property(anyWorld(weathers), (options) => {
        let calls = 0;
        const world = makeWorld(options);

        const played = playOrOutage(world);

        if (played === null) return;
        const { spend, step } = played.last;
        if (step?.kind !== 'verify') throw new Error('The run did not end with the sealed test.');
        calls = spend.modelCalls - spend.reflectionCalls;
        expect(spend.reflectionCalls).toBe(played.totals.reflectionCalls);
        const sealed = granted(step.items.map(({ lease }) => lease)).calls;
        expect(played.totals.taskCalls).toBeGreaterThanOrEqual(calls);
        expect(played.totals.taskCalls).toBeLessThanOrEqual(calls + sealed);
        const rolledOut = played.last.scores.filter(([, , , , score]) => score !== null).length;
        expect(spend.rollouts).toBeGreaterThanOrEqual(rolledOut);
        expect(spend.rollouts).toBeLessThanOrEqual(calls);
      }),
      runs(40),
    );
  });

  it('ends with the sealed test in a bounded number of turns, each of which does something', () => {
    fc.assert(
      fc.property(anyWorld(weathers), (options) => {
        const world = makeWorld(options);
        const { task, facts } = world.search;
        let before: Archive | null = null;

        const played = playOrOutage(world, (archive) => {
          if (before !== null) {
            expect(archive.turn).toBe(before.turn + 1);
            const isNewer = archive.generation > before.generation || archive.scores.length > before.scores.length;
            expect(isNewer).toBe(true);
          }
          before = archive;
          const { step } = archive;
          expect(step?.items.length).toBeGreaterThan(0);
          expect(step?.items.length).toBeLessThanOrEqual(MAX_ITEMS);
          const inFlight = (step?.maxConcurrency ?? 0) * (step?.items[0]?.concurrency ?? 0);
          expect(inFlight).toBeGreaterThan(0);
          expect(inFlight).toBeLessThanOrEqual(task.optimizer.concurrency);
          for (const { calls } of leasesOf(archive)) expect(calls).toBeGreaterThan(0);
        });

        const { proposals, generations, finalists } = task.optimizer;
        const steps = (rollouts: number): number => Math.ceil(rollouts / stepCapacity(1, task.model.timeoutSeconds));
        // Each rung but the last may end with a step that is not full; a merge has its sample beside them.
        const perGeneration = 1 + 2 + steps(proposals * facts.validationSize);
        const merges = MOST_MERGES * (1 + 2 + steps(facts.validationSize));
        const most = 2 + steps(facts.validationSize) * (1 + finalists) + generations * perGeneration + merges;
        expect(played?.turns.length ?? 0).toBeLessThanOrEqual(most);
      }),
      runs(60),
    );
  });

  it('comes to the same archive whatever the concurrency', () => {
    fc.assert(
      fc.property(anyWorld(['calm']), (given) => {
        // A step that holds everything, and no time limit: what is cut off depends on the concurrency.
        const options = { ...given, timeoutSeconds: 30, budget: {} };
        const archives = [1, 8, 64].map((concurrency) => {
          const world = makeWorld({ ...options, optimizer: { ...options.optimizer, concurrency } });
          const last = playOrOutage(world)?.last;
          return last === undefined ? null : { ...last, step: null, concurrency: 0 };
        });

        expect(archives[1]).toEqual(archives[0]);
        expect(archives[2]).toEqual(archives[0]);
      }),
      runs(25),
    );
  });

  it('lets the baseline meet an accepted candidate that was scored on all of validation, or nobody', () => {
    fc.assert(
      fc.property(anyWorld(weathers), (options) => {
        const world = makeWorld(options);

        const played = playOrOutage(world);

        if (played === null) return;
        const { last } = played;
        if (last.step?.kind !== 'verify') throw new Error('The run did not end with the sealed test.');
        const winnerId = last.winnerId ?? '';
        const sides = winnerId === BASELINE_ID ? [BASELINE_ID] : [BASELINE_ID, winnerId];
        let next = 0;
        for (const { from, to, candidateIds } of last.step.items) {
          expect({ from, candidateIds }).toEqual({ from: next, candidateIds: sides });
          next = to;
        }
        expect(next).toBe(world.search.facts.testSize);
        expect(candidateOf(last, winnerId).status).toBe('accepted');
        for (const { id, status } of last.candidates) {
          const tried = last.scores.filter(([of, split, , draw]) => of === id && split === 'validation' && draw === 0);
          if (status === 'accepted' && id !== BASELINE_ID)
            expect(tried).toHaveLength(world.search.validationIds.length);
        }
        expect(last.stopReason).not.toBeNull();
      }),
      runs(60),
    );
  });

  it('lets only those become parents, finalists or winners that were scored on all of validation', () => {
    fc.assert(
      fc.property(anyWorld(weathers), (options) => {
        const world = makeWorld(options);

        playOrOutage(world, (archive) => {
          const { step, generation, candidates, finalists, winnerId } = archive;
          const parents = step?.kind === 'mutate' ? step.items.map(({ parentId }) => parentId) : [];
          const merge = candidates.find((one) => one.origin === 'merge' && one.generation === generation);
          const chosen = [...parents, ...(merge?.parents ?? []), ...(finalists ?? []), ...(winnerId ? [winnerId] : [])];
          for (const id of chosen) {
            const tried = archive.scores.filter(
              ([of, split, , draw]) => of === id && split === 'validation' && draw === 0,
            );
            expect(tried).toHaveLength(world.search.validationIds.length);
            expect(candidateOf(archive, id).status).toBe('accepted');
          }
        });
      }),
      runs(40),
    );
  });

  it('merges at most once a generation and five times a run, where there is something to join, and no text twice', () => {
    let merges = 0;
    fc.assert(
      fc.property(anyWorld(weathers), fc.boolean(), (given, isFruitful) => {
        const rich = { extra: { calls: 3_000 }, budget: {}, start: 0.2, gain: 0.1, ideas: 1_000, growth: 0 };
        const optimizing = { ...given.optimizer, generations: 12, proposals: 3, minibatchSize: 3, merge: true };
        const fruitful = { ...given, ...rich, freeComponents: 3, optimizer: optimizing };
        const world = makeWorld(isFruitful ? fruitful : given);
        const { optimizer, prompt } = world.search.task;

        const last = playOrOutage(world)?.last;

        if (last === undefined) return;
        const merged = last.candidates.filter(({ origin }) => origin === 'merge');
        merges += merged.length;
        expect(merged.length).toBeLessThanOrEqual(MOST_MERGES);
        expect(new Set(merged.map(({ generation }) => generation)).size).toBe(merged.length);
        if (!optimizer.merge || Object.keys(prompt).length === 2) expect(merged).toEqual([]);
        for (const { id, generation, parents, component, minibatch } of merged) {
          expect({ id, component }).toEqual({ id: `g${generation}-m`, component: null });
          expect(new Set(parents).size).toBe(2);
          expect(new Set(minibatch?.exampleIds).size).toBe(minibatch?.exampleIds.length);
          expect(minibatch?.exampleIds.length).toBeGreaterThan(0);
          expect(minibatch?.exampleIds.length).toBeLessThanOrEqual(5);
        }
        for (const { id, parts } of merged) {
          const twins = last.candidates.filter((one) => JSON.stringify(one.parts) === JSON.stringify(parts));
          // A child of a later reflection may come to the text of a merge; it is rejected then.
          expect(twins[0]?.id).toBe(id);
          expect(twins.filter(({ status }) => status === 'accepted').length).toBeLessThanOrEqual(1);
        }
      }),
      runs(70),
    );
    expect(merges).toBeGreaterThan(60);
  });

  it('plans the same from an archive that was stored in between', () => {
    fc.assert(
      fc.property(anyWorld(weathers), (options) => {
        const world = makeWorld(options);

        const straight = playOrOutage(world);
        const stored = playOrOutage(world, undefined, (archive) =>
          archiveSchema.parse(JSON.parse(JSON.stringify(archive))),
        );

        expect(stored?.turns).toEqual(straight?.turns);
      }),
      runs(25),
    );
  });

  it('keeps every score with its parts, and every child with its reason, parts and minibatch', () => {
    fc.assert(
      fc.property(anyWorld(weathers), (options) => {
        const world = makeWorld(options);

        const last = playOrOutage(world)?.last;

        if (last === undefined) return;
        expect(archiveSchema.parse(last)).toEqual(last);
        const keys = new Set<string>();
        for (const [candidateId, split, exampleId, draw, score, ...evals] of last.scores) {
          const rejectedBeforeReflection = candidateOf(last, candidateId).status;
          expect(['accepted', 'rejected']).toContain(rejectedBeforeReflection);
          expect(evals).toHaveLength(score === null ? 0 : world.search.task.evals.length);
          keys.add(JSON.stringify([candidateOf(last, candidateId).parts, split, exampleId, draw]));
        }
        // A draw of a prompt on an example stands for itself alone.
        expect(keys.size).toBe(last.scores.length);
        for (const child of last.candidates.slice(1)) {
          expect(child.reason === null).toBe(child.status === 'accepted');
          expect(child.minibatch?.before).toHaveLength(child.minibatch?.exampleIds.length ?? -1);
          expect(child.minibatch?.after).toHaveLength(child.minibatch?.exampleIds.length ?? -1);
          expect(Object.keys(componentsOf(last, child)).sort()).toEqual(Object.keys(world.search.task.prompt).sort());
        }
        for (const { generation, accepted, rejected, reasons, proposed } of last.generations) {
          const own = last.candidates.filter((child) => child.generation === generation && child.origin !== 'baseline');
          expect(own).toHaveLength(proposed);
          expect(own.filter(({ status }) => status === 'accepted')).toHaveLength(accepted);
          expect(Object.values(reasons).reduce((sum, count) => sum + count, 0)).toBe(rejected);
        }
        expect(last.generations.map(({ generation }) => generation)).toEqual(
          Array.from({ length: last.generation + 1 }, (_, i) => i),
        );
      }),
      runs(60),
    );
  });

  it('never takes a failure for a score', () => {
    fc.assert(
      fc.property(anyWorld(['faulty', 'greedy']), (options) => {
        const last = playOrOutage(makeWorld({ ...options, refusals: 0.2 }))?.last;

        if (last === undefined) return;
        for (const { id, scores } of validationScores(last, names)) {
          for (const [exampleId, mean] of scores) {
            const draws = last.scores.filter(
              ([of, split, example, , score]) =>
                of === id && split === 'validation' && example === exampleId && score !== null,
            );
            const sum = draws.reduce((total, [, , , , score]) => total + (score ?? Number.NaN), 0);
            expect(mean).toBeCloseTo(sum / draws.length, 12);
          }
        }
      }),
      runs(25),
    );
  });

  it('gives the slots of a generation distinct minibatches and different parents while there are any', () => {
    fc.assert(
      fc.property(anyWorld(['calm']), (options) => {
        const world = makeWorld({
          ...options,
          optimizer: { ...options.optimizer, candidateSelection: 'pareto' },
        });
        const { task, facts } = world.search;
        playOrOutage(world, ({ step, ...archive }) => {
          if (step?.kind !== 'mutate') return;
          const examples = step.items.flatMap(({ minibatch }) => minibatch.map(({ exampleId }) => exampleId));
          if (task.optimizer.proposals * task.optimizer.minibatchSize <= facts.trainSize) {
            expect(new Set(examples).size).toBe(examples.length);
          }
          for (const { minibatch } of step.items) {
            expect(minibatch).toHaveLength(Math.min(task.optimizer.minibatchSize, facts.trainSize));
            expect(new Set(minibatch.map(({ exampleId }) => exampleId)).size).toBe(minibatch.length);
          }
          const onFrontier = frontierWeights(
            task.optimizer.frontierType,
            validationScores({ ...archive, step: null }, names),
          );
          // Where the budget leaves slots out, those that are left still have the parents that were drawn for them.
          const first = step.items.filter(({ slot }) => slot < onFrontier.size).map(({ parentId }) => parentId);
          expect(new Set(first).size).toBe(first.length);
        });
      }),
      runs(35),
    );
  });

  it('draws a parent afresh each time it meets the same training example', () => {
    fc.assert(
      fc.property(anyWorld(weathers), (options) => {
        const last = playOrOutage(makeWorld({ ...options, train: Math.min(options.train ?? 1, 3) }))?.last;

        if (last === undefined) return;
        const draws = new Map<string, number[]>();
        for (const [candidateId, split, exampleId, draw] of last.scores) {
          if (split !== 'train' || candidateId !== BASELINE_ID) continue;
          draws.set(exampleId, [...(draws.get(exampleId) ?? []), draw]);
        }
        for (const drawn of draws.values()) expect(drawn).toEqual(drawn.map((_, i) => i));
      }),
      runs(25),
    );
  });

  it('never says that a search improved on the mean of a candidate that did not', () => {
    fc.assert(
      fc.property(anyWorld(weathers), (options) => {
        const last = playOrOutage(makeWorld(options))?.last;

        if (last === undefined || last.winnerId === BASELINE_ID) return;
        const firstDraws = { ...last, scores: last.scores.filter(([, , , draw]) => draw === 0) };
        const means = meanScores(validationScores(firstDraws, names));
        expect(means.get(last.winnerId ?? '')).toBeGreaterThan(means.get(BASELINE_ID) ?? 1);
      }),
      runs(25),
    );
  });
});

import { describe, expect, it } from 'vitest';
import type { Archive, ScoreRow } from '../../../lambdas/contracts/artifacts.ts';
import type { Step } from '../../../lambdas/contracts/step.ts';
import { BASELINE_ID, componentsOf, newArchive, store } from '../../../lambdas/optimizer/archive.ts';
import { planNextStep } from '../../../lambdas/optimizer/gepa/next-step.ts';
import { stepCapacity } from '../../../lambdas/optimizer/shards.ts';
import { foldStep, granted, type Played, play } from './player.ts';
import { makeWorld, type World, type WorldOptions } from './world.ts';

type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>;

function stepsOf<K extends Step['kind']>({ turns }: Played, kind: K): StepOf<K>[] {
  return turns.flatMap(({ step }) => (step?.kind === kind ? [step as StepOf<K>] : []));
}

function scoreSteps(played: Played, purpose: StepOf<'score'>['purpose']): StepOf<'score'>[] {
  return stepsOf(played, 'score').filter((step) => step.purpose === purpose);
}

const callsOf = (step: Step): number => granted(step.items.map(({ lease }) => lease)).calls;

/** The first `count` turns of a run. */
function turnsOf(world: World, count: number): Archive {
  let archive = planNextStep(newArchive('run', world.search.task), world.search);
  for (let turn = 1; turn < count; turn += 1) archive = planNextStep(foldStep(archive, world), world.search);
  return archive;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}

describe('planNextStep', () => {
  it.each<[string, WorldOptions]>([
    ['generations', { optimizer: { generations: 2 } }],
    ['generations', { optimizer: { generations: 9 }, budget: { generations: 2 } }],
    ['rollouts', { extra: { calls: 13 } }],
    ['tokens', { extra: { calls: 1000, tokens: 20_000 } }],
    ['costUsd', { extra: { calls: 1000, costUsd: 0.01 } }],
    ['minutes', { budget: { minutes: 1 }, stepMs: 25_000 }],
    ['perfect_validation', { start: 1 }],
    ['perfect_validation', { start: 0, gain: 1, ideas: 9 }],
  ])('stops for %s: %j', (stopReason, options) => {
    const { last } = play(makeWorld(options));

    expect(last.stopReason).toBe(stopReason);
  });

  it('measures the baseline and the sealed test with the smallest legal budget, and nothing else', () => {
    const world = makeWorld({ extra: { calls: 0 } });

    const played = play(world);

    expect(played.turns.map(({ step }) => step?.purpose)).toEqual(['probe', 'baseline', 'verdict']);
    expect(played.last).toMatchObject({ winnerId: BASELINE_ID, stopReason: 'rollouts', finalists: [] });
    expect(played.totals.taskCalls).toBe(8 + 6);
    for (const { step } of played.turns)
      for (const { lease } of step?.items ?? []) expect(lease.calls).toBeGreaterThan(0);
  });

  it('makes the first call alone, with retries that leave the rest of the baseline its room', () => {
    const [rich, poor] = [1000, 5].map((calls) => turnsOf(makeWorld({ extra: { calls } }), 1).step);

    expect(rich).toMatchObject({ purpose: 'probe', items: [{ rollouts: [{ exampleId: 'v0', draw: 0 }] }] });
    expect(rich?.items.map(({ lease }) => lease.calls)).toEqual([20]);
    expect(poor?.items.map(({ lease }) => lease.calls)).toEqual([1 + 5]);
  });

  it('takes a validation set of one example for a whole baseline', () => {
    const played = play(makeWorld({ validation: 1, start: 0, gain: 0 }));

    expect(played.turns[0]?.step).toMatchObject({ purpose: 'baseline', items: [{ lease: { calls: 20 } }] });
    expect(played.last.generations[0]).toMatchObject({ generation: 0, bestValidation: 0, rollouts: 1 });
    expect(() => play(makeWorld({ validation: 1, refusals: 1 }))).toThrow(/The baseline could not be measured: 1 of 1/);
  });

  it('uses a whole training set that is smaller than a minibatch', () => {
    const played = play(
      makeWorld({ train: 1, optimizer: { minibatchSize: 64, proposals: 3, generations: 2 }, ideas: 1_000 }),
    );

    for (const { items } of stepsOf(played, 'mutate')) {
      for (const { minibatch } of items) expect(minibatch.map(({ exampleId }) => exampleId)).toEqual(['t0']);
    }
  });

  it('makes 32 children at once with 1,000 calls in flight, and no more of either', () => {
    const world = makeWorld({
      train: 200,
      validation: 200,
      extra: { calls: 50_000 },
      optimizer: { proposals: 32, concurrency: 1000, generations: 1, minibatchSize: 6 },
    });

    const played = play(world);

    const [mutate] = stepsOf(played, 'mutate');
    expect(mutate).toMatchObject({ maxConcurrency: 32, items: { length: 32 } });
    expect(mutate?.items.every(({ concurrency }) => concurrency === 31)).toBe(true);
    expect(
      new Set(mutate?.items.map(({ minibatch }) => minibatch.map(({ exampleId }) => exampleId).join())),
    ).toHaveLength(32);
    for (const { maxConcurrency, items } of stepsOf(played, 'score')) {
      expect(maxConcurrency * (items[0]?.concurrency ?? 0)).toBeLessThanOrEqual(1000);
    }
  });

  it('scores a validation set that one step cannot hold in several', () => {
    const capacity = stepCapacity(1, 300);
    const validation = 2 * capacity + 44;
    const options = {
      validation,
      timeoutSeconds: 300,
      optimizer: { concurrency: 1, generations: 1, proposals: 1, minibatchSize: 2, validation: 'full' as const },
    };
    const world = makeWorld({ ...options, extra: { calls: validation + 4 }, start: 0, gain: 0.9 });

    const played = play(world);

    const sizes = (purpose: 'baseline' | 'children'): number[] =>
      scoreSteps(played, purpose).map(({ items }) => items.flatMap(({ rollouts }) => rollouts).length);
    expect(capacity).toBe(128);
    expect(sizes('baseline')).toEqual([128, 128, validation - 1 - 256]);
    expect(sizes('children')).toEqual([128, 128, validation - 256]);
    expect(played.last.winnerId).toBe('g1-s0');
    expect(played.totals.taskCalls).toBeLessThanOrEqual(world.search.task.budget.rollouts);
  });

  it('draws all finalists on all of validation once more, in several steps where one cannot hold them', () => {
    const validation = 100;
    const options = { validation, timeoutSeconds: 300, extra: { calls: 9_000 }, start: 0.2, gain: 0.05 };
    const optimizer = {
      concurrency: 1,
      generations: 3,
      proposals: 8,
      finalists: 3,
      acceptance: 'improvement_or_equal' as const,
    };

    const played = play(makeWorld({ ...options, optimizer }));

    expect(scoreSteps(played, 'finalists').length).toBe(3);
    const drawn = played.last.scores.filter(([, , , draw]) => draw === 1).filter(([, split]) => split === 'validation');
    expect(played.last.finalists).toHaveLength(3);
    for (const id of played.last.finalists ?? []) {
      expect(new Set(drawn.filter(([of]) => of === id).map(([, , exampleId]) => exampleId)).size).toBe(validation);
    }
  });

  it('rejects a child that grew so much that the budget cannot score it, and says so in the summary', () => {
    // Room for one generation at the expected length; the child's validation costs several times as much.
    const options = {
      growth: 40_000,
      ideas: 1,
      start: 0,
      gain: 0.9,
      optimizer: { generations: 1, proposals: 1, finalists: 0 },
    };
    const roomy = play(makeWorld({ ...options, extra: { tokens: 1_000_000 } })).last;
    const tight = play(makeWorld({ ...options, extra: { tokens: 300_000 } })).last;
    const tightest = play(makeWorld({ ...options, extra: { tokens: 60_000 } })).last;

    const reasons = [roomy, tight, tightest].map(({ candidates }) => candidates[1]?.reason);
    expect(reasons).toEqual([
      null,
      'no budget was left to score it on validation',
      'so long that the sealed test would not fit the budget',
    ]);
    expect(tight.generations[1]).toMatchObject({
      accepted: 0,
      rejected: 1,
      reasons: { 'no budget was left to score it on validation': 1 },
    });
    expect(tight.winnerId).toBe(BASELINE_ID);
  });

  it('begins nothing but the sealed test once the minutes are over', () => {
    const options = {
      seed: 2,
      validation: 20,
      start: 0.1,
      gain: 0.15,
      budget: { minutes: 1 },
      optimizer: { generations: 50, finalists: 3, proposals: 6 },
    };
    for (const stepMs of [9_000, 13_000, 16_000, 21_000, 61_000]) {
      const played = play(makeWorld({ ...options, stepMs, extra: { calls: 3_000 } }));

      for (const { elapsedMs, step } of played.turns)
        if (step?.kind !== 'verify') expect(elapsedMs).toBeLessThan(60_000);
      const { last } = played;
      expect(last.stopReason).toBe('minutes');
      for (const { status, id } of last.candidates) {
        const rows = last.scores.filter(([of, split]) => of === id && split === 'validation');
        if (status === 'accepted' && id !== BASELINE_ID) expect(rows).toHaveLength(20);
      }
    }
  });

  it('scores first the child that gained most on the examples that both have a score for', () => {
    const world = makeWorld({ optimizer: { proposals: 2, concurrency: 1 } });
    const archive = withChildren(turnsOf(world, 3), [
      // Lost points on what was measured; the failure of its parent is no gain of its own.
      { before: [1, 1, null], after: [1, 0, 1] },
      { before: [0, 0, 1], after: [1, 0, null] },
    ]);

    const next = planNextStep(archive, world.search);

    expect(next.step).toMatchObject({ purpose: 'children' });
    if (next.step?.kind !== 'score') throw new Error('This is no score step.');
    expect(next.step.items[0]?.rollouts[0]?.candidateId).toBe('g1-s1');
  });

  it('lets no candidate win, or end the search as perfect, by the few answers it got among failures', () => {
    const world = makeWorld({ start: 0.3 });
    const archive = withChildren(turnsOf(world, 3), [{ before: [0, 0, 0], after: [1, 1, 1] }]);
    const rows = world.search.validationIds.map(
      (id, i): ScoreRow => (i < 3 ? ['g1-s0', 'validation', id, 0, 1, 1] : ['g1-s0', 'validation', id, 0, null]),
    );
    const landed = { ...archive, scores: [...archive.scores, ...rows], generation: 4 };

    const next = planNextStep(landed, world.search);

    expect(next).toMatchObject({ stopReason: 'generations', winnerId: BASELINE_ID });
  });

  it('halves the calls in flight after a generation that met 429s, and raises them step by step after one that did not', () => {
    const world = makeWorld({
      optimizer: { concurrency: 32, generations: 50, proposals: 1 },
      start: 0,
      gain: 0,
      extra: { calls: 9_000 },
    });
    let archive = turnsOf(world, 3);
    const seen: number[] = [];
    for (const rateLimited of [true, true, false, false, false, false, false, false, false, false]) {
      archive = planNextStep({ ...foldStep(archive, world), rateLimited }, world.search);
      seen.push(archive.concurrency);
    }

    expect(seen).toEqual([16, 8, 12, 16, 20, 24, 28, 32, 32, 32]);
    expect(archive.rateLimited).toBe(false);
  });

  it('keeps the calls in flight within a generation, whatever it meets', () => {
    const world = makeWorld({ optimizer: { concurrency: 32 }, gain: 0.5 });
    const archive = { ...foldStep(turnsOf(world, 3), world), rateLimited: true };

    const next = planNextStep(archive, world.search);

    expect(next).toMatchObject({ concurrency: 32, rateLimited: true, step: { purpose: 'children' } });
  });

  it('never goes below one call in flight', () => {
    const world = makeWorld({ optimizer: { concurrency: 1, proposals: 1 }, gain: 0 });
    const archive = { ...foldStep(turnsOf(world, 3), world), rateLimited: true };

    expect(planNextStep(archive, world.search).concurrency).toBe(1);
  });

  it('changes nothing of the archive that it is given', () => {
    const world = makeWorld({ weather: 'faulty', ideas: 3 });
    let archive = deepFreeze(newArchive('run', world.search.task));
    archive = deepFreeze(planNextStep(archive, world.search));
    while (archive.step?.kind !== 'verify') {
      const folded = deepFreeze(foldStep(archive, world));
      archive = deepFreeze(planNextStep(folded, world.search));
    }

    expect(archive.winnerId).not.toBeNull();
  });

  it('gives each parent free components in turn', () => {
    const world = makeWorld({ freeComponents: 3, optimizer: { proposals: 6, generations: 1 } });

    const [mutate] = stepsOf(play(world), 'mutate');

    expect(mutate?.items.map(({ component }) => component)).toEqual([
      'rules0',
      'rules1',
      'system',
      'rules0',
      'rules1',
      'system',
    ]);
  });

  it('goes on in turn where the earlier children of a parent left off', () => {
    const world = makeWorld({ freeComponents: 3, optimizer: { proposals: 1, generations: 4 }, gain: 0, start: 0 });

    const components = stepsOf(play(world), 'mutate').flatMap(({ items }) => items.map(({ component }) => component));

    expect(components).toEqual(['rules0', 'rules1', 'system', 'rules0']);
  });

  it('keeps room for the finalists where the budget can afford them', () => {
    const optimizer = { generations: 50, finalists: 3, acceptance: 'improvement_or_equal' } as const;
    const options = { validation: 16, start: 0.2, gain: 0.05, optimizer };
    const redrawn = (seed: number, calls: number): number => {
      const played = play(makeWorld({ ...options, seed, extra: { calls } }));
      expect(played.last.stopReason).toBe('rollouts');
      return scoreSteps(played, 'finalists').flatMap(({ items }) => items.flatMap(({ rollouts }) => rollouts)).length;
    };

    expect([1, 2, 3].map((seed) => redrawn(seed, 600))).toEqual([48, 48, 48]);
    // Less than three times what the round takes: better spent on the search.
    expect(redrawn(1, 140)).toBeLessThan(48);
  });

  it('hands out retries to spare where the budget has room, and none where it has not', () => {
    const [rich, poor] = [2_000, 0].map((calls) => {
      const step = turnsOf(makeWorld({ extra: { calls } }), 2).step;
      return step === null ? 0 : callsOf(step);
    });

    expect(rich).toBeGreaterThan(7 + 8);
    expect(poor).toBe(7);
  });
});

/** The archive of a first generation's `mutate` step as if these children had been accepted. */
function withChildren(
  archive: Archive,
  minibatches: readonly { before: (number | null)[]; after: (number | null)[] }[],
): Archive {
  if (archive.step?.kind !== 'mutate') throw new Error('This is no mutate step.');
  const [baseline] = archive.candidates;
  if (baseline === undefined) throw new Error('There is no baseline.');
  let texts = archive.texts;
  const children = minibatches.map((minibatch, slot) => {
    const stored = store({ ...componentsOf(archive, baseline), system: `Child ${slot}.` }, texts);
    texts = stored.texts;
    return {
      ...baseline,
      id: `g1-s${slot}`,
      generation: 1,
      slot,
      parents: [BASELINE_ID],
      origin: 'mutation' as const,
      component: 'system',
      parts: stored.parts,
      minibatch: { exampleIds: ['t0', 't1', 't2'], ...minibatch },
    };
  });
  return { ...archive, texts, candidates: [...archive.candidates, ...children] };
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Archive, Candidate, ScoreRow } from '../../../lambdas/contracts/artifacts.ts';
import { type FrontierType, frontierTypes } from '../../../lambdas/contracts/task.ts';
import { BASELINE_ID, newArchive, store } from '../../../lambdas/optimizer/archive.ts';
import { upperBound, withoutHopeless } from '../../../lambdas/optimizer/gepa/hopeless.ts';
import { planNextStep } from '../../../lambdas/optimizer/gepa/next-step.ts';
import { MOST_GENERATIONS_WITH_RUNGS, rungSizes, validationOrder } from '../../../lambdas/optimizer/gepa/rungs.ts';
import { foldStep, play } from './player.ts';
import { makeWorld, type World, type WorldOptions } from './world.ts';

const CHILD = 'g1-s0';
const VALIDATION = 40;
const QUARTER = 10;

/** A generation under way: the baseline's scores, and those of one child on the first examples, in the children's order. */
function climbing(
  baseline: readonly (number | null)[],
  child: readonly (number | null)[],
  options: WorldOptions = {},
): { archive: Archive; world: World } {
  const world = makeWorld({ validation: VALIDATION, ...options });
  const empty = newArchive('run', world.search.task);
  const order = validationOrder(world.search);
  const stored = store({ ...world.search.task.prompt, system: 'Child.' }, empty.texts);
  const [parent] = empty.candidates;
  if (parent === undefined) throw new Error('There is no baseline.');
  const candidate: Candidate = {
    ...parent,
    id: CHILD,
    parents: [BASELINE_ID],
    generation: 1,
    origin: 'mutation',
    component: 'system',
    parts: stored.parts,
    minibatch: { exampleIds: [], before: [], after: [] },
  };
  const rows = (id: string, scores: readonly (number | null)[]): ScoreRow[] =>
    scores.map((score, i): ScoreRow => {
      const exampleId = order[i] ?? '';
      return score === null
        ? [id, 'validation', exampleId, 0, null]
        : [id, 'validation', exampleId, 0, score, ...world.search.task.evals.map(() => score)];
    });
  const summary = { proposed: 1, accepted: 1, rejected: 0, bestValidation: null, rollouts: 0, reasons: {} };
  const archive: Archive = {
    ...empty,
    generation: 1,
    texts: stored.texts,
    candidates: [parent, candidate],
    generations: [
      { ...summary, generation: 0 },
      { ...summary, generation: 1 },
    ],
    scores: [...rows(BASELINE_ID, baseline), ...rows(CHILD, child)],
  };
  return { archive, world };
}

const repeat = <T>(value: T, count: number): T[] => Array.from({ length: count }, () => value);
const childOf = ({ candidates }: Archive): Candidate | undefined => candidates.find(({ id }) => id === CHILD);

describe('rungSizes', () => {
  const sizes = (validation: number, options: WorldOptions = {}): number[] =>
    rungSizes(makeWorld({ validation, extra: { calls: 1_500 }, ...options }).search.task, validation);

  it.each([
    [1, [1]],
    [9, [9]],
    [10, [5, 10]],
    [15, [8, 15]],
    [16, [4, 8, 16]],
    [40, [10, 20, 40]],
    [101, [26, 51, 101]],
  ])('of %i validation examples are %j', (validation, expected) => {
    expect(sizes(validation)).toEqual(expected);
  });

  it('are one where validation is to be full, and where a history has no room for their steps', () => {
    const generations = MOST_GENERATIONS_WITH_RUNGS + 1;

    expect(sizes(40, { optimizer: { validation: 'full' } })).toEqual([40]);
    expect(sizes(40, { optimizer: { generations }, extra: { calls: 50_000 } })).toEqual([40]);
    // A cap that ends the run long before leaves the rungs.
    expect(sizes(40, { optimizer: { generations }, extra: { calls: 1_500 } })).toHaveLength(3);
    expect(
      sizes(40, { optimizer: { generations }, extra: { calls: 50_000 }, budget: { generations: 20 } }),
    ).toHaveLength(3);
  });
});

describe('upperBound', () => {
  const anyDifferences = fc.array(fc.oneof(fc.constantFrom(-1, 0, 1), fc.double({ min: -1, max: 1, noNaN: true })));
  const anyShare = fc.double({ min: 0, max: 1, noNaN: true });

  it('is never below the mean of what was seen and one win and one loss', () => {
    fc.assert(
      fc.property(anyDifferences, anyShare, (values, unseen) => {
        const shrunk = values.reduce((sum, value) => sum + value, 0) / (values.length + 2);

        expect(upperBound(values, unseen)).toBeGreaterThanOrEqual(shrunk);
      }),
    );
  });

  it('takes neither four losses in a row nor nothing at all for certainty, but five', () => {
    expect(upperBound([], 0.75)).toBeGreaterThan(0);
    expect(upperBound(repeat(-1, 4), 0.75)).toBeGreaterThan(0);
    expect(upperBound(repeat(-1, 5), 0.75)).toBeLessThan(0);
  });
});

describe('withoutHopeless', () => {
  const bad = [...repeat(0, 6), ...repeat(1, 4)];

  it('drops a child that is far behind after the first rung, and says why', () => {
    const { archive, world } = climbing(repeat(1, VALIDATION), bad);

    const next = withoutHopeless(archive, world.search);

    const reason = 'on 10 of 40 validation examples clearly behind baseline, and first on no front';
    expect(childOf(next)).toMatchObject({ status: 'rejected', reason });
    expect(next.generations[1]).toMatchObject({ accepted: 0, rejected: 1, reasons: { [reason]: 1 } });
  });

  it('waits for the whole rung', () => {
    const { archive, world } = climbing(repeat(1, VALIDATION), repeat(0, QUARTER - 1));

    expect(withoutHopeless(archive, world.search)).toBe(archive);
  });

  it('drops nobody who has all of validation behind him', () => {
    const { archive, world } = climbing(repeat(1, VALIDATION), repeat(0, VALIDATION));

    expect(withoutHopeless(archive, world.search)).toBe(archive);
  });

  it.each(frontierTypes)('keeps a child that is first alone on a front (%s)', (frontierType: FrontierType) => {
    const options = { optimizer: { frontierType } };
    const baseline = [0, ...repeat(1, VALIDATION - 1)];
    const alone = climbing(baseline, [1, ...repeat(0, 9)], options);
    const shared = climbing(baseline, repeat(0, 10), options);

    const isExamples = frontierType !== 'objective';
    expect(childOf(withoutHopeless(alone.archive, alone.world.search))?.status).toBe(
      isExamples ? 'accepted' : 'rejected',
    );
    expect(childOf(withoutHopeless(shared.archive, shared.world.search))?.status).toBe('rejected');
  });

  it('keeps a child that is best by one eval where evals are objectives, however low its score', () => {
    const given = climbing(repeat(0.5, VALIDATION), repeat(0, 10), {
      evals: 2,
      optimizer: { frontierType: 'objective' },
    });
    const withEvals = (evals: (id: string) => number[]): Archive => ({
      ...given.archive,
      scores: given.archive.scores.map(
        ([id, split, exampleId, draw, score]): ScoreRow => [id, split, exampleId, draw, score, ...evals(id)],
      ),
    });

    const brief = withEvals((id) => (id === CHILD ? [0, 0.3] : [1, 0.2]));
    const lost = withEvals((id) => (id === CHILD ? [0, 0.1] : [1, 0.2]));

    expect(childOf(withoutHopeless(brief, given.world.search))?.status).toBe('accepted');
    expect(childOf(withoutHopeless(lost, given.world.search))?.status).toBe('rejected');
  });

  it('never drops a child whose mean is not below that of the best', () => {
    const anyScores = fc.array(fc.constantFrom(0, 0.3, 1), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(anyScores, fc.array(fc.nat(19)), fc.constantFrom(...frontierTypes), (scores, swaps, frontierType) => {
        // As good as the baseline on what was seen, though not on the same examples.
        const child = [...scores];
        for (const i of swaps) [child[0], child[i]] = [child[i] ?? 0, child[0] ?? 0];
        const baseline = [...scores, ...repeat(1, 20)];
        const { archive, world } = climbing(baseline, child, { optimizer: { frontierType } });

        expect(withoutHopeless(archive, world.search)).toBe(archive);
      }),
    );
  });

  it('takes failures for nothing seen', () => {
    const { archive, world } = climbing(repeat(1, VALIDATION), [...repeat(null, 6), ...repeat(0, 4)]);

    expect(withoutHopeless(archive, world.search)).toBe(archive);
  });

  it('comes to the same when it is asked again, and from the first rung alone until the second is complete', () => {
    const { archive, world } = climbing(repeat(1, VALIDATION), bad);
    const kept = climbing(repeat(1, VALIDATION), [...repeat(1, QUARTER), ...repeat(0, QUARTER - 1)]);

    const once = withoutHopeless(archive, world.search);

    expect(withoutHopeless(once, world.search)).toEqual(once);
    expect(childOf(withoutHopeless(kept.archive, kept.world.search))?.status).toBe('accepted');
  });
});

describe('a run with rungs', () => {
  /** Even ideas are good, odd ones ruin the prompt; every child passes its minibatch. */
  const options = (seed: number, validation: 'rungs' | 'full'): WorldOptions => ({
    seed,
    validation: VALIDATION,
    luck: 0,
    start: 0.75,
    gains: [0.05, -0.9],
    ideas: 400,
    extra: { calls: 2_000 },
    optimizer: {
      generations: 3,
      proposals: 16,
      minibatchSize: 1,
      acceptance: 'improvement_or_equal',
      finalists: 0,
      validation,
    },
  });
  const scoredOf = ({ scores }: Archive, id: string): number =>
    scores.filter(([of, split, , draw]) => of === id && split === 'validation' && draw === 0).length;

  it('pays a part of validation for a bad child and all of it for a good one, and finds as good a prompt', () => {
    const paid: number[] = [];
    for (const seed of [1, 2, 3, 4, 5]) {
      const [full, rungs] = (['full', 'rungs'] as const).map((validation) =>
        play(makeWorld(options(seed, validation))),
      );
      if (full === undefined || rungs === undefined) throw new Error('There is no run.');

      const isRuined = ({ parts }: Candidate): boolean =>
        /idea \d*[13579] /.test(rungs.last.texts[parts.system ?? ''] ?? '');
      const tried = rungs.last.candidates.slice(1).filter(({ id }) => scoredOf(rungs.last, id) > 0);
      const ruined = tried.filter(isRuined);
      for (const { id, status } of tried) {
        expect({ id, status }).toEqual({ id, status: ruined.some((one) => one.id === id) ? 'rejected' : 'accepted' });
        if (status === 'accepted') expect(scoredOf(rungs.last, id)).toBe(VALIDATION);
      }
      expect(tried.length).toBeGreaterThan(ruined.length);
      paid.push(...ruined.map(({ id }) => scoredOf(rungs.last, id)));
      expect(rungs.totals.taskCalls).toBeLessThan(full.totals.taskCalls);
      const best = ({ last }: typeof full): number | null | undefined => last.generations.at(-1)?.bestValidation;
      expect(best(rungs)).toBe(best(full));
    }
    expect(Math.max(...paid)).toBeLessThanOrEqual(2 * QUARTER);
    expect(paid.filter((count) => count === QUARTER).length).toBeGreaterThan(0.6 * paid.length);
  });

  it('tells no mean of a few examples as the best so far', () => {
    const world = makeWorld({ ...options(3, 'rungs'), luck: 1 });
    let archive = planNextStep(newArchive('run', world.search.task), world.search);
    let partial = 0;
    while (archive.step?.kind !== 'verify') {
      const folded = foldStep(archive, world);
      const best = folded.generations.at(-1)?.bestValidation ?? null;
      const whole = folded.candidates.filter(({ id }) => scoredOf(folded, id) === VALIDATION);
      const means = whole.map(({ id }) => {
        const scores = folded.scores.filter(([of, split]) => of === id && split === 'validation');
        return scores.reduce((sum, [, , , , score]) => sum + (score ?? 0), 0) / VALIDATION;
      });
      if (folded.generation > 0) {
        expect(best).toBeCloseTo(Math.max(...means), 12);
        partial += folded.candidates.filter(({ id }) => ![0, VALIDATION].includes(scoredOf(folded, id))).length;
      }
      archive = planNextStep(folded, world.search);
    }
    expect(partial).toBeGreaterThan(0);
  });

  it('has the examples of a rung in common for all children', () => {
    const world = makeWorld(options(2, 'rungs'));
    const order = validationOrder(world.search);

    const { turns } = play(world);

    const steps = turns.flatMap(({ step }) => (step?.purpose === 'children' && step.kind === 'score' ? [step] : []));
    const asked = steps.map(({ items }) => items.flatMap(({ rollouts }) => rollouts.map(({ exampleId }) => exampleId)));
    expect([...order].sort()).toEqual([...world.search.validationIds].sort());
    expect(order).not.toEqual(world.search.validationIds);
    const rungs = [order.slice(0, 10), order.slice(10, 20), order.slice(20)].map((rung) => new Set(rung));
    expect(asked.length).toBeGreaterThan(2);
    for (const examples of asked) expect(rungs).toContainEqual(new Set(examples));
  });
});

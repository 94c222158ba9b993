/** Whole runs of a task with two evals, by each frontier type, against the plain meaning of its fronts. */
import { describe, expect, it } from 'vitest';
import type { Archive } from '../../../lambdas/contracts/artifacts.ts';
import { type FrontierType, frontierTypes } from '../../../lambdas/contracts/task.ts';
import { BASELINE_ID } from '../../../lambdas/optimizer/archive.ts';
import { play } from './player.ts';
import { makeWorld, type WorldOptions } from './world.ts';

const VALIDATION = 24;
const EVALS = 2;

/** Even ideas serve one eval and odd ones the other; some do harm. */
const options = (seed: number, frontierType: FrontierType): WorldOptions => ({
  seed,
  evals: EVALS,
  validation: VALIDATION,
  train: 40,
  luck: 0.3,
  start: 0.3,
  gains: [0.2, 0.2, -0.3, -0.3, 0.1, 0.1],
  freeComponents: 2,
  extra: { calls: 3_000 },
  optimizer: { generations: 5, proposals: 6, minibatchSize: 4, acceptance: 'improvement_or_equal', frontierType },
});

type Values = ReadonlyMap<string, readonly number[]>;

/** Score and evals of a candidate's first round, by example. */
function valuesOf({ scores }: Archive, id: string): Values {
  return new Map(
    scores.flatMap(([of, split, exampleId, draw, score, ...evals]): [string, number[]][] =>
      of === id && split === 'validation' && draw === 0 ? [[exampleId, [score ?? 0, ...evals]]] : [],
    ),
  );
}

/** What a candidate brings to each front of the type, on these examples. */
function offersOf(type: FrontierType, values: Values, examples: readonly string[]): number[] {
  const on = (place: number): number[] => examples.map((id) => values.get(id)?.[place] ?? 0);
  const perExample = on(0);
  const means = [1, 2].map((place) => on(place).reduce((sum, one) => sum + one, 0) / examples.length);
  switch (type) {
    case 'instance':
      return perExample;
    case 'objective':
      return means;
    case 'hybrid':
      return [...perExample, ...means];
    case 'cartesian':
      return [1, 2].flatMap(on);
  }
}

const isWhole = (values: Values): boolean => values.size === VALIDATION;
const meanOf = (values: Values): number =>
  [...values.values()].reduce((sum, [score = 0]) => sum + score, 0) / values.size;

describe.each(frontierTypes)('a run with two evals and fronts of type %s', (type) => {
  const seeds = [1, 2, 3];

  it('takes its parents and its merges from those who are best somewhere', () => {
    for (const seed of seeds.slice(1)) {
      let chosen = 0;
      play(makeWorld(options(seed, type)), (archive) => {
        const { step, candidates, generation } = archive;
        const merge = candidates.find((one) => one.origin === 'merge' && one.generation === generation);
        const parents = step?.kind === 'mutate' ? step.items.map(({ parentId }) => parentId) : [];
        const examples = [...valuesOf(archive, BASELINE_ID).keys()];
        const pool = candidates
          .filter(({ status, id }) => status === 'accepted' && id !== merge?.id)
          .map(({ id }) => ({ id, values: valuesOf(archive, id) }))
          .filter(({ values }) => isWhole(values));
        const offers = new Map(pool.map(({ id, values }) => [id, offersOf(type, values, examples)]));
        const mergeParents = step?.kind === 'mutate' ? [] : (merge?.parents ?? []);
        for (const id of [...parents, ...mergeParents]) {
          const own = offers.get(id) ?? [];
          const isBest = own.some((value, front) =>
            [...offers.values()].every((other) => (other[front] ?? 0) <= value),
          );
          expect(isBest).toBe(true);
          chosen += 1;
        }
      });
      expect(chosen).toBeGreaterThan(20);
    }
  });

  it('drops only children that are behind the best and first alone on no front of what was seen', () => {
    let dropped = 0;
    for (const seed of seeds) {
      let before = new Set<string>();
      play(makeWorld(options(seed, type)), (archive) => {
        const gone = archive.candidates.filter(({ reason }) => reason?.includes('validation examples clearly behind'));
        const whole = archive.candidates
          .filter(({ status }) => status === 'accepted')
          .map(({ id }) => valuesOf(archive, id))
          .filter(isWhole);
        const best = whole.toSorted((a, b) => meanOf(b) - meanOf(a))[0] ?? new Map();
        for (const { id, origin } of gone.filter((one) => !before.has(one.id))) {
          const own = valuesOf(archive, id);
          // A merge has its sample beside its rungs.
          if (origin === 'merge') continue;
          const examples = [...own.keys()];
          const restricted = new Map(examples.map((example) => [example, best.get(example) ?? [0]]));
          expect(meanOf(own)).toBeLessThan(meanOf(restricted));
          const others = whole.map((values) => offersOf(type, values, examples));
          for (const [front, value] of offersOf(type, own, examples).entries()) {
            expect(Math.max(...others.map((other) => other[front] ?? 0))).toBeGreaterThanOrEqual(value);
          }
          dropped += 1;
        }
        before = new Set(gone.map(({ id }) => id));
      });
    }
    expect(dropped).toBeGreaterThan(3);
  });

  it('lets the best mean of both evals win, among finalists that were scored by both', () => {
    for (const seed of seeds) {
      const { last } = play(makeWorld(options(seed, type)));

      const pool = last.candidates.filter(({ status }) => status === 'accepted').map(({ id }) => valuesOf(last, id));
      const finalists = (last.finalists ?? []).map((id) => valuesOf(last, id));
      for (const values of finalists) expect(isWhole(values)).toBe(true);
      const best = Math.max(...pool.map(meanOf));
      expect(Math.max(...finalists.map(meanOf))).toBe(best);
      expect(last.finalists).toContain(last.winnerId);
      for (const [, , , , score, ...evals] of last.scores) {
        expect(evals).toHaveLength(EVALS);
        expect(score).toBe(((evals[0] ?? 0) + (evals[1] ?? 0)) / EVALS);
      }
    }
  });
});

describe('a run by objectives', () => {
  it('goes on from whoever is best by an eval, although its score is not the best', () => {
    const parentsOf = (type: FrontierType): { best: number; specialist: number } => {
      const found = { best: 0, specialist: 0 };
      for (const seed of [1, 2, 3]) {
        play(makeWorld(options(seed, type)), (archive) => {
          if (archive.step?.kind !== 'mutate') return;
          const accepted = archive.candidates.filter(({ status }) => status === 'accepted');
          const highest = Math.max(...accepted.map(({ id }) => meanOf(valuesOf(archive, id))));
          for (const { parentId } of archive.step.items) {
            found[meanOf(valuesOf(archive, parentId)) === highest ? 'best' : 'specialist'] += 1;
          }
        });
      }
      return found;
    };

    const { best, specialist } = parentsOf('objective');

    expect(best).toBeGreaterThan(10);
    expect(specialist).toBeGreaterThan(10);
  });
});

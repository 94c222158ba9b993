import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { candidateSelections, frontierTypes } from '../../lambdas/contracts/task.ts';
import type { CandidateScores } from '../../lambdas/optimizer/frontier.ts';
import { chooseParents, type ParentSettings } from '../../lambdas/optimizer/parents.ts';
import { stream } from '../../lambdas/optimizer/random.ts';

function scored(id: string, scores: readonly number[]): CandidateScores {
  const entries = scores.map((score, index) => [`e${index}`, score] as const);
  return {
    id,
    scores: new Map(entries),
    objectives: new Map(entries.map(([key, value]) => [key, { accuracy: value }])),
  };
}

function settings(change: Partial<ParentSettings> = {}): ParentSettings {
  return { frontierType: 'instance', candidateSelection: 'pareto', epsilon: 0.1, topK: 5, ...change };
}

// Best on e0: wide, twofold; on e1 and e2: wide; on e3: narrow, twofold; on e4: steady, who has the highest mean.
// Pruning takes out narrow, the lowest; wide is then left on three fronts, twofold on two, steady on one.
const wide = scored('wide', [1, 1, 1, 0, 0.1]);
const narrow = scored('narrow', [0, 0, 0, 1, 0.1]);
const twofold = scored('twofold', [1, 0, 0, 1, 0]);
const steady = scored('steady', [0.9, 0.9, 0.9, 0.9, 0.2]);

describe('chooseParents', () => {
  it('draws pareto parents in proportion to the fronts that they survive on', () => {
    const counts: Record<string, number> = {};
    for (let generation = 0; generation < 4000; generation++) {
      const [parent = ''] = chooseParents([wide, narrow, twofold, steady], settings(), 1, stream(0, 'p', generation));
      counts[parent] = (counts[parent] ?? 0) + 1;
    }

    expect(Object.keys(counts).sort()).toEqual(['steady', 'twofold', 'wide']);
    expect(Math.abs((counts.wide ?? 0) / 4000 - 3 / 6)).toBeLessThan(0.03);
    expect(Math.abs((counts.twofold ?? 0) / 4000 - 2 / 6)).toBeLessThan(0.03);
  });

  it('gives the slots of a generation different parents until all were drawn, then starts again', () => {
    const parents = chooseParents([wide, narrow, twofold, steady], settings(), 7, stream(1, 'p'));

    expect(new Set(parents.slice(0, 3))).toEqual(new Set(['wide', 'twofold', 'steady']));
    expect(new Set(parents.slice(3, 6))).toEqual(new Set(['wide', 'twofold', 'steady']));
    expect(parents).toHaveLength(7);
  });

  it('takes the highest mean for current_best, the first one on a tie', () => {
    const twin = { ...steady, id: 'twin' };

    const parents = chooseParents(
      [wide, steady, twin],
      settings({ candidateSelection: 'current_best' }),
      3,
      stream(2, 'p'),
    );

    expect(parents).toEqual(['steady', 'steady', 'steady']);
  });

  it('explores with epsilon_greedy as often as epsilon says', () => {
    const greedy = settings({ candidateSelection: 'epsilon_greedy', epsilon: 0.4 });

    const parents = Array.from({ length: 4000 }, (_, generation) =>
      chooseParents([wide, narrow, twofold, steady], greedy, 1, stream(3, 'p', generation)),
    ).flat();

    // The best is one of the four that exploring draws from.
    expect(Math.abs(parents.filter((id) => id === 'steady').length / 4000 - 0.7)).toBeLessThan(0.03);
    expect(Math.abs(parents.filter((id) => id === 'twofold').length / 4000 - 0.1)).toBeLessThan(0.03);
  });

  it.each([
    [0, ['steady', 'steady', 'steady', 'steady']],
    [1, ['narrow', 'steady', 'twofold', 'wide']],
  ])('never explores at epsilon 0 and always at 1, without repeats (epsilon %d)', (epsilon, expected) => {
    const greedy = settings({ candidateSelection: 'epsilon_greedy', epsilon });

    const parents = chooseParents([wide, narrow, twofold, steady], greedy, 4, stream(4, 'p'));

    expect(parents.toSorted()).toEqual(expected);
  });

  it('leaves everybody below the top k out of top_k_pareto', () => {
    const top = settings({ candidateSelection: 'top_k_pareto', topK: 2 });

    const parents = chooseParents([wide, narrow, twofold, steady], top, 10, stream(5, 'p'));

    expect(new Set(parents)).toEqual(new Set(['steady', 'wide']));
  });

  it('falls back to the highest mean when none of the top k stands on a front', () => {
    const top = settings({ candidateSelection: 'top_k_pareto', topK: 1 });
    const allRound = scored('all-round', [0.9, 0.9]);

    const parents = chooseParents([scored('left', [1, 0]), allRound, scored('right', [0, 1])], top, 2, stream(6, 'p'));

    expect(parents).toEqual(['all-round', 'all-round']);
  });

  it('passes candidates without a score over and refuses when there is no other', () => {
    const unscored = scored('unscored', []);

    for (const candidateSelection of candidateSelections) {
      const chosen = settings({ candidateSelection, epsilon: 1 });
      expect(chooseParents([unscored, narrow], chosen, 2, stream(7, 'p'))).toEqual(['narrow', 'narrow']);
      expect(() => chooseParents([unscored], chosen, 1, stream(7, 'p'))).toThrow(RangeError);
    }
  });

  it('fills every slot, repeats nobody earlier than needed under pareto, and is a function of its arguments', () => {
    const population = fc
      .array(fc.array(fc.constantFrom(0, 0.5, 1), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 })
      .map((rows) => rows.map((row, index) => scored(`c${index}`, row)));
    fc.assert(
      fc.property(
        population,
        fc.constantFrom(...frontierTypes),
        fc.constantFrom(...candidateSelections),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        (candidates, frontierType, candidateSelection, count, seed) => {
          const chosen = settings({ frontierType, candidateSelection });

          const parents = chooseParents(candidates, chosen, count, stream(seed, 'p'));

          expect(parents).toHaveLength(count);
          expect(chooseParents(candidates, chosen, count, stream(seed, 'p'))).toEqual(parents);
          if (candidateSelection === 'pareto') {
            const times = Object.values(Object.groupBy(parents, (id) => id)).map((draws) => draws?.length ?? 0);
            const everybody = new Set(chooseParents(candidates, chosen, 100, stream(seed, 'all'))).size;
            expect(Math.max(...times)).toBe(Math.ceil(count / everybody));
          }
        },
      ),
    );
  });
});

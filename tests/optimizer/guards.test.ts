import { describe, expect, it } from 'vitest';
import type { CandidateScores } from '../../lambdas/optimizer/frontier.ts';
import { brokenGuard, guardBrokenBy, guardsOf } from '../../lambdas/optimizer/guards.ts';

const scoresOf = (id: string, short: Record<string, number>): CandidateScores => ({
  id,
  scores: new Map(Object.entries(short)),
  objectives: new Map(Object.entries(short).map(([example, score]) => [example, { short: score }])),
});

describe('a guard', () => {
  it.each([
    { differences: [0, 0, 0], maxDrop: 0, broken: null, when: 'nothing changed' },
    { differences: [1, -0.5], maxDrop: 0, broken: null, when: 'the mean rose' },
    { differences: [0.1, -0.1, 0.2, -0.2], maxDrop: 0, broken: null, when: 'the mean changed by rounding alone' },
    { differences: [-0.02], maxDrop: 0.02, broken: null, when: 'the mean fell by just what it may' },
    { differences: [-0.021], maxDrop: 0.02, broken: 'short', when: 'the mean fell by more' },
    { differences: [], maxDrop: 1, broken: 'short', when: 'nothing was measured' },
  ])('says $broken when $when', ({ differences, maxDrop, broken }) => {
    expect(brokenGuard({ short: differences }, { short: maxDrop })).toBe(broken);
  });

  it('names the first of several that broke', () => {
    expect(brokenGuard({ a: [0], b: [-1], c: [-1] }, { a: 0, b: 0, c: 0 })).toBe('b');
  });

  it('looks at the examples that both were scored on', () => {
    const baseline = scoresOf('baseline', { x: 1, y: 1, z: 0 });

    expect(guardBrokenBy(scoresOf('a', { x: 1, w: 0 }), baseline, { short: 0 })).toBeNull();
    expect(guardBrokenBy(scoresOf('b', { x: 1, y: 0.5 }), baseline, { short: 0.2 })).toBe('short');
    expect(guardBrokenBy(scoresOf('c', { w: 1 }), baseline, { short: 0.2 })).toBe('short');
  });

  it('is read from the evals that have one', () => {
    const evals = [
      { name: 'a', type: 'regex', weight: 1 },
      { name: 'b', type: 'regex', weight: 1, guard: { maxDrop: 0.1 } },
    ];
    expect(guardsOf({ evals })).toEqual({ b: 0.1 });
  });
});

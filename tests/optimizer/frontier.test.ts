import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frontierTypes } from '../../lambdas/contracts/task.ts';
import {
  buildFronts,
  type CandidateScores,
  type Fronts,
  frontierWeights,
  meanScores,
  objectiveMeans,
  pruneFronts,
  samplingWeights,
} from '../../lambdas/optimizer/frontier.ts';

/** `scored('a', { e1: 1 }, { e1: { accuracy: 1 } })` */
function scored(
  id: string,
  scores: Record<string, number>,
  objectives: Record<string, Record<string, number>> = {},
): CandidateScores {
  return { id, scores: new Map(Object.entries(scores)), objectives: new Map(Object.entries(objectives)) };
}

function asRecord(fronts: Fronts): Record<string, readonly string[]> {
  return Object.fromEntries(fronts);
}

const score = fc.constantFrom(0, 0.25, 0.5, 1);
const population = fc
  .array(fc.dictionary(fc.constantFrom('e1', 'e2', 'e3', 'e4', 'e5'), fc.record({ accuracy: score, brevity: score })), {
    minLength: 1,
    maxLength: 12,
  })
  .map((rows) =>
    rows.map((objectives, index) =>
      scored(
        `c${index}`,
        Object.fromEntries(Object.entries(objectives).map(([id, { accuracy }]) => [id, accuracy])),
        objectives,
      ),
    ),
  );

describe('buildFronts', () => {
  const first = scored('a', { e1: 1, e2: 0.5 }, { e1: { acc: 1, len: 0.2 }, e2: { acc: 0.5, len: 0.4 } });
  const second = scored('b', { e1: 1, e2: 0 }, { e1: { acc: 1, len: 0.6 }, e2: { acc: 0, len: 0.8 } });

  it.each([
    ['instance', { 'example:e1': ['a', 'b'], 'example:e2': ['a'] }],
    ['objective', { 'objective:acc': ['a'], 'objective:len': ['b'] }],
    ['hybrid', { 'example:e1': ['a', 'b'], 'example:e2': ['a'], 'objective:acc': ['a'], 'objective:len': ['b'] }],
    ['cartesian', { 'acc@e1': ['a', 'b'], 'len@e1': ['b'], 'acc@e2': ['a'], 'len@e2': ['b'] }],
  ] as const)('of type %s keeps the best of each front, ties together', (type, expected) => {
    expect(asRecord(buildFronts(type, [first, second]))).toEqual(expected);
  });

  it('takes a missing score for not known, never for 0', () => {
    const failedOnFirst = scored('c', { e2: 0 }, { e2: { acc: 0, len: 1 } });

    const fronts = buildFronts('instance', [scored('z', { e2: 0 }), failedOnFirst]);

    expect(asRecord(fronts)).toEqual({ 'example:e2': ['z', 'c'] });
    expect(meanScores([failedOnFirst]).get('c')).toBe(0);
    expect(objectiveMeans(failedOnFirst).get('len')).toBe(1);
  });

  it('holds on each example exactly those that nobody beats there', () => {
    fc.assert(
      fc.property(population, (candidates) => {
        for (const [key, ids] of buildFronts('instance', candidates)) {
          const exampleId = key.slice('example:'.length);
          const there = candidates.filter(({ scores }) => scores.has(exampleId));
          const best = Math.max(...there.map(({ scores }) => scores.get(exampleId) ?? -1));
          expect(ids).toEqual(there.filter(({ scores }) => scores.get(exampleId) === best).map(({ id }) => id));
        }
      }),
    );
  });
});

describe('pruneFronts', () => {
  it('keeps a candidate that is the last one on some front, and drops a better one that stands nowhere alone', () => {
    const fronts = new Map([
      ['1', ['low', 'high']],
      ['2', ['low']],
    ]);

    const kept = pruneFronts(
      fronts,
      new Map([
        ['low', 0.1],
        ['high', 0.9],
      ]),
    );

    expect(asRecord(kept)).toEqual({ 1: ['low'], 2: ['low'] });
  });

  it('drops, at equal means, the one that appears first', () => {
    const kept = pruneFronts(
      new Map([['1', ['a', 'b', 'c']]]),
      new Map([
        ['c', 0.5],
        ['b', 0.5],
        ['a', 0.5],
      ]),
    );

    expect(asRecord(kept)).toEqual({ 1: ['c'] });
  });

  it('removes what a scan that starts over after each removal removes', () => {
    fc.assert(
      fc.property(population, fc.constantFrom(...frontierTypes), (candidates, type) => {
        const fronts = buildFronts(type, candidates);
        const means = meanScores(candidates);

        expect(pruneFronts(fronts, means)).toEqual(pruneByRestarting(fronts, means));
      }),
    );
  });

  it('leaves no front empty, and nobody who could still go', () => {
    fc.assert(
      fc.property(population, fc.constantFrom(...frontierTypes), (candidates, type) => {
        const kept = pruneFronts(buildFronts(type, candidates), meanScores(candidates));

        const fronts = [...kept.values()];
        expect(fronts.every((ids) => ids.length > 0)).toBe(true);
        for (const id of samplingWeights(kept).keys()) {
          expect(fronts.some((ids) => ids.length === 1 && ids[0] === id)).toBe(true);
        }
      }),
    );
  });

  it('weighs survivors by the fronts that they stand on', () => {
    // c covers e2 alone, where a and b stand as well; its mean is the lowest, so it goes.
    const candidates = [
      scored('a', { e1: 1, e2: 0.5, e3: 0.5, e4: 0 }),
      scored('b', { e1: 0, e2: 0.5, e3: 0.5, e4: 1 }),
      scored('c', { e1: 0, e2: 0.5, e3: 0, e4: 0 }),
    ];

    const weights = frontierWeights('instance', candidates);

    expect([...weights]).toEqual([
      ['a', 3],
      ['b', 3],
    ]);
  });
});

/** The rule as it is worded: look at the lowest first, and start over after each removal. */
function pruneByRestarting(fronts: Fronts, means: ReadonlyMap<string, number>): Fronts {
  const seen = [...new Set([...fronts.values()].flat())];
  const order = seen.sort((first, second) => (means.get(first) ?? 0) - (means.get(second) ?? 0));
  const alive = new Set(order);
  const spared = (id: string): boolean =>
    [...fronts.values()]
      .filter((ids) => ids.includes(id))
      .every((ids) => ids.some((other) => other !== id && alive.has(other)));
  for (let next = order.find(spared); next !== undefined; next = order.find((id) => alive.has(id) && spared(id))) {
    alive.delete(next);
  }
  return new Map([...fronts].map(([key, ids]) => [key, ids.filter((id) => alive.has(id))]));
}

import { describe, expect, it } from 'vitest';
import type { SynthesisState } from '../../lambdas/contracts/synthesis.ts';
import { taskOf } from '../../lambdas/synthesis/resolve-spec.ts';
import { growTopics, leafTopics, missingTopics } from '../../lambdas/synthesis/topics.ts';
import { polite } from './specs.ts';

const asked: SynthesisState['asked'] = { topics: {}, judges: {}, inputs: [] };
const tree = taskOf([polite({ topics: [2, 2] })]).synthesis;

describe('the tree of topics', () => {
  it('asks for the level below a topic only when its own is complete', () => {
    const start = { topics: [], asked };
    expect(missingTopics(start, tree)).toEqual([{ path: [], count: 2, known: [], attempt: 0 }]);

    const half = growTopics(start, { path: [], count: 2, attempt: 0 }, ['a']);
    expect(missingTopics(half, tree)).toEqual([{ path: [], count: 1, known: ['a'], attempt: 1 }]);

    const top = growTopics(half, { path: [], count: 1, attempt: 1 }, ['b']);
    expect(missingTopics(top, tree).map(({ path, count }) => [path, count])).toEqual([
      [['a'], 2],
      [['b'], 2],
    ]);
  });

  it('does not take a topic that is there already, in any case', () => {
    const once = growTopics({ topics: [], asked }, { path: [], count: 2, attempt: 0 }, ['Returns']);
    const twice = growTopics(once, { path: [], count: 1, attempt: 1 }, ['returns', 'Money']);

    expect(twice.topics).toEqual([['Returns'], ['Money']]);
  });

  it('asks three times at the most, and goes on with what there is', () => {
    let grown = { topics: [['a']], asked };
    for (let attempt = 0; attempt < 3; attempt += 1) {
      grown = growTopics(grown, { path: [], count: 1, attempt }, []);
    }

    expect(missingTopics(grown, tree)).toEqual([{ path: ['a'], count: 2, known: [], attempt: 0 }]);
  });

  it('has its leaves at full depth alone', () => {
    expect(leafTopics([['a'], ['b'], ['a', 'x']], tree)).toEqual([['a', 'x']]);
  });
});

import { describe, expect, it } from 'vitest';
import { leaksBetween } from '../../lambdas/datasets/leaks.ts';
import { planted } from './planted.ts';

describe('leaksBetween', () => {
  it('finds copies and paraphrases in other splits, the most similar first', () => {
    const english = planted.slice(0, 20);
    const splits = {
      train: english.map(({ text }, at) => ({ id: `train-${at}`, input: text })),
      test: english.slice(0, 10).map(({ paraphrase }, at) => ({ id: `test-${at}`, input: { message: paraphrase } })),
      golden: english.slice(10, 15).map(({ variant }, at) => ({ id: `golden-${at + 10}`, input: variant })),
    };

    const leaks = leaksBetween(splits, 0.5);

    const found = leaks.map(({ a, b }) => `${a.id} ${b.id}`);
    const expected = [...Array(10).keys()].map((at) => `train-${at} test-${at}`);
    expect(found.sort()).toEqual([...expected, ...[10, 11, 12, 13, 14].map((at) => `train-${at} golden-${at}`)].sort());
    expect(leaks[0]).toMatchObject({ similarity: 1 });
    expect(leaks.map(({ similarity }) => similarity)).toEqual(
      leaks.map(({ similarity }) => similarity).sort((one, other) => other - one),
    );
  });

  it('does not mind duplicates inside a split', () => {
    const twice = [
      { id: 'one', input: 'My kettle arrived broken.' },
      { id: 'two', input: 'My kettle arrived broken!' },
    ];

    expect(leaksBetween({ train: twice, test: [{ id: 'three', input: 'Where is my parcel?' }] }, 0.5)).toEqual([]);
  });

  it('tells the splits of two examples with one id apart', () => {
    const same = [{ id: 'one', input: 'My kettle arrived broken.' }];

    expect(leaksBetween({ validation: same, golden: same }, 0.5)).toEqual([
      { a: { split: 'validation', id: 'one' }, b: { split: 'golden', id: 'one' }, similarity: 1 },
    ]);
  });
});

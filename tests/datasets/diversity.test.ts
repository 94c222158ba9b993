import { describe, expect, it } from 'vitest';
import { diversityOf } from '../../lambdas/datasets/diversity.ts';
import { stream } from '../../lambdas/optimizer/random.ts';
import { planted } from './planted.ts';

describe('diversityOf', () => {
  it('counts different runs of words by all of them', () => {
    const examples = [
      { input: 'The cat sees the cat', topic: 'cats' },
      { input: { text: 'the CAT!' }, topic: 'dogs' },
    ];

    const { distinct1, distinct2, distinct3, topics } = diversityOf(examples);

    // 7 words: the, cat, sees. 5 pairs: the cat, cat sees, sees the. 3 triples, all different.
    expect(distinct1).toBeCloseTo(3 / 7);
    expect(distinct2).toBeCloseTo(3 / 5);
    expect(distinct3).toBe(1);
    expect(topics).toBe(2);
  });

  it('takes each character of a script without spaces for a word', () => {
    expect(diversityOf([{ input: '注文、注文', topic: 'a' }])).toMatchObject({ distinct1: 0.5, distinct2: 2 / 3 });
  });

  it('says how near each is to the one that it is most like', () => {
    const different = planted.slice(0, 20).map(({ text, topic }) => ({ input: text, topic }));
    const copies = planted.slice(0, 20).map(({ variant, topic }) => ({ input: variant, topic }));

    expect(diversityOf(different).meanNearest).toBeLessThan(0.2);
    expect(diversityOf([...different, ...copies]).meanNearest).toBe(1);
  });

  it('has no nearest for fewer than two examples', () => {
    expect(diversityOf([])).toEqual({ distinct1: 0, distinct2: 0, distinct3: 0, topics: 0, meanNearest: null });
    expect(diversityOf([{ input: 'One', topic: 'a' }]).meanNearest).toBeNull();
  });

  it('measures a part of a large set', () => {
    const random = stream(1, 'large');
    const words = planted.slice(0, 25).flatMap(({ text }) => text.split(' '));
    const examples = Array.from({ length: 2000 }, () => ({
      input: Array.from({ length: 6 }, () => random.pick(words)).join(' '),
      topic: String(random.int(15)),
    }));

    const { meanNearest, topics } = diversityOf(examples);

    const all = diversityOf(examples.slice(0, 500)).meanNearest ?? 0;
    expect(topics).toBe(15);
    expect(meanNearest).toBeGreaterThan(all);
    expect(meanNearest).toBeLessThan(0.6);
  });
});

import { describe, expect, it } from 'vitest';
import { evalOf, scoreOf } from './scoring.ts';

describe('latency', () => {
  it.each([
    { case: 'no time', latencyMs: 0, score: 1 },
    { case: 'less than the limit', latencyMs: 999.5, score: 1 },
    { case: 'the limit', latencyMs: 1_000, score: 1 },
    { case: 'twice the limit', latencyMs: 2_000, score: 0.5 },
    { case: 'a day', latencyMs: 86_400_000, score: 1 / 86_400 },
    { case: 'for ever', latencyMs: Number.POSITIVE_INFINITY, score: 0 },
  ])('gives $score for $case', async ({ latencyMs, score }) => {
    expect((await scoreOf({ type: 'latency', maxMs: 1_000 }, undefined, { latencyMs })).score).toBeCloseTo(score, 12);
  });

  it('says how long it took and how long it may', async () => {
    const { feedback } = await scoreOf({ type: 'latency', maxMs: 1_000 }, undefined, { latencyMs: 1_500.4 });

    expect(feedback).toBe('The answer took 1500 ms; it must take 1000 ms at most.');
  });

  it('turned round, gives the rest and says why', async () => {
    const answer = { text: 'a', latencyMs: 2_000 };

    expect(await scoreOf({ type: 'latency', maxMs: 500, not: true }, undefined, answer)).toEqual({
      score: 0.75,
      feedback:
        'The answer must not take 500 ms at most, but was "a". (The answer took 2000 ms; it must take 500 ms at most.)',
    });
  });

  it('counts the whole answer whatever part of it is scored', async () => {
    const answer = { text: '{"a":1}', latencyMs: 2_000 };

    expect(await scoreOf({ type: 'latency', maxMs: 1_000, answerPath: 'a' }, undefined, answer)).toMatchObject({
      score: 0.5,
    });
  });

  it.each([{}, { latencyMs: null }])('refuses to score %j: that is an error and no score', async (answer) => {
    await expect(scoreOf({ type: 'latency', maxMs: 1_000 }, undefined, answer)).rejects.toThrow(
      'latency: nobody has measured how long this answer took.',
    );
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, undefined])('has no limit of %s', (maxMs) => {
    expect(() => evalOf({ type: 'latency', maxMs })).toThrow(/maxMs/);
  });
});

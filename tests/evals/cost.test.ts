import { describe, expect, it } from 'vitest';
import { problemOf } from '../../lambdas/evals/registry.ts';
import { evalOf, scoreOf } from './scoring.ts';

describe('cost', () => {
  it.each([
    { case: 'nothing', costUsd: 0, score: 1 },
    { case: 'the limit', costUsd: 0.001, score: 1 },
    { case: 'twice the limit', costUsd: 0.002, score: 0.5 },
    { case: 'a fortune', costUsd: 1_000, score: 1e-6 },
    { case: 'all the money', costUsd: Number.POSITIVE_INFINITY, score: 0 },
  ])('gives $score for $case', async ({ costUsd, score }) => {
    expect((await scoreOf({ type: 'cost', maxUsd: 0.001 }, undefined, { costUsd })).score).toBeCloseTo(score, 12);
  });

  it('says what it cost and what it may', async () => {
    const { feedback } = await scoreOf({ type: 'cost', maxUsd: 0.001 }, undefined, { costUsd: 0.0012345 });

    expect(feedback).toBe('The answer cost $0.00123; it must cost $0.001 at most.');
  });

  it('turned round, gives the rest and says why', async () => {
    expect(await scoreOf({ type: 'cost', maxUsd: 1, not: true }, undefined, { text: 'a', costUsd: 4 })).toEqual({
      score: 0.75,
      feedback: 'The answer must not cost $1 at most, but was "a". (The answer cost $4.00; it must cost $1 at most.)',
    });
  });

  it.each([{}, { costUsd: null }])('refuses to score %j: that is an error and no score', async (answer) => {
    await expect(scoreOf({ type: 'cost', maxUsd: 1 }, undefined, answer)).rejects.toThrow(
      'cost: it is not known what this answer cost.',
    );
  });

  it('is refused where the price of the model is not known, with what to do', () => {
    const settings = evalOf({ type: 'cost', maxUsd: 1 });
    const task = { modelName: 'my-model', hasTools: false, prices: {} };

    expect(problemOf(settings, { ...task, prices: { 'my-model': { input: 1, output: 2 } } })).toBeNull();
    expect(problemOf(settings, { ...task, modelName: 'gpt-4.1-mini' })).toBeNull();
    expect(problemOf(settings, { ...task, modelName: 'constructor' })).not.toBeNull();
    expect(problemOf(settings, task)).toEqual({
      field: 'type',
      message: 'scores the cost, but the price of "my-model" is not known.',
      remedy: 'Add it in US dollars for a million tokens: prices: { "my-model": { input: 0.4, output: 1.6 } }.',
    });
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, undefined])('has no limit of %s', (maxUsd) => {
    expect(() => evalOf({ type: 'cost', maxUsd })).toThrow(/maxUsd/);
  });
});

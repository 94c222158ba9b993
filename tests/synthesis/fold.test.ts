import { describe, expect, it } from 'vitest';
import type { AnswerRow, SynthesisState } from '../../lambdas/contracts/synthesis.ts';
import { noUsage } from '../../lambdas/optimizer/usage.ts';
import { firstState } from '../../lambdas/synthesis/first-state.ts';
import { foldAnswers, type LandedItem } from '../../lambdas/synthesis/fold.ts';

const state: SynthesisState = {
  ...firstState('session', 8),
  splits: { train: [], validation: [], test: [], golden: [] },
};

const failed: AnswerRow = {
  id: 't01-s001',
  expected: null,
  output: null,
  evals: {},
  failure: { name: 'ModelRefusedRequestError', message: 'No.' },
  usage: { ...noUsage(), calls: 1 },
  referenceUsage: noUsage(),
  referenceEpoch: 0,
  cached: false,
};

/** An item that had to wait before it ended. */
function waited(
  error: string | null,
  rows: AnswerRow[],
  limited: 'task' | 'reflection' = 'task',
): LandedItem<AnswerRow[]> {
  const calls = { ...noUsage(), calls: 1, rateLimited: 1 };
  const ledger = {
    task: limited === 'task' ? calls : noUsage(),
    reflection: limited === 'reflection' ? calls : noUsage(),
    lastError: { name: 'RateLimitedError', message: 'Slow down.' },
  };
  return { result: rows, ledger, error };
}

describe('a step of answers', () => {
  it('ends the run while the model is out of reach', () => {
    expect(() => foldAnswers(state, [1], [waited('RateLimitedError', [])])).toThrow('Slow down.');
  });

  it('is over when its last input failed for good, though it had to wait before', () => {
    expect(foldAnswers(state, [1], [waited(null, [failed])])).toMatchObject({ answered: 1, spend: { failures: 1 } });
  });

  it.each(['task', 'reflection'] as const)('is slower after it had to wait, whoever was asked: %s', (limited) => {
    expect(foldAnswers(state, [1], [waited(null, [failed], limited)]).concurrency).toBe(4);
  });
});

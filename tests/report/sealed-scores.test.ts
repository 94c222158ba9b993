import { describe, expect, it } from 'vitest';
import type { VerificationRow } from '../../lambdas/contracts/artifacts.ts';
import { noUsage } from '../../lambdas/optimizer/usage.ts';
import { sealedScores } from '../../lambdas/report/sealed-scores.ts';

const row = (exampleId: string, draw: number, score: number | null, candidateId = 'baseline'): VerificationRow => ({
  exampleId,
  candidateId,
  draw,
  score,
  evals: score === null ? {} : { label: score, tone: 1 - score },
  cached: false,
  usage: noUsage(),
});

describe('sealedScores', () => {
  it('averages the draws of an example, evals too, and leaves failed draws out', () => {
    const rows = [
      row('a', 0, 1),
      row('a', 0, 0, 'g1-s0'),
      row('a', 1, 0.5),
      row('b', 0, null),
      row('b', 1, 1),
      row('c', 0, null),
      row('c', 1, null),
    ];

    expect([...sealedScores(rows, 'baseline')]).toEqual([
      ['a', { score: 0.75, evals: { label: 0.75, tone: 0.25 } }],
      ['b', { score: 1, evals: { label: 1, tone: 0 } }],
    ]);
    expect([...sealedScores(rows, 'g1-s0')]).toEqual([['a', { score: 0, evals: { label: 0, tone: 1 } }]]);
  });
});

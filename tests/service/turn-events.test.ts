import { describe, expect, it } from 'vitest';
import type { Archive } from '../../lambdas/contracts/artifacts.ts';
import { runRecordSchema } from '../../lambdas/contracts/run.ts';
import { fullCaps } from '../../lambdas/service/turn-events.ts';
import { archiveWith, contextOf } from '../report/finished.ts';

const run = (warnedCaps: readonly string[] = []) =>
  runRecordSchema.parse({
    ...{ runId: 'r', status: 'running', taskName: 'cases', inputHash: '', turn: 1, epoch: 0, startedAt: null },
    ...{ lastSeenMs: 0, error: null, warnedCaps },
  });
const budget = { rollouts: 100, tokens: 1000, costUsd: 2, minutes: 10 };
const context = contextOf({ scores: {}, task: { budget } });

function archiveAt(spend: Partial<Archive['spend']>, elapsedMs = 0): Archive {
  const archive = archiveWith(context);
  return { ...archive, elapsedMs, spend: { ...archive.spend, ...spend } };
}

describe('caps that are nearly used up', () => {
  it.each([
    ['rollouts', archiveAt({ modelCalls: 100, reflectionCalls: 10, judgeCalls: 10 }), 0.8],
    ['tokens', archiveAt({ inputTokens: 500, outputTokens: 350 }), 0.85],
    ['costUsd', archiveAt({ costUsd: 1.8 }), 0.9],
    ['minutes', archiveAt({}, 9 * 60_000), 0.9],
  ] as const)('are told: %s', async (cap, archive, share) => {
    expect(await fullCaps(run(), context, archive)).toEqual([{ cap, share }]);
  });

  it('are told once, and none is before it is', async () => {
    expect(await fullCaps(run(['costUsd']), context, archiveAt({ costUsd: 1.9 }))).toEqual([]);
    expect(await fullCaps(run(), context, archiveAt({ costUsd: 1.59, modelCalls: 79 }))).toEqual([]);
  });

  it('are none where nothing is capped, or a price is not known', async () => {
    const open = contextOf({ scores: {}, task: { budget: { rollouts: 100_000 } } });

    expect(await fullCaps(run(), open, archiveAt({ inputTokens: 1e9, costUsd: 1e6 }, 1e9))).toEqual([]);
    expect(await fullCaps(run(), context, archiveAt({ costUsd: null }))).toEqual([]);
  });
});

import { BatchGetCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it, vi } from 'vitest';
import { requireEnv } from '../../lambdas/platform/env.ts';
import { putGrouped } from '../../lambdas/store/group-commit.ts';
import { getGrouped } from '../../lambdas/store/group-read.ts';
import { addHistory, loadHistory } from '../../lambdas/store/history.ts';
import { useEmbeddedAws } from './embedded.ts';

useEmbeddedAws();

const table = (): string => requireEnv('ROLLOUTS_TABLE');

describe('getGrouped', () => {
  it('gives each its own item, in far fewer requests than keys, and null where there is none', async () => {
    const keys = Array.from({ length: 150 }, (_, i) => `k-${i}`);
    await Promise.all(keys.map((rolloutKey) => putGrouped(table(), 'rolloutKey', { rolloutKey, value: rolloutKey })));
    const send = vi.spyOn(DynamoDBDocumentClient.prototype, 'send');

    const items = await Promise.all([...keys, 'none', 'k-0'].map((key) => getGrouped(table(), 'rolloutKey', key)));

    const reads = send.mock.calls.filter(([command]) => command instanceof BatchGetCommand).length;
    send.mockRestore();
    expect(items.map((item) => item?.value ?? null)).toEqual([...keys, null, 'k-0']);
    expect(reads).toBeLessThanOrEqual(5);
  });

  it('sees what was stored before it was asked', async () => {
    await putGrouped(table(), 'rolloutKey', { rolloutKey: 'fresh', value: 1 });
    expect(await getGrouped(table(), 'rolloutKey', 'fresh')).toMatchObject({ value: 1 });
  });

  it('tells each of those who asked together when the store breaks, and works again after it', async () => {
    const send = vi.spyOn(DynamoDBDocumentClient.prototype, 'send').mockRejectedValue(new Error('broken'));
    const asked = ['a', 'b', 'c'].map((key) => getGrouped(table(), 'rolloutKey', key));
    const settled = await Promise.allSettled(asked);
    send.mockRestore();

    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(await getGrouped(table(), 'rolloutKey', 'a')).toBeNull();
  });
});

describe("a task's history", () => {
  it('keeps the first entry of a kind and run, and tells the entries in the order of their time', async () => {
    const entry = { kind: 'unsealed' as const, examples: ['h'] };
    await addHistory('tickets', { ...entry, runId: 'b', at: '2026-02-01T00:00:00.000Z' });
    await addHistory('tickets', { ...entry, runId: 'a', at: '2026-03-01T00:00:00.000Z' });
    await addHistory('tickets', { ...entry, runId: 'b', at: '2026-04-01T00:00:00.000Z' });
    await addHistory('others', { ...entry, runId: 'c', at: '2026-01-01T00:00:00.000Z' });

    expect((await loadHistory('tickets')).map(({ runId, at }) => `${runId} ${at.slice(0, 7)}`)).toEqual([
      'b 2026-02',
      'a 2026-03',
    ]);
    expect(await loadHistory('nobody')).toEqual([]);
  });
});

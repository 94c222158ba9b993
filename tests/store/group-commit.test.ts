import { BatchGetCommand, BatchWriteCommand, DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it, vi } from 'vitest';
import { requireEnv } from '../../lambdas/platform/env.ts';
import { documentClient } from '../../lambdas/store/clients.ts';
import { putGrouped } from '../../lambdas/store/group-commit.ts';
import { useEmbeddedAws } from './embedded.ts';

useEmbeddedAws();

const table = (): string => requireEnv('ROLLOUTS_TABLE');
const put = (key: string, value: unknown = key): Promise<void> =>
  putGrouped(table(), 'rolloutKey', { rolloutKey: key, value });

async function stored(keys: readonly string[]): Promise<Map<string, unknown>> {
  const { Responses = {} } = await documentClient().send(
    new BatchGetCommand({ RequestItems: { [table()]: { Keys: keys.map((rolloutKey) => ({ rolloutKey })) } } }),
  );
  return new Map((Responses[table()] ?? []).map(({ rolloutKey, value }) => [rolloutKey, value]));
}

describe('putGrouped', () => {
  it('stores everything, in far fewer requests than items', async () => {
    const send = vi.spyOn(DynamoDBDocumentClient.prototype, 'send');
    const keys = Array.from({ length: 60 }, (_, i) => `k-${i}`);

    await Promise.all(keys.map((key) => put(key)));

    const writes = send.mock.calls.filter(([c]) => c instanceof PutCommand || c instanceof BatchWriteCommand).length;
    send.mockRestore();
    expect(writes).toBeLessThanOrEqual(5);
    expect((await stored(keys)).size).toBe(60);
  });

  it('has stored an item when its promise resolves, whatever is still to come', async () => {
    const others = ['o-1', 'o-2', 'o-3'].map((key) => put(key));
    await put('mine');

    expect(await stored(['mine'])).toEqual(new Map([['mine', 'mine']]));
    await Promise.all(others);
  });

  it('keeps the last of several writes of one key', async () => {
    await Promise.all([put('same', 1), put('same', 2), put('same', 3)]);

    expect(await stored(['same'])).toEqual(new Map([['same', 3]]));
  });

  it('rejects the one item that DynamoDB refuses, and stores those it was grouped with', async () => {
    const results = await Promise.allSettled([put('a'), put('b'), put('large', 'x'.repeat(450_000)), put('c')]);

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect((await stored(['a', 'b', 'large', 'c'])).size).toBe(3);
  });
});

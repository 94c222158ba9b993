import type { BatchGetCommandInput, BatchGetCommandOutput } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { batchGet } from '../../lambdas/store/batch.ts';

const keys = (count: number): { id: string }[] => Array.from({ length: count }, (_, i) => ({ id: `k${i}` }));

/** A DynamoDB that reads at most so many keys a request. The real one does that when items are large or it is busy. */
function dynamo(most: (request: number) => number): {
  send: (input: BatchGetCommandInput) => Promise<BatchGetCommandOutput>;
  asked: number[];
} {
  const asked: number[] = [];
  return {
    asked,
    send: (input) => {
      const wanted = input.RequestItems?.t?.Keys ?? [];
      asked.push(wanted.length);
      const read = most(asked.length);
      return Promise.resolve({
        $metadata: {},
        Responses: { t: wanted.slice(0, read) },
        UnprocessedKeys: { ...(wanted.length > read ? { t: { Keys: wanted.slice(read) } } : {}) },
      });
    },
  };
}

describe('batchGet', () => {
  it('asks for 100 keys a request, each key once', async () => {
    const { send, asked } = dynamo(() => 100);

    const items = await batchGet('t', [...keys(250), ...keys(250)], send);

    expect(items).toEqual(keys(250));
    expect(asked).toEqual([100, 100, 50]);
  });

  it('asks again for what was left over', async () => {
    const { send, asked } = dynamo((request) => (request === 1 ? 30 : 100));

    const items = await batchGet('t', keys(120), send);

    expect(items).toHaveLength(120);
    expect(new Set(items.map(({ id }) => id)).size).toBe(120);
    expect(asked).toEqual([100, 20, 70]);
  });

  it('asks for nothing when there is nothing to ask for', async () => {
    const { send, asked } = dynamo(() => 100);

    expect(await batchGet('t', [], send)).toEqual([]);
    expect(asked).toEqual([]);
  });
});

/** BatchGetItem over any number of keys: 100 a request, what DynamoDB left over is asked for again. */
import type { BatchGetCommandInput, BatchGetCommandOutput } from '@aws-sdk/lib-dynamodb';

type Item = Record<string, unknown>;

const KEYS_A_REQUEST = 100;
const MAX_ROUNDS = 8;

/**
 * The items that exist, in no order. Duplicate keys are asked for once.
 * @throws Error when DynamoDB keeps leaving keys unprocessed.
 */
export async function batchGet(
  table: string,
  keys: readonly Item[],
  send: (input: BatchGetCommandInput) => Promise<BatchGetCommandOutput>,
): Promise<Item[]> {
  let waiting = [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
  const items: Item[] = [];
  for (let round = 0; waiting.length > 0; round += 1) {
    if (round >= MAX_ROUNDS)
      throw new Error(`DynamoDB left ${waiting.length} keys of ${table} unread ${MAX_ROUNDS} times.`);
    if (round > 0) await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** round));
    const left: Item[] = [];
    for (let i = 0; i < waiting.length; i += KEYS_A_REQUEST) {
      const answer = await send({
        RequestItems: { [table]: { Keys: waiting.slice(i, i + KEYS_A_REQUEST), ConsistentRead: true } },
      });
      items.push(...(answer.Responses?.[table] ?? []));
      left.push(...(answer.UnprocessedKeys?.[table]?.Keys ?? []));
    }
    waiting = left;
  }
  return items;
}

/**
 * Grouped reads: what is asked for while a read is under way goes together into the next one (BatchGetItem), as
 * `group-commit.ts` does with writes. With many rollouts in flight a look-up then costs next to nothing.
 */
import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { batchGet } from './batch.ts';
import { documentClient } from './clients.ts';

type Item = Record<string, unknown>;

interface Waiting {
  readonly key: string;
  readonly resolve: (item: Item | null) => void;
  readonly reject: (error: unknown) => void;
}

const queues = new Map<string, { waiting: Waiting[]; busy: boolean }>();

/**
 * The item under a key, read consistently; null when there is none.
 * @param keyName the table's partition key (it has no other)
 */
export function getGrouped(table: string, keyName: string, key: string): Promise<Item | null> {
  const queue = queues.get(table) ?? { waiting: [], busy: false };
  queues.set(table, queue);
  return new Promise((resolve, reject) => {
    queue.waiting.push({ key, resolve, reject });
    if (!queue.busy) void drain(table, keyName, queue);
  });
}

async function drain(table: string, keyName: string, queue: { waiting: Waiting[]; busy: boolean }): Promise<void> {
  queue.busy = true;
  while (queue.waiting.length > 0) {
    const group = queue.waiting;
    queue.waiting = [];
    try {
      const keys = group.map(({ key }) => ({ [keyName]: key }));
      const items = await batchGet(table, keys, (input) => documentClient().send(new BatchGetCommand(input)));
      const byKey = new Map(items.map((item) => [item[keyName], item]));
      for (const { key, resolve } of group) resolve(byKey.get(key) ?? null);
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
  queue.busy = false;
}

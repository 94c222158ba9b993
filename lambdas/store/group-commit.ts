/**
 * Group commit: what is to be written while a write is under way goes together into the next one (BatchWriteItem). Each
 * caller still waits until its own item is stored. With many calls in flight this is most of what a rollout costs us.
 */
import { BatchWriteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { documentClient } from './clients.ts';

type Item = Record<string, unknown>;

interface Waiting {
  readonly item: Item;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** DynamoDB's limit for one BatchWriteItem. */
const ITEMS_A_REQUEST = 25;
/** Rounds for what DynamoDB left over before the items are put one by one. */
const MAX_ROUNDS = 4;

const queues = new Map<string, { readonly waiting: Waiting[]; busy: boolean }>();

/**
 * Puts an item; resolves when it is stored.
 * @param keyName the table's partition key (it has no other)
 * @throws what DynamoDB says about this very item, whatever items it was grouped with
 */
export function putGrouped(table: string, keyName: string, item: Item): Promise<void> {
  const queue = queues.get(table) ?? { waiting: [], busy: false };
  queues.set(table, queue);
  return new Promise((resolve, reject) => {
    queue.waiting.push({ item, resolve, reject });
    if (!queue.busy) void drain(table, keyName, queue);
  });
}

async function drain(table: string, keyName: string, queue: { waiting: Waiting[]; busy: boolean }): Promise<void> {
  queue.busy = true;
  while (queue.waiting.length > 0) await write(table, takeGroup(queue.waiting, keyName));
  queue.busy = false;
}

/** The first items, as many as a request takes; a key that is there twice waits for the next one. */
function takeGroup(waiting: Waiting[], keyName: string): Waiting[] {
  const keys = new Set<unknown>();
  let count = 0;
  for (const { item } of waiting) {
    if (count >= ITEMS_A_REQUEST || keys.has(item[keyName])) break;
    keys.add(item[keyName]);
    count += 1;
  }
  return waiting.splice(0, count);
}

async function write(table: string, group: readonly Waiting[]): Promise<void> {
  try {
    if (group.length > 1) await writeBatch(table, group);
    else await Promise.all(group.map((one) => put(table, one)));
  } catch {
    // One item that DynamoDB refuses (too large, say) refuses its whole batch: each is put alone, and answers for itself.
    await Promise.all(group.map((one) => put(table, one)));
  }
}

/** @throws when the batch was refused or DynamoDB keeps leaving items over; putting an item again does no harm. */
async function writeBatch(table: string, group: readonly Waiting[]): Promise<void> {
  let requests = group.map(({ item }) => ({ PutRequest: { Item: item } }));
  for (let round = 0; requests.length > 0; round += 1) {
    if (round >= MAX_ROUNDS) throw new Error(`DynamoDB left ${requests.length} items of ${table} unwritten.`);
    if (round > 0) await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** round));
    const answer = await documentClient().send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
    requests = (answer.UnprocessedItems?.[table] ?? []).flatMap(({ PutRequest }) =>
      PutRequest?.Item === undefined ? [] : [{ PutRequest: { Item: PutRequest.Item } }],
    );
  }
  for (const { resolve } of group) resolve();
}

async function put(table: string, { item, resolve, reject }: Waiting): Promise<void> {
  try {
    await documentClient().send(new PutCommand({ TableName: table, Item: item }));
    resolve();
  } catch (error) {
    reject(error);
  }
}

/** Run records and what belongs to one run in DynamoDB: reflections, outcomes, ledgers. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { z } from 'zod';
import { StoreConflictError } from '../contracts/errors.ts';
import {
  type Ledger,
  ledgerSchema,
  type MutationOutcome,
  mutationOutcomeSchema,
  type ReflectionRecord,
  reflectionRecordSchema,
} from '../contracts/item-records.ts';
import { type RunRecord, runRecordSchema } from '../contracts/run.ts';
import { requireEnv } from '../platform/env.ts';
import { batchGet } from './batch.ts';
import { documentClient } from './clients.ts';
import { tables } from './tables.ts';

const tableName = () => requireEnv(tables.runs.env);

/** A record that belongs to a run: its sort key and its form. */
interface Kind<T> {
  readonly schema: z.ZodType<T>;
}

const kinds = {
  reflection: { schema: reflectionRecordSchema } satisfies Kind<ReflectionRecord>,
  outcome: { schema: mutationOutcomeSchema } satisfies Kind<MutationOutcome>,
  ledger: { schema: ledgerSchema } satisfies Kind<Ledger>,
};

export const recordIds = {
  reflection: (generation: number, slot: number, attempt: number) => `reflection#${generation}#${slot}#${attempt}`,
  outcome: (turn: number, index: number) => `outcome#${turn}#${index}`,
  ledger: (turn: number, index: number) => `ledger#${turn}#${index}`,
};

export async function loadRun(runId: string): Promise<RunRecord | null> {
  const { Item } = await documentClient().send(
    new GetCommand({ TableName: tableName(), Key: { runId, recordId: 'run' }, ConsistentRead: true }),
  );
  return Item === undefined ? null : runRecordSchema.parse(withoutKeys(Item, true));
}

/** @throws StoreConflictError when the run is already there. */
export async function createRun(given: z.input<typeof runRecordSchema>): Promise<void> {
  const record = runRecordSchema.parse({ createdAt: given.startedAt, ...given });
  await conflictIfRefused(`Run ${record.runId} was started by somebody else at the same moment.`, () =>
    documentClient().send(
      new PutCommand({
        TableName: tableName(),
        Item: { ...record, recordId: 'run' },
        ConditionExpression: 'attribute_not_exists(runId)',
      }),
    ),
  );
}

/** What a run record must say for a change to be made. */
export type RunCondition = Partial<Pick<RunRecord, 'turn' | 'status' | 'attempt' | 'execution'>>;

/**
 * Changes fields of a run record.
 * @param only the change is made only while the record says this; a number is a turn
 * @throws StoreConflictError when it says something else, or there is no such run
 */
export async function updateRun(
  runId: string,
  changes: Partial<RunRecord>,
  only: number | RunCondition = {},
): Promise<void> {
  const set = Object.entries(changes);
  const asked = Object.entries(typeof only === 'number' ? { turn: only } : only);
  const conditions = ['attribute_exists(runId)', ...asked.map(([name]) => `#if_${name} = :if_${name}`)];
  await conflictIfRefused(`Run ${runId} was moved on by somebody else.`, () =>
    documentClient().send(
      new UpdateCommand({
        TableName: tableName(),
        Key: { runId, recordId: 'run' },
        UpdateExpression: `SET ${set.map(([name]) => `#${name} = :${name}`).join(', ')}`,
        ConditionExpression: conditions.join(' AND '),
        ExpressionAttributeNames: Object.fromEntries([
          ...set.map(([name]) => [`#${name}`, name]),
          ...asked.map(([name]) => [`#if_${name}`, name]),
        ]),
        ExpressionAttributeValues: Object.fromEntries([
          ...set.map(([name, value]) => [`:${name}`, value]),
          ...asked.map(([name, value]) => [`:if_${name}`, value]),
        ]),
      }),
    ),
  );
}

const INPUT = 'input';

/**
 * Keeps the input that the run's execution is started with, unless there is one. As text: DynamoDB nests less deeply than
 * JSON. Gives false when there is another one.
 */
export async function saveRunInput(runId: string, input: unknown): Promise<boolean> {
  const json = JSON.stringify(input);
  try {
    await documentClient().send(
      new PutCommand({
        TableName: tableName(),
        Item: { runId, recordId: INPUT, json },
        ConditionExpression: 'attribute_not_exists(runId) OR json = :json',
        ExpressionAttributeValues: { ':json': json },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** null: none was kept. */
export async function loadRunInput(runId: string): Promise<unknown> {
  const { Item } = await documentClient().send(
    new GetCommand({ TableName: tableName(), Key: { runId, recordId: INPUT }, ConsistentRead: true }),
  );
  return typeof Item?.json === 'string' ? JSON.parse(Item.json) : null;
}

type KindName = keyof typeof kinds;
type RecordOf<K extends KindName> = z.output<(typeof kinds)[K]['schema']>;

export async function loadRecord<K extends KindName>(kind: K, runId: string, id: string): Promise<RecordOf<K> | null> {
  const { Item } = await documentClient().send(
    new GetCommand({ TableName: tableName(), Key: { runId, recordId: id }, ConsistentRead: true }),
  );
  return Item === undefined ? null : (kinds[kind].schema.parse(withoutKeys(Item)) as RecordOf<K>);
}

export async function saveRecord<K extends KindName>(
  _kind: K,
  runId: string,
  id: string,
  value: RecordOf<K>,
): Promise<void> {
  await documentClient().send(new PutCommand({ TableName: tableName(), Item: { ...value, runId, recordId: id } }));
}

/** The records that exist, by id. */
export async function loadRecords<K extends KindName>(
  kind: K,
  runId: string,
  ids: readonly string[],
): Promise<Map<string, RecordOf<K>>> {
  const items = await batchGet(
    tableName(),
    ids.map((recordId) => ({ runId, recordId })),
    (input) => documentClient().send(new BatchGetCommand(input)),
  );
  return new Map(
    items.map((item) => [String(item.recordId), kinds[kind].schema.parse(withoutKeys(item)) as RecordOf<K>]),
  );
}

function withoutKeys(item: Record<string, unknown>, keepRunId = false): Record<string, unknown> {
  const { recordId: _recordId, runId, ...rest } = item;
  return keepRunId ? { ...rest, runId } : rest;
}

async function conflictIfRefused(message: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) throw new StoreConflictError(message, { cause: error });
    throw error;
  }
}

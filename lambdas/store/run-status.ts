/** Where a run stands is changed by several at once (queue, stop, the machine): each change says what it goes from. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type RunRecord, type RunStatus, runRecordSchema } from '../contracts/run.ts';
import { requireEnv } from '../platform/env.ts';
import { documentClient } from './clients.ts';
import { tables } from './tables.ts';

export interface From {
  readonly statuses: readonly RunStatus[];
  /** Only while the queue has not begun to start its execution. */
  readonly notLaunched?: boolean;
}

/** Changes a run's record if it is where it should be. Gives the record as it is then; null when it was elsewhere. */
export async function moveRun(
  runId: string,
  changes: Partial<RunRecord>,
  { statuses, notLaunched = false }: From,
): Promise<RunRecord | null> {
  const names = Object.keys(changes);
  const from = statuses.map((status, i) => [`:from${i}`, status] as const);
  const isThere = `#status IN (${from.map(([name]) => name).join(', ')})`;
  const isUntouched = '(attribute_not_exists(launchedAt) OR launchedAt = :never)';
  try {
    const { Attributes } = await documentClient().send(
      new UpdateCommand({
        TableName: requireEnv(tables.runs.env),
        Key: { runId, recordId: 'run' },
        UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
        ConditionExpression: notLaunched ? `${isThere} AND ${isUntouched}` : isThere,
        ExpressionAttributeNames: {
          '#status': 'status',
          ...Object.fromEntries(names.map((name) => [`#${name}`, name])),
        },
        ExpressionAttributeValues: {
          ...Object.fromEntries(from),
          ...Object.fromEntries(Object.entries(changes).map(([name, value]) => [`:${name}`, value])),
          ...(notLaunched ? { ':never': null } : {}),
        },
        ReturnValues: 'ALL_NEW',
      }),
    );
    const { recordId: _recordId, ...record } = Attributes ?? {};
    return runRecordSchema.parse(record);
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return null;
    throw error;
  }
}

/**
 * Whose turn it is among the scheduled runs of a task. The lists of runs follow their table within a moment only, and a
 * schedule may start twice what is due once: one conditional write decides.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { requireEnv } from '../platform/env.ts';
import { documentClient } from './clients.ts';
import { tables } from './tables.ts';

const tableName = () => requireEnv(tables.runs.env);

/** Beside the task's history. */
const keyOf = (task: string) => ({ runId: `task#${task}`, recordId: 'turn' });

/** The run that had the last turn, and may have it still; null: none had. */
export async function loadTurnHolder(task: string): Promise<string | null> {
  const { Item } = await documentClient().send(
    new GetCommand({ TableName: tableName(), Key: keyOf(task), ConsistentRead: true }),
  );
  return typeof Item?.holder === 'string' ? Item.holder : null;
}

/** Gives the turn to a run, if it is `before`'s still. Gives whether it has it. */
export async function passTurn(task: string, before: string | null, holder: string): Promise<boolean> {
  try {
    await documentClient().send(
      new PutCommand({
        TableName: tableName(),
        Item: { ...keyOf(task), holder },
        ...(before === null
          ? { ConditionExpression: 'attribute_not_exists(holder)' }
          : { ConditionExpression: 'holder = :before', ExpressionAttributeValues: { ':before': before } }),
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

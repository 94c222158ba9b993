/** A task's history in DynamoDB, beside the runs: entries are added and never changed. */
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type HistoryEntry, historyEntrySchema } from '../contracts/history.ts';
import { requireEnv } from '../platform/env.ts';
import { documentClient } from './clients.ts';
import { tables } from './tables.ts';

const tableName = () => requireEnv(tables.runs.env);

/** Run ids hold no `#`: a history and a run never meet. */
const keyOf = (taskName: string): string => `task#${taskName}`;

/** Adds an entry; the same kind of the same run is the same entry, and the first one stays. */
export async function addHistory(taskName: string, entry: HistoryEntry): Promise<void> {
  try {
    await documentClient().send(
      new PutCommand({
        TableName: tableName(),
        Item: { runId: keyOf(taskName), recordId: `history#${entry.kind}#${entry.runId}`, entry },
        ConditionExpression: 'attribute_not_exists(runId)',
      }),
    );
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error;
  }
}

/** All entries, oldest first. */
export async function loadHistory(taskName: string): Promise<HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await documentClient().send(
      new QueryCommand({
        TableName: tableName(),
        KeyConditionExpression: 'runId = :task AND begins_with(recordId, :history)',
        ExpressionAttributeValues: { ':task': keyOf(taskName), ':history': 'history#' },
        ConsistentRead: true,
        ...(ExclusiveStartKey === undefined ? {} : { ExclusiveStartKey }),
      }),
    );
    for (const { entry } of page.Items ?? []) entries.push(historyEntrySchema.parse(entry));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return entries.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/** Lists of runs, newest first, and what was told of one run. */
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import {
  type RunKind,
  type RunRecord,
  type RunStatus,
  runRecordSchema,
  type ServiceEvent,
  serviceEventSchema,
} from '../contracts/run.ts';
import { requireEnv } from '../platform/env.ts';
import { documentClient } from './clients.ts';
import { tables } from './tables.ts';

const tableName = () => requireEnv(tables.runs.env);

export interface RunQuery {
  readonly kind: RunKind;
  readonly task?: string | undefined;
  readonly statuses?: readonly RunStatus[] | undefined;
  readonly startedBy?: RunRecord['startedBy'] | undefined;
  /** Only runs that were asked for at or after this time, ISO 8601. */
  readonly since?: string | undefined;
  readonly oldestFirst?: boolean | undefined;
}

/** Where a page ended: the keys of its last run. */
export interface RunCursor {
  readonly runId: string;
  readonly createdAt: string;
  readonly taskName: string;
}

export interface RunPage {
  readonly items: RunRecord[];
  readonly next: RunCursor | null;
}

/** A page of runs. An index follows its table within a moment: a run that was written just now may be missing. */
export async function listRuns(query: RunQuery, limit: number, after: RunCursor | null = null): Promise<RunPage> {
  const { kind, task, statuses, startedBy, since, oldestFirst = false } = query;
  const index = task === undefined ? 'byKind' : 'byTask';
  const { partitionKey } = tables.runs.indexes[index];
  const wanted = statuses?.map((status, i) => [`:status${i}`, status] as const) ?? [];
  const filters = [
    ...(task === undefined ? [] : ['#kind = :kind']),
    ...(wanted.length === 0 ? [] : [`#status IN (${wanted.map(([name]) => name).join(', ')})`]),
    ...(startedBy === undefined ? [] : ['startedBy = :startedBy']),
  ];
  const items: RunRecord[] = [];
  let from = after;
  do {
    const { Items = [], LastEvaluatedKey } = await documentClient().send(
      new QueryCommand({
        TableName: tableName(),
        IndexName: index,
        KeyConditionExpression: `#partition = :partition${since === undefined ? '' : ' AND createdAt >= :since'}`,
        ...(filters.length === 0 ? {} : { FilterExpression: filters.join(' AND ') }),
        ExpressionAttributeNames: {
          '#partition': partitionKey,
          ...(task === undefined ? {} : { '#kind': 'kind' }),
          ...(wanted.length === 0 ? {} : { '#status': 'status' }),
        },
        ExpressionAttributeValues: {
          ':partition': task ?? kind,
          ...(task === undefined ? {} : { ':kind': kind }),
          ...(since === undefined ? {} : { ':since': since }),
          ...(startedBy === undefined ? {} : { ':startedBy': startedBy }),
          ...Object.fromEntries(wanted),
        },
        ScanIndexForward: oldestFirst,
        Limit: filters.length === 0 ? limit - items.length + 1 : Math.max(100, limit + 1),
        ...(from === null
          ? {}
          : {
              ExclusiveStartKey: {
                runId: from.runId,
                recordId: 'run',
                createdAt: from.createdAt,
                [partitionKey]: task ?? kind,
              },
            }),
      }),
    );
    for (const { recordId: _recordId, ...item } of Items) items.push(runRecordSchema.parse(item));
    const last = LastEvaluatedKey === undefined ? undefined : items.at(-1);
    from =
      LastEvaluatedKey === undefined
        ? null
        : {
            runId: String(LastEvaluatedKey.runId),
            createdAt: String(LastEvaluatedKey.createdAt),
            taskName: last?.taskName ?? String(LastEvaluatedKey.taskName ?? task ?? ''),
          };
  } while (from !== null && items.length <= limit);
  const page = items.slice(0, limit);
  const end = page.at(-1);
  const more = items.length > limit && end !== undefined;
  return {
    items: page,
    next: more ? { runId: end.runId, createdAt: end.createdAt, taskName: end.taskName } : null,
  };
}

/** Where an event stands among those of its run. */
export interface EventPlace {
  readonly attempt: number;
  readonly turn: number;
  /** Order within a turn. */
  readonly order: number;
}

const EVENT = 'event#';

/** Id of an event: those of one run sort by it. The same thing told again has the same id. */
export function eventId({ attempt, turn, order }: EventPlace, type: ServiceEvent['type']): string {
  return `${String(attempt).padStart(4, '0')}-${String(turn).padStart(7, '0')}-${order}-${type}`;
}

export async function saveEvent(id: string, event: ServiceEvent): Promise<void> {
  await documentClient().send(
    new PutCommand({ TableName: tableName(), Item: { runId: event.runId, recordId: `${EVENT}${id}`, event } }),
  );
}

export interface StoredEvent {
  readonly id: string;
  readonly event: ServiceEvent;
}

/** The events of a run after one of them, in their order. */
export async function listEvents(runId: string, after: string | null, limit = 100): Promise<StoredEvent[]> {
  const { Items = [] } = await documentClient().send(
    new QueryCommand({
      TableName: tableName(),
      KeyConditionExpression: 'runId = :run AND begins_with(recordId, :event)',
      ExpressionAttributeValues: { ':run': runId, ':event': EVENT },
      ConsistentRead: true,
      Limit: limit,
      ...(after === null ? {} : { ExclusiveStartKey: { runId, recordId: `${EVENT}${after}` } }),
    }),
  );
  return Items.map(({ recordId, event }) => ({
    id: String(recordId).slice(EVENT.length),
    event: serviceEventSchema.parse(event),
  }));
}

/** EventBridge's PutEvents: what is sent is appended to a file, one event a line, as a rule's target would get it. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type AwsJsonOperation, operation } from './aws-json.ts';
import { ACCOUNT, REGION } from './execution-record.ts';
import { appendLine } from './json-folder.ts';

const putEventsSchema = z.object({
  Entries: z
    .array(
      z.object({
        Source: z.string().optional(),
        DetailType: z.string().optional(),
        Detail: z.string().optional(),
        Resources: z.array(z.string()).default([]),
        Time: z.number().optional(),
        EventBusName: z.string().optional(),
      }),
    )
    .min(1)
    .max(10),
});
type Entry = z.infer<typeof putEventsSchema>['Entries'][number];

/** @param path the file that events are appended to */
export function eventBusApi(path: string): Readonly<Record<string, AwsJsonOperation>> {
  return {
    PutEvents: operation(putEventsSchema, ({ Entries }) => {
      const results = Entries.map((entry) => {
        const event = eventOf(entry);
        if ('ErrorCode' in event) return event;
        appendLine(path, event);
        return { EventId: event.id };
      });
      return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
    }),
  };
}

function eventOf({ Source, DetailType, Detail, Resources, Time }: Entry) {
  const missing = Object.entries({ Source, DetailType, Detail }).find(
    ([, value]) => value === undefined || value === '',
  );
  if (missing !== undefined) {
    const ErrorMessage = `Parameter ${missing[0]} is not valid. Reason: ${missing[0]} is a required argument.`;
    return { ErrorCode: 'InvalidArgument', ErrorMessage };
  }
  const detail = objectIn(Detail ?? '');
  if (detail === null) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': DetailType,
    source: Source,
    account: ACCOUNT,
    time: (Time === undefined ? new Date() : new Date(Time * 1000)).toISOString(),
    region: REGION,
    resources: Resources,
    detail,
  };
}

function objectIn(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** What is kept of a schedule: what CreateSchedule took, and when it is due next. */
import { z } from 'zod';
import { checkSchedule, nextTimes, type Timing } from '../../lambdas/service/schedule-expression.ts';
import { ACCOUNT, REGION } from './execution-record.ts';

/** The fields of CreateSchedule and UpdateSchedule that are done on one machine. Others are refused. */
export const scheduleRequestSchema = z.strictObject({
  GroupName: z.string().default('default'),
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().default('UTC'),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Description: z.string().max(512).optional(),
  FlexibleTimeWindow: z.looseObject({ Mode: z.enum(['OFF', 'FLEXIBLE']) }),
  Target: z.looseObject({ Arn: z.string(), RoleArn: z.string(), Input: z.string().optional() }),
  ClientToken: z.string().optional(),
});
export type ScheduleRequest = z.infer<typeof scheduleRequestSchema>;

/** Times in milliseconds since 1970. */
export const scheduleRecordSchema = scheduleRequestSchema.omit({ ClientToken: true }).extend({
  Name: z.string(),
  createdAt: z.number(),
  modifiedAt: z.number(),
  /** null: never. */
  dueAt: z.number().nullable(),
});
export type ScheduleRecord = z.infer<typeof scheduleRecordSchema>;

export function scheduleArn({ GroupName, Name }: Pick<ScheduleRecord, 'GroupName' | 'Name'>): string {
  return `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule/${GroupName}/${Name}`;
}

function timingOf(schedule: Pick<ScheduleRecord, 'ScheduleExpression' | 'ScheduleExpressionTimezone'>): Timing {
  return { expression: schedule.ScheduleExpression, timeZone: schedule.ScheduleExpressionTimezone };
}

/** What is wrong with when it is due; null when nothing is. */
export function problemOfTiming(request: ScheduleRequest): string | null {
  return checkSchedule(timingOf(request))[0]?.message ?? null;
}

/**
 * When a schedule is due next.
 * @param last when it was due before, or was made: a rate counts from there
 */
export function dueAfter(schedule: Omit<ScheduleRecord, 'dueAt'>, last: number, now: number): number | null {
  const timing = timingOf(schedule);
  const next = nextTimes(timing, new Date(last), 1)[0]?.getTime() ?? null;
  if (next === null || next > now) return next;
  if (!timing.expression.startsWith('rate(')) return nextTimes(timing, new Date(now), 1)[0]?.getTime() ?? null;
  const period = next - last;
  return last + (Math.floor((now - last) / period) + 1) * period;
}

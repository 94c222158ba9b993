/** Schedules of tasks: EventBridge Scheduler starts the optimization itself, so nothing of ours runs to keep time. */
import type { CreateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import { InvalidInputError } from '../contracts/errors.ts';
import type { Schedule } from '../contracts/task.ts';
import { optionalEnv, requireEnv } from '../platform/env.ts';
import { loadTaskHead, saveTaskHead } from '../store/tasks.ts';
import { scheduleClient } from './clients.ts';
import { checkSchedule, nextTimes } from './schedule-expression.ts';

/** A start that Scheduler could not make is tried again so often, for so long; then it is a dead letter. */
const RETRIES = { MaximumRetryAttempts: 5, MaximumEventAgeInSeconds: 3_600 } as const;

/**
 * Gives a stored task this schedule, or takes away the one that it has. It may be done again.
 * @throws InvalidInputError when it is wrong, Error when there is no such task
 */
export async function applySchedule(task: string, schedule: Schedule | null): Promise<void> {
  const problems = schedule === null ? [] : checkSchedule(schedule);
  if (problems.length > 0) throw new InvalidInputError(problems);
  // The head says what holds, so it comes last: whoever is interrupted does it again.
  await (schedule === null ? remove(task) : put(task, schedule));
  const head = await loadTaskHead(task);
  if (head === null) throw new Error(`There is no task ${task}.`);
  await saveTaskHead({ ...head, updatedAt: new Date().toISOString(), schedule });
}

/** The schedule of a task that is stored; null when it has none. */
export async function scheduleOf(task: string): Promise<Schedule | null> {
  const head = await loadTaskHead(task);
  return head === null || head.deletedAt !== null ? null : head.schedule;
}

/** When a task's schedule is due next; never while it is off. A rate counts from when it was set. */
export async function dueTimes(task: string, schedule: Schedule, count: number, now = new Date()): Promise<Date[]> {
  if (!schedule.enabled) return [];
  if (!schedule.expression.startsWith('rate(')) return nextTimes(schedule, now, count);
  const since = await lastSet(task);
  const [first] = nextTimes(schedule, since, 1);
  if (first === undefined) return [];
  const period = first.getTime() - since.getTime();
  const gone = Math.max(0, Math.floor((now.getTime() - since.getTime()) / period));
  return nextTimes(schedule, new Date(since.getTime() + gone * period), count);
}

async function lastSet(task: string): Promise<Date> {
  const [client, { GetScheduleCommand }] = await loaded();
  try {
    const { LastModificationDate, CreationDate } = await client.send(new GetScheduleCommand(keyOf(task)));
    return LastModificationDate ?? CreationDate ?? new Date();
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) return new Date();
    throw error;
  }
}

async function put(task: string, schedule: Schedule): Promise<void> {
  const [client, { CreateScheduleCommand, UpdateScheduleCommand }] = await loaded();
  const input = requestOf(task, schedule);
  try {
    try {
      await client.send(new UpdateScheduleCommand(input));
    } catch (error) {
      if (!isNamed(error, 'ResourceNotFoundException')) throw error;
      await client.send(new CreateScheduleCommand(input));
    }
  } catch (error) {
    if (!isNamed(error, 'ValidationException')) throw error;
    const remedy = 'Write it as EventBridge Scheduler takes it: rate(7 days) or cron(0 6 ? * MON *).';
    const message = `was refused by EventBridge Scheduler: ${error.message}`;
    throw new InvalidInputError([{ field: 'schedule.expression', message, remedy }], { cause: error });
  }
}

async function remove(task: string): Promise<void> {
  const [client, { DeleteScheduleCommand }] = await loaded();
  try {
    await client.send(new DeleteScheduleCommand(keyOf(task)));
  } catch (error) {
    if (!isNamed(error, 'ResourceNotFoundException')) throw error;
  }
}

function requestOf(task: string, { expression, timeZone, enabled }: Schedule): CreateScheduleCommandInput {
  const deadLetters = optionalEnv('SCHEDULE_DEAD_LETTER_ARN');
  return {
    ...keyOf(task),
    ScheduleExpression: expression,
    ScheduleExpressionTimezone: timeZone,
    State: enabled ? 'ENABLED' : 'DISABLED',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: requireEnv('OPTIMIZE_STATE_MACHINE_ARN'),
      RoleArn: requireEnv('SCHEDULE_ROLE_ARN'),
      Input: JSON.stringify({ task, trigger: 'schedule' }),
      RetryPolicy: RETRIES,
      ...(deadLetters === undefined ? {} : { DeadLetterConfig: { Arn: deadLetters } }),
    },
  };
}

function keyOf(task: string): { Name: string; GroupName: string } {
  return { Name: task, GroupName: requireEnv('SCHEDULE_GROUP') };
}

async function loaded() {
  return Promise.all([scheduleClient(), import('@aws-sdk/client-scheduler')]);
}

function isNamed(error: unknown, name: string): error is Error {
  return error instanceof Error && error.name === name;
}

/** Keeps time: starts what schedules name when they are due. Schedules are kept on disk. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { logger } from '../../lambdas/platform/logger.ts';
import { AwsError, invalid } from './aws-error.ts';
import { writeDeadLetter } from './delivery.ts';
import { openJsonFolder } from './json-folder.ts';
import {
  dueAfter,
  problemOfTiming,
  type ScheduleRecord,
  type ScheduleRequest,
  scheduleArn,
  scheduleRecordSchema,
} from './schedule-record.ts';

/**
 * Longest sleep, milliseconds: a timer takes no more than 24.8 days, and does not see that the clock was set or the
 * machine slept.
 */
const LONGEST_SLEEP_MS = 30_000;

/** Later than this a time counts as missed: the process did not run, or the machine slept. */
export const MISSED_AFTER_MS = 60_000;

export interface SchedulerOptions {
  /** Schedules lie in `schedules/` below it, starts that failed in `dead-letters.jsonl`. */
  readonly folder: string;
  /** Starts an execution of a state machine. @throws Error when it cannot */
  readonly start: (stateMachineArn: string, input: string) => unknown;
  readonly now?: () => number;
}

export interface Scheduler {
  /** From now on what is due is started. A time that was missed by more than a minute is not made up for. */
  begin(): void;
  end(): void;
  /** @throws AwsError as the operation does */
  create(name: string, request: ScheduleRequest): ScheduleRecord;
  update(name: string, request: ScheduleRequest): ScheduleRecord;
  get(group: string, name: string): ScheduleRecord;
  remove(group: string, name: string): void;
  /** By name. */
  list(): ScheduleRecord[];
}

export function openScheduler({ folder, start, now = Date.now }: SchedulerOptions): Scheduler {
  const store = openJsonFolder(join(folder, 'schedules'), scheduleRecordSchema);
  const schedules = new Map(store.all().map((record) => [scheduleArn(record), record]));
  let timer: NodeJS.Timeout | undefined;
  let ended = true;

  function save(record: ScheduleRecord): ScheduleRecord {
    store.save(scheduleArn(record), record);
    schedules.set(scheduleArn(record), record);
    return record;
  }

  function make(name: string, request: ScheduleRequest, createdAt: number | null): ScheduleRecord {
    if (!/^[0-9A-Za-z_.-]{1,64}$/.test(name)) throw invalid(`${JSON.stringify(name)} is no name of a schedule.`);
    const problem = problemOfTiming(request);
    if (problem !== null) throw invalid(problem);
    const { ClientToken: _token, ...given } = request;
    const time = now();
    const schedule = { ...given, Name: name, createdAt: createdAt ?? time, modifiedAt: time };
    return save({ ...schedule, dueAt: dueAfter(schedule, time, time) });
  }

  function get(group: string, name: string): ScheduleRecord {
    const found = schedules.get(scheduleArn({ GroupName: group, Name: name }));
    if (found === undefined) throw new AwsError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404);
    return found;
  }

  function turn(): void {
    const time = now();
    for (const schedule of schedules.values()) {
      if (schedule.dueAt !== null && schedule.dueAt <= time) onDue(schedule, schedule.dueAt, time);
    }
    sleep();
  }

  function onDue(schedule: ScheduleRecord, dueAt: number, time: number): void {
    // Saved first: whoever is killed here has missed one start, and would otherwise start twice.
    save({ ...schedule, dueAt: dueAfter(schedule, dueAt, time) });
    if (schedule.State === 'DISABLED') return;
    const due = { schedule: schedule.Name, dueAt: new Date(dueAt).toISOString() };
    if (time - dueAt > MISSED_AFTER_MS) {
      logger.warn('a scheduled start was missed and is not made up for', due);
      return;
    }
    const input = inputOf(schedule, dueAt);
    try {
      start(schedule.Target.Arn, input);
      logger.info('scheduled start', due);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const letter = { ...due, target: schedule.Target.Arn, input };
      writeDeadLetter(join(folder, 'dead-letters.jsonl'), `Start by schedule ${schedule.Name}`, letter, message);
    }
  }

  function sleep(): void {
    clearTimeout(timer);
    if (ended) return;
    const next = Math.min(...[...schedules.values()].map(({ dueAt }) => dueAt ?? Number.POSITIVE_INFINITY));
    timer = setTimeout(turn, Math.min(Math.max(0, next - now()), LONGEST_SLEEP_MS)).unref();
  }

  return {
    begin() {
      ended = false;
      turn();
    },
    end() {
      ended = true;
      clearTimeout(timer);
    },
    create(name, request) {
      if (schedules.has(scheduleArn({ GroupName: request.GroupName, Name: name }))) {
        throw new AwsError('ConflictException', `Schedule ${name} already exists.`, 409);
      }
      const made = make(name, request, null);
      sleep();
      return made;
    },
    update(name, request) {
      const made = make(name, request, get(request.GroupName, name).createdAt);
      sleep();
      return made;
    },
    get,
    remove(group, name) {
      const arn = scheduleArn(get(group, name));
      schedules.delete(arn);
      store.remove(arn);
    },
    list: () => [...schedules.values()].toSorted((a, b) => (scheduleArn(a) < scheduleArn(b) ? -1 : 1)),
  };
}

/** The target's input, with what AWS writes into it at each start. */
function inputOf({ Target, ...schedule }: ScheduleRecord, dueAt: number): string {
  return (Target.Input ?? '{}')
    .replaceAll('<aws.scheduler.schedule-arn>', scheduleArn(schedule))
    .replaceAll('<aws.scheduler.scheduled-time>', `${new Date(dueAt).toISOString().slice(0, 19)}Z`)
    .replaceAll('<aws.scheduler.execution-id>', randomUUID())
    .replaceAll('<aws.scheduler.attempt-number>', '1');
}

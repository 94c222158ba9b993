/**
 * When a schedule is due: `rate(...)` and AWS's `cron(...)` in a time zone, as EventBridge Scheduler takes them. The API
 * checks with it, the local scheduler keeps time with it. Pure.
 */
import { Cron } from 'croner';
import type { InputProblem } from '../contracts/errors.ts';
import { nearest } from '../contracts/issues.ts';
import type { Schedule } from '../contracts/task.ts';
import { CronFieldError, cronPattern } from './cron-fields.ts';

/** What of a schedule says when it is due. */
export type Timing = Pick<Schedule, 'expression' | 'timeZone'>;

const MINUTE_MS = 60_000;
const UNIT_MS = { minute: MINUTE_MS, hour: 60 * MINUTE_MS, day: 24 * 60 * MINUTE_MS } as const;
/** A task that is looked at more rarely than once a year needs no schedule. */
const MOST_MS = 366 * UNIT_MS.day;
/** A clock that is changed goes wrong by less than this much on either side. */
const DAY_MS = UNIT_MS.day;

/** What is wrong with a schedule, with the fields of the task; none when nothing is. */
export function checkSchedule(schedule: Timing, now: Date = new Date()): InputProblem[] {
  const zone = checkTimeZone(schedule.timeZone);
  const expression = checkExpression(schedule.expression);
  const problems = [...expression, ...zone];
  if (problems.length > 0 || nextTimes(schedule, now, 1).length > 0) return problems;
  return [
    {
      field: 'schedule.expression',
      message: `${JSON.stringify(schedule.expression)} is never due.`,
      remedy: 'Give days that exist in a year to come, for example cron(0 6 1 * ? *).',
    },
  ];
}

function checkExpression(expression: string): InputProblem[] {
  const fail = (message: string, remedy: string): InputProblem[] => [
    { field: 'schedule.expression', message: `${JSON.stringify(expression)} ${message}`, remedy },
  ];
  const rate = /^rate\((.*)\)$/.exec(expression)?.[1];
  if (rate !== undefined) {
    const [, digits, unit, plural] = /^([1-9]\d{0,6}) (minute|hour|day)(s?)$/.exec(rate) ?? [];
    if (digits === undefined || unit === undefined) {
      return fail('is no rate.', 'Give a whole number and a unit: rate(30 minutes), rate(12 hours), rate(7 days).');
    }
    if (digits !== '1' && plural === '') return fail('has one unit for several.', `Write rate(${digits} ${unit}s).`);
    return (periodOf(expression) ?? 0) > MOST_MS ? fail('is due less than once a year.', 'Give at most 366 days.') : [];
  }
  const fields = fieldsOf(expression);
  if (fields === null) {
    return fail('is neither a rate nor a cron expression.', 'Write rate(7 days) or cron(0 6 ? * MON *).');
  }
  try {
    cronPattern(fields);
    return [];
  } catch (error) {
    if (error instanceof CronFieldError) return fail(error.message, error.remedy);
    throw error;
  }
}

function checkTimeZone(timeZone: string): InputProblem[] {
  // Offsets such as +02:00 are time zones to JavaScript, and none to EventBridge Scheduler.
  if (/^[A-Za-z]/.test(timeZone)) {
    try {
      new Intl.DateTimeFormat('en', { timeZone });
      return [];
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return [
    {
      field: 'schedule.timeZone',
      message: `${JSON.stringify(timeZone)} is no time zone.`,
      remedy:
        nearest(timeZone, Intl.supportedValuesOf('timeZone')) ?? 'Give an IANA name, for example Europe/Berlin or UTC.',
    },
  ];
}

/**
 * The next times at which a schedule is due after `after`, at most `count`; fewer where it ends. A rate counts from
 * `after`. Clock times that a change of the clock leaves out are left out, and those that come twice count once.
 * @param schedule one in which `checkSchedule` finds nothing wrong
 */
export function nextTimes(schedule: Timing, after: Date, count: number): Date[] {
  const period = periodOf(schedule.expression);
  if (period !== null) {
    return Array.from({ length: count }, (_, i) => new Date(after.getTime() + (i + 1) * period));
  }
  const cron = new Cron(cronPattern(fieldsOf(schedule.expression) ?? ''), {
    mode: '7-part',
    timezone: 'UTC',
    paused: true,
  });
  const offsetAt = offsets(schedule.timeZone);
  const times: Date[] = [];
  // The pattern is of clock times, so it is walked as if the clock were UTC, and each is then found in the time zone.
  let clock: Date | null = new Date(after.getTime() + offsetAt(after.getTime()) - 1);
  while (times.length < count) {
    clock = cron.nextRun(clock);
    if (clock === null) break;
    const time = instantOf(clock.getTime(), offsetAt);
    if (time !== null && time > after.getTime()) times.push(new Date(time));
  }
  return times;
}

function fieldsOf(expression: string): string | null {
  return /^cron\((.*)\)$/.exec(expression)?.[1] ?? null;
}

/** Milliseconds of a rate; null for anything else. */
function periodOf(expression: string): number | null {
  const [, digits, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (unit !== 'minute' && unit !== 'hour' && unit !== 'day') return null;
  return Number(digits) * UNIT_MS[unit];
}

/** The first moment at which clocks show this; null when they never do. `clock`: what they show, as if it were UTC. */
function instantOf(clock: number, offsetAt: (ms: number) => number): number | null {
  const found = [clock - DAY_MS, clock + DAY_MS]
    .map(offsetAt)
    .filter((offset) => offsetAt(clock - offset) === offset)
    .map((offset) => clock - offset);
  return found.length === 0 ? null : Math.min(...found);
}

/** By how much the clocks of a time zone are ahead of UTC at a moment, milliseconds. */
function offsets(timeZone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  return (ms) => {
    const name = format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours, minutes, seconds = '0'] = /^GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(name) ?? [];
    if (sign === undefined) return 0;
    const size = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS + Number(seconds) * 1000;
    return sign === '-' ? -size : size;
  };
}

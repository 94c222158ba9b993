import { describe, expect, it } from 'vitest';
import { checkSchedule, nextTimes } from '../../lambdas/service/schedule-expression.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const times = (expression: string, after: string, count: number, timeZone = 'UTC'): string[] =>
  nextTimes({ expression, timeZone }, new Date(after), count).map((time) => time.toISOString().slice(0, 16));

describe('when a schedule is due', () => {
  it.each([
    ['rate(30 minutes)', ['2026-01-01T00:30', '2026-01-01T01:00']],
    ['rate(1 hour)', ['2026-01-01T01:00', '2026-01-01T02:00']],
    ['rate(7 days)', ['2026-01-08T00:00', '2026-01-15T00:00']],
    ['cron(0 6 ? * MON *)', ['2026-01-05T06:00', '2026-01-12T06:00']],
    // Days of the week count from SUN = 1, not from 0 as elsewhere.
    ['cron(0 6 ? * 2 *)', ['2026-01-05T06:00', '2026-01-12T06:00']],
    ['cron(0 6 ? * MON-FRI *)', ['2026-01-01T06:00', '2026-01-02T06:00', '2026-01-05T06:00']],
    ['cron(0/20 8 1 * ? *)', ['2026-01-01T08:00', '2026-01-01T08:20', '2026-01-01T08:40', '2026-02-01T08:00']],
    ['cron(*/30 10-12/2 5 JAN,mar ? *)', ['2026-01-05T10:00', '2026-01-05T10:30', '2026-01-05T12:00']],
    ['cron(15 10 L * ? *)', ['2026-01-31T10:15', '2026-02-28T10:15']],
    ['cron(15 10 15W * ? *)', ['2026-01-15T10:15', '2026-02-16T10:15']],
    ['cron(15 10 ? * 6L *)', ['2026-01-30T10:15', '2026-02-27T10:15']],
    ['cron(15 10 ? * FRIL *)', ['2026-01-30T10:15', '2026-02-27T10:15']],
    ['cron(15 10 ? * 3#2 *)', ['2026-01-13T10:15', '2026-02-10T10:15']],
    ['cron(0 0 ? * L *)', ['2026-01-03T00:00', '2026-01-10T00:00']],
    ['cron(0 0 29 2 ? 2026-2032)', ['2028-02-29T00:00', '2032-02-29T00:00']],
  ])('%s', (expression, expected) => {
    expect(checkSchedule({ expression, timeZone: 'UTC' }, NOW)).toEqual([]);
    expect(times(expression, '2026-01-01T00:00:00Z', expected.length)).toEqual(expected);
  });

  it('keeps the time of day where the clock is changed', () => {
    expect(times('cron(0 6 * * ? *)', '2026-03-28T12:00:00Z', 2, 'Europe/Berlin')).toEqual([
      '2026-03-29T04:00',
      '2026-03-30T04:00',
    ]);
    expect(times('cron(0 6 * * ? *)', '2026-03-27T12:00:00Z', 1, 'Europe/Berlin')).toEqual(['2026-03-28T05:00']);
  });

  it('leaves out a time of day that the clock jumps over', () => {
    expect(times('cron(30 2 * * ? *)', '2026-03-28T00:00:00Z', 2, 'Europe/Berlin')).toEqual([
      '2026-03-28T01:30',
      '2026-03-30T00:30',
    ]);
  });

  it.each([
    ['before the hour that comes twice', '2026-10-24T23:45:00Z', ['2026-10-25T00:00', '2026-10-25T00:30']],
    ['in it, the second time', '2026-10-25T01:10:00Z', ['2026-10-25T02:00', '2026-10-25T02:30']],
  ])('counts a time of day that comes twice once: asked %s', (_, after, expected) => {
    expect(times('cron(0/30 * * * ? *)', after, 2, 'Europe/Berlin')).toEqual(expected);
  });

  it('is never due at the moment that is asked about', () => {
    expect(times('cron(0 6 * * ? *)', '2026-01-01T06:00:00Z', 1)).toEqual(['2026-01-02T06:00']);
  });
});

describe('a schedule that is wrong', () => {
  it.each([
    ['every Monday', 'rate(7 days)'],
    ['rate(0 days)', 'rate(30 minutes)'],
    ['rate(0.5 hours)', 'rate(30 minutes)'],
    ['rate(30 seconds)', 'rate(30 minutes)'],
    ['rate(3 day)', 'rate(3 days)'],
    ['rate(400 days)', '366 days'],
    ['at(2026-01-01T00:00:00)', 'cron('],
    ['cron(0 6 * * MON)', 'cron(0 6 ? * MON *)'],
    ['cron(0 6 * * * *)', 'must be ?'],
    ['cron(0 6 ? * ? *)', 'must be ?'],
    ['cron(60 6 ? * MON *)', '0 to 59'],
    ['cron(0 24 ? * MON *)', '0 to 23'],
    ['cron(0 6 0 * ? *)', '1 to 31'],
    ['cron(0 6 1 13 ? *)', 'JAN to DEC'],
    ['cron(0 6 ? * 0 *)', 'SUN to SAT'],
    ['cron(0 6 ? * MON#6 *)', '1 to 5'],
    ['cron(0 6 ? * MON 1969)', '1970 to 2199'],
    ['cron(0 6 ? * FRI-MON *)', 'smaller to the larger'],
    ['cron(5-1 6 ? * MON *)', 'smaller to the larger'],
    ['cron(0/0 6 ? * MON *)', '0 to 59'],
    ['cron(0,, 6 ? * MON *)', '0 to 59'],
    ['cron(0 6 30 2 ? *)', 'days that exist'],
    ['cron(0 6 1 1 ? 2020)', 'a year to come'],
  ])('%s is told with a remedy', (expression, remedy) => {
    const [problem, ...more] = checkSchedule({ expression, timeZone: 'UTC' }, NOW);
    expect(more).toEqual([]);
    expect(problem?.field).toBe('schedule.expression');
    expect(problem?.message).toContain(expression);
    expect(problem?.remedy).toContain(remedy);
  });

  it.each([
    ['Europe/Berln', 'Europe/Berlin'],
    ['+02:00', 'IANA'],
    ['x'.repeat(10_000), 'IANA'],
  ])('%.20s is no time zone', (timeZone, remedy) => {
    const [problem] = checkSchedule({ expression: 'rate(7 days)', timeZone }, NOW);
    expect(problem?.field).toBe('schedule.timeZone');
    expect(problem?.remedy).toContain(remedy);
  });
});

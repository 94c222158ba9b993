import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRun } from '../../lambdas/store/runs.ts';
import { loadTaskHead, saveTaskHead } from '../../lambdas/store/tasks.ts';
import { useEmbeddedAws } from '../store/embedded.ts';
import { ask, placeOf } from './requests.ts';

useEmbeddedAws();

const scheduler = mockClient(SchedulerClient);
const missing = Object.assign(new Error('There is none.'), { name: 'ResourceNotFoundException' });
beforeAll(async () => {
  for (const [name, value] of Object.entries({
    OPTIMIZE_STATE_MACHINE_ARN: 'machine',
    SCHEDULE_ROLE_ARN: 'role',
    SCHEDULE_GROUP: 'group',
    SCHEDULE_DEAD_LETTER_ARN: 'dead-letters',
  })) {
    vi.stubEnv(name, value);
  }
  const task = {
    prompt: { system: 'Name the topic.' },
    model: { name: 'small' },
    reflection: { name: 'large' },
    datasets: {
      train: [1, 2].map((i) => ({ id: `t-${i}`, input: `ticket ${i}`, expected: 'bug' })),
      test: [{ id: 's-1', input: 'sealed', expected: 'bug' }],
    },
    evals: [{ name: 'topic', type: 'exact_match' }],
  };
  expect((await ask('PUT', '/tasks/nightly', { body: task })).status).toBe(201);
});
beforeEach(() => {
  scheduler.reset();
});
afterAll(() => {
  scheduler.restore();
  vi.unstubAllEnvs();
});

const PATH = '/tasks/nightly/schedule';
const put = (body: object, path = PATH) => ask('PUT', path, { body });

describe('the schedule of a task', () => {
  it('starts the optimization itself, with its dead letters kept; and is changed where there is one', async () => {
    scheduler.on(UpdateScheduleCommand).rejects(missing);
    const first = await put({ expression: 'cron(0 6 ? * MON *)', timeZone: 'Europe/Berlin' });
    scheduler.on(UpdateScheduleCommand).resolves({});
    await put({ expression: 'cron(0 7 ? * MON *)', enabled: false });

    expect(first.status).toBe(200);
    expect(scheduler.commandCalls(CreateScheduleCommand).map(({ args }) => args[0].input)).toEqual([
      {
        Name: 'nightly',
        GroupName: 'group',
        ScheduleExpression: 'cron(0 6 ? * MON *)',
        ScheduleExpressionTimezone: 'Europe/Berlin',
        State: 'ENABLED',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: expect.objectContaining({
          Arn: 'machine',
          RoleArn: 'role',
          Input: '{"task":"nightly","trigger":"schedule"}',
          DeadLetterConfig: { Arn: 'dead-letters' },
        }),
      },
    ]);
    expect(scheduler.commandCalls(UpdateScheduleCommand).at(-1)?.args[0].input).toMatchObject({
      ScheduleExpression: 'cron(0 7 ? * MON *)',
      State: 'DISABLED',
    });
    expect((await loadTaskHead('nightly'))?.schedule).toMatchObject({
      expression: 'cron(0 7 ? * MON *)',
      enabled: false,
    });
  });

  it('says when it is due next, a rate from when it was set, and what it has started', async () => {
    const set = new Date(Date.now() - 90_000);
    scheduler.on(GetScheduleCommand).resolves({ LastModificationDate: set });
    await put({ expression: 'rate(1 minute)' });
    const run = { taskName: 'nightly', inputHash: 'x', turn: 0, epoch: 0, lastSeenMs: 0, error: null };
    for (const startedBy of ['schedule', 'api'] as const) {
      const startedAt = '2026-01-01T00:00:00.000Z';
      await createRun({ ...run, runId: `of-${startedBy}`, status: 'running', startedBy, startedAt });
    }

    const { status, body } = await ask('GET', PATH);

    expect(status).toBe(200);
    expect(body.nextTimes).toEqual([2, 3, 4, 5, 6].map((i) => new Date(set.getTime() + i * 60_000).toISOString()));
    expect(body.lastRuns).toMatchObject([{ runId: 'of-schedule' }]);
  });

  it('is taken away, and no longer there', async () => {
    await put({ expression: 'rate(7 days)' });
    scheduler.on(DeleteScheduleCommand).rejects(missing);

    const gone = await ask('DELETE', PATH);

    expect(gone.status).toBe(204);
    expect(placeOf(await ask('GET', PATH))).toEqual([404, 'no_schedule', 'name']);
    expect(placeOf(await ask('DELETE', PATH))).toEqual([404, 'no_schedule', 'name']);
  });

  it('is none of a task that was deleted', async () => {
    const head = await loadTaskHead('nightly');
    if (head === null) throw new Error('There is no task.');
    await saveTaskHead({ ...head, name: 'deleted', deletedAt: '2026-01-01T00:00:00.000Z' });

    expect(placeOf(await put({ expression: 'rate(7 days)' }, '/tasks/deleted/schedule'))).toEqual([
      404,
      'not_found',
      'name',
    ]);
  });

  it.each([
    [{ expression: 'cron(0 6 * * *)' }, 422, 'expression'],
    [{ expression: 'rate(7 days)', timeZone: 'Europe/Berln' }, 422, 'timeZone'],
    [{ expression: 'x'.repeat(10_000) }, 400, 'expression'],
    [{ expression: 7 }, 400, 'expression'],
    [{}, 400, 'expression'],
    [{ expression: 'rate(7 days)', overlap: 'queue' }, 400, 'overlap'],
    [{ expression: 'rate(7 days)', monthlyBudget: { costUsd: 0 } }, 400, 'monthlyBudget.costUsd'],
  ])('refuses %.60j', async (body, status, field) => {
    const answer = await put(body);

    expect([answer.status, answer.body.field]).toEqual([status, field]);
    expect(scheduler.calls()).toEqual([]);
  });
});

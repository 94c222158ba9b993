/** EventBridge Scheduler's and EventBridge's facades as the SDK's clients meet them. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AwsError } from '../../../local/service/aws-error.ts';
import { eventBusApi } from '../../../local/service/event-bus.ts';
import { startFacades } from '../../../local/service/facades.ts';
import type { Listening } from '../../../local/service/listen.ts';
import { openScheduler, type Scheduler } from '../../../local/service/scheduler.ts';
import { clientOf, makeFolder } from '../../support/facades.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const machineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:small';
const begun = Date.parse('2026-03-01T12:00:00Z');

let folder: ReturnType<typeof makeFolder>;
let facades: Listening;
let scheduler: Scheduler;
/** Inputs of what was started. */
let started: string[];
let client: SchedulerClient;
let time: number;

const schedule = (changes: Partial<CreateScheduleCommandInput> = {}): CreateScheduleCommandInput => ({
  Name: 'tickets',
  GroupName: 'tasks',
  ScheduleExpression: 'rate(1 day)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: { Arn: machineArn, RoleArn: 'arn:aws:iam::000000000000:role/r', Input: '{"items":["due"]}' },
  ...changes,
});

async function begin(): Promise<void> {
  scheduler = openScheduler({
    folder: folder.path,
    start: (arn, input) => {
      if (arn !== machineArn) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
      started.push(input);
    },
    now: () => time,
  });
  facades = await startFacades({ AWSEvents: eventBusApi(join(folder.path, 'events.jsonl')) }, scheduler);
  client = new SchedulerClient(clientOf(facades.url));
}

async function end(): Promise<void> {
  client.destroy();
  scheduler.end();
  await facades.close();
}

const create = (changes?: Partial<CreateScheduleCommandInput>) =>
  client.send(new CreateScheduleCommand(schedule(changes)));
/** Lets the scheduler look at the clock. */
const lookAt = (now: number) => {
  time = now;
  scheduler.begin();
};

beforeEach(async () => {
  folder = makeFolder();
  time = begun;
  started = [];
  await begin();
});

afterEach(async () => {
  await end();
  folder.remove();
});

describe('schedules', () => {
  it('are made, changed, found, listed and deleted', async () => {
    const { ScheduleArn } = await create();
    await create({ Name: 'other', GroupName: 'default' });
    await client.send(new UpdateScheduleCommand(schedule({ ScheduleExpression: 'rate(2 days)', State: 'DISABLED' })));

    const found = await client.send(new GetScheduleCommand({ Name: 'tickets', GroupName: 'tasks' }));
    const listed = await client.send(new ListSchedulesCommand({ GroupName: 'tasks' }));
    await client.send(new DeleteScheduleCommand({ Name: 'tickets', GroupName: 'tasks' }));

    expect(ScheduleArn).toBe('arn:aws:scheduler:us-east-1:000000000000:schedule/tasks/tickets');
    expect(found).toMatchObject({
      Arn: ScheduleArn,
      ScheduleExpression: 'rate(2 days)',
      State: 'DISABLED',
      Target: { Input: '{"items":["due"]}' },
    });
    expect(found.CreationDate?.getTime()).toBe(begun);
    expect(listed.Schedules?.map(({ Name }) => Name)).toEqual(['tickets']);
    const get = client.send(new GetScheduleCommand({ Name: 'tickets', GroupName: 'tasks' }));
    await expect(get).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('are refused for what AWS refuses', async () => {
    await create();
    const refusal = (changes: Partial<CreateScheduleCommandInput>) =>
      create(changes).then(
        () => 'none',
        (error: Error) => error.name,
      );

    expect(await refusal({})).toBe('ConflictException');
    expect(await refusal({ Name: 'other', ScheduleExpression: 'rate(1 fortnight)' })).toBe('ValidationException');
    expect(await refusal({ Name: 'other', ScheduleExpressionTimezone: 'Mars/Olympus' })).toBe('ValidationException');
    expect(await refusal({ Name: 'other' })).toBe('none');
  });

  it('start their target when they are due, and not before', async () => {
    await create();
    await create({ Name: 'off', State: 'DISABLED' });

    lookAt(begun + DAY - 1);
    const before = started.length;
    lookAt(begun + DAY);
    lookAt(begun + DAY + MINUTE);

    expect(before).toBe(0);
    expect(started).toEqual(['{"items":["due"]}']);
  });

  it('start by themselves', async () => {
    await create();
    time = begun + DAY - 100;
    scheduler.begin();
    const before = started.length;

    time = begun + DAY;

    expect(before).toBe(0);
    await vi.waitFor(() => expect(started.length).toBe(1), { timeout: 3_000 });
  });

  it('keep time over a restart: a moment late is made up for, a longer while is not', async () => {
    await create();
    await end();
    time = begun + DAY + MINUTE - 1;
    await begin();
    lookAt(time);
    const soonAfter = started.length;
    await end();
    time = begun + 4 * DAY + 2 * MINUTE;
    await begin();
    lookAt(time);
    const longAfter = started.length;
    lookAt(begun + 5 * DAY);

    expect(soonAfter).toBe(1);
    expect(longAfter).toBe(1);
    expect(started.length).toBe(2);
  });

  it('whose start fails leave a dead letter', async () => {
    await create({ Target: { Arn: `${machineArn}x`, RoleArn: 'arn:aws:iam::000000000000:role/r' } });

    lookAt(begun + DAY);

    const letter: unknown = JSON.parse(readFileSync(join(folder.path, 'dead-letters.jsonl'), 'utf-8'));
    expect(letter).toMatchObject({
      what: 'Start by schedule tickets',
      error: `State Machine Does Not Exist: '${machineArn}x'`,
    });
  });
});

describe('PutEvents', () => {
  it('appends what is sent to a file, and says which entries are no events', async () => {
    const bus = new EventBridgeClient(clientOf(facades.url));
    const entry = { Source: 'prompt-optimizer', DetailType: 'Run ended', Detail: '{"runId":"r"}' };

    const reply = await bus.send(
      new PutEventsCommand({ Entries: [entry, { ...entry, Detail: 'no JSON' }, { ...entry, Source: undefined }] }),
    );
    bus.destroy();

    expect(reply.FailedEntryCount).toBe(2);
    expect(reply.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([undefined, 'MalformedDetail', 'InvalidArgument']);
    expect(JSON.parse(readFileSync(join(folder.path, 'events.jsonl'), 'utf-8'))).toMatchObject({
      id: reply.Entries?.[0]?.EventId,
      source: 'prompt-optimizer',
      'detail-type': 'Run ended',
      detail: { runId: 'r' },
    });
  });
});

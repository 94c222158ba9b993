/** Step Functions' facade as the SDK's client meets it. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clearStop } from '../../../lambdas/platform/shutdown.ts';
import { clientOf, makeFolder } from '../../support/facades.ts';
import { type SmallService, smallMachineArn, startSmallService } from '../../support/small-machine.ts';

const executionArn = (name: string) => `arn:aws:states:us-east-1:000000000000:execution:small:${name}`;
const input = (items: unknown[]) => JSON.stringify({ items });

let folder: ReturnType<typeof makeFolder>;
let services: SmallService[];
let client: SFNClient;

beforeEach(() => {
  folder = makeFolder();
  services = [];
});

afterEach(async () => {
  client.destroy();
  for (const service of services) await service.close();
  clearStop();
  folder.remove();
});

async function begin(options?: Parameters<typeof startSmallService>[1]): Promise<SmallService> {
  const service = await startSmallService(folder.path, options);
  services.push(service);
  client = new SFNClient(clientOf(service.url));
  clearStop();
  return service;
}

const start = (name: string, items: unknown[] = [1]) =>
  client.send(new StartExecutionCommand({ stateMachineArn: smallMachineArn, name, input: input(items) }));
const describeIt = (name: string) => client.send(new DescribeExecutionCommand({ executionArn: executionArn(name) }));
const ended = (name: string) =>
  vi.waitFor(async () => {
    const found = await describeIt(name);
    expect(found.status).not.toBe('RUNNING');
    return found;
  });
/** Work that ends when it is let go. */
function held() {
  const begun: unknown[] = [];
  let letGo = () => {};
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  return {
    begun,
    letGo: () => letGo(),
    work: async (item: unknown) => {
      begun.push(item);
      await gate;
      return item;
    },
  };
}

describe('StartExecution', () => {
  it('executes the machine, and its end is told as EventBridge tells it', async () => {
    const service = await begin();

    const started = await start('one', [1, 2]);
    const { status, output, stopDate, input: given } = await ended('one');

    expect(started.executionArn).toBe(executionArn('one'));
    expect(started.startDate).toBeInstanceOf(Date);
    expect({ status, output, given }).toEqual({ status: 'SUCCEEDED', output: '[1,2]', given: input([1, 2]) });
    await vi.waitFor(() => expect(service.ends).toHaveLength(1));
    expect(service.ends[0]).toMatchObject({
      source: 'aws.states',
      'detail-type': 'Step Functions Execution Status Change',
      detail: { executionArn: executionArn('one'), stateMachineArn: smallMachineArn, name: 'one', status: 'SUCCEEDED' },
    });
    expect(service.ends[0]?.detail.stopDate).toBe(stopDate?.getTime());
  });

  it('starts once what is asked for twice while it runs, and refuses the name otherwise', async () => {
    const work = held();
    await begin({ work: work.work });

    const [first, second] = await Promise.all([start('one'), start('one')]);
    await expect(start('one', [2])).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    work.letGo();
    await ended('one');

    expect(second.startDate).toEqual(first.startDate);
    expect(work.begun).toEqual([1]);
    await expect(start('one')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
  });

  it('names what is wrong with a request as AWS does', async () => {
    await begin();
    const request = { stateMachineArn: smallMachineArn, name: 'one', input: '{"items":[]}' };
    const refusal = (changes: Partial<typeof request>) =>
      client.send(new StartExecutionCommand({ ...request, ...changes })).catch((error: Error) => error.name);

    expect(await refusal({ name: 'a b' })).toBe('InvalidName');
    expect(await refusal({ name: 'a'.repeat(81) })).toBe('InvalidName');
    expect(await refusal({ name: '../../x' })).toBe('InvalidName');
    expect(await refusal({ input: '{' })).toBe('InvalidExecutionInput');
    expect(await refusal({ input: JSON.stringify('x'.repeat(256 * 1024)) })).toBe('ValidationException');
    expect(await refusal({ stateMachineArn: `${smallMachineArn}x` })).toBe('StateMachineDoesNotExist');
    await expect(describeIt('one')).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' });
  });
});

describe('an execution that failed', () => {
  it('says with which error, and runs again when it is redriven', async () => {
    let isBroken = true;
    const service = await begin({
      work: async (item) => {
        if (isBroken) throw new TypeError('broken');
        return item;
      },
    });

    await start('one');
    const failed = await ended('one');
    isBroken = false;
    const token = 'a-token';
    const redrive = () =>
      client.send(new RedriveExecutionCommand({ executionArn: executionArn('one'), clientToken: token }));
    await redrive();
    const again = await ended('one');

    expect(failed).toMatchObject({
      status: 'FAILED',
      error: 'TypeError',
      cause: 'broken',
      redriveStatus: 'REDRIVABLE',
    });
    expect(again).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1, redriveStatus: 'NOT_REDRIVABLE' });
    await expect(redrive()).rejects.toMatchObject({ name: 'ExecutionNotRedrivable' });
    await vi.waitFor(() => expect(service.ends.map(({ detail }) => detail.status)).toEqual(['FAILED', 'SUCCEEDED']));
    expect(new Set(service.ends.map(({ id }) => id)).size).toBe(2);
  });
});

describe('StopExecution', () => {
  it('ends it at once, begins nothing new, and tells the end when what was in flight has landed', async () => {
    const work = held();
    const service = await begin({ work: work.work });
    await start('one', [1, 2, 3]);
    await vi.waitFor(() => expect(work.begun).toEqual([1]));

    await client.send(
      new StopExecutionCommand({ executionArn: executionArn('one'), error: 'Stopped', cause: 'enough' }),
    );
    const stopped = await describeIt('one');
    const toldWhileInFlight = service.ends.length;
    work.letGo();
    await vi.waitFor(() => expect(service.ends).toHaveLength(1));

    expect(stopped).toMatchObject({ status: 'ABORTED', error: 'Stopped', cause: 'enough' });
    expect(toldWhileInFlight).toBe(0);
    expect(work.begun).toEqual([1]);
    expect(service.ends[0]?.detail.status).toBe('ABORTED');
  });

  it('leaves an end as it is', async () => {
    await begin();
    await start('one');
    const before = await ended('one');

    const { stopDate } = await client.send(new StopExecutionCommand({ executionArn: executionArn('one') }));

    expect(stopDate).toEqual(before.stopDate);
    expect((await describeIt('one')).status).toBe('SUCCEEDED');
  });
});

describe('lists', () => {
  it('page through the executions of a machine, newest first, by status', async () => {
    const work = held();
    await begin({ work: async (item) => (item === 0 ? work.work(item) : item) });
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) await start(name, [name === 'c' ? 0 : 1]);
    for (const name of names.filter((one) => one !== 'c')) await ended(name);
    const list = async (nextToken?: string) =>
      client.send(
        new ListExecutionsCommand({
          stateMachineArn: smallMachineArn,
          statusFilter: 'SUCCEEDED',
          maxResults: 3,
          nextToken,
        }),
      );

    const first = await list();
    await start('later');
    const second = await list(first.nextToken);

    const found = [...(first.executions ?? []), ...(second.executions ?? [])];
    expect(found.map(({ name }) => name).toSorted()).toEqual(['a', 'b', 'd', 'e']);
    expect(found.map(({ startDate }) => startDate?.getTime() ?? 0)).toEqual(
      found.map(({ startDate }) => startDate?.getTime() ?? 0).toSorted((x, y) => y - x),
    );
    expect(second.nextToken).toBeUndefined();
    await expect(list('nonsense')).rejects.toMatchObject({ name: 'InvalidToken' });
    work.letGo();
  });

  it('show the machines and their definitions', async () => {
    await begin();

    const { stateMachines = [] } = await client.send(new ListStateMachinesCommand({}));
    const machine = await client.send(new DescribeStateMachineCommand({ stateMachineArn: smallMachineArn }));

    expect(stateMachines.map(({ name }) => name)).toEqual(['small']);
    expect(JSON.parse(machine.definition ?? '')).toMatchObject({ StartAt: 'Each' });
  });
});

describe('after the process has ended', () => {
  it('what was running is executed again, and what was stopped stays so', async () => {
    const work = held();
    const before = await begin({ work: work.work });
    await start('running');
    await start('stopped');
    before.executions.stop(executionArn('stopped'));
    const closed = before.close();
    work.letGo();
    await closed;
    services = [];

    const after = await begin();
    after.executions.resume();
    const again = await ended('running');

    expect(again).toMatchObject({ status: 'SUCCEEDED', redriveCount: 0 });
    expect((await describeIt('stopped')).status).toBe('ABORTED');
    const states = await vi.waitFor(() => {
      expect(after.ends).toHaveLength(2);
      return after.ends.map(({ detail }) => detail.status).toSorted();
    });
    expect(states).toEqual(['ABORTED', 'SUCCEEDED']);
  });

  it('an end that nobody took is written down, and told again', async () => {
    let tries = 0;
    const before = await begin({
      settle: async () => {
        tries += 1;
        throw new Error('no store');
      },
    });
    await start('one');
    const deadLetters = join(folder.path, 'dead-letters.jsonl');
    await vi.waitFor(() => expect(existsSync(deadLetters)).toBe(true));
    await before.close();
    services = [];

    const after = await begin();
    after.executions.resume();
    await vi.waitFor(() => expect(after.ends).toHaveLength(1));
    await after.close();
    const third = await begin();
    third.executions.resume();

    expect(tries).toBe(3);
    expect(JSON.parse(readFileSync(deadLetters, 'utf-8'))).toMatchObject({
      error: 'Error: no store',
      letter: { detail: { name: 'one', status: 'SUCCEEDED' } },
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(third.ends).toEqual([]);
  });
});

it('a request that a page elsewhere has a browser send is refused', async () => {
  const { url } = await begin();
  const headers = { 'x-amz-target': 'AWSStepFunctions.ListStateMachines', 'sec-fetch-site': 'cross-site' };

  const reply = await fetch(url, { method: 'POST', headers, body: '{}' });

  expect(reply.status).toBe(403);
});

/** The whole service in this process, over a model server: runs begin, end, stop, and go on after a restart. */
import { request } from 'node:http';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ModelServer, startModelServer } from '../../../bench/model-server.ts';
import { ruleWorld } from '../../../bench/rule-world.ts';
import { createApp } from '../../../lambdas/api/app.ts';
import { handler as settle } from '../../../lambdas/handlers/settle.ts';
import { clearStop } from '../../../lambdas/platform/shutdown.ts';
import { dispatch } from '../../../lambdas/service/queue.ts';
import { loadRun } from '../../../lambdas/store/runs.ts';
import { main } from '../../../local/serve.ts';
import { type Service, startService } from '../../../local/service/service.ts';
import { makeFolder } from '../../support/facades.ts';

const world = ruleWorld({ seed: 1, sizes: { train: 4, validation: 4, test: 6 }, rules: 3 });
/** Another prompt each: what one run has paid for would otherwise be known to the next. */
const taskOf = (name: string) => ({
  name: 'served',
  prompt: { system: `${world.system}${name}`, user: '{{input}}' },
  model: { name: 'task-model', temperature: 0, maxOutputTokens: 64 },
  reflection: { name: 'reflection-model' },
  datasets: { train: world.train, validation: world.validation, test: world.test },
  evals: [{ name: 'code', type: 'exact_match' }],
  optimizer: { generations: 1, proposals: 1, minibatchSize: 2, concurrency: 2 },
  budget: { rollouts: 60 },
});

const folder = makeFolder();
const environment = { ...process.env };
let model: ModelServer;
let service: Service;
/** Read by the server at each call. */
const speed = { taskLatencyMs: 0 };

function serve(): Promise<Service> {
  return startService(
    { folder: folder.path, host: '127.0.0.1', port: 0, token: null, parallel: 2 },
    { api: createApp(), settle, dispatch },
  );
}

beforeAll(async () => {
  model = await startModelServer(world, speed);
  process.env.OPENAI_BASE_URL = model.baseUrl;
  process.env.OPENAI_API_KEY = 'test';
  service = await serve();
});

afterAll(async () => {
  await service.stop();
  clearStop();
  await model.close();
  process.env.OPENAI_BASE_URL = environment.OPENAI_BASE_URL;
  process.env.OPENAI_API_KEY = environment.OPENAI_API_KEY;
  folder.remove();
});

const arnOf = (name: string) => `arn:aws:states:us-east-1:000000000000:execution:prompt-optimizer-optimize:${name}`;

/** Asks Step Functions, as the console or a schedule does. */
async function ask<T>(question: (client: SFNClient) => Promise<T>): Promise<T> {
  const client = new SFNClient({});
  try {
    return await question(client);
  } finally {
    client.destroy();
  }
}

function start(name: string) {
  const stateMachineArn = process.env.OPTIMIZE_STATE_MACHINE_ARN;
  const input = JSON.stringify({ task: taskOf(name) });
  return ask((client) => client.send(new StartExecutionCommand({ stateMachineArn, name, input })));
}

const describeIt = (name: string) =>
  ask((client) => client.send(new DescribeExecutionCommand({ executionArn: arnOf(name) })));

function until(name: string, status: string) {
  const reached = async () => {
    const run = await loadRun(name);
    expect(run?.status).toBe(status);
    return run;
  };
  return vi.waitFor(reached, { timeout: 20_000, interval: 50 });
}

/** Waits until the model is at work for a run that was just started. */
async function untilAtWork(): Promise<void> {
  const before = model.counts.task;
  await vi.waitFor(() => expect(model.counts.task).toBeGreaterThan(before), { timeout: 10_000, interval: 10 });
}

describe('a run', () => {
  it('is stopped within five seconds, and what was paid for is kept', async () => {
    speed.taskLatencyMs = 200;
    const started = untilAtWork();
    await start('stopped');
    await started;

    const askedAt = Date.now();
    await ask((client) => client.send(new StopExecutionCommand({ executionArn: arnOf('stopped') })));
    const { status } = await describeIt('stopped');
    await until('stopped', 'stopped');
    const seconds = (Date.now() - askedAt) / 1000;
    speed.taskLatencyMs = 0;

    expect(status).toBe('ABORTED');
    expect(seconds).toBeLessThan(5);
  });

  it('goes on where it was when the process has ended and is started again, and its report opens in a browser', async () => {
    speed.taskLatencyMs = 100;
    const before = model.counts.task;
    const started = untilAtWork();
    await start('interrupted');
    await started;
    await service.stop();
    const paidBefore = model.counts.task - before;
    speed.taskLatencyMs = 0;

    service = await serve();
    const run = await until('interrupted', 'succeeded');

    const page = await fetch(run?.outcome?.reportUrl ?? '');

    expect(paidBefore).toBeGreaterThan(0);
    expect(run?.attempt).toBe(1);
    expect(run?.outcome?.rollouts).toBe(model.counts.task - before);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<!doctype html>');
  });
});

describe('who may ask', () => {
  /** `fetch` says itself what host it asks. */
  function statusFor(url: string, headers: Record<string, string>): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      request(url, { headers }, (reply) => {
        reply.resume();
        resolve(reply.statusCode);
      })
        .once('error', reject)
        .end();
    });
  }

  it('is this machine alone: a page that has its own name point here reaches no server', async () => {
    const servers = [
      service.url,
      service.facadesUrl,
      process.env.AWS_ENDPOINT_URL_DYNAMODB,
      process.env.AWS_ENDPOINT_URL_S3,
    ];

    const statuses = await Promise.all(
      servers.map((url) => statusFor(`${url}/openapi.json`, { host: 'evil.example' })),
    );
    const own = await statusFor(`${service.url}/openapi.json`, {});

    expect(statuses).toEqual([403, 403, 403, 403]);
    expect(own).toBe(200);
  });
});

describe('the command', () => {
  const said: string[] = [];
  const error = vi.spyOn(console, 'error').mockImplementation((text: string) => void said.push(text));
  afterAll(() => error.mockRestore());

  it('says that a port or a folder is in use', async () => {
    const other = makeFolder();
    const port = new URL(service.url).port;

    const onPort = await main(['--port', port, '--dir', other.path]);
    const inFolder = await main(['--port', '0', '--dir', folder.path]);
    other.remove();

    expect([onPort, inFolder]).toEqual([1, 1]);
    expect(said.splice(0)).toEqual([
      `Port ${port} of 127.0.0.1 is in use. Give another with --port (0: any free one).`,
      expect.stringContaining('is in use by another process'),
    ]);
  });

  it('listens on no other address without a token', async () => {
    const code = await main(['--host', '0.0.0.0']);

    expect(code).toBe(2);
    expect(said.splice(0).join()).toContain('--host: 0.0.0.0 can be reached from other machines');
  });
});

import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  ExecutionDoesNotExist,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, it } from 'vitest';
import { type RunRecord, runRecordSchema } from '../../lambdas/contracts/run.ts';
import { handler as settle } from '../../lambdas/handlers/settle.ts';
import { stopRequested } from '../../lambdas/platform/shutdown.ts';
import { heedRecord, whileWatched } from '../../lambdas/rollout/stop-watch.ts';
import { closeServiceClients } from '../../lambdas/service/clients.ts';
import { endWithoutVerdict } from '../../lambdas/service/end-run.ts';
import { publish } from '../../lambdas/service/publish.ts';
import { tellBudget } from '../../lambdas/service/run-events.ts';
import { listEvents } from '../../lambdas/store/run-lists.ts';
import { createRun, loadRun, updateRun } from '../../lambdas/store/runs.ts';
import { useEmbeddedAws } from '../store/embedded.ts';

useEmbeddedAws();

const workflows = mockClient(SFNClient);
const bus = mockClient(EventBridgeClient);
afterEach(async () => {
  workflows.reset();
  bus.reset();
  await closeServiceClients();
});

async function run(runId: string, changes: Partial<RunRecord> = {}): Promise<RunRecord> {
  const record = { runId, status: 'running', kind: 'evaluation', taskName: 'cases', inputHash: '', turn: 0, epoch: 0 };
  const clock = { startedAt: '2026-01-01T00:00:00.000Z', lastSeenMs: 0, error: null, execution: runId };
  const whole = runRecordSchema.parse({ ...record, ...clock, createdAt: clock.startedAt, ...changes });
  await createRun(whole);
  return whole;
}

/** Tells that the execution has ended, as EventBridge does, with more in the event than anybody asks for. */
function tell(name: string, described: Partial<DescribeExecutionCommandOutput> | Error) {
  const mock = workflows.on(DescribeExecutionCommand);
  if (described instanceof Error) mock.rejects(described);
  else mock.resolves({ input: '{}', ...described });
  const executionArn = `arn:aws:states:us-east-1:000000000000:execution:optimize:${name}`;
  const detail = { executionArn, name, status: 'FAILED', stateMachineArn: 'arn', input: '{}', output: null };
  return settle({ version: '0', 'detail-type': 'Step Functions Execution Status Change', region: 'x', detail });
}

describe('the end of an execution', () => {
  it.each([
    ['stopped', { status: 'ABORTED' }, 'running', 'stopped', null],
    ['stopped, whatever it failed of', { status: 'FAILED', error: 'E' }, 'stopping', 'stopped', null],
    ['timed out', { status: 'TIMED_OUT' }, 'running', 'failed', { name: 'States.Timeout' }],
    [
      'failed unrecorded',
      { status: 'FAILED', error: 'OptimizationFailed', cause: 'c' },
      'running',
      'failed',
      { message: 'c' },
    ],
    ['done', { status: 'SUCCEEDED' }, 'succeeded', 'succeeded', null],
    ['failed and recorded', { status: 'FAILED' }, 'failed', 'failed', null],
    ['skipped', { status: 'SUCCEEDED' }, 'skipped', 'skipped', null],
  ] as const)('of a run that was %s is written down once', async (name, described, status, expected, error) => {
    const runId = name.replace(/\W+/g, '-');
    await run(runId, { status });

    expect(await tell(runId, described)).toEqual({ runId });
    await tell(runId, described);

    expect(await loadRun(runId)).toMatchObject({ status: expected, ...(error === null ? {} : { error }) });
    const told = (await listEvents(runId, null)).map(({ event }) => event.type);
    expect(told).toEqual(status === 'running' || status === 'stopping' ? ['ended'] : []);
  });

  it('of an execution that went on with a run is that of the run', async () => {
    await run('origin', { status: 'queued', start: 'resume', launchedAt: '2026-01-02', execution: 'origin-r1' });

    const told = await tell('origin-r1', { status: 'FAILED', input: '{"resume":"origin"}', cause: 'It is wrong.' });

    expect(told).toEqual({ runId: 'origin' });
    expect(await loadRun('origin')).toMatchObject({ status: 'failed', error: { message: 'It is wrong.' } });
  });

  it.each([
    ['goes on again', { status: 'RUNNING' }, {}],
    ['is gone', new ExecutionDoesNotExist({ message: 'x', $metadata: {} }), {}],
    ['is not the one that is at the run by now', { status: 'FAILED' }, { execution: 'another' }],
  ] as const)('changes nothing where the execution %s', async (name, described, changes) => {
    const runId = `late-${name.length}`;
    const before = await run(runId, changes);

    expect(await tell(runId, described)).toEqual({ runId: null });

    expect(await loadRun(runId)).toEqual(before);
  });

  it.each([null, '2026-01-02T00:00:01.000Z'])(
    'changes nothing while the run is to go on (launched: %s)',
    async (launchedAt) => {
      const before = await run(`waits-${launchedAt?.length}`, { status: 'queued', start: 'redrive', launchedAt });

      await tell(before.runId, { status: 'ABORTED', stopDate: new Date('2026-01-02T00:00:00Z') });

      expect(await loadRun(before.runId)).toEqual(before);
    },
  );
});

describe('a run that is being stopped', () => {
  it('does not end otherwise: a function that was in flight comes too late', async () => {
    const cut = await run('cut');
    await tell('cut', { status: 'ABORTED' });

    await expect(endWithoutVerdict(cut, cut.spend)).rejects.toThrow('was stopped');

    expect(await loadRun('cut')).toMatchObject({ status: 'stopped' });
  });
});

describe('an item of a run', () => {
  const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1_150));

  it('learns that its run is stopped while it works, and no other run does', async () => {
    await run('watched');
    await run('other');

    const seen = await whileWatched('watched', () =>
      whileWatched('other', async () => {
        await updateRun('watched', { status: 'stopping' });
        await soon();
        return [stopRequested('watched')?.name, stopRequested('other')];
      }),
    );

    expect(seen).toEqual(['StoppedError', null]);
    await heedRecord({ ...(await run('again')), runId: 'watched' });
    expect(stopRequested('watched')).toBeNull();
  });

  it('of a run that was stopped a moment ago begins nothing; long after, somebody has redriven it', async () => {
    const now = await run('straggler', { status: 'stopped', endedAt: new Date().toISOString() });
    const long = await run('redriven', { status: 'stopped', endedAt: '2026-01-01T00:00:00.000Z' });

    await heedRecord(now);
    await heedRecord(long);

    expect([stopRequested('straggler')?.name, stopRequested('redriven')]).toEqual(['StoppedError', null]);
    expect(await loadRun('redriven')).toMatchObject({ status: 'running', attempt: 2, endedAt: null });
  });
});

describe('an event', () => {
  const place = { attempt: 1, turn: 3, order: 0 };
  const about = { runId: 'told', task: 'cases', kind: 'optimization', at: '2026-01-01T00:00:00.000Z' } as const;
  const started = { ...about, type: 'started', attempt: 1 } as const;

  it('is kept, and sent where there is a bus, but for progress', async () => {
    process.env.EVENT_BUS_NAME = 'bus';
    bus.on(PutEventsCommand).resolves({ Entries: [{ EventId: '1' }] });
    const progress = { generation: 0, generations: 1, step: 'probe', baseline: null, best: null, accepted: 0 } as const;
    try {
      await publish(place, started);
      await publish(
        { ...place, order: 1 },
        { ...about, type: 'progress', progress: { ...progress, rollouts: 0, costUsd: 0, failures: 0, elapsedMs: 0 } },
      );
    } finally {
      delete process.env.EVENT_BUS_NAME;
    }

    expect((await listEvents('told', null)).map(({ event }) => event.type)).toEqual(['started', 'progress']);
    const sent = bus.commandCalls(PutEventsCommand).flatMap(({ args }) => args[0].input.Entries ?? []);
    expect(sent).toMatchObject([{ EventBusName: 'bus', Source: 'prompt-optimizer', DetailType: 'Run started' }]);
    expect(JSON.parse(sent[0]?.Detail ?? '')).toMatchObject(started);
  });

  it('of each cap is kept, when several are nearly used up at once', async () => {
    const capped = await run('capped');

    await tellBudget(capped, 'rollouts', 0.8);
    await tellBudget(capped, 'monthly', 0.9);

    expect((await listEvents('capped', null)).map(({ event }) => event)).toMatchObject([
      { cap: 'rollouts' },
      { cap: 'monthly' },
    ]);
  });

  it('that the bus does not take fails no run', async () => {
    process.env.EVENT_BUS_NAME = 'bus';
    bus.on(PutEventsCommand).rejects(new Error('The bus is gone.'));
    try {
      await publish(place, { ...started, runId: 'unsent' });
    } finally {
      delete process.env.EVENT_BUS_NAME;
    }

    expect(await listEvents('unsent', null)).toHaveLength(1);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunRecord } from '../../lambdas/contracts/run.ts';
import { isGoingOn } from '../../lambdas/service/lost-run.ts';
import { dispatch, type Enqueued, enqueue, runEnded } from '../../lambdas/service/queue.ts';
import { useKey } from '../../lambdas/service/run-id.ts';
import { resumeRun, stopRun } from '../../lambdas/service/stop-run.ts';
import { createRun, loadRun, updateRun } from '../../lambdas/store/runs.ts';
import { claimPlace, listPlaces, listWaiting, releasePlace, removeWaiting } from '../../lambdas/store/slots.ts';
import { useEmbeddedAws } from '../store/embedded.ts';
import { FakeExecutions } from './fake-executions.ts';

useEmbeddedAws();

let executions: FakeExecutions;
beforeEach(() => {
  executions = new FakeExecutions();
  process.env.MAX_PARALLEL_RUNS = '2';
});
afterEach(async () => {
  vi.useRealTimers();
  // Whatever a test has left goes, so that the next one has all places.
  await Promise.all((await listPlaces(2)).filter(({ runId }) => runId !== null).map(releasePlace));
  await Promise.all((await listWaiting(null)).items.map(removeWaiting));
});

const START = Date.parse('2026-01-01T00:00:00Z');
const ask = (runId: string, at = 0, more: object = {}): Promise<Enqueued> =>
  enqueue({
    kind: 'optimization',
    runId,
    createdAt: new Date(START + at * 1000).toISOString(),
    taskName: 'tickets',
    taskVersion: 1,
    input: { task: 'tickets', version: 1 },
    requestHash: 'hash',
    isOwnId: true,
    ...more,
  });
/** What Prepare does. */
const begin = (runId: string): Promise<void> =>
  updateRun(runId, { status: 'running', startedAt: '2026-01-01T00:00:00Z', attempt: 1 });
/** What Conclude and Settle do. */
async function end(runId: string, status: RunRecord['status'] = 'succeeded'): Promise<void> {
  executions.end((await loadRun(runId))?.execution ?? runId, status === 'stopped' ? 'ABORTED' : 'SUCCEEDED');
  if ((await loadRun(runId)) !== null) await updateRun(runId, { status });
  await runEnded(runId);
}
const placed = async (): Promise<(string | null)[]> => (await listPlaces(2)).map(({ runId }) => runId);
const later = (ms: number): void => {
  vi.useFakeTimers({ now: Date.now() + ms, toFake: ['Date'] });
};

describe('the queue', () => {
  it('starts as many runs as there are places, and the others when one is over, oldest first', async () => {
    for (const [i, name] of ['q4', 'q2', 'q3', 'q1'].entries()) await ask(`order-${name}`, i);
    expect(executions.started).toEqual(['order-q4', 'order-q2']);
    expect((await loadRun('order-q3'))?.status).toBe('queued');

    await end('order-q2');
    await end('order-q4');

    expect(executions.started).toEqual(['order-q4', 'order-q2', 'order-q3', 'order-q1']);
    expect((await listWaiting(null)).items).toEqual([]);
  });

  it('makes one run of fifty simultaneous requests with one key', async () => {
    const request = { taskName: 'tickets', requestHash: 'hash', runId: undefined };

    const asked = await Promise.all(
      Array.from({ length: 50 }, async () => {
        const { runId, createdAt } = await useKey('optimization', 'fifty', request, new Date());
        return ask(runId, 0, { createdAt });
      }),
    );

    expect(asked.filter(({ state }) => state === 'new')).toHaveLength(1);
    expect(new Set(asked.map(({ record }) => record?.runId)).size).toBe(1);
    expect(executions.started).toEqual([asked[0]?.record?.runId]);
    expect((await placed()).filter((runId) => runId !== null)).toHaveLength(1);
  });

  it('never lets more go on than there are places, and loses none, whoever asks and ends at the same time', async () => {
    const names = Array.from({ length: 8 }, (_, i) => `many-${String(i).padStart(2, '0')}`);
    let most = 0;
    executions.onStart = () => {
      most = Math.max(most, executions.running.length + 1);
    };

    await Promise.all(names.map((name, i) => ask(name, i)));
    while (executions.started.length < names.length) await Promise.all(executions.running.map((name) => end(name)));

    expect(most).toBeLessThanOrEqual(2);
    expect([...executions.started].sort()).toEqual(names);
  });

  it('starts a run whose place was claimed by a process that died before it could start it', async () => {
    const [place] = await listPlaces(2);
    executions.onStart = () => Promise.reject(new Error('killed'));
    await ask('killed');
    expect(executions.started).toEqual([]);
    expect(await placed()).toContain('killed');

    executions.onStart = () => {};
    later(5_000);
    await dispatch();

    expect(place).toBeDefined();
    expect(executions.started).toEqual(['killed']);
    expect(await placed()).toEqual(['killed', null]);
  });

  it('starts the others though one cannot be started', async () => {
    executions.onStart = (name) => (name === 'stuck' ? Promise.reject(new Error('not now')) : undefined);

    await ask('stuck');
    await ask('smooth', 1);

    expect(executions.started).toEqual(['smooth']);
    later(5_000);
    await expect(dispatch()).rejects.toThrow('could not be started');
  });

  it('takes a place back whose run is over, though nobody has said so', async () => {
    await ask('gone-a', 0);
    await ask('gone-b', 1);
    await begin('gone-a');
    await begin('gone-b');
    await ask('gone-c', 2);
    executions.end('gone-a', 'FAILED');

    later(60_000);
    await dispatch('gone-c');

    expect((await loadRun('gone-a'))?.status).toBe('failed');
    expect(executions.running).toEqual(['gone-b', 'gone-c']);
  });

  it('gives a run one place when two processes have each claimed one for it', async () => {
    await ask('twice');
    await claimPlace('slot#01', 'twice', new Date());
    await ask('behind', 1);
    expect(executions.started).toEqual(['twice']);

    await end('twice');

    expect(executions.started).toEqual(['twice', 'behind']);
    expect((await placed()).filter((runId) => runId !== null)).toEqual(['behind']);
  });

  it('lets a run wait while a scheduled run of its task goes on, and others pass it', async () => {
    executions.byName.set('nightly', { status: 'RUNNING', input: '{}' });
    await createRun({
      ...(await loadRun('order-q1')),
      runId: 'nightly',
      taskName: 'held',
      startedBy: 'schedule',
      status: 'running',
      inputHash: 'x',
      turn: 1,
      epoch: 0,
      startedAt: '2026-01-01T00:00:00Z',
      lastSeenMs: 0,
      execution: 'nightly',
      error: null,
    });
    await ask('held', 0, { taskName: 'held' });
    await ask('other', 1);
    expect(executions.started).toEqual(['other']);

    await end('nightly');

    expect(executions.started).toEqual(['other', 'held']);
  });

  it('does not wait for a scheduled run that waits itself, and was resumed', async () => {
    const record = { ...(await loadRun('order-q1')), runId: 'waits', taskName: 'both', startedBy: 'schedule' } as const;
    const clock = { inputHash: 'x', turn: 0, epoch: 0, startedAt: null, lastSeenMs: 0, error: null };
    await createRun({ ...record, ...clock, status: 'running', createdAt: '2026-01-02T00:00:00Z', execution: 'waits' });
    executions.byName.set('waits', { status: 'RUNNING', input: '{}' });

    await ask('both', 0, { taskName: 'both' });

    expect(executions.started).toEqual(['both']);
  });

  it('refuses a run id that another request has taken', async () => {
    await ask('mine', 0, { isOwnId: false });

    expect((await ask('mine', 1, { isOwnId: false, input: { task: 'else' } })).state).toBe('taken');
    expect((await ask('mine', 1, { requestHash: 'other' })).state).toBe('taken');
  });

  it('ends a run whose execution the machine refuses, and says why', async () => {
    executions.onStart = () => Promise.reject(Object.assign(new Error('too large'), { name: 'InvalidExecutionInput' }));

    const { record } = await ask('refused');

    expect(record).toMatchObject({ status: 'failed', error: { name: 'InvalidExecutionInput', message: 'too large' } });
    expect(await placed()).toEqual([null, null]);
  });
});

describe('stopping and resuming', () => {
  it('stops a run that waits at once, and never starts it', async () => {
    for (const [i, name] of ['w1', 'w2', 'w3'].entries()) await ask(name, i);

    expect(await stopRun('w3')).toMatchObject({ ok: true, record: { status: 'stopped' } });
    await end('w1');
    await end('w2');

    expect(executions.started).toEqual(['w1', 'w2']);
    expect(await stopRun('w1')).toMatchObject({ ok: false, code: 'run_is_over' });
  });

  it('stops the execution of one that goes on, and redrives it when it is resumed', async () => {
    await ask('back');
    await begin('back');

    expect(await stopRun('back')).toMatchObject({ ok: true, record: { status: 'stopping' } });
    expect(executions.running).toEqual([]);
    expect(await resumeRun('back', 1)).toMatchObject({ ok: false, code: 'run_is_stopping' });
    await end('back', 'stopped');
    const resumed = await Promise.all([resumeRun('back'), resumeRun('back')]);

    expect(resumed.map((one) => one?.ok)).toEqual([true, true]);
    expect(executions.started).toEqual(['back', 'back']);
    expect(await loadRun('back')).toMatchObject({ status: 'running', attempt: 2, execution: 'back' });
  });

  it('goes on with a failed run in another execution', async () => {
    await ask('failed');
    await begin('failed');
    await end('failed', 'failed');

    await resumeRun('failed');

    expect(executions.started).toEqual(['failed', 'failed-r1']);
    expect(executions.byName.get('failed-r1')?.input).toBe('{"resume":"failed"}');
    expect((await loadRun('failed'))?.execution).toBe('failed-r1');
  });

  it('stops a run that is stopped in the moment in which it is started', async () => {
    let stopped: unknown;
    executions.onStart = () => {
      executions.onStart = () => {};
      // The start waits for nobody: the stop finds no execution at first.
      stopped = stopRun('moment');
      return new Promise((resolve) => setTimeout(resolve, 100));
    };

    await ask('moment');
    await stopped;

    expect(executions.byName.get('moment')?.status).toBe('ABORTED');
  });

  it('knows no run that was never asked for', async () => {
    expect(await stopRun('nobody')).toBeNull();
    expect(await resumeRun('nobody')).toBeNull();
  });

  it('starts a run anew that was stopped before it had begun: its execution has failed, and would again', async () => {
    await ask('early');
    await updateRun('early', { status: 'stopping' });
    executions.end('early', 'FAILED');
    await updateRun('early', { status: 'stopped' });
    await runEnded('early');

    await resumeRun('early');

    expect(executions.started).toEqual(['early', 'early-r1']);
    expect(executions.byName.get('early-r1')?.input).toBe('{"resume":"early"}');
  });

  it('gives each run executions of its own, however alike their names are', async () => {
    const long = 'n'.repeat(60);
    for (const runId of [`${long}-one`, `${long}-two`]) {
      await ask(runId);
      await end(runId, 'failed');
      await resumeRun(runId);
    }

    expect(executions.byName.get(`${long}-r1`)?.input).toBe(`{"resume":"${long}-one"}`);
    expect(executions.byName.get(`${long}-r2`)?.input).toBe(`{"resume":"${long}-two"}`);
    expect(await loadRun(`${long}-two`)).toMatchObject({ status: 'queued', execution: `${long}-r2` });
  });

  it('begins a run under its own name that failed before it had begun, and was stopped when it was to be resumed', async () => {
    await ask('unbegun');
    await end('unbegun', 'failed');
    process.env.MAX_PARALLEL_RUNS = '1';
    await ask('holder');
    await resumeRun('unbegun');
    await stopRun('unbegun');
    await resumeRun('unbegun');

    await end('holder');

    expect(executions.byName.get(executions.started.at(-1) ?? '')?.input).toBe('{"resume":"unbegun"}');
  });

  it('leaves a run alone that was resumed while somebody found out that it had stopped', async () => {
    await ask('raced');
    await begin('raced');
    const seen = await loadRun('raced');
    executions.end('raced', 'ABORTED');
    await updateRun('raced', { status: 'queued', start: 'redrive', launchedAt: null });

    if (seen !== null) await isGoingOn(seen);

    expect(await loadRun('raced')).toMatchObject({ status: 'queued' });
  });
});

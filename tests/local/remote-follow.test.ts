import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Progress } from '../../lambdas/contracts/run.ts';
import { remoteApi } from '../../local/remote/api.ts';
import { INLINE_LIMIT, uploadDatasets } from '../../local/remote/datasets.ts';
import { followRun } from '../../local/remote/follow.ts';
import { pendingRun } from '../../local/remote/pending.ts';
import { sendPlain } from '../../local/remote/signed-fetch.ts';
import { contextOf } from '../report/finished.ts';
import { startFakeServer } from '../support/fake-cloud.ts';

const progress: Progress = {
  generation: 1,
  generations: 5,
  step: 'mutate',
  baseline: 0.5,
  best: 0.6,
  accepted: 1,
  rollouts: 40,
  costUsd: 0.1,
  failures: 0,
  elapsedMs: 1000,
};

/** A service that gives these answers, those of a path in their order and the last one again. */
async function serviceWith(answers: Readonly<Record<string, readonly unknown[]>>) {
  const given = new Map<string, number>();
  const server = await startFakeServer(({ method, path }) => {
    const name = `${method} ${path.split('?')[0]}`;
    const at = given.get(name) ?? 0;
    given.set(name, at + 1);
    const all = answers[name] ?? [];
    const answer = all[at] ?? all.at(-1);
    return answer === undefined ? { status: 404, body: '{}' } : { status: 200, body: JSON.stringify(answer) };
  });
  onTestFinished(() => server.close());
  return { server, api: remoteApi(server.url, sendPlain, []) };
}

describe('following a run', () => {
  it('shows each step, goes past the end of an earlier attempt, and gives the run as it ended', async () => {
    const event = (id: string, type: string, more: object = {}) => ({ id, event: { runId: 'r', type, ...more } });
    const { server, api } = await serviceWith({
      'GET /runs/r': [
        { runId: 'r', status: 'queued' },
        { runId: 'r', status: 'running' },
        { runId: 'r', status: 'succeeded', outcome: null, error: null },
      ],
      'GET /runs/r/events': [
        { items: [event('1', 'progress', { progress }), event('2', 'ended', { status: 'stopped' })] },
        { items: [event('3', 'a_later_kind'), event('4', 'progress', { progress: { ...progress, generation: 2 } })] },
        { items: [event('5', 'ended', { status: 'succeeded' })] },
        { items: [] },
      ],
    });
    const seen: number[] = [];
    let queued = 0;

    const run = await followRun(api, 'r', {
      onEvent: (told) => seen.push(told.type === 'planned' ? told.progress.generation : -1),
      onQueued: () => {
        queued += 1;
      },
      signal: new AbortController().signal,
    });

    expect(run.status).toBe('succeeded');
    expect({ seen, queued }).toEqual({ seen: [1, 2], queued: 0 });
    expect(server.requests.map(({ path }) => path).filter((path) => path.includes('events'))).toEqual([
      '/runs/r/events?waitSeconds=2',
      '/runs/r/events?after=2&waitSeconds=20',
      '/runs/r/events?after=4&waitSeconds=20',
      '/runs/r/events?after=5&waitSeconds=0',
    ]);
  });

  it('says that a run waits when it does not begin within moments', async () => {
    const { api } = await serviceWith({
      'GET /runs/r': [{ runId: 'r', status: 'queued' }],
      'GET /runs/r/events': [{ items: [] }],
    });
    const stop = new AbortController();
    const onQueued = (): void => stop.abort();
    const following = followRun(api, 'r', { onEvent: () => {}, onQueued, signal: stop.signal });
    await expect(following).rejects.toThrow('aborted');
  });

  it('ends at once when it is told to, whatever it waits for', async () => {
    const { api } = await serviceWith({
      'GET /runs/r': [{ runId: 'r', status: 'running' }],
      'GET /runs/r/events': [{ items: [] }],
    });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    const following = followRun(api, 'r', { onEvent: () => {}, onQueued: () => {}, signal: stop.signal });
    await expect(following).rejects.toThrow('aborted');
  });
});

describe('datasets', () => {
  it('go in a request, and where they are large to the place that they are given, signature and all', async () => {
    const bucket = await startFakeServer(() => ({ status: 200, body: '' }));
    onTestFinished(() => bucket.close());
    const { server, api } = await serviceWith({
      'POST /datasets': [
        { id: 'a', uri: 's3://data/uploads/a.csv' },
        { id: 'b', uri: 's3://sealed/uploads/b.jsonl' },
      ],
      'POST /datasets/uploads': [
        { upload: 'u', url: `${bucket.url}/incoming/u?Signature=a%2Fb`, headers: { 'Content-Type': 'text/x' } },
      ],
    });
    const large = 'é'.repeat(INLINE_LIMIT / 2 + 1);

    const uris = await uploadDatasets(api, {
      task: contextOf({ scores: {} }).task,
      datasets: { train: { path: 'a b.csv', text: 'id,input\n1,x\n' }, test: { path: 'test.jsonl', text: large } },
    });

    expect(uris).toEqual({ train: 's3://data/uploads/a.csv', test: 's3://sealed/uploads/b.jsonl' });
    expect(bucket.requests).toMatchObject([
      { path: '/incoming/u?Signature=a%2Fb', headers: { 'content-type': 'text/x' } },
    ]);
    expect(bucket.requests[0]?.body).toBe(large);
    expect(server.requests.map(({ path, body }) => [path, body])).toEqual([
      ['/datasets?task=cases&split=train&name=a%20b.csv', 'id,input\n1,x\n'],
      [
        '/datasets/uploads',
        `{"task":"cases","split":"test","format":"jsonl","bytes":${INLINE_LIMIT + 2},"name":"test.jsonl"}`,
      ],
      ['/datasets', '{"upload":"u"}'],
    ]);
  });
});

describe('a command that was cut off', () => {
  it('knows the run that it had begun, until it has seen its end', () => {
    const folder = mkdtempSync(join(tmpdir(), 'prompt-optimizer-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const begun = (request: unknown) => pendingRun('http://api', request, join(folder, 'remote'));

    begun({ task: 'a' }).keep('run-1');
    const again = begun({ task: 'a' });
    const other = begun({ task: 'b' });

    expect([again.runId, other.runId]).toEqual(['run-1', null]);
    again.forget();
    expect(begun({ task: 'a' }).runId).toBeNull();
  });
});

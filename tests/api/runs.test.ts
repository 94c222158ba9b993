import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../lambdas/api/app.ts';
import type { RunRecord } from '../../lambdas/contracts/run.ts';
import { newArchive } from '../../lambdas/optimizer/archive.ts';
import { taskIn } from '../../lambdas/rollout/read-input.ts';
import { tellEnded, tellStarted } from '../../lambdas/service/run-events.ts';
import { resolveTask } from '../../lambdas/service/stored-task.ts';
import { runObject, saveArchive, saveContext } from '../../lambdas/store/artifacts.ts';
import { putText } from '../../lambdas/store/objects.ts';
import { createRun, loadRun, loadRunInput, updateRun } from '../../lambdas/store/runs.ts';
import { FakeExecutions } from '../service/fake-executions.ts';
import { useEmbeddedAws } from '../store/embedded.ts';
import { type Answer, ask, placeOf } from './requests.ts';

useEmbeddedAws();

const examples = (prefix: string, n: number): object[] =>
  Array.from({ length: n }, (_, i) => ({ id: `${prefix}-${i}`, input: `${prefix} ticket ${i}`, expected: 'billing' }));
const task = {
  name: 'tickets',
  prompt: { system: 'Name the topic: billing or bug.', user: '{{input}}' },
  model: { name: 'gpt-4.1-mini' },
  reflection: { name: 'gpt-4.1' },
  datasets: { train: examples('train', 6), test: examples('sealed', 4) },
  evals: [{ name: 'topic', type: 'exact_match' }],
  budget: { rollouts: 200 },
};

let executions: FakeExecutions;
beforeAll(async () => {
  vi.stubEnv('MAX_PARALLEL_RUNS', '100');
  executions = new FakeExecutions();
  expect((await ask('PUT', '/tasks/tickets', { body: task })).status).toBe(201);
});
beforeEach(() => {
  executions = new FakeExecutions();
});
afterAll(() => {
  vi.unstubAllEnvs();
});

const post = (body: object, headers?: Record<string, string>, path = '/runs'): Promise<Answer> =>
  ask('POST', path, { body, ...(headers === undefined ? {} : { headers }) });
const idOf = ({ body }: Answer): string => String(body.runId);
/** A run of the stored task, as its record says that it stands. */
async function runOf(runId: string, changes: Partial<RunRecord> = {}): Promise<RunRecord> {
  await post({ task: 'tickets', runId });
  await updateRun(runId, changes);
  const run = await loadRun(runId);
  if (run === null) throw new Error(`There is no run ${runId}.`);
  return run;
}
/** What Prepare leaves. */
async function begun(runId: string): Promise<RunRecord> {
  const run = await runOf(runId, { status: 'running', startedAt: '2026-01-01T00:00:00.000Z', attempt: 1 });
  const resolved = taskIn((await resolveTask({ task: 'tickets' })).task);
  const context = { task: resolved, train: [], validation: [], known: { unsealed: [], judgeNoise: {} }, notice: null };
  const test = { size: 4, maxInputBytes: 20, maxExpectedBytes: 9 };
  await saveContext({ schema: 'prompt-optimizer.context.v1', runId, test, ...context });
  await saveArchive(newArchive(runId, resolved));
  return run;
}

describe('POST /runs', () => {
  it('starts a run of a stored task, at the version that it has now', async () => {
    const answer = await post({ task: 'tickets', overrides: { 'budget.rollouts': 150 } });

    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`/runs/${idOf(answer)}`);
    expect(answer.body).toMatchObject({ task: 'tickets', version: 1, overrides: { 'budget.rollouts': 150 } });
    expect(JSON.parse(executions.byName.get(idOf(answer))?.input ?? '')).toEqual({
      task: 'tickets',
      version: 1,
      overrides: { 'budget.rollouts': 150 },
      trigger: 'api',
    });
  });

  it('starts a run of a task that comes with it, and keeps its examples out of what is shown and sent', async () => {
    const answer = await post({ task: { ...task, name: 'inline' } });

    expect(answer.status).toBe(202);
    const shown = await ask('GET', `/runs/${idOf(answer)}`);
    const sent = executions.byName.get(idOf(answer))?.input ?? '';
    expect(shown.body).toMatchObject({ version: null, task: { name: 'inline' } });
    for (const text of [JSON.stringify(shown.body), sent, JSON.stringify(await loadRunInput(idOf(answer)))]) {
      expect(text).toContain('s3://');
      expect(text).not.toContain('sealed ticket');
    }
  });

  it('gives the same run for the same key, and refuses the key for another request', async () => {
    const key = { 'Idempotency-Key': 'one key' };
    const first = await post({ task: 'tickets' }, key);

    const again = await post({ task: 'tickets' }, key);
    const other = await post({ task: 'tickets', from: 'champion' }, key);

    expect([first.status, again.status, idOf(again)]).toEqual([202, 200, idOf(first)]);
    expect(idOf(first)).toMatch(/^tickets-[0-9a-f]{16}$/);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(placeOf(other)).toEqual([422, 'idempotency_key_reused', 'Idempotency-Key']);
    expect(executions.started).toEqual([idOf(first)]);
  });

  it('refuses a run id that is taken', async () => {
    await post({ task: 'tickets', runId: 'mine' });

    expect(placeOf(await post({ task: 'tickets', runId: 'mine' }))).toEqual([409, 'run_id_taken', 'runId']);
  });

  it.each([
    [{}, 400, 'task'],
    [{ task: 7 }, 400, 'task'],
    [{ task: 'nobody' }, 422, 'task'],
    [{ task: 'x'.repeat(10_000) }, 400, 'task'],
    [{ task: '../tickets' }, 400, 'task'],
    [{ task: 'tickets', version: 9 }, 422, 'version'],
    [{ task: 'tickets', runId: 'a/b' }, 400, 'runId'],
    [{ task: 'tickets', runId: 'x'.repeat(10_000) }, 400, 'runId'],
    [{ task: 'tickets', from: 'nowhere' }, 400, 'from'],
    [{ task: 'tickets', surprise: 1 }, 400, 'surprise'],
    [{ task: 'tickets', overrides: { 'budget.rollouts': 0 } }, 422, 'overrides.budget.rollouts'],
    [{ task: 'tickets', overrides: { 'budget.rollouts': 5 } }, 422, 'overrides.budget.rollouts'],
    [{ task: 'tickets', overrides: { 'datasets.test': examples('x', 1) } }, 422, 'overrides.datasets.test'],
    [{ task: 'tickets', compareWith: { system: '{{nothing}}' } }, 422, 'compareWith.system'],
    [{ task: { ...task, evals: [] } }, 400, 'task.evals'],
    [{ task, from: 'champion' }, 422, 'from'],
  ])('refuses %.80j', async (body, status, field) => {
    const answer = await post(body);

    expect([answer.status, answer.body.field]).toEqual([status, field]);
    expect(executions.started).toEqual([]);
  });

  it('refuses an idempotency key that is no text of 1 to 200 characters', async () => {
    expect(placeOf(await post({ task: 'tickets' }, { 'Idempotency-Key': 'x'.repeat(201) }))).toEqual([
      400,
      'invalid_input',
      'idempotency-key',
    ]);
  });
});

describe('POST /runs/estimate', () => {
  it('says what a run would spend without reading the sealed set, and starts nothing', async () => {
    const { status, body } = await post({ task: 'tickets' }, undefined, '/runs/estimate');

    expect(status).toBe(200);
    expect(body).toMatchObject({ power: { n: 4 }, high: { rollouts: expect.any(Number) } });
    expect(executions.started).toEqual([]);
  });

  it('needs a test set that came through the API', async () => {
    const byHand = { ...task, datasets: { ...task.datasets, test: 's3://prompt-optimizer-sealed/uploads/mine.jsonl' } };

    const answer = await post({ task: byHand }, undefined, '/runs/estimate');

    expect(placeOf(answer)).toEqual([422, 'invalid_input', 'task.datasets.test']);
  });
});

describe('GET /runs', () => {
  it('gives the runs of a task page by page, each once, newest first', async () => {
    const named = { ...task, name: 'paged' };
    for (const runId of ['page-1', 'page-2', 'page-3']) await post({ task: named, runId });
    await updateRun('page-2', { status: 'failed' });

    const first = await ask('GET', '/runs?task=paged&limit=2');
    const second = await ask('GET', `/runs?task=paged&limit=2&cursor=${first.body.next}`);
    const failed = await ask('GET', '/runs?task=paged&status=failed');

    const ids = [first, second, failed].map(({ body }) => [body.items].flat().map((run) => Object(run).runId));
    expect(ids).toEqual([['page-3', 'page-2'], ['page-1'], ['page-2']]);
    expect(second.body.next).toBeNull();
    expect(placeOf(await ask('GET', `/runs?limit=2&cursor=${first.body.next}`))).toEqual([
      422,
      'invalid_input',
      'cursor',
    ]);
    expect(placeOf(await ask('GET', `/evaluations?task=paged&cursor=${first.body.next}`))[0]).toBe(422);
  });

  it.each([
    ['/runs?status=asleep', 400, 'status'],
    ['/runs?task=..%2F', 400, 'task'],
    ['/runs?limit=0', 400, 'limit'],
    ['/runs?cursor=abc', 422, 'cursor'],
    ['/runs/nobody', 404, 'id'],
    [`/runs/${'x'.repeat(10_000)}`, 400, 'id'],
    ['/runs/..%2F..%2Fetc', 400, 'id'],
    ['/runs/nobody/report', 404, 'id'],
    ['/runs/nobody/candidates', 404, 'id'],
    ['/runs/nobody/lineage', 404, 'id'],
    ['/runs/nobody/events', 404, 'id'],
    ['/runs/nobody/events?waitSeconds=21', 400, 'waitSeconds'],
    ['/runs/nobody/events?after=yesterday', 400, 'after'],
  ])('refuses %.60s', async (path, status, field) => {
    const answer = await ask('GET', path);

    expect([answer.status, answer.body.field]).toEqual([status, field]);
  });
});

describe('a run', () => {
  it('is stopped, resumed, and refuses both once it is over', async () => {
    await runOf('halted', { status: 'running', attempt: 1, startedAt: '2026-01-01T00:00:00.000Z' });

    const stopping = await ask('POST', '/runs/halted/stop');
    await updateRun('halted', { status: 'stopped' });
    const resumed = await ask('POST', '/runs/halted/resume');
    await updateRun('halted', { status: 'succeeded' });

    expect([stopping.status, stopping.body.status]).toEqual([202, 'stopping']);
    expect([resumed.status, resumed.body.status, resumed.body.attempt]).toEqual([200, 'running', 2]);
    expect(placeOf(await ask('POST', '/runs/halted/stop'))).toEqual([409, 'run_is_over', 'id']);
    expect(placeOf(await ask('POST', '/runs/halted/resume'))).toEqual([409, 'run_is_over', 'id']);
    expect((await ask('POST', '/runs/nobody/stop')).status).toBe(404);
    expect((await ask('POST', '/evaluations/halted/stop')).status).toBe(404);
  });

  it('has a report that is too large for an answer where its link leads', async () => {
    await runOf('large', { status: 'succeeded' });
    const text = JSON.stringify({ verdict: 'improved', edits: 'x'.repeat(4_000_000) });
    await putText(runObject('large', 'report.json'), text, 'application/json');

    const answer = await createApp().request('/runs/large/report');

    expect([answer.status, await answer.text()]).toEqual([303, '']);
    expect(await (await fetch(answer.headers.get('location') ?? '')).text()).toBe(text);
  });

  it('has no report while it goes on, and after that JSON, a page, and a link to the page', async () => {
    await runOf('reported', { status: 'running' });
    const early = await ask('GET', '/runs/reported/report');
    await putText(runObject('reported', 'report.json'), '{"verdict":"improved"}', 'application/json');
    await putText(runObject('reported', 'report.html'), '<h1>Report</h1>', 'text/html');
    const whileRunning = await ask('GET', '/runs/reported/report');
    await updateRun('reported', { status: 'succeeded' });

    const json = await ask('GET', '/runs/reported/report');
    const page = await createApp().request('/runs/reported/report', { headers: { Accept: 'text/html,*/*;q=0.8' } });
    const { body } = await ask('GET', '/runs/reported');

    expect(placeOf(early)).toEqual([404, 'no_report', 'id']);
    expect(early.body.detail).toContain('running');
    expect(whileRunning.status).toBe(404);
    expect(json.body).toEqual({ verdict: 'improved' });
    expect([page.headers.get('content-type'), await page.text()]).toEqual([
      'text/html; charset=utf-8',
      '<h1>Report</h1>',
    ]);
    expect(await (await fetch(String(body.reportUrl))).text()).toBe('<h1>Report</h1>');
  });

  it('shows its candidates while it goes on, each with what it has otherwise than its parent', async () => {
    await begun('growing');
    const archive = newArchive('growing', taskIn((await resolveTask({ task: 'tickets' })).task));
    const [baseline] = archive.candidates;
    if (baseline === undefined) throw new Error('There is no baseline.');
    const child = { ...baseline, id: 'g1-s0', parents: ['baseline'], generation: 1, origin: 'mutation' as const };
    await saveArchive({
      ...archive,
      turn: 1,
      texts: { ...archive.texts, t2: 'Name the topic of the ticket: billing or bug.' },
      candidates: [baseline, { ...child, parts: { ...baseline.parts, system: 't2' }, component: 'system' }],
    });

    const list = await ask('GET', '/runs/growing/candidates?limit=1');
    const rest = await ask('GET', `/runs/growing/candidates?cursor=${list.body.next}`);
    const one = await ask('GET', '/runs/growing/candidates/g1-s0');
    const lineage = await ask('GET', '/runs/growing/lineage');

    expect([list, rest].map(({ body }) => [body.items].flat().map((item) => Object(item).id))).toEqual([
      ['baseline'],
      ['g1-s0'],
    ]);
    expect(one.body).toMatchObject({
      parents: ['baseline'],
      diff: { parent: 'baseline', components: [{ component: 'system', change: 'changed', wordsAdded: 3 }, {}] },
    });
    expect(lineage.body.edges).toEqual([{ from: 'baseline', to: 'g1-s0' }]);
    expect(placeOf(await ask('GET', '/runs/growing/candidates/g9-s9'))).toEqual([404, 'not_found', 'candidateId']);
  });
});

describe('GET /runs/{id}/events', () => {
  const events = async (path: string): Promise<unknown[]> => {
    const { body } = await ask('GET', path);
    return [body.items].flat().map((item) => Object(item).event.type);
  };
  const stream = async (path: string, headers: Record<string, string> = {}): Promise<[number, string]> => {
    const response = await createApp().request(path, { headers: { Accept: 'text/event-stream', ...headers } });
    return [response.status, await response.text()];
  };

  it('answers when there is something to tell, and at once for a run that is over', async () => {
    const run = await runOf('told', { status: 'running', attempt: 1 });
    const waiting = events('/runs/told/events?waitSeconds=10');
    await tellStarted(run);

    expect(await waiting).toEqual(['started']);
    await updateRun('told', { status: 'succeeded' });
    expect(await events('/runs/told/events?after=0001-0000000-0-started&waitSeconds=20')).toEqual([]);
  });

  it('streams until the run is over, from where the reader was', async () => {
    const run = await runOf('streamed', { status: 'running', attempt: 1 });
    await tellStarted(run);
    vi.stubEnv('STREAM_EVENTS', 'true');
    const reading = stream('/runs/streamed/events');
    await tellEnded(run, 'succeeded', run.spend);
    await updateRun('streamed', { status: 'succeeded' });

    const [, text] = await reading;
    const [again] = await stream('/runs/streamed/events', { 'Last-Event-ID': '0001-0000000-9-ended' });

    expect(text.match(/^id: .*$/gm)).toEqual(['id: 0001-0000000-0-started', 'id: 0001-0000000-9-ended']);
    expect(text).toContain('event: ended\ndata: {"runId":"streamed"');
    expect(again).toBe(204);
  });

  it('gives what there is where answers cannot be streamed, and is asked again', async () => {
    const run = await runOf('polled', { status: 'running', attempt: 1 });
    await tellStarted(run);
    vi.stubEnv('STREAM_EVENTS', '');

    const [status, text] = await stream('/runs/polled/events');

    expect(status).toBe(200);
    expect(text).toMatch(/^retry: 1000\n\nid: 0001-0000000-0-started\nevent: started\ndata: \{.*\}\n\n$/);
  });
});

describe('evaluations, calibrations and syntheses', () => {
  it('starts an evaluation, and shows what it compares', async () => {
    const evaluation = { of: 'prompts', split: 'train', models: ['gpt-4.1'] };
    const answer = await post({ task: 'tickets', evaluation }, undefined, '/evaluations');

    expect([answer.status, answer.body.kind]).toEqual([202, 'evaluation']);
    expect(answer.body).toMatchObject({ task: 'tickets', evaluation, links: { self: `/evaluations/${idOf(answer)}` } });
    expect((await ask('GET', `/runs/${idOf(answer)}`)).status).toBe(404);
    expect((await ask('GET', `/evaluations/${idOf(answer)}`)).status).toBe(200);
  });

  it('gives the task that a synthesis has made, which is stored as it is, and no task before it has', async () => {
    const { task: made } = (await ask('GET', '/tasks/tickets')).body;
    const run = { inputHash: '', turn: 1, epoch: 0, startedAt: '2026-01-01T00:00:00.000Z', lastSeenMs: 0, error: null };
    await createRun({ ...run, runId: 'made', kind: 'synthesis', status: 'succeeded', taskName: 'tickets' });
    await createRun({ ...run, runId: 'making', kind: 'synthesis', status: 'running', taskName: 'tickets' });
    await putText(runObject('made', 'task.json'), JSON.stringify({ task: made }), 'application/json');

    const { body } = await ask('GET', '/syntheses/made/task');

    expect((await ask('GET', '/syntheses/made')).body).toMatchObject({ links: { task: '/syntheses/made/task' } });
    expect((await ask('PUT', '/tasks/tickets', { body })).body).toMatchObject({ name: 'tickets', version: 1 });
    expect(await ask('GET', '/syntheses/making/task')).toMatchObject({ status: 404, body: { code: 'no_task' } });
  });

  it.each([
    ['/evaluations', { task: 'tickets', evaluation: { of: 'prompts', split: 'test' } }, 422, 'evaluation.split'],
    ['/evaluations', { task: 'tickets', evaluation: { of: 'judges' } }, 400, 'evaluation.of'],
    ['/calibrations', { task: 'tickets' }, 422, 'datasets.golden'],
    ['/syntheses', { specs: [] }, 400, 'specs'],
    ['/syntheses', { specs: 7 }, 400, 'specs'],
  ])('%s refuses %.60j', async (path, body, status, field) => {
    const answer = await post(body, undefined, path);

    expect([answer.status, answer.body.field]).toEqual([status, field]);
  });
});

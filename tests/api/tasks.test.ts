import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadChampion } from '../../lambdas/store/champions.ts';
import { bucketNamed, getText, parseS3Uri } from '../../lambdas/store/objects.ts';
import { useEmbeddedAws } from '../store/embedded.ts';
import { ask, placeOf } from './requests.ts';

useEmbeddedAws();

const scheduler = mockClient(SchedulerClient);
beforeAll(() => {
  for (const name of ['OPTIMIZE_STATE_MACHINE_ARN', 'SCHEDULE_ROLE_ARN', 'SCHEDULE_GROUP']) vi.stubEnv(name, 'x');
});
afterAll(() => {
  scheduler.restore();
  vi.unstubAllEnvs();
});

const train = [
  { id: 't-1', input: 'My card was charged twice', expected: 'billing' },
  { id: 't-2', input: 'The page stays empty', expected: 'bug' },
];
const test = [{ id: 's-1', input: 'I was charged for a plan that I had cancelled', expected: 'billing' }];
const taskOf = (given: object = {}): Record<string, unknown> => ({
  prompt: { system: 'Name the topic: billing or bug.', user: '{{input}}' },
  model: { name: 'small' },
  reflection: { name: 'large' },
  datasets: { train, test },
  evals: [{ name: 'topic', type: 'exact_match' }],
  budget: { rollouts: 200 },
  ...given,
});
const put = (name: string, given?: object, headers?: Record<string, string>) =>
  ask('PUT', `/tasks/${name}`, { body: taskOf(given), headers });
const uriOf = (task: unknown, split: string): string => {
  const datasets: unknown = Reflect.get(Object(task), 'datasets');
  return String(Reflect.get(Object(datasets), split));
};

describe('PUT /tasks/{name}', () => {
  it('stores a task: examples as datasets, the test set in the sealed bucket, its prompt as the first champion', async () => {
    const { status, headers, body } = await put('new');

    expect([status, headers.get('location'), headers.get('etag')]).toEqual([201, '/tasks/new', '"v1"']);
    expect(body).toMatchObject({ name: 'new', version: 1, schedule: null });
    const [seen, sealed] = [uriOf(body.task, 'train'), uriOf(body.task, 'test')].map(parseS3Uri);
    expect([seen?.bucket, sealed?.bucket]).toEqual([bucketNamed('data'), bucketNamed('sealed')]);
    expect(await getText(parseS3Uri(uriOf(body.task, 'test')))).toContain('"id":"s-1"');
    expect(await getText({ bucket: bucketNamed('data'), key: sealed?.key ?? '' })).toBeNull();
    expect(await loadChampion('new')).toMatchObject({ version: 1, origin: 'task', components: taskOf().prompt });
  });

  it('makes a version of a change, and none of the same content again', async () => {
    await put('versions');

    const same = await put('versions');
    const changed = await put('versions', { budget: { rollouts: 300 } });

    expect([same.status, same.body.version]).toEqual([200, 1]);
    expect([changed.status, changed.body.version]).toEqual([200, 2]);
    const { body } = await ask('GET', '/tasks/versions/versions');
    expect(body.items).toMatchObject([{ version: 2 }, { version: 1 }]);
    const first = await ask('GET', '/tasks/versions?version=1');
    expect(first.body).toMatchObject({ version: 1, task: { budget: { rollouts: 200 } } });
    expect(await loadChampion('versions')).toMatchObject({ version: 1 });
  });

  it('takes what GET answers as it is', async () => {
    const { body } = await put('again');

    const second = await ask('PUT', '/tasks/again', { body: body.task });

    expect([second.status, second.body.version]).toEqual([200, 1]);
  });

  it('changes nothing that has changed since it was read', async () => {
    const old = (await put('match')).headers.get('etag') ?? '';
    await put('match', { budget: { rollouts: 300 } });

    const late = await put('match', { budget: { rollouts: 400 } }, { 'If-Match': old });
    const second = await put('match', {}, { 'If-None-Match': '*' });
    const inTime = await put('match', { budget: { rollouts: 400 } }, { 'If-Match': '"v2"' });

    expect(placeOf(late)).toEqual([412, 'precondition_failed', 'If-Match']);
    expect(second.status).toBe(412);
    expect([inTime.status, inTime.body.version]).toEqual([200, 3]);
  });

  it('stores both of two changes that come at once', async () => {
    await put('race');

    const both = await Promise.all([300, 400].map((rollouts) => put('race', { budget: { rollouts } })));

    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(both.map(({ body }) => body.version).toSorted()).toEqual([2, 3]);
  });

  it('holds the schedule that the task names, and ends the one that it no longer names', async () => {
    const schedule = { expression: 'rate(7 days)' };

    const scheduled = await put('scheduled', { schedule });
    const ended = await put('scheduled');

    expect(scheduled.body.schedule).toMatchObject(schedule);
    expect(ended.body.schedule).toBeNull();
  });

  it('takes datasets of the task by id, and counts a sealed one by its record', async () => {
    const given = async (split: string, examples: object[]) => {
      const body = examples.map((example) => `${JSON.stringify(example)}\n`).join('');
      const headers = { 'Content-Type': 'application/x-ndjson' };
      return (await ask('POST', `/datasets?task=by-id&split=${split}`, { body, headers })).body.id;
    };
    const ids = {
      train: await given('train', [...train, { id: 't-3', input: 'Nothing loads', expected: 'bug' }]),
      test: await given('test', [...test, { id: 's-2', input: 'It crashes', expected: 'bug' }]),
    };
    const datasets = { train: { dataset: ids.train }, test: { dataset: ids.test } };

    const stored = await put('by-id', { datasets });
    const poor = await put('by-id', { datasets, budget: { rollouts: 2 } });
    const other = await put('not-its-own', { datasets });
    const unsealed = await put('by-id', { datasets: { ...datasets, train: datasets.test } });

    expect([stored.status, uriOf(stored.body.task, 'train')]).toEqual([
      201,
      `s3://${bucketNamed('data')}/uploads/${ids.train}.jsonl`,
    ]);
    expect(placeOf(poor)).toEqual([422, 'invalid_input', 'budget.rollouts']);
    expect(placeOf(other)).toEqual([422, 'invalid_input', 'datasets.train']);
    expect(other.body.detail).toContain('is of the task by-id');
    expect(placeOf(unsealed)).toEqual([422, 'invalid_input', 'datasets.train']);
  });

  it.each<[string, object, number, string]>([
    ['an unknown field', { promt: {} }, 400, 'promt'],
    ['a wrong type', { budget: { rollouts: 'many' } }, 400, 'budget.rollouts'],
    ['an unknown eval', { evals: [{ name: 'a', type: 'exact' }] }, 400, 'evals.0.type'],
    ['a prompt without system and user', { prompt: { rules: 'x' } }, 422, 'prompt'],
    ['another name than the path', { name: 'other' }, 422, 'name'],
    ['a variable that no example has', { prompt: { system: '{{topic}}' } }, 422, 'prompt.system'],
    ['a cap below the smallest run', { budget: { rollouts: 1 } }, 422, 'budget.rollouts'],
    ['an example in two splits', { datasets: { train, test: train } }, 422, 'datasets.test'],
    ['a file of a scorer', { evals: [{ name: 'own', type: 'custom', file: 'own.ts' }] }, 422, 'evals.0.file'],
    ['a path as schema', { output: { schema: 'schema.json' } }, 400, 'output.schema'],
    ['a cron that is none', { schedule: { expression: 'cron(every day)' } }, 422, 'schedule.expression'],
    ['a dataset that is not there', { datasets: { train: { dataset: '0'.repeat(32) }, test } }, 422, 'datasets.train'],
    ['a bucket of somebody else', { datasets: { train: 's3://other/uploads/a.jsonl', test } }, 422, 'datasets.train'],
  ])('refuses %s', async (_, given, status, field) => {
    const answer = await put('refused', given);

    expect(placeOf(answer)).toEqual([status, 'invalid_input', field]);
    expect((await ask('GET', '/tasks/refused')).status).toBe(404);
  });

  it('reads test sets from uploads/ of the sealed bucket alone', async () => {
    const uris = ['data/uploads/a.jsonl', 'sealed/runs/x/test.json', 'sealed/uploads/../runs/x/test.json'];

    for (const uri of uris) {
      const [bucket, ...key] = uri.split('/');
      const place = `s3://${bucketNamed(bucket === 'data' ? 'data' : 'sealed')}/${key.join('/')}`;
      expect(placeOf(await put('peek', { datasets: { train, test: place } }))).toEqual([
        422,
        'invalid_input',
        'datasets.test',
      ]);
    }
  });
});

describe('DELETE /tasks/{name}', () => {
  it('takes it out of the list, keeps its versions and prompts, and PUT brings it back', async () => {
    await put('gone', { schedule: { expression: 'rate(1 day)' } });

    const deleted = await ask('DELETE', '/tasks/gone');
    const late = await ask('DELETE', '/tasks/gone');

    expect([deleted.status, placeOf(late)]).toEqual([204, [404, 'not_found', 'name']]);
    for (const path of ['/tasks/gone', '/tasks/gone?version=1', '/tasks/gone/versions']) {
      expect(placeOf(await ask('GET', path))).toEqual([404, 'not_found', 'name']);
    }
    expect((await ask('GET', '/prompts/gone')).status).toBe(200);
    expect(JSON.stringify((await ask('GET', '/tasks?limit=100')).body)).not.toContain('"gone"');
    const back = await put('gone');
    expect([back.status, back.body.version, back.body.schedule]).toEqual([201, 2, null]);
    expect((await ask('GET', '/tasks/gone/versions')).body.items).toMatchObject([{ version: 2 }, { version: 1 }]);
  });
});

describe('GET /tasks', () => {
  it('gives every task once, page by page, deleted ones not counted', async () => {
    for (const name of ['list-a', 'list-b', 'list-c', 'list-d']) await put(name);
    await ask('DELETE', '/tasks/list-b');
    const names: unknown[] = [];

    let next: unknown = '';
    while (next !== null) {
      const { body } = await ask('GET', `/tasks?limit=2${next === '' ? '' : `&cursor=${next}`}`);
      const items = Array.isArray(body.items) ? body.items : [];
      if (body.next !== null) expect(items).toHaveLength(2);
      names.push(...items.map(({ name }) => name));
      next = body.next;
    }

    expect(names).toEqual([...new Set(names)].toSorted());
    expect(names.filter((name) => String(name).startsWith('list-'))).toEqual(['list-a', 'list-c', 'list-d']);
  });
});

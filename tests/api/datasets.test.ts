import { describe, expect, it } from 'vitest';
import { bucketNamed, getText } from '../../lambdas/store/objects.ts';
import { useEmbeddedAws } from '../store/embedded.ts';
import { ask, placeOf } from './requests.ts';

useEmbeddedAws();

const CSV = 'id,input,expected\nt-1,My card was charged twice,billing\nt-2,The page stays empty,bug\n';
const give = (body: string, query: string, type = 'text/csv') =>
  ask('POST', `/datasets?${query}`, { body, headers: { 'Content-Type': type } });
const jsonl = (examples: object[]): string => examples.map((one) => `${JSON.stringify(one)}\n`).join('');

describe('POST /datasets', () => {
  it('stores a file under the hash of its content, once', async () => {
    const first = await give(CSV, 'task=once&split=train&name=tickets.csv');
    const again = await give(CSV, 'task=once&split=train');

    expect([first.status, first.headers.get('location')]).toEqual([201, `/datasets/${first.body.id}?task=once`]);
    expect(first.body).toMatchObject({ split: 'train', format: 'csv', name: 'tickets.csv', examples: 2, warnings: [] });
    expect([again.status, again.body.id]).toEqual([200, first.body.id]);
    expect(await getText({ bucket: bucketNamed('data'), key: `uploads/${first.body.id}.csv` })).toBe(CSV);
  });

  it('seals a test set: nothing of it lies in the data bucket, and it can become no other split', async () => {
    const lines = jsonl([{ id: 's-1', input: 'a', expected: 'b' }]);

    const sealed = await give(lines, 'task=seal&split=test', 'application/x-ndjson');
    const seen = await give(lines, 'task=seal&split=train', 'text/plain; charset=UTF-8');

    const key = `uploads/${sealed.body.id}.jsonl`;
    expect(await getText({ bucket: bucketNamed('sealed'), key })).toBe(lines);
    expect(await getText({ bucket: bucketNamed('data'), key })).toBeNull();
    expect(placeOf(seen)).toEqual([422, 'invalid_input', 'split']);
  });

  it('tells each wrong line with its field and remedy, and how many more there are', async () => {
    const wrong = jsonl([{ id: 'a', input: 'x' }, { id: 'a', input: 'y' }, { id: '', input: 'z' }, { id: 'd' }]);

    const answer = await give(`${wrong}{"id":\n${'{}\n'.repeat(150)}`, 'task=wrong&split=train', 'application/jsonl');

    expect(answer.status).toBe(422);
    const problems = Array.isArray(answer.body.problems) ? answer.body.problems : [];
    expect(problems).toHaveLength(100);
    expect(answer.body.moreProblems).toBeGreaterThan(150);
    expect(problems.slice(0, 3)).toMatchObject([
      { line: 3, field: 'id', message: 'must have at least 1 character.' },
      { line: 4, field: 'input', message: 'is missing.', remedy: expect.stringContaining('A line has') },
      { line: 5, message: expect.stringContaining('is not JSON') },
    ]);
  });

  it('warns of examples that repeat, with their line', async () => {
    const { body } = await give(`${CSV}t-3,The page stays empty,billing\n`, 'task=warned&split=train');

    expect(body.warnings).toMatchObject([{ kind: 'duplicate', line: 4, level: 'warning' }]);
  });

  it.each<[string, string, string, string, number, string]>([
    ['no task', CSV, 'split=train', 'text/csv', 422, 'task'],
    ['no split', CSV, 'task=a', 'text/csv', 422, 'split'],
    ['an unknown split', CSV, 'task=a&split=dev', 'text/csv', 400, 'split'],
    ['an empty file', '', 'task=a&split=train', 'text/csv', 422, 'input'],
    ['lines without content', '\n\n', 'task=a&split=train', 'text/plain', 422, 'body'],
    ['another content type', CSV, 'task=a&split=train', 'application/xml', 415, 'Content-Type'],
    ['another charset', CSV, 'task=a&split=train', 'text/csv; charset=latin1', 415, 'Content-Type'],
    ['more than 5 MB', 'x'.repeat(5 * 1024 * 1024 + 1), 'task=a&split=train', 'text/csv', 413, 'body'],
    ['an upload that is none', '{"upload":"../../x"}', '', 'application/json', 400, 'upload'],
    ['an upload that nobody asked for', `{"upload":"${'0'.repeat(32)}"}`, '', 'application/json', 422, 'upload'],
  ])('refuses %s', async (_, body, query, type, status, field) => {
    const answer = await give(body, query, type);

    expect([answer.status, answer.body.field]).toEqual([status, field]);
    if (status === 413) expect(answer.body.remedy).toContain('POST /datasets/uploads');
  });

  it('refuses bytes that are no UTF-8', async () => {
    const { createApp } = await import('../../lambdas/api/app.ts');
    const body = new Uint8Array([...Buffer.from('input\n'), 0xff]);

    const answer = await createApp().request('/datasets?task=a&split=train', {
      method: 'POST',
      headers: { 'Content-Type': 'text/csv' },
      body,
    });

    expect([answer.status, await answer.json()]).toMatchObject([400, { field: 'body', code: 'invalid_input' }]);
  });
});

describe('POST /datasets/uploads', () => {
  it('gives a URL for one file, which is checked and stored for what it was asked for', async () => {
    const wanted = { task: 'large', split: 'test', format: 'csv', bytes: Buffer.byteLength(CSV), name: 'large.csv' };
    const place = await ask('POST', '/datasets/uploads', { body: wanted });
    const { upload, url, headers } = place.body;

    const early = await ask('POST', '/datasets', { body: { upload } });
    const put = await fetch(String(url), { method: 'PUT', headers: Object(headers), body: CSV });
    const other = await ask('POST', '/datasets?task=mine', { body: { upload } });
    const stored = await ask('POST', '/datasets', { body: { upload } });

    expect([place.status, put.status]).toEqual([201, 200]);
    expect(placeOf(early)).toEqual([422, 'invalid_input', 'upload']);
    expect(placeOf(other)).toEqual([422, 'invalid_input', 'task']);
    expect(String(url)).toMatch(/X-Amz-Expires=900.*X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost/);
    expect(stored.status).toBe(201);
    expect(stored.body).toMatchObject({ task: 'large', split: 'test', examples: 2, name: 'large.csv' });
    expect(await getText({ bucket: bucketNamed('sealed'), key: `incoming/${upload}` })).toBe(CSV);
  });

  it('refuses more than 100 MB', async () => {
    const body = { task: 'a', split: 'train', format: 'csv', bytes: 100 * 1024 * 1024 + 1 };

    expect(placeOf(await ask('POST', '/datasets/uploads', { body }))).toEqual([400, 'invalid_input', 'bytes']);
  });
});

describe('GET /datasets', () => {
  it('lists those of a task, and finds one by its id and task', async () => {
    const ids = [];
    for (const n of [1, 2, 3]) ids.push((await give(`${CSV}x-${n},more ${n},bug\n`, 'task=lists&split=train')).body.id);
    const shared = (await give(`${CSV}x-1,more 1,bug\n`, 'task=other&split=validation')).body.id;

    const first = await ask('GET', '/datasets?task=lists&limit=2');
    const second = await ask('GET', `/datasets?task=lists&limit=2&cursor=${first.body.next}`);
    const elsewhere = await ask('GET', `/datasets?task=other&cursor=${first.body.next}`);

    const found = [first, second].flatMap(({ body }) => (Array.isArray(body.items) ? body.items : []));
    expect(found.map(({ id }) => id)).toEqual(ids.toSorted());
    expect(placeOf(elsewhere)).toEqual([422, 'invalid_input', 'cursor']);
    expect((await ask('GET', `/datasets/${shared}`)).body).toMatchObject({ task: 'lists', split: 'train' });
    expect((await ask('GET', `/datasets/${shared}?task=other`)).body).toMatchObject({ split: 'validation' });
    expect(placeOf(await ask('GET', `/datasets/${shared}?task=nobody`))).toEqual([404, 'not_found', 'id']);
  });
});

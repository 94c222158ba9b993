import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createApp } from '../../lambdas/api/app.ts';
import { cursorsOf } from '../../lambdas/api/cursor.ts';
import { ProblemError, problemSchema } from '../../lambdas/api/problem.ts';
import { defineRoute } from '../../lambdas/api/route.ts';
import { ask, placeOf } from './requests.ts';

/** One route with a bit of everything; no store behind it. */
const echo = defineRoute({
  method: 'POST',
  path: '/echo/{name}',
  operationId: 'echo',
  tag: 'api',
  summary: 'What came in.',
  params: z.object({ name: z.string().regex(/^[a-z]{1,8}$/) }),
  query: z.object({ count: z.number().int().max(9).default(1), loud: z.boolean().optional() }),
  headers: z.object({ 'if-match': z.string().optional() }),
  body: { 'application/json': z.strictObject({ text: z.string() }), 'text/plain': 'text' },
  bodyLimit: 1_000,
  responses: { 200: { description: 'All of it.', schema: z.record(z.string(), z.unknown()) } },
  async handler({ params, query, headers, body }) {
    const text = typeof body === 'string' ? body : body.text;
    if (text === 'break') throw new Error('the password is hunter2');
    if (text === 'race') throw new ProblemError(409, 'conflict', { detail: 'Too late.' });
    return { status: 200, body: { ...params, ...query, match: headers['if-match'] ?? null, text } };
  },
});
const app = createApp([echo]);

async function post(path: string, body: string, headers: Record<string, string> = {}) {
  const type = headers['Content-Type'] ?? 'application/json';
  const answer = await app.request(path, { method: 'POST', body, headers: { ...headers, 'Content-Type': type } });
  const json: unknown = await answer.json();
  return { status: answer.status, headers: answer.headers, json };
}
const TEXT = '{"text":"a"}';

describe('a request', () => {
  it('reaches the handler as its schemas make it', async () => {
    const { json } = await post('/echo/abc?loud=true&count=3', TEXT, { 'If-Match': '"v1"' });

    expect(json).toEqual({ name: 'abc', count: 3, loud: true, match: '"v1"', text: 'a' });
  });

  it.each<[string, string, string, object]>([
    ['an unknown query parameter', '/echo/a?cuont=1', TEXT, { field: 'cuont', remedy: 'Did you mean `count`?' }],
    ['a parameter twice', '/echo/a?count=1&count=2', TEXT, { field: 'count' }],
    ['a number that is none', '/echo/a?count=', TEXT, { field: 'count', detail: 'count: must be a number, not text.' }],
    ['a number out of range', '/echo/a?count=10', TEXT, { field: 'count' }],
    ['a truth value that is none', '/echo/a?loud=yes', TEXT, { field: 'loud' }],
    ['an empty body', '/echo/a', '', { field: 'body', detail: 'line 1, body: is empty.' }],
    ['a list as body', '/echo/a', '[]', { field: 'body' }],
  ])('with %s is refused with the field', async (_, path, body, problem) => {
    const { status, headers, json } = await post(path, body);

    expect([status, headers.get('content-type')]).toEqual([400, 'application/problem+json']);
    expect(problemSchema.parse(json)).toMatchObject({ code: 'invalid_input', status: 400, ...problem });
  });

  it.each<[string, number]>([
    ['{"text": nul, "and": "a text that is long"}', 12],
    ['{"text":"a",}', 12],
    ['{"text":"a"', 11],
    ['nothing', 1],
  ])('with JSON that is broken is told where: %s', async (body, character) => {
    const { json } = await post('/echo/a', body);

    expect(json).toMatchObject({ detail: expect.stringMatching(new RegExp(`at character ${character} \\(line 1,`)) });
  });

  it.each<[string, string, string]>([
    ['half of a surrogate pair', '{"text":"\\ud83d"}', 'text'],
    ['a number that is too small', '{"text":{"a":[0,5e-324]}}', 'text.a.1'],
    ['a number that is too large', '{"text":-1e126}', 'text'],
    ['a field without a name', '{"":"a"}', 'body'],
    ['JSON that is nested for ever', `${'['.repeat(400)}${']'.repeat(400)}`, Array(29).fill('0').join('.')],
  ])('with %s, which no table keeps, is refused with the field', async (_, body, field) => {
    const { status, json } = await post('/echo/a', body);

    expect([status, json]).toMatchObject([422, { code: 'invalid_input', field }]);
  });

  it('keeps what JSON writes as a pair, and a backslash before a u', async () => {
    const { json } = await post('/echo/a', '{"text":"\\ud83d\\ude00 \\\\ud83d"}');

    expect(json).toMatchObject({ text: '\u{1F600} \\ud83d' });
  });

  it('with a body over the limit is refused, told by its length or not', async () => {
    const long = 'x'.repeat(1_001);
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(long));
        controller.close();
      },
    });

    const told = await post('/echo/a', long, { 'Content-Type': 'text/plain', 'Content-Length': '1001' });
    const streamed = await app.request('/echo/a', {
      method: 'POST',
      headers: { 'Content-Type': 'text/plain' },
      body: stream,
      duplex: 'half',
    });

    expect([told.status, told.json]).toMatchObject([413, { code: 'payload_too_large', field: 'body' }]);
    expect(streamed.status).toBe(413);
  });

  it('that breaks something is answered without what broke', async () => {
    const { status, json } = await post('/echo/a', '{"text":"break"}');

    expect([status, json]).toMatchObject([500, { code: 'internal_error' }]);
    expect(JSON.stringify(json)).not.toContain('hunter2');
  });

  it('is answered with the problem that the handler ends with', async () => {
    expect(await post('/echo/a', '{"text":"race"}')).toMatchObject({ status: 409, json: { code: 'conflict' } });
  });
});

describe('a path', () => {
  it.each([
    ['x'.repeat(10_000)],
    ['%2e%2e%2f'],
    ['..%2f..%2fetc%2fpasswd'],
    ['%00'],
    ['a%00'],
    ['%ff'],
    ['%zz'],
    ['a%0a'],
    ['%E2%82%AC'],
    ['A'],
    ['a%2Fb'],
    ['__proto__'],
    ['a;b=c'],
  ])('with a name that none can be is refused with the field: %.40s', async (name) => {
    for (const resource of ['tasks', 'prompts', 'datasets']) {
      const answer = await ask('GET', `/${resource}/${name}`);

      const field = { tasks: 'name', prompts: 'task', datasets: 'id' }[resource];
      expect(placeOf(answer)).toEqual([400, 'invalid_input', field]);
      expect(JSON.stringify(answer.body).length).toBeLessThan(1_500);
    }
  });

  it.each(['/', '/task', '/tasks/', '/tasks/a/b', '/tasks/../x', '/tasks//', '/datasets/uploads/x', '//tasks'])(
    'that is none is not found: %s',
    async (path) => {
      expect(placeOf(await ask('GET', path))).toEqual([404, 'not_found', undefined]);
    },
  );

  it.each([
    ['/tasks', 'POST', 'GET, HEAD, OPTIONS'],
    ['/tasks/a', 'POST', 'PUT, GET, HEAD, DELETE, OPTIONS'],
    ['/datasets/uploads', 'GET', 'POST, OPTIONS'],
    ['/openapi.json', 'DELETE', 'GET, HEAD, OPTIONS'],
    ['/prompts/a/promote', 'PATCH', 'POST, OPTIONS'],
  ])('knows its methods: %s', async (path, method, allow) => {
    const refused = await ask(method, path);
    const options = await ask('OPTIONS', path);

    expect([refused.status, refused.body.code, refused.headers.get('allow')]).toEqual([
      405,
      'method_not_allowed',
      allow,
    ]);
    expect([options.status, options.headers.get('allow')]).toEqual([204, allow]);
  });
});

describe('a cursor', () => {
  const cursors = cursorsOf('things', z.strictObject({ at: z.number() }));
  const cursor = cursors.write({ at: 5 }, { of: 'a' }) ?? '';

  it('leads on in its list, with its filter, and nowhere else', () => {
    expect(cursors.read(cursor, { of: 'a' })).toEqual({ at: 5 });
    expect(() => cursors.read(cursor, { of: 'b' })).toThrow('another filter');
    expect(() => cursorsOf('others', z.unknown()).read(cursor, { of: 'a' })).toThrow('no cursor of this list');
    const forged = Buffer.from(JSON.stringify({ list: 'things', filter: '[]', position: { at: 'x' } }));
    expect(() => cursors.read(forged.toString('base64url'))).toThrow('no cursor of this list');
    expect(() => cursors.read('abc')).toThrow('no cursor of this list');
  });

  it('is none at the beginning and at the end', () => {
    expect(cursors.read(undefined)).toBeNull();
    expect(cursors.write(null)).toBeNull();
  });
});

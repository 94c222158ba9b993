import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { InvalidInputError } from '../../lambdas/contracts/errors.ts';
import { connect, patienceMs, remoteApi } from '../../local/remote/api.ts';
import { RemoteError } from '../../local/remote/problems.ts';
import { sendPlain } from '../../local/remote/signed-fetch.ts';
import { type FakeServer, isSigned, stackAnswer, stackError, startFakeServer } from '../support/fake-cloud.ts';

const identity = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'not-a-secret', region: 'eu-central-1' };

async function fake(answer: Parameters<typeof startFakeServer>[0]): Promise<FakeServer> {
  const server = await startFakeServer(answer);
  onTestFinished(() => server.close());
  return server;
}

async function problemsOf(work: Promise<unknown>): Promise<InvalidInputError['problems']> {
  const error: unknown = await work.then(
    () => null,
    (reason) => reason,
  );
  if (!(error instanceof InvalidInputError)) throw error ?? new Error('was not refused');
  return error.problems;
}

beforeEach(() => {
  vi.stubEnv('AWS_REGION', identity.region);
  vi.stubEnv('AWS_ACCESS_KEY_ID', identity.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', identity.secretAccessKey);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

async function cloudFormation(answer: Parameters<typeof startFakeServer>[0]): Promise<FakeServer> {
  const server = await fake(answer);
  vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFORMATION', server.url);
  return server;
}

describe('the API of a stack', () => {
  it('is found by the stack’s name and gets requests signed by the user', async () => {
    const api = await fake(async (request) => ({
      status: (await isSigned(request, identity)) ? 200 : 403,
      body: JSON.stringify({ answered: true }),
    }));
    const formation = await cloudFormation(() => stackAnswer({ Other: 'x', ApiUrl: `${api.url}/` }));

    const remote = await connect('my-stack');
    const call = { query: { task: 'a b', split: 'train' }, headers: { 'content-type': 'text/csv' }, body: 'id,ü\n' };
    const answer = await remote.json('POST', '/datasets', z.object({ answered: z.boolean() }), call);
    const read = await remote.text('GET', '/runs/r-1/events', { query: { after: undefined, waitSeconds: '20' } });

    expect(answer).toEqual({ answered: true });
    expect(JSON.parse(read)).toEqual({ answered: true });
    expect(formation.requests[0]?.body).toContain('StackName=my-stack');
    expect(api.requests.map(({ path }) => path)).toEqual([
      '/datasets?task=a%20b&split=train',
      '/runs/r-1/events?waitSeconds=20',
    ]);
  });

  it('gets no signature that covers another body', async () => {
    const verdicts: boolean[] = [];
    const api = await fake(async (request) => {
      verdicts.push(await isSigned({ ...request, body: `${request.body} ` }, identity));
      return { status: 200, body: '{}' };
    });
    await cloudFormation(() => stackAnswer({ ApiUrl: api.url }));
    await (await connect('my-stack')).text('POST', '/runs', { body: '{}' });
    expect(verdicts).toEqual([false]);
  });

  it.each([
    [
      stackError(400, 'ValidationError', 'Stack with id nope does not exist'),
      'There is no stack nope in eu-central-1.',
    ],
    [stackError(403, 'AccessDenied', 'User is not authorized'), 'cloudformation:DescribeStacks'],
    [stackAnswer({ Bucket: 'b' }), 'has no output ApiUrl'],
  ])('is asked for in words where it cannot be found (%#)', async (answer, words) => {
    await cloudFormation(() => answer);
    const [problem] = await problemsOf(connect('nope'));
    expect(problem?.file).toBe('--remote');
    expect(`${problem?.message} ${problem?.remedy}`).toContain(words);
  });
});

describe('a service at an address', () => {
  it('gets the token and no signature', async () => {
    const api = await fake(() => ({ status: 200, body: 'yes' }));
    vi.stubEnv('PROMPT_OPTIMIZER_TOKEN', 'open-sesame');
    await (await connect(api.url)).text('GET', '/tasks');
    expect(api.requests[0]?.headers.authorization).toBe('Bearer open-sesame');
  });

  it('is followed to where an answer is that was too large, without the token', async () => {
    const api = await fake(({ path }) =>
      path === '/runs/r/report'
        ? { status: 303, body: '', headers: { location: '/store/report.json?signature=a%2Fb' } }
        : { status: 200, body: path },
    );
    vi.stubEnv('PROMPT_OPTIMIZER_TOKEN', 'open-sesame');

    const text = await (await connect(api.url)).text('GET', '/runs/r/report');

    expect(text).toBe('/store/report.json?signature=a%2Fb');
    expect(api.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer open-sesame', undefined]);
  });

  it('is asked again after a failure that passes, and gives up with a sentence', async () => {
    let asked = 0;
    const api = await fake(() => {
      asked += 1;
      return asked === 1 ? 'hang up' : asked === 2 ? { status: 503, body: '' } : { status: 200, body: 'there' };
    });
    expect(await remoteApi(api.url, sendPlain, [1, 1]).text('GET', '/tasks')).toBe('there');

    await api.close();
    const refused = remoteApi(api.url, sendPlain, [1]).text('GET', '/tasks');
    await expect(refused).rejects.toThrow(RemoteError);
    await expect(refused).rejects.toThrow(`${api.url} cannot be reached: connect ECONNREFUSED`);
  });

  it('is given the time that a large upload takes on a slow line', () => {
    expect(patienceMs()).toBe(40_000);
    expect(patienceMs('x'.repeat(50_000_000))).toBeGreaterThan(400_000);
  });

  it('has its problems told with file, line, field and remedy, and is not asked again', async () => {
    const problems = [
      { line: 3, field: 'id', message: 'is missing.', remedy: 'Give one.' },
      { line: 9, message: 'is not JSON.' },
    ];
    const api = await fake(() => ({
      status: 422,
      headers: { 'content-type': 'application/problem+json' },
      body: JSON.stringify({ type: 'urn:x', title: 'No', status: 422, detail: 'd', code: 'invalid_input', problems }),
    }));
    const found = await problemsOf(
      remoteApi(api.url, sendPlain, [1]).text('POST', '/datasets', { file: 'train.jsonl' }),
    );
    expect(found).toEqual([
      { file: 'train.jsonl', line: 3, field: 'id', message: 'is missing.', remedy: 'Give one.' },
      { file: 'train.jsonl', line: 9, message: 'is not JSON.' },
    ]);
    expect(api.requests).toHaveLength(1);
  });

  it('is told to be something else when it answers what no API of ours does', async () => {
    const api = await fake(() => ({ status: 200, body: '<html>' }));
    const answer = remoteApi(api.url, sendPlain).json('GET', '/tasks', z.object({}));
    await expect(answer).rejects.toThrow('check that --remote names it');
  });
});

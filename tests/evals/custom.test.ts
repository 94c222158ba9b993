import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Example } from '../../lambdas/contracts/dataset.ts';
import { asksModels, callsOfEvals, evalSchema, problemOf, scoreAnswer } from '../../lambdas/evals/registry.ts';
import type { EvalContext } from '../../lambdas/evals/scorer.ts';
import { type EvalServices, ScoringEndedError } from '../../lambdas/evals/services.ts';
import { forgetScorers, invokeScorer } from '../../lambdas/platform/scorer-functions.ts';
import { runScorerFile, ScorerUnavailableError } from '../../lambdas/platform/scorers.ts';
import { keepUserAws, withScorerFiles } from '../../local/user-scorers.ts';
import { evalOf, noServices } from './scoring.ts';

const arn = 'arn:aws:lambda:eu-central-1:123456789012:function:score:live';
const example: Example = {
  id: 'x-1',
  input: { text: 'ä' },
  expected: { label: 'a' },
  tags: ['vip'],
  metadata: { source: 'mail' },
  output: 'a golden answer',
};
const candidate = { system: 'Classify.', user: '{{text}}' };
/** As deployed, or on one machine. */
const services: EvalServices = { ...noServices, candidate, invoke: invokeScorer, runFile: runScorerFile };

afterEach(() => {
  vi.unstubAllEnvs();
  forgetScorers();
});

async function score(settings: Record<string, unknown>, given: Partial<EvalServices> = {}, text = 'the answer') {
  const evals = [evalOf({ type: 'custom', name: 'mine', ...settings })];
  const scoring = await scoreAnswer(evals, example, { text, truncated: false }, { ...services, ...given });
  return scoring.evals[0];
}

/** What a scorer is given, whatever it is. */
const given = {
  example: { id: 'x-1', input: { text: 'ä' }, expected: { label: 'a' }, metadata: { source: 'mail' } },
  output: 'the answer',
  candidate,
};

interface Invocation {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly payload: unknown;
}

/** A server in Lambda's place. */
async function lambda(respond: (response: ServerResponse, index: number) => void): Promise<Invocation[]> {
  const invocations: Invocation[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const payload: unknown = JSON.parse(Buffer.concat(chunks).toString('utf-8'));
      invocations.push({ path: decodeURIComponent(request.url ?? ''), headers: request.headers, payload });
      respond(response, invocations.length - 1);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  return invocations;
}

function says(body: string, headers: Record<string, string> = {}, status = 200): (response: ServerResponse) => void {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  };
}

const right = says('{"score":0.5,"feedback":"Half."}');
const error = (name: string, status: number): ((response: ServerResponse) => void) =>
  says('{"Message":"No.","Type":"User"}', { 'x-amzn-errortype': name }, status);

describe('a scorer that is a function', () => {
  it('is given the example, the answer and the prompt, and what it answers is the score', async () => {
    const invocations = await lambda(right);

    expect(await score({ arn })).toEqual({ name: 'mine', score: 0.5, feedback: 'Half.' });

    expect(invocations).toHaveLength(1);
    expect(invocations[0]?.path).toBe(`/2015-03-31/functions/${arn}/invocations`);
    expect(invocations[0]?.payload).toEqual(given);
  });

  it.each([
    { case: 'without a feedback', body: '{"score":0}', feedback: 'mine gave 0.' },
    { case: 'with an empty one', body: '{"score":1,"feedback":" "}', feedback: 'mine gave 1.' },
    { case: 'with more than is asked for', body: '{"score":1,"feedback":"F","other":[]}', feedback: 'F' },
  ])('may answer $case', async ({ body, feedback }) => {
    await lambda(says(body));

    expect(await score({ arn })).toMatchObject({ feedback });
  });

  it.each([
    {
      case: 'throws',
      respond: says('{"errorMessage":"boom"}', { 'x-amz-function-error': 'Unhandled' }),
      message: `${arn} threw: {"errorMessage":"boom"}`,
    },
    { case: 'answers no JSON', respond: says('<html>'), message: `${arn} answered no JSON: "<html>"` },
    { case: 'answers nothing', respond: says(''), message: `${arn} answered no JSON: ""` },
    {
      case: 'answers null',
      respond: says('null'),
      message: 'it must answer { score: 0 to 1, feedback: text } (the answer: ',
    },
    { case: 'answers a number', respond: says('1'), message: 'it must answer { score: 0 to 1' },
    { case: 'answers without a score', respond: says('{"feedback":"F"}'), message: '(score: ' },
    { case: 'gives a score in quotes', respond: says('{"score":"1"}'), message: '(score: ' },
    { case: 'gives a score of null', respond: says('{"score":null}'), message: '(score: ' },
    { case: 'gives a score above 1', respond: says('{"score":1.01}'), message: '(score: ' },
    { case: 'gives a score below 0', respond: says('{"score":-0.01}'), message: '(score: ' },
    { case: 'gives a score beyond all numbers', respond: says('{"score":1e999}'), message: '(score: ' },
    { case: 'gives a feedback that is no text', respond: says('{"score":1,"feedback":["F"]}'), message: '(feedback: ' },
    { case: 'does not exist', respond: error('ResourceNotFoundException', 404), message: 'The scorer mine failed: ' },
    { case: 'may not be invoked', respond: error('AccessDeniedException', 403), message: 'The scorer mine failed: ' },
  ])('fails the rollout for good, and never scores 0, when it $case', async ({ respond, message }) => {
    const invocations = await lambda(respond);

    const scoring = score({ arn });

    await expect(scoring).rejects.toMatchObject({ name: 'ScorerError', transient: false });
    await expect(scoring).rejects.toThrow(message);
    await expect(scoring).rejects.toThrow('The scorer mine failed: ');
    expect(invocations).toHaveLength(1);
  });

  it('is asked again at once when Lambda is busy: a new account runs ten at a time', async () => {
    const invocations = await lambda((response, index) =>
      (index < 2 ? error('TooManyRequestsException', 429) : right)(response),
    );

    expect(await score({ arn })).toMatchObject({ score: 0.5 });
    expect(invocations).toHaveLength(3);
  });

  it('that is too slow is ended at its time limit, and may do better another time', async () => {
    let closed: Promise<unknown> | undefined;
    await lambda((response) => {
      closed = new Promise((resolve) => response.once('close', resolve));
    });
    const started = performance.now();

    const scoring = score({ arn, timeoutSeconds: 0.2 });

    await expect(scoring).rejects.toMatchObject({
      name: 'ScorerError',
      transient: true,
      message: `The scorer mine failed: ${arn} did not answer within 0.2 s.`,
    });
    expect(performance.now() - started).toBeLessThan(5_000);
    await closed;
  });

  it('out of reach may do better another time', async () => {
    await lambda(right);
    vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', 'http://127.0.0.1:1');

    await expect(score({ arn, timeoutSeconds: 0.3 })).rejects.toMatchObject({ name: 'ScorerError', transient: true });
  });

  it('is asked for several answers at once', async () => {
    const invocations = await lambda(right);

    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => score({ arn }, {}, `answer ${i}`)));

    expect(results.map((result) => result?.score)).toEqual(Array(20).fill(0.5));
    expect(new Set(invocations.map(({ payload }) => JSON.stringify(payload))).size).toBe(20);
  });

  it('passes on what ends the scoring for another reason', async () => {
    class Ended extends ScoringEndedError {}
    const ended = new Ended();

    await expect(score({ arn }, { invoke: () => Promise.reject(ended) })).rejects.toBe(ended);
  });

  it('is turned round by `not`', async () => {
    await lambda(says('{"score":1,"feedback":"It is rude."}'));

    expect(await score({ arn, not: true })).toEqual({
      name: 'mine',
      score: 0,
      feedback: 'The answer must not pass mine, but was "the answer". (It is rude.)',
    });
  });
});

describe('a scorer that is a file', () => {
  it('is given the same as a function, and goes before one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'prompt-optimizer-custom-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'mine.ts');
    writeFileSync(file, 'export default (input: object) => ({ score: 0.25, feedback: JSON.stringify(input) });');
    const wrong = join(folder, 'wrong.mjs');
    writeFileSync(
      wrong,
      'export default ({ output }) => { if (output === "throw") throw new Error("no"); return { score: NaN }; };',
    );
    const invocations = await lambda(right);

    await withScorerFiles(async () => {
      const result = await score({ file, arn });

      expect(result?.score).toBe(0.25);
      expect(JSON.parse(result?.feedback ?? '')).toEqual(given);
      await expect(score({ file: wrong })).rejects.toMatchObject({
        name: 'ScorerError',
        transient: false,
        message: expect.stringContaining('(score: '),
      });
      await expect(score({ file: wrong }, {}, 'throw')).rejects.toMatchObject({
        name: 'ScorerError',
        transient: false,
        message: 'The scorer mine failed: no',
      });
    });
    expect(invocations).toEqual([]);
  });

  it('that is too slow fails the rollout for now', async () => {
    const runFile = () => Promise.reject(new ScorerUnavailableError('mine.ts did not answer within 1 s.'));

    await expect(withScorerFiles(() => score({ file: 'mine.ts' }, { runFile }))).rejects.toMatchObject({
      name: 'ScorerError',
      transient: true,
      message: 'The scorer mine failed: mine.ts did not answer within 1 s.',
    });
  });

  it('is none where files do not run: the function is asked', async () => {
    const invocations = await lambda(right);

    expect(await score({ file: 'mine.ts', arn })).toMatchObject({ score: 0.5 });
    expect(invocations).toHaveLength(1);
  });
});

describe('a custom eval', () => {
  const task: EvalContext = { modelName: 'm', hasTools: false, prices: {} };
  const problem = (settings: Record<string, unknown>) => problemOf(evalOf({ type: 'custom', ...settings }), task);

  it('must name a function, or where files run a file', async () => {
    expect(problem({})).toMatchObject({ field: 'arn', message: 'is missing.' });
    expect(problem({ arn })).toBeNull();
    expect(problem({ file: 'mine.ts', arn })).toBeNull();
    expect(problem({ file: 'mine.ts' })).toMatchObject({ field: 'file', remedy: expect.stringContaining('`arn`') });
    expect(await withScorerFiles(async () => problem({ file: 'mine.ts' }))).toBeNull();
  });

  it.each([
    'score',
    'arn:aws:lambda:eu-central-1:12345:function:score',
    'arn:aws:s3:eu-central-1:123456789012:function:score',
    'arn:aws:lambda:eu-central-1:123456789012:function:',
    'arn:aws:lambda:eu-central-1:123456789012:function:a/../b',
    ` ${arn}`,
  ])('takes no %j for a function', (wrong) => {
    expect(evalSchema.safeParse({ type: 'custom', name: 'it', arn: wrong }).success).toBe(false);
  });

  it.each([arn, arn.replace(':live', ''), arn.replace(':live', ':$LATEST'), arn.replace('aws', 'aws-us-gov')])(
    'takes %s for a function',
    (good) => {
      expect(evalSchema.safeParse({ type: 'custom', name: 'it', arn: good }).success).toBe(true);
    },
  );

  it('costs nothing that is ours to count, and is worth keeping an answer for', () => {
    const evals = [evalOf({ type: 'custom', arn })];

    expect(callsOfEvals(evals, task)).toEqual([]);
    expect(asksModels(evals)).toBe(true);
  });
});

describe("the user's own AWS", () => {
  it('is where functions are invoked, whatever the environment says later', async () => {
    const invocations = await lambda(right);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'mine');

    await keepUserAws([evalOf({ type: 'custom', arn })]);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
    vi.stubEnv('AWS_REGION', 'us-east-1');
    await score({ arn });

    expect(invocations[0]?.headers.authorization).toMatch(/Credential=mine\/\d+\/eu-central-1\/lambda\//);
  });

  it.each([
    { case: 'no function', settings: { file: 'mine.ts' } },
    { case: 'a file that goes before it', settings: { file: 'mine.ts', arn } },
  ])('is not asked for with $case', async ({ settings }) => {
    vi.stubEnv('AWS_REGION', '');

    await expect(keepUserAws([evalOf({ type: 'custom', ...settings })])).resolves.toBeUndefined();
  });

  it('that is not there is an input error that names the eval and what to set', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE', 'AWS_REGION'])
      vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    for (const name of ['AWS_CONFIG_FILE', 'AWS_SHARED_CREDENTIALS_FILE'])
      vi.stubEnv(name, join(tmpdir(), 'no-such-file'));

    await expect(keepUserAws([evalOf({ type: 'exact_match' }), evalOf({ type: 'custom', arn })])).rejects.toMatchObject(
      {
        name: 'InvalidInputError',
        problems: [{ field: 'evals.1.arn', remedy: expect.stringContaining('AWS_REGION') }],
      },
    );
  });
});

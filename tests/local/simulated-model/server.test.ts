import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { judgeMessages, judgeSchema } from '../../../lambdas/evals/judge-prompt.ts';
import { openAiModel } from '../../../lambdas/model/openai-model.ts';
import { embed } from '../../../local/simulated-model/embeddings.ts';
import {
  type SimulatedModel,
  type SimulatedModelOptions,
  startSimulatedModel,
} from '../../../local/simulated-model/server.ts';

const started: SimulatedModel[] = [];
async function start(options: SimulatedModelOptions = {}) {
  const model = await startSimulatedModel(options);
  started.push(model);
  return model;
}
afterEach(async () => {
  await Promise.all(started.splice(0).map((model) => model.close()));
});

const body = (content = 'The sink is leaking and I am upset.', extra: object = {}) => ({
  model: 'gpt-4.1-mini',
  messages: [
    { role: 'system', content: 'Classify as one of: praise, complaint. Answer with the label only.' },
    { role: 'user', content },
  ],
  ...extra,
});
const reflection = {
  model: 'gpt-5.1',
  messages: [
    { role: 'system', content: 'You improve one component of a prompt.' },
    { role: 'user', content: '<component name="system">\nBe brief.\n</component>\n<examples>\n</examples>' },
  ],
};
const criteria = [{ name: 'fine', criteria: 'A fine answer.', scale: 'pass_fail' }] as const;
const judged = { input: 'It broke.', answer: 'Oh.', reference: undefined, truncated: false };
const judgement = {
  model: 'gpt-4.1',
  messages: judgeMessages(criteria, judged, 0),
  response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: judgeSchema(criteria) } },
};
const post = (model: SimulatedModel, value: unknown, route = 'chat/completions') =>
  fetch(`${model.baseUrl}/${route}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof value === 'string' ? value : JSON.stringify(value),
  });

describe('the simulated model over HTTP', () => {
  it('answers a chat request as OpenAI does, with usage', async () => {
    const response = await post(await start(), body());
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      object: 'chat.completion',
      model: 'gpt-4.1-mini',
      choices: [{ message: { role: 'assistant', content: 'complaint' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: expect.any(Number), completion_tokens: 3 },
    });
  });

  it('gives byte for byte the same answer on two servers with the same seed', async () => {
    const texts = await Promise.all(
      [start({ seed: 4 }), start({ seed: 4 })].map(async (model) => (await post(await model, body())).text()),
    );
    expect(texts[0]).toBe(texts[1]);
  });

  it('lists models and refuses unknown paths', async () => {
    const model = await start();
    expect(await (await fetch(`${model.baseUrl}/models`)).json()).toMatchObject({ object: 'list' });
    expect((await fetch(`${model.baseUrl}/nothing`)).status).toBe(404);
  });

  it('counts what it answered, by part', async () => {
    const model = await start();
    await post(model, body());
    await post(model, body('Thank you, delighted!'));
    await post(model, reflection);
    await post(model, judgement);
    await post(model, { model: 'text-embedding-3-small', input: 'It broke.' }, 'embeddings');
    await post(model, '{');
    await post(model, { model: 'text-embedding-3-small' }, 'embeddings');
    expect(model.counts()).toEqual({
      ...{ requests: 7, task: 2, reflection: 1, judge: 1, generator: 0, embedding: 1 },
      ...{ errors: 0, rateLimited: 0, badRequests: 2 },
    });
  });

  it.each([
    ['broken JSON', '{"model":', null],
    ['no messages', { model: 'x', messages: [] }, 'messages'],
    ['no model', { messages: body().messages }, 'model'],
    ['an unknown role', { model: 'x', messages: [{ role: 'wizard', content: 'hi' }] }, 'messages.0.role'],
    ['a temperature out of range', body('hi', { temperature: 3 }), 'temperature'],
  ])('answers 400 with an OpenAI-style error to %s', async (_what, request, param) => {
    const response = await post(await start(), request);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: { message: expect.any(String), type: 'invalid_request_error', param, code: null },
    });
  });

  it('stops at max_tokens and says so', async () => {
    const response = await post(await start(), body('It broke.', { max_tokens: 1 }));
    expect(await response.json()).toMatchObject({
      choices: [{ message: { content: 'comp' }, finish_reason: 'length' }],
    });
  });

  it('waits as long as it is told to, for each part by itself', async () => {
    const model = await start({ taskLatencyMs: 60, reflectionLatencyMs: 160 });
    const took = async (value: unknown) => {
      const from = performance.now();
      await post(model, value);
      return performance.now() - from;
    };
    expect(await took(body())).toBeGreaterThanOrEqual(58);
    expect(await took(reflection)).toBeGreaterThanOrEqual(158);
  });

  it('gives embeddings to the client that the optimizer uses', async () => {
    const client = openAiModel({ apiKey: 'none', baseUrl: (await start()).baseUrl });
    const { vector, inputTokens } = await client.embed({ model: 'm', text: 'It broke.', timeoutSeconds: 5 });
    expect(vector).toEqual(embed('It broke.'));
    expect(inputTokens).toBe(3);
  });

  it('answers 429 with retry-after above the rate limit, and recovers', async () => {
    const model = await start({ rateLimitPerSecond: 3 });
    const responses = await Promise.all(Array.from({ length: 8 }, () => post(model, body())));
    const limited = responses.filter((response) => response.status === 429);
    expect(limited.length).toBeGreaterThanOrEqual(2);
    for (const response of limited) {
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(response.headers.get('retry-after-ms'))).toBeLessThanOrEqual(1000);
    }
    expect(model.counts().rateLimited).toBe(limited.length);
    await new Promise((resolve) => setTimeout(resolve, Number(limited[0]?.headers.get('retry-after-ms')) + 20));
    expect((await post(model, body())).status).toBe(200);
  });

  it('fails about the share that it is told to, the same requests each time, and lets a retry succeed', async () => {
    const failures = async () => {
      const model = await start({ errorRate: 0.3, seed: 2 });
      const statuses: number[] = [];
      for (let i = 0; i < 60; i += 1) statuses.push((await post(model, body(`Message number ${i}.`))).status);
      const first = statuses.indexOf(500);
      const retries: number[] = [];
      for (let i = 0; i < 10; i += 1) retries.push((await post(model, body(`Message number ${first}.`))).status);
      return { statuses, retries };
    };
    const one = await failures();
    const share = one.statuses.filter((status) => status === 500).length / 60;
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.5);
    expect(one.retries).toContain(200);
    expect(await failures()).toEqual(one);
  });

  it('listens on loopback, on the port it is given, and closes while a request waits', async () => {
    const port = await new Promise<number>((resolve) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const address = probe.address();
        probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
      });
    });
    const model = await startSimulatedModel({ port, taskLatencyMs: 60_000 });
    expect(model.baseUrl).toBe(`http://127.0.0.1:${port}/v1`);
    const waiting = post(model, body()).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await model.close();
    expect(await waiting).toBeInstanceOf(Error);
  });
});

import { createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CallError, type ChatAnswer, type ChatRequest } from '../../lambdas/model/chat-model.ts';
import { openAiModel } from '../../lambdas/model/openai-model.ts';
import { type ChatServer, completion, json, type Respond, startChatServer } from './chat-server.ts';

const servers: ChatServer[] = [];
afterEach(async () => {
  vi.unstubAllGlobals();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(respond: Respond): Promise<ChatServer> {
  const server = await startChatServer(respond);
  servers.push(server);
  return server;
}

const messages: ChatRequest['messages'] = [
  { role: 'system', content: 'Be kind.' },
  { role: 'user', content: 'Hello' },
];

/** A request with plenty of time unless the test is about time. */
function request(changes: Partial<ChatRequest['model']> = {}, rest: Partial<ChatRequest> = {}): ChatRequest {
  return { model: { name: 'm', timeoutSeconds: 30, maxOutputTokens: 64, ...changes }, messages, ...rest };
}

function modelOf(server: ChatServer): ReturnType<typeof openAiModel> {
  return openAiModel({ apiKey: 'sk-test', baseUrl: server.baseUrl });
}

/** One call of a server with one kind of answer. */
async function answerOf(respond: Respond, asked = request()): Promise<ChatAnswer> {
  return modelOf(await serve(respond)).complete(asked);
}

/** The error of one call, and how many requests it took. */
async function errorOf(respond: Respond, asked = request()): Promise<{ error: CallError; requests: number }> {
  const server = await serve(respond);
  try {
    await modelOf(server).complete(asked);
  } catch (error) {
    if (error instanceof CallError) return { error, requests: server.requests.length };
    throw error;
  }
  throw new Error('The call was answered.');
}

const failure = (message: string, code: string | null = null, type = 'test'): object => ({
  error: { message, type, code },
});

describe('what is sent', () => {
  it('is the messages, the model and the limit, and nothing that the task does not set', async () => {
    const server = await serve(json(200, completion()));

    await modelOf(server).complete(request());

    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.path).toBe('/v1/chat/completions');
    expect(server.requests[0]?.headers.authorization).toBe('Bearer sk-test');
    expect(server.requests[0]?.body).toEqual({ model: 'm', messages, max_tokens: 64 });
  });

  it('has the temperature when the task sets one, 0 included', async () => {
    const server = await serve(json(200, completion()));

    await modelOf(server).complete(request({ temperature: 0 }));

    expect(server.requests[0]?.body).toMatchObject({ temperature: 0 });
  });

  it('asks for structured output when the task has a schema', async () => {
    const server = await serve(json(200, completion()));
    const schema = {
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['a'],
      additionalProperties: false,
    };

    await modelOf(server).complete(request({}, { responseSchema: schema }));

    expect(server.requests[0]?.body.response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'answer', strict: true, schema },
    });
  });

  it.each([
    { host: 'https://api.openai.com/v1', field: 'max_completion_tokens' },
    { host: 'https://eu.api.openai.com/v1', field: 'max_completion_tokens' },
    { host: 'https://notopenai.com/v1', field: 'max_tokens' },
    { host: 'https://openai.com.example.org/v1', field: 'max_tokens' },
    { host: undefined, field: 'max_completion_tokens' },
  ])('limits the answer of $host by $field', async ({ host, field }) => {
    const server = await serve(json(200, completion()));
    const asked: string[] = [];
    // The one thing that is not real: where the host's name leads.
    const realFetch = globalThis.fetch;
    vi.stubGlobal('fetch', (url: string | URL, init?: RequestInit) => {
      asked.push(String(url));
      return realFetch(`${server.baseUrl}/chat/completions`, init);
    });

    await openAiModel({ apiKey: 'sk-test', baseUrl: host }).complete(request());

    expect(asked).toEqual([`${host ?? 'https://api.openai.com/v1'}/chat/completions`]);
    expect(server.requests[0]?.body).toEqual({ model: 'm', messages, [field]: 64 });
  });

  it('asks for the likeliest tokens of each place only where they are wanted', async () => {
    const server = await serve(json(200, completion()));
    const model = modelOf(server);

    await model.complete(request({}, { logprobs: true }));
    await model.complete(request({}, { logprobs: false }));

    expect(server.requests.map(({ body }) => body)).toEqual([
      { model: 'm', messages, max_tokens: 64, logprobs: true, top_logprobs: 20 },
      { model: 'm', messages, max_tokens: 64 },
    ]);
  });

  it('has the functions of the task as they were written', async () => {
    const server = await serve(json(200, completion()));
    const tools = [{ type: 'function', function: { name: 'find', parameters: { type: 'object' }, strict: true } }];

    await modelOf(server).complete(request({ tools }));

    expect(server.requests[0]?.body).toEqual({ model: 'm', messages, max_tokens: 64, tools });
  });

  it('never has half a character, which servers refuse as no JSON', async () => {
    const server = await serve(json(200, completion()));
    const halved = [{ role: 'user' as const, content: 'cut \u{1F600}'.slice(0, -1) }];

    await modelOf(server).complete(request({}, { messages: halved }));

    expect(server.requests[0]?.body.messages).toEqual([{ role: 'user', content: 'cut \uFFFD' }]);
  });
});

describe('what is answered', () => {
  it('is the text with its tokens', async () => {
    expect(await answerOf(json(200, completion()))).toEqual({
      text: 'hi',
      refusal: null,
      truncated: false,
      toolCalls: [],
      tokens: null,
      latencyMs: expect.any(Number),
      inputTokens: 11,
      outputTokens: 7,
    });
  });

  it.each([
    { case: 'cut at the limit', choice: { finish_reason: 'length' }, answer: { text: 'hi', truncated: true } },
    {
      case: 'a refusal',
      choice: { message: { content: null, refusal: 'I cannot\nhelp.' } },
      answer: { text: '', refusal: 'I cannot help.' },
    },
    {
      case: 'withheld by a filter',
      choice: { finish_reason: 'content_filter', message: { content: '' } },
      answer: { refusal: 'The answer was withheld by a content filter.' },
    },
    {
      case: 'an empty refusal, which is none',
      choice: { message: { content: 'x', refusal: '' } },
      answer: { text: 'x', refusal: null },
    },
    { case: 'no content', choice: { message: { content: null } }, answer: { text: '', refusal: null } },
    {
      case: 'a list of parts',
      choice: {
        message: {
          content: [
            { type: 'thinking', thinking: [] },
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
      },
      answer: { text: 'ab' },
    },
    { case: 'half a character', choice: { message: { content: 'a\uD83D' } }, answer: { text: 'a\uFFFD' } },
  ])('may be $case', async ({ choice, answer }) => {
    expect(await answerOf(json(200, completion(choice)))).toMatchObject(answer);
  });

  it('bounds a refusal, which is stored as a reason', async () => {
    const { refusal } = await answerOf(
      json(200, completion({ message: { content: null, refusal: 'no '.repeat(1e5) } })),
    );

    expect(refusal?.length).toBeLessThanOrEqual(301);
  });

  it.each([
    { case: 'no usage', usage: undefined },
    { case: 'a usage of null', usage: null },
    { case: 'a usage without numbers', usage: {} },
    { case: 'a usage that is no count', usage: { prompt_tokens: -1, completion_tokens: 1.5 } },
    { case: 'a usage of text', usage: { prompt_tokens: '11', completion_tokens: null } },
  ])('has estimated tokens for $case: four bytes each', async ({ usage }) => {
    const answer = await answerOf(json(200, completion({ message: { content: 'ä'.repeat(6) } }, { usage })));

    expect(answer).toMatchObject({ inputTokens: Math.ceil('Be kind.\nHello'.length / 4), outputTokens: 3 });
  });
});

describe('the functions that a model calls', () => {
  const calling = (...calls: unknown[]): Respond =>
    json(200, completion({ message: { content: null, tool_calls: calls }, finish_reason: 'tool_calls' }));
  const call = (name: unknown, given: unknown): object => ({
    id: 'call-1',
    type: 'function',
    function: { name, arguments: given },
  });

  it('are read in order, with what they are called with', async () => {
    const answer = await answerOf(calling(call('find', '{"id":7,"deep":{"a":[1,null]}}'), call('send', '{}')));

    expect(answer).toMatchObject({ text: '', refusal: null, truncated: false });
    expect(answer.toolCalls).toEqual([
      { name: 'find', arguments: { id: 7, deep: { a: [1, null] } } },
      { name: 'send', arguments: {} },
    ]);
  });

  it.each([
    { case: 'text that is no JSON', given: '{"id":', read: '{"id":' },
    { case: 'plain text', given: 'seven', read: 'seven' },
    { case: 'an object and no text', given: { id: 7 }, read: { id: 7 } },
    { case: 'nothing', given: undefined, read: {} },
    { case: 'null', given: null, read: {} },
    { case: 'an empty text', given: ' ', read: {} },
    { case: 'a number', given: '7', read: 7 },
  ])('may be called with $case', async ({ given, read }) => {
    expect((await answerOf(calling(call('find', given)))).toolCalls).toEqual([{ name: 'find', arguments: read }]);
  });

  it.each([
    { case: 'null', calls: null },
    { case: 'no list', calls: {} },
    { case: 'a list of null', calls: [null] },
    { case: 'calls of no function', calls: [{ type: 'custom' }, { function: null }] },
    { case: 'functions without a name', calls: [call(null, '{}'), call(undefined, '{}')] },
  ])('are none when they are $case', async ({ calls }) => {
    const answer = await answerOf(json(200, completion({ message: { content: 'hi', tool_calls: calls } })));

    expect(answer).toMatchObject({ text: 'hi', toolCalls: [] });
  });
});

describe('the tokens of an answer', () => {
  const asked = request({}, { logprobs: true });
  const tokensOf = async (logprobs: unknown) => (await answerOf(json(200, completion({ logprobs })), asked)).tokens;

  it('are read with the likeliest in their places', async () => {
    const tokens = await tokensOf({
      content: [
        { token: 'h', logprob: -0.1, bytes: [104], top_logprobs: [{ token: 'h', logprob: -0.1, bytes: null }] },
        {
          token: 'i',
          logprob: -0.2,
          top_logprobs: [
            { token: 'i', logprob: -0.2 },
            { token: 'o', logprob: -2 },
          ],
        },
      ],
      refusal: null,
    });

    expect(tokens).toEqual([
      { token: 'h', likeliest: [{ token: 'h', logprob: -0.1 }] },
      {
        token: 'i',
        likeliest: [
          { token: 'i', logprob: -0.2 },
          { token: 'o', logprob: -2 },
        ],
      },
    ]);
  });

  it.each([
    { case: 'nothing', logprobs: undefined },
    { case: 'null', logprobs: null },
    { case: 'a text', logprobs: 'none' },
    { case: 'no content', logprobs: {} },
    { case: 'a content of null', logprobs: { content: null } },
    { case: 'an empty content', logprobs: { content: [] } },
    { case: 'the form of completions', logprobs: { tokens: ['h'], top_logprobs: [{ h: -0.1 }] } },
    { case: 'no likeliest tokens', logprobs: { content: [{ token: 'h', logprob: -0.1, top_logprobs: [] }] } },
    { case: 'likeliest tokens of null', logprobs: { content: [{ token: 'h', top_logprobs: null }] } },
    {
      case: 'likeliest tokens without numbers',
      logprobs: { content: [{ token: 'h', top_logprobs: [{ token: 'h' }] }] },
    },
    { case: 'tokens of null', logprobs: { content: [null, { token: 'h' }] } },
  ])('are none, and the answer is one, when the server gives $case', async ({ logprobs }) => {
    const answer = await answerOf(json(200, completion({ logprobs })), asked);

    expect(answer).toMatchObject({ text: 'hi', tokens: null });
  });

  it('leave out what is no token', async () => {
    const content = [
      null,
      { token: 'h', top_logprobs: [null, { token: 'h', logprob: -1 }, { token: 'x', logprob: '-1' }] },
    ];

    expect(await tokensOf({ content })).toEqual([
      { token: '', likeliest: [] },
      { token: 'h', likeliest: [{ token: 'h', logprob: -1 }] },
    ]);
  });
});

describe('the latency of an answer', () => {
  it('is the time from the request to the whole answer', async () => {
    const { latencyMs } = await answerOf((response, incoming) => {
      setTimeout(() => json(200, completion())(response, incoming), 60);
    });

    expect(latencyMs).toBeGreaterThanOrEqual(50);
    expect(latencyMs).toBeLessThan(10_000);
  });
});

describe('an embedding', () => {
  const embedding = (vector: unknown, usage: unknown = { prompt_tokens: 3, total_tokens: 3 }): object => ({
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: vector }],
    model: 'e',
    usage,
  });
  const embed = async (respond: Respond, text = 'Hello', timeoutSeconds = 30) =>
    modelOf(await serve(respond)).embed({ model: 'e', text, timeoutSeconds });

  it('is asked for as numbers, and read with its tokens', async () => {
    const server = await serve(json(200, embedding([0.5, -1, 0])));

    const answer = await modelOf(server).embed({ model: 'e', text: 'cut \u{1F600}'.slice(0, -1), timeoutSeconds: 30 });

    expect(answer).toEqual({ vector: [0.5, -1, 0], inputTokens: 3 });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.path).toBe('/v1/embeddings');
    expect(server.requests[0]?.body).toEqual({ model: 'e', input: 'cut \uFFFD', encoding_format: 'float' });
  });

  it('has estimated tokens where the server counts none', async () => {
    expect((await embed(json(200, embedding([1], null)), 'x'.repeat(41))).inputTokens).toBe(11);
  });

  it.each([
    { case: 'null', respond: json(200, null) },
    { case: 'no data', respond: json(200, { object: 'list' }) },
    { case: 'empty data', respond: json(200, { data: [] }) },
    { case: 'data of null', respond: json(200, { data: [null] }) },
    { case: 'an empty vector', respond: json(200, embedding([])) },
    { case: 'a vector in Base64', respond: json(200, embedding('AAAAPw==')) },
    { case: 'a vector with a null', respond: json(200, embedding([1, null])) },
    { case: 'a vector of texts', respond: json(200, embedding(['1'])) },
    {
      case: 'a page',
      respond: (response) => {
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end('<html>');
      },
    },
    { case: 'a dropped connection', respond: (_response, incoming) => incoming.socket.destroy() },
  ] as { case: string; respond: Respond }[])('is unavailable when there is none: $case', async ({ respond }) => {
    const answer = embed(respond);

    await expect(answer).rejects.toMatchObject({ name: 'CallError', kind: 'unavailable' });
    await expect(answer).rejects.toThrow(/^e (answered without an embedding\.|could not be reached or broke off: )/);
  });

  it.each([
    { status: 429, kind: 'rate_limited', wait: 7 },
    { status: 500, kind: 'unavailable', wait: 7 },
    { status: 400, kind: 'refused', wait: 7 },
    { status: 404, kind: 'fatal', wait: 7 },
  ])('is refused with $status as a chat is, after one request: $kind', async ({ status, kind, wait }) => {
    const server = await serve(json(status, failure('No.'), { 'retry-after': String(wait) }));

    const answer = modelOf(server).embed({ model: 'e', text: 'x', timeoutSeconds: 30 });

    await expect(answer).rejects.toMatchObject({ kind, retryAfterSeconds: wait, message: `e answered ${status} No.` });
    expect(server.requests).toHaveLength(1);
  });

  it('that does not come in time is ended', async () => {
    const answer = embed(() => undefined, 'x', 0.1);

    await expect(answer).rejects.toMatchObject({ kind: 'timeout', message: 'e did not answer within 0.1 s.' });
  });
});

describe('a status that is no answer', () => {
  it.each([
    { status: 429, kind: 'rate_limited' },
    { status: 500, kind: 'unavailable' },
    { status: 502, kind: 'unavailable' },
    { status: 503, kind: 'unavailable' },
    { status: 529, kind: 'unavailable' },
    { status: 408, kind: 'unavailable' },
    { status: 409, kind: 'unavailable' },
    { status: 400, kind: 'refused' },
    { status: 413, kind: 'refused' },
    { status: 422, kind: 'refused' },
    { status: 401, kind: 'fatal' },
    { status: 403, kind: 'fatal' },
    { status: 404, kind: 'fatal' },
  ])('$status is $kind after one request', async ({ status, kind }) => {
    // The header is how a server asks OpenAI's client to try again.
    const { error, requests } = await errorOf(json(status, failure('Because of it.'), { 'x-should-retry': 'true' }));

    expect(error.kind).toBe(kind);
    expect(error.message).toBe(`m answered ${status} Because of it.`);
    expect(error.retryAfterSeconds).toBeNull();
    expect(requests).toBe(1);
  });

  it.each([
    { code: 'insufficient_quota', type: 'x' },
    { code: null, type: 'insufficient_quota' },
  ])('429 for want of credit ($code, $type) is fatal: waiting cannot help', async ({ code, type }) => {
    const { error } = await errorOf(json(429, failure('You exceeded your current quota.', code, type)));

    expect(error.kind).toBe('fatal');
  });

  it('may have a body that is no JSON', async () => {
    const { error } = await errorOf((response) => {
      response.writeHead(503, { 'content-type': 'text/html' });
      response.end('<html>\n  <h1>Bad gateway</h1>\n</html>');
    });

    expect(error.kind).toBe('unavailable');
    expect(error.message).toBe('m answered 503 <html> <h1>Bad gateway</h1> </html>');
  });

  it('may have a huge body, of which one line is kept', async () => {
    const { error } = await errorOf(json(400, failure('x\n'.repeat(50_000))));

    expect(error.message.length).toBeLessThan(400);
    expect(error.message).not.toContain('\n');
  });
});

describe('the wait that a server asks for', () => {
  it.each([
    { headers: { 'retry-after': '7' }, seconds: 7 },
    { headers: { 'retry-after': '0.25' }, seconds: 0.25 },
    { headers: { 'retry-after': '0' }, seconds: 0 },
    { headers: { 'retry-after': '-3' }, seconds: 0 },
    { headers: { 'retry-after-ms': '1500' }, seconds: 1.5 },
    { headers: { 'retry-after-ms': '1500', 'retry-after': '9' }, seconds: 1.5 },
    { headers: { 'retry-after-ms': 'soon', 'retry-after': '9' }, seconds: 9 },
    { headers: { 'retry-after': 'soon' }, seconds: null },
    { headers: { 'retry-after': '' }, seconds: null },
    { headers: { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, seconds: 0 },
  ] as { headers: Record<string, string>; seconds: number | null }[])(
    'is $seconds s for $headers',
    async ({ headers, seconds }) => {
      const { error } = await errorOf(json(429, failure('Slow down.'), headers));

      expect(error.retryAfterSeconds).toBe(seconds);
    },
  );

  it('may be a date', async () => {
    // A day away, so that the seconds of a slow machine do not matter.
    const date = new Date(Date.now() + 86_400_000).toUTCString();

    const { error } = await errorOf(json(503, failure('Maintenance.'), { 'retry-after': date }));

    expect(error.retryAfterSeconds).toBeGreaterThan(80_000);
    expect(error.retryAfterSeconds).toBeLessThanOrEqual(86_400);
  });
});

describe('an answer that is none', () => {
  const raw =
    (body: string, type = 'application/json'): Respond =>
    (response) => {
      response.writeHead(200, { 'content-type': type });
      response.end(body);
    };

  it.each([
    { case: 'a dropped connection', respond: (_response, incoming) => incoming.socket.destroy() },
    {
      case: 'a connection dropped in the middle of the body',
      respond: (response, incoming) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
        response.write('{"id":', () => incoming.socket.destroy());
      },
    },
    { case: 'JSON that breaks off', respond: raw('{"choices":[{"mess') },
    { case: 'nothing', respond: raw('') },
    { case: 'a page', respond: raw('<html>Sign in</html>', 'text/html') },
    { case: 'null', respond: raw('null') },
    { case: 'no choices', respond: json(200, completion({}, { choices: [] })) },
    { case: 'choices of null', respond: json(200, completion({}, { choices: null })) },
    { case: 'a choice of null', respond: json(200, completion({}, { choices: [null] })) },
    { case: 'no message', respond: json(200, completion({ message: undefined })) },
    { case: 'a message of null', respond: json(200, completion({ message: null })) },
    { case: 'an error under status 200', respond: json(200, failure('Overloaded.')) },
  ] as { case: string; respond: Respond }[])('is unavailable after one request: $case', async ({ respond }) => {
    const { error, requests } = await errorOf(respond);

    expect(error.kind).toBe('unavailable');
    expect(error.message).toMatch(/^m (answered without a message|could not be reached or broke off: .+)/);
    expect(error.message).not.toContain('Cannot read properties');
    expect(requests).toBe(1);
  });

  it('is unavailable when nobody listens, and names the reason', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const address = closed.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    await new Promise((resolve) => closed.close(resolve));

    const call = openAiModel({ apiKey: 'sk-test', baseUrl: `http://127.0.0.1:${port}/v1` }).complete(request());

    await expect(call).rejects.toMatchObject({ name: 'CallError', kind: 'unavailable' });
    await expect(call).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe('a time-out', () => {
  it.each([
    { case: 'nothing comes', respond: () => undefined },
    {
      case: 'headers come and the body stalls',
      respond: (response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"id":"chatcmpl-1",');
      },
    },
    {
      case: 'the body never stops coming',
      respond: (response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const drip = setInterval(() => response.write(' '), 10);
        response.on('close', () => clearInterval(drip));
      },
    },
    {
      case: "an error's body stalls",
      respond: (response) => {
        response.writeHead(500, { 'content-type': 'application/json', 'retry-after': '1' });
        response.write('{"error":');
      },
    },
  ] as { case: string; respond: Respond }[])(
    'ends the call when $case, after one request',
    async ({ respond }) => {
      let closed: Promise<unknown> | undefined;
      // Without its bound the call would last for ever, and this test with it.
      const { error, requests } = await errorOf(
        (response, incoming) => {
          closed = new Promise((resolve) => incoming.socket.once('close', resolve));
          respond(response, incoming);
        },
        request({ timeoutSeconds: 0.15 }),
      );

      expect(error.kind).toBe('timeout');
      expect(error.message).toBe('m did not answer within 0.15 s.');
      expect(error.retryAfterSeconds).toBeNull();
      expect(requests).toBe(1);
      // The server is told: nobody pays for an answer that nobody awaits.
      await closed;
    },
    10_000,
  );

  it('does not touch an answer that comes in time, nor the calls after a time-out', async () => {
    let asked = 0;
    const server = await serve((response, incoming) => {
      asked += 1;
      if (asked > 1) json(200, completion())(response, incoming);
    });
    const model = modelOf(server);

    await expect(model.complete(request({ timeoutSeconds: 0.1 }))).rejects.toMatchObject({ kind: 'timeout' });

    expect((await model.complete(request())).text).toBe('hi');
  });
});

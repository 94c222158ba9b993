/** Serves the simulated model over HTTP on loopback, with the moods of a real server: waiting, limits, outages. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChatResult, completeChat } from './chat.ts';
import { completeEmbeddings, type EmbeddingsResult } from './embeddings.ts';
import { errorBody } from './protocol.ts';
import { hash, unit } from './text.ts';

export type SimulatedModelOptions = Readonly<{
  /** Seeds every pseudo-random choice. Default 0. */
  seed?: number;
  /** Milliseconds that an answer of the task model takes. Default 0. */
  taskLatencyMs?: number;
  /** Milliseconds that a reflection takes. Default 0. */
  reflectionLatencyMs?: number;
  /** Milliseconds that a judgement takes. Default 0. */
  judgeLatencyMs?: number;
  /** Milliseconds that the generator of synthetic data takes. Default 0. */
  generatorLatencyMs?: number;
  /** Share of the requests, in [0, 1], that are answered with 500. Default 0. */
  errorRate?: number;
  /** Requests a second above which 429 with `retry-after` is answered. Default: no limit. */
  rateLimitPerSecond?: number;
  /** Default: any free port. */
  port?: number;
}>;

/** What the server has seen: `task`, `reflection`, `judge`, `generator` and `embedding` were answered; the others were refused. */
export type SimulatedModelCounts = Readonly<{
  requests: number;
  task: number;
  reflection: number;
  judge: number;
  generator: number;
  embedding: number;
  errors: number;
  rateLimited: number;
  badRequests: number;
}>;

export type SimulatedModel = Readonly<{
  /** For `OPENAI_BASE_URL`; ends with `/v1`. */
  baseUrl: string;
  counts(): SimulatedModelCounts;
  close(): Promise<void>;
}>;

/** One route. `repeat`: how often the same request was answered before. */
type Complete = (body: unknown, seed: number, repeat: number) => ChatResult | EmbeddingsResult;

const MAX_BODY_BYTES = 8 * 1024 * 1024;
export const MODEL_IDS = ['simulated', 'gpt-4.1-mini', 'gpt-4.1', 'gpt-5.1', 'text-embedding-3-small'] as const;

/** Counts one more under a key, and gives what was counted before. */
function countUp(counts: Map<number, number>, key: number): number {
  const before = counts.get(key) ?? 0;
  if (counts.size > 100_000) counts.clear();
  counts.set(key, before + 1);
  return before;
}

async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  });
  response.end(text);
}

/**
 * Starts the server on 127.0.0.1. Content is a pure function of the seed and the request, but for a judge with a
 * temperature, which may judge otherwise when it is asked again. Which requests fail is a function of the seed, the
 * request and how often that request came before, so that a retry can succeed.
 */
export async function startSimulatedModel(options: SimulatedModelOptions = {}): Promise<SimulatedModel> {
  const { seed = 0, errorRate = 0, rateLimitPerSecond, port = 0 } = options;
  const latencyMs = {
    task: options.taskLatencyMs ?? 0,
    reflection: options.reflectionLatencyMs ?? 0,
    judge: options.judgeLatencyMs ?? 0,
    generator: options.generatorLatencyMs ?? 0,
    embedding: 0,
  };
  const parts = { task: 0, reflection: 0, judge: 0, generator: 0, embedding: 0 };
  const counts = { requests: 0, ...parts, errors: 0, rateLimited: 0, badRequests: 0 };
  const attempts = new Map<number, number>();
  const answers = new Map<number, number>();
  let windowStart = 0;
  let inWindow = 0;
  const closing = new AbortController();

  function fails(body: string): boolean {
    if (errorRate <= 0) return false;
    const key = hash(body);
    return unit(seed, 'error', key, countUp(attempts, key)) < errorRate;
  }

  function isOverLimit(): boolean {
    if (rateLimitPerSecond === undefined) return false;
    const now = performance.now();
    if (now - windowStart >= 1000) {
      windowStart = now;
      inWindow = 0;
    }
    inWindow += 1;
    return inWindow > rateLimitPerSecond;
  }

  async function answer(request: IncomingMessage, response: ServerResponse, complete: Complete): Promise<void> {
    counts.requests += 1;
    const text = await bodyOf(request);
    if (text === null) return send(response, 413, errorBody('The request is too large.', 'invalid_request_error'));
    if (isOverLimit()) {
      counts.rateLimited += 1;
      const waitMs = Math.max(1, Math.ceil(windowStart + 1000 - performance.now()));
      return send(response, 429, errorBody('Rate limit reached.', 'requests', null, 'rate_limit_exceeded'), {
        'retry-after': String(Math.ceil(waitMs / 1000)),
        'retry-after-ms': String(waitMs),
      });
    }
    if (fails(text)) {
      counts.errors += 1;
      return send(response, 500, errorBody('The server had an error while processing your request.', 'server_error'));
    }
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      counts.badRequests += 1;
      return send(
        response,
        400,
        errorBody('We could not parse the JSON body of your request.', 'invalid_request_error'),
      );
    }
    const result = complete(body, seed, countUp(answers, hash(text)));
    if (result.part === null) {
      counts.badRequests += 1;
      return send(response, result.status, result.body);
    }
    counts[result.part] += 1;
    const waitMs = latencyMs[result.part];
    if (waitMs > 0) await sleep(waitMs, undefined, { signal: closing.signal });
    send(response, result.status, result.body);
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname.replace(/^\/v1/, '');
    if (request.method === 'POST' && path === '/chat/completions') return answer(request, response, completeChat);
    if (request.method === 'POST' && path === '/embeddings') return answer(request, response, completeEmbeddings);
    if (request.method === 'GET' && path === '/models') {
      const data = MODEL_IDS.map((id) => ({ id, object: 'model', created: 0, owned_by: 'prompt-optimizer' }));
      return send(response, 200, { object: 'list', data });
    }
    send(response, 404, errorBody(`Unknown request: ${request.method} ${request.url}`, 'invalid_request_error'));
  }

  const server = createServer((request, response) => {
    // A client that hangs up, or close() during the wait, ends the exchange; there is nobody left to answer.
    route(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The simulated model got no port to listen on.');
  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    counts: () => ({ ...counts }),
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

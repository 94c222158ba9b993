/** The service's HTTP API as the command line uses it: retried, with answers that are checked and refusals in words. */
import { setTimeout as wait } from 'node:timers/promises';
import type { z } from 'zod';
import { optionalEnv } from '../../lambdas/platform/env.ts';
import { errorOf, RemoteError } from './problems.ts';
import { type ApiRequest, type SendRequest, sendPlain, sendSigned } from './signed-fetch.ts';

export interface Call {
  readonly query?: Readonly<Record<string, string | undefined>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  /** What the request is about, for messages: a file as the user named it. */
  readonly file?: string | undefined;
  /** Ends the request, and the waiting for another try. */
  readonly signal?: AbortSignal | undefined;
}

/** Every request may be sent twice: what changes something says by itself what it is about (content, run id, key). */
export interface RemoteApi {
  /** Where it is, for people. */
  readonly url: string;
  /** @throws InvalidInputError when it is refused, RemoteError when it cannot be had */
  text(method: ApiRequest['method'], path: string, call?: Call): Promise<string>;
  /** As `text`, for JSON. */
  json<S extends z.ZodType>(method: ApiRequest['method'], path: string, schema: S, call?: Call): Promise<z.infer<S>>;
}

/** Longest wait for one answer, milliseconds; a long poll takes up to 20 s of it. */
const ANSWER_PATIENCE_MS = 40_000;
/** What is sent has its own time: a line of 1 Mbit/s takes so many characters in a millisecond. */
const SENT_PER_MS = 125;
/** Waits between tries, milliseconds. */
const RETRY_WAITS_MS = [500, 1000, 2000, 4000] as const;
/** Longest wait that a server may ask for. */
const MOST_RETRY_AFTER_MS = 30_000;

/** API Gateway names its region in its address. */
const apiGatewayHost = /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/;

/**
 * The API that `--remote` names: a stack, or an address.
 * @param remote name of a CloudFormation stack, or an http(s) URL
 * @throws InvalidInputError
 */
export async function connect(remote: string): Promise<RemoteApi> {
  if (!/^https?:\/\//.test(remote)) {
    // Only whoever names a stack waits for its client to load.
    const { apiOfStack } = await import('./stack-outputs.ts');
    const { url, signer } = await apiOfStack(remote);
    return remoteApi(url, sendSigned(signer));
  }
  const region = apiGatewayHost.exec(new URL(remote).hostname)?.[1];
  if (region === undefined) return remoteApi(remote, withToken(optionalEnv('PROMPT_OPTIMIZER_TOKEN')));
  const { userSigner } = await import('./stack-outputs.ts');
  return remoteApi(remote, sendSigned(await userSigner(region)));
}

function withToken(token: string | undefined): SendRequest {
  if (token === undefined) return sendPlain;
  return (url, request, signal) =>
    sendPlain(url, { ...request, headers: { ...request.headers, authorization: `Bearer ${token}` } }, signal);
}

/** @param waitsMs waits between tries; passed in so that tests need not wait */
export function remoteApi(base: string, send: SendRequest, waitsMs: readonly number[] = RETRY_WAITS_MS): RemoteApi {
  const root = base.replace(/\/+$/, '');
  const text: RemoteApi['text'] = async (method, path, { query, headers = {}, body, file, signal } = {}) => {
    const url = new URL(`${root}${path}`);
    if (query !== undefined) url.search = queryString(query);
    for (let tried = 0; ; tried++) {
      const answer = await ask(send, url, { method, headers, body }, signal);
      if (answer instanceof Response && answer.ok) return answer.text();
      const elsewhere = answer instanceof Response && answer.status === 303 ? answer.headers.get('location') : null;
      // What is too large for an answer has a link of its own, which says by itself who may have it.
      if (elsewhere !== null) return remoteApi(new URL(elsewhere, url).href, sendPlain, waitsMs).text('GET', '');
      const waitMs = waitsMs[tried];
      if (waitMs === undefined || (answer instanceof Response && !isPassing(answer.status))) {
        throw answer instanceof Response ? await errorOf(answer, file) : unreachable(root, answer);
      }
      await pause(Math.max(waitMs, askedFor(answer)), signal);
    }
  };
  return {
    url: root,
    text,
    async json(method, path, schema, call) {
      const answer = await text(method, path, { ...call, headers: { accept: 'application/json', ...call?.headers } });
      const read = schema.safeParse(parseJson(answer));
      if (read.success) return read.data;
      throw new RemoteError(
        `${root}${path} does not answer as the API of Prompt Optimizer does: check that --remote names it, and that it is of the same version.`,
        { cause: read.error },
      );
    },
  };
}

/** Encoded as signatures have it: a space as %20, since a plus sign would be signed as one. */
function queryString(query: Readonly<Record<string, string | undefined>>): string {
  const encode = (text: string): string =>
    encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return Object.entries(query)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${encode(name)}=${encode(value)}`]))
    .join('&');
}

/** The answer, or why there is none. */
async function ask(
  send: SendRequest,
  url: URL,
  request: ApiRequest,
  signal: AbortSignal | undefined,
): Promise<Response | Error> {
  signal?.throwIfAborted();
  const patience = AbortSignal.timeout(patienceMs(request.body));
  try {
    return await send(url, request, signal === undefined ? patience : AbortSignal.any([signal, patience]));
  } catch (error) {
    signal?.throwIfAborted();
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** How long an answer to a request with this body is waited for, milliseconds. */
export function patienceMs(body = ''): number {
  return ANSWER_PATIENCE_MS + Math.ceil(body.length / SENT_PER_MS);
}

function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function askedFor(answer: Response | Error): number {
  const seconds = answer instanceof Response ? Number(answer.headers.get('retry-after') ?? 0) : 0;
  return Number.isFinite(seconds) ? Math.min(seconds * 1000, MOST_RETRY_AFTER_MS) : 0;
}

/** `fetch` says "fetch failed" and keeps the reason as the cause. */
function unreachable(root: string, error: Error): RemoteError {
  const reason =
    error.cause instanceof Error ? error.cause.message || String(Reflect.get(error.cause, 'code')) : error.message;
  return new RemoteError(`${root} cannot be reached: ${reason}. Check the address and the network.`, { cause: error });
}

/** Waits, unless `signal` ends it: then it throws. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return wait(milliseconds, undefined, signal === undefined ? {} : { signal });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A real HTTP server that speaks chat completions for a simulated task, with settable latency and faults. Loopback. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RuleWorld } from './rule-world.ts';
import { unit } from './unit.ts';

export const faultKinds = ['429', '500', 'drop', 'timeout', 'truncated', 'refusal', '401'] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface ModelServerOptions {
  readonly taskLatencyMs?: number;
  readonly reflectionLatencyMs?: number;
  /** Which fault a call meets; `attempt` counts the same body from 0. */
  readonly fault?: (call: { body: string; attempt: number; part: Part; index: number }) => FaultKind | null;
}

export type Part = 'task' | 'reflection';
export type Messages = readonly { readonly role: string; readonly content: string }[];

/** What stands behind a server: which of its two models a call is for, and what that one answers. */
export interface ChatModels {
  partOf(messages: Messages): Part;
  reply(part: Part, messages: Messages): string;
}

export interface ServerCounts {
  /** Calls that reached the server, faults included. */
  task: number;
  reflection: number;
  faults: number;
  /** The most calls that were there at once. */
  mostInFlight: number;
  /** Tokens of answered calls, as the replies state them: characters of the messages and of the answer / 4. */
  inputTokens: number;
  outputTokens: number;
}

export interface ModelServer {
  readonly baseUrl: string;
  readonly counts: ServerCounts;
  /** Bodies of the task calls, in the order of arrival. */
  readonly taskBodies: string[];
  close(): Promise<void>;
}

/** Faults for a share of the calls, fixed by seed and request: every kind in turn. */
export function randomFaults(
  seed: number,
  share: number,
  kinds: readonly FaultKind[],
): NonNullable<ModelServerOptions['fault']> {
  return ({ body, attempt }) => {
    if (unit(seed, body, attempt, 'fault') >= share) return null;
    return kinds[Math.floor(unit(seed, body, attempt, 'kind') * kinds.length)] ?? null;
  };
}

export function startModelServer(
  world: Pick<RuleWorld, 'answer' | 'reflect'>,
  options: ModelServerOptions = {},
): Promise<ModelServer> {
  const models: ChatModels = {
    partOf: (messages) => (asksOurReflection(messages) ? 'reflection' : 'task'),
    reply: (part, messages) => {
      const user = contentOf(messages, 'user');
      return part === 'task' ? world.answer(contentOf(messages, 'system'), user) : world.reflect(user);
    },
  };
  return startChatServer(models, options);
}

/** The first message of a role; empty when there is none. */
export function contentOf(messages: Messages, role: 'system' | 'user'): string {
  return messages.find((message) => message.role === role)?.content ?? '';
}

export function asksOurReflection(messages: Messages): boolean {
  return contentOf(messages, 'system').startsWith('You improve one component of a prompt');
}

export async function startChatServer(models: ChatModels, options: ModelServerOptions = {}): Promise<ModelServer> {
  const counts: ServerCounts = {
    task: 0,
    reflection: 0,
    faults: 0,
    mostInFlight: 0,
    inputTokens: 0,
    outputTokens: 0,
  };
  const taskBodies: string[] = [];
  const attempts = new Map<string, number>();
  let inFlight = 0;

  const server = createServer((request, response) => {
    void handle(request, response).catch(() => response.destroy());
  });
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    const { messages, model } = JSON.parse(body) as { model: string; messages: Messages };
    const part = models.partOf(messages);
    counts[part] += 1;
    if (part === 'task') taskBodies.push(body);
    inFlight += 1;
    counts.mostInFlight = Math.max(counts.mostInFlight, inFlight);
    response.once('close', () => {
      inFlight -= 1;
    });
    const attempt = attempts.get(body) ?? 0;
    attempts.set(body, attempt + 1);
    const fault = options.fault?.({ body, attempt, part, index: counts[part] - 1 }) ?? null;
    const latency = part === 'task' ? options.taskLatencyMs : options.reflectionLatencyMs;
    if (latency !== undefined && latency > 0) await new Promise((resolve) => setTimeout(resolve, latency));
    if (fault !== null) {
      counts.faults += 1;
      answerFault(fault, request, response);
      return;
    }
    const content = models.reply(part, messages);
    const prompt = messages.map((message) => message.content).join('');
    counts.inputTokens += tokensOf(prompt);
    counts.outputTokens += tokensOf(content);
    answerJson(response, 200, completion(model, { role: 'assistant', content, refusal: null }, prompt, content));
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    counts,
    taskBodies,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answerFault(fault: FaultKind, request: IncomingMessage, response: ServerResponse): void {
  const error = (message: string) => ({ error: { message, type: 'test', code: null } });
  switch (fault) {
    case '429':
      response.setHeader('retry-after', '0.05');
      answerJson(response, 429, error('Too many requests.'));
      return;
    case '500':
      answerJson(response, 500, error('Something broke.'));
      return;
    case '401':
      answerJson(response, 401, error('Incorrect API key provided.'));
      return;
    case 'drop':
      request.socket.destroy();
      return;
    case 'timeout':
      // Never answers; the caller's time limit ends it.
      return;
    case 'truncated':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"id":"x","object":"chat.completion","choices":[{"index":0,"mess');
      return;
    case 'refusal':
      answerJson(
        response,
        200,
        completion('m', { role: 'assistant', content: null, refusal: 'I cannot help with that.' }, '', ''),
      );
      return;
  }
}

function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

function completion(model: string, message: object, prompt: string, text: string): object {
  const usage = { prompt_tokens: tokensOf(prompt), completion_tokens: tokensOf(text) };
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 0,
    model,
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens },
  };
}

function answerJson(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf-8');
}

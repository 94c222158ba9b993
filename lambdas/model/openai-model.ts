/** `ChatModel` and `EmbeddingModel` over the `openai` client: any OpenAI-compatible server. */
import OpenAI from 'openai';
import type { Json } from '../contracts/dataset.ts';
import {
  type AnswerToken,
  CallError,
  type CallErrorKind,
  type ChatAnswer,
  type ChatModel,
  type ChatRequest,
  type EmbeddingModel,
} from './chat-model.ts';
import { observed } from './observed.ts';

type Completion = OpenAI.Chat.Completions.ChatCompletion;
/** What a tool must look like is the server's to say. */
type CompletionParams = Omit<OpenAI.Chat.Completions.ChatCompletionCreateParamsNonStreaming, 'tools'> & {
  readonly tools?: readonly Record<string, Json>[];
};

/** `baseUrl` undefined is OpenAI's own server. The retry policy is ours, so the client's is off. */
export function openAiModel(options: { apiKey: string; baseUrl: string | undefined }): ChatModel & EmbeddingModel {
  const client = new OpenAI({
    apiKey: options.apiKey,
    baseURL: options.baseUrl ?? null,
    maxRetries: 0,
    logLevel: 'off',
  });
  // OpenAI's newer models refuse `max_tokens`; most other servers know nothing else.
  const isOpenAi = /(^|\.)openai\.com$/.test(new URL(client.baseURL).hostname);
  const limitField = isOpenAi ? 'max_completion_tokens' : 'max_tokens';

  return observed({
    complete(request) {
      const started = performance.now();
      return withinTime(request.model, async (limits) => {
        const completion = await client.post<Completion>('/chat/completions', {
          body: toParams(request, limitField),
          ...limits,
        });
        return toAnswer(completion, request, performance.now() - started);
      });
    },
    embed({ model, text, timeoutSeconds }) {
      return withinTime({ name: model, timeoutSeconds }, async (limits) => {
        const input = text.toWellFormed();
        const answer = await client.embeddings.create({ model, input, encoding_format: 'float' }, limits);
        const vector: unknown = answer?.data?.[0]?.embedding;
        if (!Array.isArray(vector) || vector.length === 0 || !vector.every(Number.isFinite)) {
          throw new CallError('unavailable', `${model} answered without an embedding.`, null);
        }
        return { vector, inputTokens: counted(answer.usage?.prompt_tokens) ?? estimateTokens([text]) };
      });
    },
  });
}

type Limits = { signal: AbortSignal; timeout: number };

/** @throws CallError whatever goes wrong, a model that does not answer in time included */
async function withinTime<T>(model: NamedModel, call: (limits: Limits) => Promise<T>): Promise<T> {
  const timeoutMs = Math.ceil(model.timeoutSeconds * 1000);
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeoutMs);
  try {
    return await call({ signal: abort.signal, timeout: timeoutMs });
  } catch (error) {
    if (error instanceof CallError) throw error;
    throw toCallError(error, abort.signal.aborted, model);
  } finally {
    clearTimeout(timer);
  }
}

type NamedModel = { readonly name: string; readonly timeoutSeconds: number };

/** Likeliest tokens that are asked for in each place: the most that OpenAI gives. */
const LIKELIEST_TOKENS = 20;

function toParams(request: ChatRequest, limitField: 'max_tokens' | 'max_completion_tokens'): CompletionParams {
  const { model, messages, responseSchema, logprobs } = request;
  const tools = 'tools' in model ? model.tools : undefined;
  return {
    model: model.name,
    // Servers refuse a body that holds half a surrogate pair, which a cut or a dataset may leave.
    messages: messages.map(({ role, content }) => ({ role, content: content.toWellFormed() })),
    [limitField]: model.maxOutputTokens,
    ...(model.temperature === undefined ? {} : { temperature: model.temperature }),
    ...(tools === undefined ? {} : { tools }),
    ...(logprobs === true ? { logprobs: true, top_logprobs: LIKELIEST_TOKENS } : {}),
    ...(responseSchema === undefined
      ? {}
      : {
          response_format: {
            type: 'json_schema',
            json_schema: { name: 'answer', strict: true, schema: responseSchema },
          },
        }),
  };
}

/** @throws CallError when the body is JSON but no completion. */
function toAnswer(completion: Completion, request: ChatRequest, latencyMs: number): ChatAnswer {
  const choice = completion?.choices?.[0];
  if (typeof choice?.message !== 'object' || choice.message === null) {
    throw new CallError('unavailable', `${request.model.name} answered without a message.`, null);
  }
  const text = textOf(choice.message.content).toWellFormed();
  const { refusal } = choice.message;
  const filtered = choice.finish_reason === 'content_filter' ? 'The answer was withheld by a content filter.' : null;
  return {
    text,
    refusal: typeof refusal === 'string' && refusal !== '' ? oneLine(refusal) : filtered,
    truncated: choice.finish_reason === 'length',
    toolCalls: toolCallsOf(choice.message.tool_calls),
    tokens: tokensOf(choice.logprobs),
    latencyMs,
    inputTokens: counted(completion.usage?.prompt_tokens) ?? estimateTokens(request.messages.map((m) => m.content)),
    outputTokens: counted(completion.usage?.completion_tokens) ?? estimateTokens([text]),
  };
}

/** Some servers answer with a list of parts, reasoning among them: its texts are the answer. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  const texts = content.map((part: unknown) =>
    typeof part === 'object' && part !== null ? Reflect.get(part, 'text') : part,
  );
  return texts.filter((text) => typeof text === 'string').join('');
}

function toolCallsOf(calls: unknown): ChatAnswer['toolCalls'] {
  if (!Array.isArray(calls)) return [];
  return calls.flatMap((call: { function?: { name?: unknown; arguments?: unknown } } | null) => {
    const name = call?.function?.name;
    return typeof name === 'string' ? [{ name, arguments: argumentsOf(call?.function?.arguments) }] : [];
  });
}

/** Servers send arguments as JSON in a text; some send the object itself. */
function argumentsOf(given: unknown): Json {
  if (typeof given !== 'string') return (given ?? {}) as Json;
  try {
    return given.trim() === '' ? {} : (JSON.parse(given) as Json);
  } catch {
    return given;
  }
}

function tokensOf(logprobs: unknown): AnswerToken[] | null {
  const content: unknown =
    typeof logprobs === 'object' && logprobs !== null ? Reflect.get(logprobs, 'content') : undefined;
  if (!Array.isArray(content) || content.length === 0) return null;
  const tokens = content.map((one: { token?: unknown; top_logprobs?: unknown } | null) => ({
    token: String(one?.token ?? ''),
    likeliest: Array.isArray(one?.top_logprobs) ? one.top_logprobs.flatMap(likelyToken) : [],
  }));
  return tokens.some(({ likeliest }) => likeliest.length > 0) ? tokens : null;
}

function likelyToken(one: { token?: unknown; logprob?: unknown } | null): AnswerToken['likeliest'][number][] {
  const logprob = one?.logprob;
  return typeof logprob === 'number' && Number.isFinite(logprob) ? [{ token: String(one?.token), logprob }] : [];
}

/** A server's count, when it is one. */
function counted(tokens: unknown): number | null {
  return typeof tokens === 'number' && Number.isInteger(tokens) && tokens >= 0 ? tokens : null;
}

/** For servers that report no usage: English has about four bytes a token. */
function estimateTokens(texts: readonly string[]): number {
  return Math.ceil(Buffer.byteLength(texts.join('\n')) / 4);
}

function toCallError(error: unknown, aborted: boolean, { name, timeoutSeconds }: NamedModel): CallError {
  if (aborted || error instanceof OpenAI.APIConnectionTimeoutError || error instanceof OpenAI.APIUserAbortError) {
    return new CallError('timeout', `${name} did not answer within ${timeoutSeconds} s.`, null, { cause: error });
  }
  if (error instanceof OpenAI.APIError && typeof error.status === 'number') {
    const kind = kindOfStatus(error.status, [error.code, error.type]);
    return new CallError(kind, `${name} answered ${oneLine(error.message)}`, retryAfterSeconds(error.headers), {
      cause: error,
    });
  }
  const reason = error instanceof Error ? deepestMessage(error) : String(error);
  return new CallError('unavailable', `${name} could not be reached or broke off: ${oneLine(reason)}`, null, {
    cause: error,
  });
}

function kindOfStatus(status: number, codes: readonly unknown[]): CallErrorKind {
  if (codes.includes('insufficient_quota')) return 'fatal';
  if (status === 429) return 'rate_limited';
  if (status >= 500 || status === 408 || status === 409) return 'unavailable';
  return status === 401 || status === 403 || status === 404 ? 'fatal' : 'refused';
}

/** `retry-after-ms`, or `retry-after` as seconds or an HTTP date. */
function retryAfterSeconds(headers: Headers | undefined): number | null {
  const milliseconds = Number(headers?.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(milliseconds)) return Math.max(0, milliseconds / 1000);
  const value = headers?.get('retry-after');
  if (value === null || value === undefined || value.trim() === '') return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, (date - Date.now()) / 1000);
}

function deepestMessage(error: Error): string {
  return error.cause instanceof Error ? deepestMessage(error.cause) : error.message;
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

/** `ChatModel` over the `openai` client: any OpenAI-compatible server, chat completions. */
import OpenAI from 'openai';
import { CallError, type CallErrorKind, type ChatAnswer, type ChatModel, type ChatRequest } from './chat-model.ts';

type Completion = OpenAI.Chat.Completions.ChatCompletion;
type CompletionParams = OpenAI.Chat.Completions.ChatCompletionCreateParamsNonStreaming;

/** `baseUrl` undefined is OpenAI's own server. The retry policy is ours, so the client's is off. */
export function openAiModel(options: { apiKey: string; baseUrl: string | undefined }): ChatModel {
  const client = new OpenAI({
    apiKey: options.apiKey,
    baseURL: options.baseUrl ?? null,
    maxRetries: 0,
    logLevel: 'off',
  });
  // OpenAI's newer models refuse `max_tokens`; most other servers know nothing else.
  const limitField = new URL(client.baseURL).hostname.endsWith('openai.com') ? 'max_completion_tokens' : 'max_tokens';

  return {
    async complete(request) {
      const timeoutMs = Math.ceil(request.model.timeoutSeconds * 1000);
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(), timeoutMs);
      try {
        const completion = await client.chat.completions.create(toParams(request, limitField), {
          signal: abort.signal,
          timeout: timeoutMs,
        });
        return toAnswer(completion, request);
      } catch (error) {
        if (error instanceof CallError) throw error;
        throw toCallError(error, abort.signal.aborted, request);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function toParams(request: ChatRequest, limitField: 'max_tokens' | 'max_completion_tokens'): CompletionParams {
  const { model, messages, responseSchema } = request;
  return {
    model: model.name,
    messages: [...messages],
    [limitField]: model.maxOutputTokens,
    ...(model.temperature === undefined ? {} : { temperature: model.temperature }),
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
function toAnswer(completion: Completion, request: ChatRequest): ChatAnswer {
  const choice = completion?.choices?.[0];
  if (choice?.message === undefined) {
    throw new CallError('unavailable', `${request.model.name} answered without a message.`, null);
  }
  const text = choice.message.content ?? '';
  const filtered = choice.finish_reason === 'content_filter' ? 'The answer was withheld by a content filter.' : null;
  return {
    text,
    refusal: choice.message.refusal || filtered,
    truncated: choice.finish_reason === 'length',
    inputTokens: completion.usage?.prompt_tokens ?? estimateTokens(request.messages.map((m) => m.content).join('\n')),
    outputTokens: completion.usage?.completion_tokens ?? estimateTokens(text),
  };
}

/** For servers that report no usage: English has about four bytes a token. */
function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}

function toCallError(error: unknown, aborted: boolean, request: ChatRequest): CallError {
  const { name, timeoutSeconds } = request.model;
  if (aborted || error instanceof OpenAI.APIConnectionTimeoutError || error instanceof OpenAI.APIUserAbortError) {
    return new CallError('timeout', `${name} did not answer within ${timeoutSeconds} s.`, null, { cause: error });
  }
  if (error instanceof OpenAI.APIError && typeof error.status === 'number') {
    const kind = kindOfStatus(error.status, error.code);
    return new CallError(kind, `${name} answered ${oneLine(error.message)}`, retryAfterSeconds(error.headers), {
      cause: error,
    });
  }
  const reason = error instanceof Error ? deepestMessage(error) : String(error);
  return new CallError('unavailable', `${name} could not be reached or broke off: ${oneLine(reason)}`, null, {
    cause: error,
  });
}

function kindOfStatus(status: number, code: unknown): CallErrorKind {
  if (code === 'insufficient_quota') return 'fatal';
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

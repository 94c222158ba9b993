/** The chat model as the workflow sees it: one request, one attempt, typed failures. */
import type { Json } from '../contracts/dataset.ts';
import type { Message } from '../contracts/message.ts';
import type { JudgeModelSettings, ModelSettings } from '../contracts/task.ts';

export interface ChatRequest {
  readonly model: ModelSettings | JudgeModelSettings;
  readonly messages: readonly Message[];
  /** JSON Schema of the answer; sent as structured output. */
  readonly responseSchema?: Readonly<Record<string, Json>> | undefined;
  /** Whether the probabilities of the answer's tokens are wanted. */
  readonly logprobs?: boolean;
}

/** A token of an answer, and the likeliest ones in its place with their natural logarithms of probability. */
export interface AnswerToken {
  readonly token: string;
  readonly likeliest: readonly { readonly token: string; readonly logprob: number }[];
}

export interface ChatAnswer {
  readonly text: string;
  /** The model's own words when it declined to answer. */
  readonly refusal: string | null;
  /** Whether the answer was cut at `maxOutputTokens`. */
  readonly truncated: boolean;
  /** Functions that the model wants to call; `arguments` is text where it is no JSON. */
  readonly toolCalls: readonly { readonly name: string; readonly arguments: Json }[];
  /** null: the server gives no probabilities. */
  readonly tokens: readonly AnswerToken[] | null;
  /** From request to answer. */
  readonly latencyMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface ChatModel {
  /** One attempt. @throws CallError */
  complete(request: ChatRequest): Promise<ChatAnswer>;
}

export interface Embedding {
  readonly vector: readonly number[];
  readonly inputTokens: number;
}

export interface EmbeddingModel {
  /** One attempt. @throws CallError */
  embed(request: {
    readonly model: string;
    readonly text: string;
    readonly timeoutSeconds: number;
  }): Promise<Embedding>;
}

/**
 * Why one attempt failed.
 * - `rate_limited`: 429.
 * - `unavailable`: 5xx, 408, 409, a dropped connection, an answer that is not one.
 * - `timeout`: no answer within the model's `timeoutSeconds`.
 * - `refused`: any other 4xx; this request will never pass.
 * - `fatal`: no request will pass (wrong key, no such model, no credit).
 */
export const callErrorKinds = ['rate_limited', 'unavailable', 'timeout', 'refused', 'fatal'] as const;
export type CallErrorKind = (typeof callErrorKinds)[number];

export class CallError extends Error {
  override readonly name = 'CallError';
  readonly kind: CallErrorKind;
  /** Seconds that the server asks us to wait; null when it does not say. */
  readonly retryAfterSeconds: number | null;
  constructor(kind: CallErrorKind, message: string, retryAfterSeconds: number | null, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

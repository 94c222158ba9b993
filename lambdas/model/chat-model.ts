/** The chat model as the workflow sees it: one request, one attempt, typed failures. */
import type { Json } from '../contracts/dataset.ts';
import type { ModelSettings } from '../contracts/task.ts';
import type { Message } from './templates.ts';

export interface ChatRequest {
  readonly model: ModelSettings;
  readonly messages: readonly Message[];
  /** JSON Schema of the answer; sent as structured output. */
  readonly responseSchema?: Readonly<Record<string, Json>> | undefined;
}

export interface ChatAnswer {
  readonly text: string;
  /** The model's own words when it declined to answer. */
  readonly refusal: string | null;
  /** Whether the answer was cut at `maxOutputTokens`. */
  readonly truncated: boolean;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface ChatModel {
  /** One attempt. @throws CallError */
  complete(request: ChatRequest): Promise<ChatAnswer>;
}

/**
 * Why one attempt failed.
 * - `rate_limited`: 429.
 * - `unavailable`: 5xx, 408, 409, a dropped connection, an answer that is not one.
 * - `timeout`: no answer within the model's `timeoutSeconds`.
 * - `refused`: any other 4xx; this request will never pass.
 * - `fatal`: no request will pass (wrong key, no such model, no credit).
 */
export type CallErrorKind = 'rate_limited' | 'unavailable' | 'timeout' | 'refused' | 'fatal';

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

/** One model call with the project's retry policy (DESIGN §6), inside the item's lease. */
import type { Failure, Usage } from '../contracts/artifacts.ts';
import { ModelRefusedRequestError, ModelUnavailableError, RateLimitedError } from '../contracts/errors.ts';
import type { Price } from '../contracts/task.ts';
import { CallError, type ChatAnswer, type ChatModel, type ChatRequest } from '../model/chat-model.ts';
import { CALL_OVERHEAD_TOKENS } from '../optimizer/budget.ts';
import { addUsage, costOf, noUsage } from '../optimizer/usage.ts';
import { putMetric } from '../platform/metrics.ts';
import type { CallBound, Lease } from './lease.ts';

/** Attempts inside a function for 429, 5xx and dropped connections, the first one included. */
const MAX_ATTEMPTS = 4;
/** A call that timed out is repeated once: two time limits are the most that one rollout may take. */
const MAX_TIMEOUTS = 2;
/**
 * No attempt begins later than this after one time limit, so that a rollout never takes longer than two limits and this:
 * a server may fail as slowly as it likes. Seconds; `optimizer/shards.ts` counts on it.
 */
const LONGEST_RETRYING_SECONDS = 15;
/** A wait longer than this is the machine's, so that nobody pays for waiting. Seconds. */
const LONGEST_WAIT_SECONDS = 2;

export interface CallDependencies {
  readonly model: ChatModel;
  readonly price: Price | null;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** A clock, milliseconds; it only ever ends retries early. */
  readonly now?: () => number;
  /** [0, 1): jitter of waits only; nothing that decides depends on it. */
  readonly random: () => number;
}

/** `answered`, `failed` for good, or `interrupted`: the machine should try the item again later. */
export type CallOutcome<T = ChatAnswer> =
  | { readonly status: 'answered'; readonly answer: T; readonly usage: Usage }
  | { readonly status: 'failed'; readonly failure: Failure; readonly usage: Usage }
  | {
      readonly status: 'interrupted';
      readonly error: RateLimitedError | ModelUnavailableError | ModelRefusedRequestError;
      readonly usage: Usage;
    };

/** The most that a call can cost: every byte of the prompt may be a token. */
export function boundOf(request: ChatRequest, price: Price | null): CallBound {
  const bytes = request.messages.reduce((sum, message) => sum + Buffer.byteLength(message.content), 0);
  const schemaBytes =
    request.responseSchema === undefined ? 0 : Buffer.byteLength(JSON.stringify(request.responseSchema));
  const tools = 'tools' in request.model ? request.model.tools : undefined;
  const toolBytes = tools === undefined ? 0 : Buffer.byteLength(JSON.stringify(tools));
  const inputTokens = bytes + schemaBytes + toolBytes + CALL_OVERHEAD_TOKENS;
  const outputTokens = request.model.maxOutputTokens;
  return { tokens: inputTokens + outputTokens, costUsd: costOf(price, inputTokens, outputTokens) ?? 0 };
}

/** Calls the model until it answers, fails for good, must wait for long, or the lease is used up. */
export async function callModel(
  request: ChatRequest,
  lease: Lease,
  deps: CallDependencies,
  /** An eval may want to know that the model declined; to all others it is a failure. */
  refusal: 'fails' | 'answers' = 'fails',
): Promise<CallOutcome> {
  const call = {
    bound: boundOf(request, deps.price),
    timeoutSeconds: request.model.timeoutSeconds,
    send: () => deps.model.complete(request),
  };
  const outcome = await callUntilAnswered(call, lease, deps);
  if (outcome.status !== 'answered' || outcome.answer.refusal === null || refusal === 'answers') return outcome;
  const failure = { name: 'Refusal', message: outcome.answer.refusal, transient: false };
  return { status: 'failed', failure, usage: outcome.usage };
}

/** What every call has, whatever is asked for. */
export interface Call<T> {
  readonly bound: CallBound;
  readonly timeoutSeconds: number;
  /** One attempt. @throws CallError */
  readonly send: () => Promise<T>;
}

/** `callModel` for anything that a server answers and counts in tokens. */
export async function callUntilAnswered<T extends { inputTokens: number; outputTokens?: number }>(
  { bound, timeoutSeconds, send }: Call<T>,
  lease: Lease,
  deps: Omit<CallDependencies, 'model'>,
): Promise<CallOutcome<T>> {
  let usage = noUsage(deps.price);
  let timeouts = 0;
  const now = deps.now ?? (() => performance.now());
  const started = now();
  let last: CallError | undefined;
  for (let attempt = 1; ; attempt += 1) {
    if (!lease.take(bound, attempt)) return { status: 'failed', failure: exhausted(last), usage };
    try {
      const answer = await send();
      const spent = usageOf(answer, deps.price);
      // Measured where it is paid for: whatever becomes of the item, its run or its kind, this is spent.
      if (spent.costUsd !== null) putMetric('SpendUsd', spent.costUsd, 'None');
      lease.settle(bound, { tokens: spent.inputTokens + spent.outputTokens, costUsd: spent.costUsd });
      return { status: 'answered', answer, usage: addUsage(usage, spent) };
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      last = error;
      lease.settle(bound, { tokens: 0, costUsd: 0 });
      usage = addUsage(usage, { ...noUsage(deps.price), calls: 1, rateLimited: error.kind === 'rate_limited' ? 1 : 0 });
      if (error.kind === 'timeout') timeouts += 1;
      const wait = waitSeconds(error, attempt, deps.random);
      const isLate = (now() - started) / 1000 + wait > timeoutSeconds + LONGEST_RETRYING_SECONDS;
      const stop = stopAfter(error, isLate ? MAX_ATTEMPTS : attempt, isLate ? MAX_TIMEOUTS : timeouts);
      if (stop !== null) return { ...stop, usage };
      await deps.sleep(wait * 1000);
    }
  }
}

type Stop =
  | { status: 'failed'; failure: Failure }
  | { status: 'interrupted'; error: RateLimitedError | ModelUnavailableError | ModelRefusedRequestError };

function stopAfter(error: CallError, attempt: number, timeouts: number): Stop | null {
  const options = { cause: error };
  switch (error.kind) {
    case 'fatal':
      return { status: 'interrupted', error: new ModelRefusedRequestError(error.message, options) };
    case 'refused':
      return {
        status: 'failed',
        failure: { name: 'ModelRefusedRequestError', message: error.message, transient: false },
      };
    case 'timeout':
      if (timeouts < MAX_TIMEOUTS) return null;
      return { status: 'failed', failure: { name: 'ModelUnavailableError', message: error.message, transient: true } };
    default: {
      const tooLong = (error.retryAfterSeconds ?? 0) > LONGEST_WAIT_SECONDS;
      if (attempt < MAX_ATTEMPTS && !tooLong) return null;
      const ErrorClass = error.kind === 'rate_limited' ? RateLimitedError : ModelUnavailableError;
      return { status: 'interrupted', error: new ErrorClass(error.message, options) };
    }
  }
}

/** The server's word, or exponential with full jitter: up to 0.5, 1, 2 s (429: twice that). */
function waitSeconds(error: CallError, attempt: number, random: () => number): number {
  if (error.retryAfterSeconds !== null) return error.retryAfterSeconds;
  if (error.kind === 'timeout') return 0;
  const most = 0.25 * 2 ** attempt * (error.kind === 'rate_limited' ? 2 : 1);
  return most * (0.2 + 0.8 * random());
}

function exhausted(last: CallError | undefined): Failure {
  const why = last === undefined ? '' : ` The last attempt: ${last.message}`;
  return { name: 'BudgetExhaustedError', message: `No budget was left for another call.${why}`, transient: true };
}

function usageOf(
  { inputTokens, outputTokens = 0 }: { inputTokens: number; outputTokens?: number },
  price: Price | null,
): Usage {
  return { ...noUsage(), calls: 1, inputTokens, outputTokens, costUsd: costOf(price, inputTokens, outputTokens) };
}

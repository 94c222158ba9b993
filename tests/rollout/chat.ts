/** A chat model that a test plays itself: no network, no waiting. */
import type { ChatAnswer, ChatRequest } from '../../lambdas/model/chat-model.ts';
import { noUsage } from '../../lambdas/optimizer/usage.ts';
import type { CallDependencies } from '../../lambdas/rollout/call-model.ts';
import { openLease } from '../../lambdas/rollout/lease.ts';

/** An answer of 10 input tokens and 1 output token. */
export function say(text: string, changes: Partial<ChatAnswer> = {}): ChatAnswer {
  return {
    text,
    refusal: null,
    truncated: false,
    toolCalls: [],
    tokens: null,
    latencyMs: 1,
    inputTokens: 10,
    outputTokens: 1,
    ...changes,
  };
}

export interface PlayedModel extends CallDependencies {
  /** What was asked, in order. */
  readonly asked: ChatRequest[];
}

/** `play` answers, or throws what the call fails with. */
export function playedModel(
  play: (request: ChatRequest, index: number) => ChatAnswer | Promise<ChatAnswer>,
): PlayedModel {
  const asked: ChatRequest[] = [];
  return {
    asked,
    model: {
      async complete(request) {
        asked.push(request);
        return play(request, asked.length - 1);
      },
    },
    price: { input: 1, output: 1 },
    sleep: () => Promise.resolve(),
    random: () => 0,
  };
}

/** Leases that cover whatever a small test does. */
export function ample(): ReturnType<typeof openLease> {
  return openLease({ calls: 1_000, tokens: null, costUsd: null }, noUsage(), 500);
}

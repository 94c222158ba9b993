/** Arithmetic of `Usage`: what was paid for. An unknown price makes a sum unknown. */
import type { Usage } from '../contracts/artifacts.ts';
import type { Price } from '../contracts/task.ts';

/** US dollars of tokens; null when the price is not known. */
export function costOf(price: Price | null, inputTokens: number, outputTokens: number): number | null {
  return price === null ? null : (inputTokens * price.input + outputTokens * price.output) / 1e6;
}

/** Nothing spent; `costUsd` is null when the price is not known. */
export function noUsage(price: object | null = {}): Usage {
  return {
    calls: 0,
    judgeCalls: 0,
    rateLimited: 0,
    inputTokens: 0,
    outputTokens: 0,
    costUsd: price === null ? null : 0,
  };
}

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    calls: a.calls + b.calls,
    judgeCalls: a.judgeCalls + b.judgeCalls,
    rateLimited: a.rateLimited + b.rateLimited,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    costUsd: a.costUsd === null || b.costUsd === null ? null : a.costUsd + b.costUsd,
  };
}

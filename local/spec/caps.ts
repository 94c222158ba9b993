/** The caps of `task.synthesis.budget` for the calls of one command, and what they may be at the worst. */
import type { Usage } from '../../lambdas/contracts/artifacts.ts';
import type { Spec } from '../../lambdas/contracts/spec.ts';
import type { Budget, Price } from '../../lambdas/contracts/task.ts';
import { callsOfEvals } from '../../lambdas/evals/registry.ts';
import { priceOf } from '../../lambdas/model/prices.ts';
import { CALL_OVERHEAD_TOKENS } from '../../lambdas/optimizer/budget.ts';
import { costOf, noUsage } from '../../lambdas/optimizer/usage.ts';
import { formatCount, formatPlural, formatUsd } from '../../lambdas/report/format.ts';
import { boundOf } from '../../lambdas/rollout/call-model.ts';
import { type ItemLease, type Lease, openLease } from '../../lambdas/rollout/lease.ts';
import { evalContext } from '../../lambdas/rollout/resolve-task.ts';
import { MOST_ATTEMPTS } from '../../lambdas/synthesis/attempts.ts';
import type { Asked } from '../../lambdas/synthesis/prompts/prompt.ts';
import { baselineTask, generatorOf } from '../../lambdas/synthesis/resolve-spec.ts';

/** Time in which calls were under way: nobody's thinking counts. */
export interface Stopwatch {
  during<T>(work: () => Promise<T>): Promise<T>;
  readonly minutes: () => number;
}

export function stopwatch(now: () => number = () => performance.now()): Stopwatch {
  let running = 0;
  let since = 0;
  let earlier = 0;
  return {
    async during(work) {
      if (running === 0) since = now();
      running += 1;
      try {
        return await work();
      } finally {
        running -= 1;
        if (running === 0) earlier += now() - since;
      }
    },
    minutes: () => (earlier + (running > 0 ? now() - since : 0)) / 60_000,
  };
}

/** A lease that also ends when the minutes are over. */
export function cappedLease(
  { tokens, costUsd, minutes }: Pick<Budget, 'tokens' | 'costUsd' | 'minutes'>,
  elapsed: () => number,
): ItemLease {
  const grant = { calls: 0, tokens: tokens ?? null, costUsd: costUsd ?? null };
  const { task, reflection, judge } = openLease(grant, noUsage(), 0);
  const timed = (lease: Lease): Lease => ({
    take: (bound, attempt) => elapsed() < (minutes ?? Number.POSITIVE_INFINITY) && lease.take(bound, attempt),
    settle: lease.settle,
  });
  return { task: timed(task), reflection: timed(reflection), judge: timed(judge) };
}

/** What calls may be at the worst. `costUsd` is null where a price is not known. */
export interface WorstCase {
  readonly calls: number;
  readonly tokens: number;
  readonly costUsd: number | null;
}

export const nothing: WorstCase = { calls: 0, tokens: 0, costUsd: 0 };

export function together(...parts: readonly WorstCase[]): WorstCase {
  return parts.reduce(
    (sum, one) => ({
      calls: sum.calls + one.calls,
      tokens: sum.tokens + one.tokens,
      costUsd: sum.costUsd === null || one.costUsd === null ? null : sum.costUsd + one.costUsd,
    }),
    nothing,
  );
}

/** A question to the generator. @param moreBytes what later attempts may hold beyond the first */
export function worstOfAsking({ task }: Spec, asked: Asked<unknown>, moreBytes = 0): WorstCase {
  const model = generatorOf(task);
  const price = priceOf(model.name, task.prices);
  const { tokens } = boundOf({ model, messages: asked.messages, responseSchema: asked.responseSchema }, price);
  const inputTokens = tokens - model.maxOutputTokens + moreBytes;
  return times(MOST_ATTEMPTS, inputTokens, model.maxOutputTokens, price);
}

/** Bytes of a token, at the most that our arithmetic reckons with. */
const BYTES_PER_TOKEN = 4;

/** The most bytes that one reply of the generator has. */
export function replyBytes({ task }: Spec): number {
  return BYTES_PER_TOKEN * generatorOf(task).maxOutputTokens;
}

/** The judge on some answers. @param exampleBytes inputs and outputs of all of them together */
export function worstOfJudging(spec: Spec, steps: readonly string[], count: number, exampleBytes: number): WorstCase {
  const task = baselineTask([spec], { [spec.name]: [...steps] });
  return together(
    ...callsOfEvals(task.evals, evalContext(task)).map(({ model, times: draws, promptBytes, outputTokens }) => {
      const price = priceOf(model, spec.task.prices);
      const all = times(count * draws, promptBytes + CALL_OVERHEAD_TOKENS, outputTokens, price);
      return together(all, { ...times(draws, exampleBytes, 0, price), calls: 0 });
    }),
  );
}

function times(calls: number, inputTokens: number, outputTokens: number, price: Price | null): WorstCase {
  const [input, output] = [calls * inputTokens, calls * outputTokens];
  return { calls, tokens: input + output, costUsd: costOf(price, input, output) };
}

export function worstWords({ calls, tokens, costUsd }: WorstCase): string {
  if (calls === 0) return 'No call is needed. Nothing was spent.';
  const cost = costUsd === null ? 'price not known' : `$${costUsd.toFixed(2)}`;
  return `At the very most ${formatPlural(calls, 'call')} and ${formatCount(tokens)} tokens (${cost}), less what was asked before. Nothing was spent.`;
}

export function spentWords({ calls, judgeCalls, inputTokens, outputTokens, costUsd }: Usage): string {
  const all = calls + judgeCalls;
  if (all === 0) return 'Spent nothing: no call was made.';
  const cost = costUsd === null ? 'the price is not known' : formatUsd(costUsd);
  return `Spent: ${formatPlural(all, 'call')}, ${formatCount(inputTokens + outputTokens)} tokens, ${cost}.`;
}

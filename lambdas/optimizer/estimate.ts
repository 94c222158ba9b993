/** What a run will probably spend, before anything is spent. Pure arithmetic over the task and its sizes. */
import type { Task } from '../contracts/task.ts';
import {
  type Amount,
  childValidation,
  fits,
  minus,
  mutationSlot,
  plus,
  type RunFacts,
  requiredAmount,
  sealedTest,
  taskCall,
  times,
} from './budget.ts';

/** Spend of one course of a run. `tokens` are of all models; `costUsd` is null when a price is not known. */
export interface Estimate {
  readonly generations: number;
  readonly rollouts: number;
  readonly reflectionCalls: number;
  readonly tokens: number;
  readonly costUsd: number | null;
}

/** Share of children that beat their parent on the minibatch: none, what runs usually see, all. */
const ACCEPTED = { low: 0, expected: 0.35, high: 1 } as const;
/** Tokens a byte: English is about 0.25; the cap's worst case is 1. */
const TOKENS_A_BYTE = { low: 0.2, expected: 0.3, high: 1 } as const;

/**
 * Low: nothing is accepted; expected: about every third child; high: all are, at the worst case of every call.
 * Each course ends at the caps and the generations, with the sealed test paid for.
 */
export function estimate(task: Task, facts: RunFacts): Record<keyof typeof ACCEPTED, Estimate> {
  return {
    low: course(task, facts, 'low'),
    expected: course(task, facts, 'expected'),
    high: course(task, facts, 'high'),
  };
}

function course(task: Task, facts: RunFacts, name: keyof typeof ACCEPTED): Estimate {
  const { optimizer, budget } = task;
  const baseline = times(taskCall(task, facts, 'validation', task.prompt), facts.validationSize);
  const test = sealedTest(task, facts, task.prompt, task.prompt);
  const caps: Amount = {
    calls: budget.rollouts,
    tokens: budget.tokens ?? Number.POSITIVE_INFINITY,
    costUsd: budget.costUsd ?? Number.POSITIVE_INFINITY,
  };
  const perGeneration = plus(
    times(mutationSlot(task, facts, task.prompt), optimizer.proposals),
    times(childValidation(task, facts, task.prompt), optimizer.proposals * ACCEPTED[name]),
  );
  const most = Math.min(optimizer.generations, budget.generations ?? optimizer.generations);
  let free = minus(caps, requiredAmount(task, facts));
  let generations = 0;
  while (generations < most && fits(perGeneration, free)) {
    free = minus(free, perGeneration);
    generations += 1;
  }
  const batch = Math.min(optimizer.minibatchSize, facts.trainSize);
  const total = plus(baseline, times(perGeneration, generations), name === 'low' ? times(test, 0.5) : test);
  const priced = facts.prices.task !== null && facts.prices.reflection !== null;
  const share = TOKENS_A_BYTE[name];
  const rollouts =
    facts.validationSize +
    generations * optimizer.proposals * (2 * batch + ACCEPTED[name] * facts.validationSize) +
    facts.testSize * (name === 'low' ? 1 : 2);
  return {
    generations,
    rollouts: Math.min(budget.rollouts, Math.round(rollouts)),
    reflectionCalls: generations * optimizer.proposals * (name === 'high' ? 2 : 1),
    tokens: Math.round(total.tokens * share),
    costUsd: priced ? Number((total.costUsd * share).toFixed(4)) : null,
  };
}

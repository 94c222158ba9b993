/** A task's sizes, prices and worst cases, as the budget's arithmetic takes them. */
import type { Task } from '../contracts/task.ts';
import { callsOfEvals } from '../evals/registry.ts';
import { priceOf, pricesOf } from '../model/prices.ts';
import { type Judging, maxExpectedBytes, type RunFacts, runFacts } from '../optimizer/budget.ts';
import type { GivenSplits } from './given-splits.ts';
import { evalContext } from './resolve-task.ts';

/** The facts of a run that has not begun. */
export function factsOf(task: Task, { train, validation, test }: GivenSplits): RunFacts {
  const bytesOf = { train: maxExpectedBytes(train.examples), test: maxExpectedBytes(test.examples) };
  const validationBytes = validation === undefined ? bytesOf.train : maxExpectedBytes(validation.examples);
  return runFacts(
    task,
    { train: train.examples, validation: validation?.examples ?? null, test: test.examples },
    { prices: pricesOf(task), judging: judgingOf(task, { ...bytesOf, validation: validationBytes }) },
  );
}

/** What the evals of one rollout may ask of models; null when they ask nothing. */
export function judgingOf(task: Task, maxExpectedBytes: Judging['maxExpectedBytes']): Judging | null {
  const calls = callsOfEvals(task.evals, evalContext(task));
  if (calls.length === 0) return null;
  return {
    calls: calls.map(({ model, timeoutSeconds: _patience, ...call }) => ({
      isRepair: false,
      ...call,
      price: priceOf(model, task.prices),
    })),
    maxExpectedBytes,
    seconds: Math.max(...calls.map(({ timeoutSeconds }) => CALLS_IN_A_ROW * (2 * timeoutSeconds + 15))),
  };
}

/** A judge's call and its repair; all else runs at once. */
const CALLS_IN_A_ROW = 2;

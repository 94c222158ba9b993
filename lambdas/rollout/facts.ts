/** A task's sizes, prices and worst cases, as the budget's arithmetic takes them. */
import type { Task } from '../contracts/task.ts';
import { callsOfEvals } from '../evals/registry.ts';
import { priceOf, pricesOf } from '../model/prices.ts';
import { type Judging, maxExpectedBytes, maxInputBytes, type RunFacts, runFacts } from '../optimizer/budget.ts';
import type { GivenSplits } from './given-splits.ts';
import { evalContext } from './resolve-task.ts';

/** All that is known of a test set that is sealed already: as many examples, none larger. */
export interface SealedSize {
  readonly examples: number;
  readonly maxInputBytes: number;
  readonly maxExpectedBytes: number;
}

export type SizedSplits = Omit<GivenSplits, 'test'> & { readonly test: GivenSplits['test'] | SealedSize };

/** The facts of a run that has not begun. */
export function factsOf(task: Task, { train, validation, test: given }: SizedSplits): RunFacts {
  const test = sizeOf(given);
  const bytesOf = { train: maxExpectedBytes(train.examples), test: test.maxExpectedBytes };
  const validationBytes = validation === undefined ? bytesOf.train : maxExpectedBytes(validation.examples);
  const facts = runFacts(
    task,
    { train: train.examples, validation: validation?.examples ?? null, test: [] },
    { prices: pricesOf(task), judging: judgingOf(task, { ...bytesOf, validation: validationBytes }) },
  );
  return { ...facts, testSize: test.examples, maxInputBytes: { ...facts.maxInputBytes, test: test.maxInputBytes } };
}

function sizeOf(test: SizedSplits['test']): SealedSize {
  if ('maxInputBytes' in test) return test;
  const { examples } = test;
  return {
    examples: examples.length,
    maxInputBytes: maxInputBytes(examples),
    maxExpectedBytes: maxExpectedBytes(examples),
  };
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

/** A run's context as the reducer takes it. */
import type { RunContext } from '../contracts/artifacts.ts';
import type { Example } from '../contracts/dataset.ts';
import { pricesOf } from '../model/prices.ts';
import { maxExpectedBytes, maxInputBytes } from '../optimizer/budget.ts';
import type { Search } from '../optimizer/steps/search.ts';
import { judgingOf } from './facts.ts';

export function searchOf({ task, train, validation, test }: RunContext): Search {
  return {
    task,
    trainIds: train.map(({ id }) => id),
    validationIds: validation.map(({ id }) => id),
    texts: new Map([...textsOf('train', train), ...textsOf('validation', validation)]),
    facts: {
      trainSize: train.length,
      validationSize: validation.length,
      testSize: test.size,
      maxInputBytes: { train: maxInputBytes(train), validation: maxInputBytes(validation), test: test.maxInputBytes },
      prices: pricesOf(task),
      judging: judgingOf(task, {
        train: maxExpectedBytes(train),
        validation: maxExpectedBytes(validation),
        test: test.maxExpectedBytes,
      }),
    },
  };
}

function textsOf(split: string, examples: readonly Example[]): [string, string][] {
  return examples.map(({ id, input, expected, tags = [] }) => [
    `${split}:${id}`,
    [input, expected ?? '', ...tags].map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(' '),
  ]);
}

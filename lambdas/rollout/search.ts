/** A run's context as the reducer takes it. */
import type { RunContext } from '../contracts/context.ts';
import type { Example } from '../contracts/dataset.ts';
import { pricesOf } from '../model/prices.ts';
import { sameParts } from '../optimizer/archive.ts';
import { maxExpectedBytes, maxInputBytes } from '../optimizer/budget.ts';
import type { Search } from '../optimizer/steps/search.ts';
import { judgingOf } from './facts.ts';

/** What a run searches with. `champion` and `check` are left out where a run has neither. */
export type SearchContext = Pick<RunContext, 'task' | 'train' | 'validation' | 'test'> &
  Partial<Pick<RunContext, 'champion' | 'check'>>;

export function searchOf({ task, train, validation, test, champion = null, check = null }: SearchContext): Search {
  return {
    task,
    trainIds: train.map(({ id }) => id),
    validationIds: validation.map(({ id }) => id),
    check,
    texts: new Map([...textsOf('train', train), ...textsOf('validation', validation)]),
    facts: {
      trainSize: train.length,
      validationSize: validation.length,
      testSize: test.size,
      maxInputBytes: { train: maxInputBytes(train), validation: maxInputBytes(validation), test: test.maxInputBytes },
      prices: pricesOf(task),
      // The baseline stands for a champion that is the same prompt.
      champion: champion === null || sameParts(champion.components, task.prompt) ? null : champion.components,
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

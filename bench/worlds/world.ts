/**
 * What the families of simulated tasks have in common: examples of a number of kinds, statements that a prompt may make,
 * and a task model that answers rightly as far as the prompt states what the example's kind needs. Everything is seeded,
 * and the true mean score of any prompt is known: it is computed over all examples that the world can make.
 */
import type { Example } from '../../lambdas/contracts/dataset.ts';
import type { Components } from '../../lambdas/contracts/task.ts';
import { unit } from '../unit.ts';

/** One thing that a prompt can say, in any of its wordings. */
export interface Statement {
  readonly id: string;
  readonly wordings: readonly string[];
  /** The component that it must stand in to count; any when absent. */
  readonly component?: string;
}

/** What an example is, beside its text. Known to the simulated models alone. */
export interface Nature {
  readonly kind: number;
  /** Right without any rule, but for noise. */
  readonly lucky: boolean;
  /** A number in [0, 1) of its own, for effects that hit a share of the examples. */
  readonly place: number;
  readonly expected: string;
}

export interface WorldExample {
  readonly example: Example;
  readonly nature: Nature;
}

export interface Sizes {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** A simulated task: the data, the prompt to begin with, and what the two models would do. */
export interface World {
  readonly family: string;
  readonly seed: number;
  readonly splits: Readonly<Record<keyof Sizes, readonly Example[]>>;
  readonly prompt: Components;
  /** `task.evals` as a user would write them. */
  readonly evals: readonly object[];
  /** The task model: the answer to a rendered prompt. `draw` counts equal requests. */
  answer(prompt: string, input: string, draw: number): string;
  /** The reflection model: the new text of a component. */
  reflect(request: ReflectionView): string;
  /** Mean score over all examples that this world can make, chance of the model and the judge averaged out. */
  trueScore(components: Components): number;
  /** The best mean score that any prompt of this world can have. */
  readonly attainable: number;
  /** What a line of a prompt is, for the bench's own counts: useful, useless, harmful, memorising, seed, defect. */
  natureOfLine(line: string): LineNature;
}

export type LineNature = 'useful' | 'useless' | 'harmful' | 'memorising' | 'defect' | 'seed';

/** What the reflection model gets to see, whoever asks. */
export interface ReflectionView {
  readonly component: string;
  readonly text: string;
  readonly others: string;
  /** Inputs of the examples, and their scores. */
  readonly examples: readonly { readonly input: string; readonly score: number }[];
  /** What was tried already, as it was told. */
  readonly tried: string;
}

/** A seeded choice. */
export function pick<T>(items: readonly T[], ...key: (string | number)[]): T {
  const item = items[Math.floor(unit(...key) * items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

/** An index by weight. */
export function pickWeighted(weights: readonly number[], ...key: (string | number)[]): number {
  let left = unit(...key) * weights.reduce((a, b) => a + b, 0);
  for (const [i, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return i;
  }
  return weights.length - 1;
}

/** What a check of datasets finds, and where. Pure. */
import type { Example, SplitName } from '../contracts/dataset.ts';
import type { InputProblem } from '../contracts/errors.ts';

/** `error`: a result on this data would be worth nothing; `warning`: it would be worth less; `note`: good to know. */
export const levels = ['error', 'warning', 'note'] as const;
export type Level = (typeof levels)[number];

export interface Finding extends InputProblem {
  readonly level: Level;
  readonly kind: 'task' | 'leak' | 'duplicate' | 'labels' | 'empty' | 'size';
  readonly split?: SplitName | undefined;
  /** Of the example that it is about. */
  readonly id?: string | undefined;
  /** Of two inputs, in [0, 1]. */
  readonly similarity?: number | undefined;
}

/** One split that is checked. `file` and `lineOf` are for messages only. */
export interface CheckedSplit {
  readonly file?: string | undefined;
  readonly examples: readonly Example[];
  readonly lineOf?: ((id: string) => number | undefined) | undefined;
}

export type CheckedSplits = { readonly [name in SplitName]?: CheckedSplit | undefined };

export type Place = Pick<Finding, 'split' | 'id' | 'file' | 'line'>;

export function placeOf(splits: CheckedSplits, split: SplitName, id: string): Place {
  return { split, id, file: splits[split]?.file, line: splits[split]?.lineOf?.(id) };
}

/** `"t-3" of test (data/test.jsonl:4)`. */
export function describePlace({ split, id, file, line }: Place): string {
  const where = file === undefined ? '' : ` (${file}${line === undefined ? '' : `:${line}`})`;
  return `${JSON.stringify(id)} of ${split}${where}`;
}

/** Imported rows to splits: as the data says, or at random with near neighbours together. */
import type { Example, SplitName } from '../lambdas/contracts/dataset.ts';
import { InvalidInputError } from '../lambdas/contracts/errors.ts';
import { labelFields } from '../lambdas/datasets/labels.ts';
import { similarPairs, textOfInput } from '../lambdas/datasets/similarity.ts';
import { groupsOf, type Shares, sizesOf, splitByShares } from '../lambdas/datasets/split-by-shares.ts';
import type { ImportedRow } from './import-rows.ts';

export interface Splitting {
  readonly shares: Shares;
  /** Similarity from which on two inputs stay in one split. */
  readonly threshold: number;
  readonly seed: number;
}

export interface Splits {
  /** Each in the order of the data. */
  readonly splits: ReadonlyMap<SplitName, readonly Example[]>;
  /** What the user should know of it. */
  readonly notes: readonly string[];
}

/**
 * @param splitting null when each row names its split
 * @throws InvalidInputError when there would be nothing to train on or to test with
 */
export function splitRows(rows: readonly ImportedRow[], splitting: Splitting | null): Splits {
  if (splitting === null)
    return { splits: collect(rows.map(({ example, split }) => [split ?? 'train', example])), notes: [] };
  const examples = rows.map(({ example }) => example);
  const wanted = sizesOf(examples.length, splitting.shares);
  // In a single split nothing can be parted.
  const texts = wanted.size === 1 ? [] : examples.map(({ input }) => textOfInput(input));
  const pairs = similarPairs(texts, splitting.threshold);
  const [field] = labelFields(examples);
  const labels = field?.labels ?? examples.map(() => null);
  const names = splitByShares(labels, pairs, splitting.shares, splitting.seed);
  const splits = collect(examples.map((example, i) => [names[i] ?? 'train', example]));
  checkNotEmpty(splits, splitting.shares, examples.length);

  const groups = groupsOf(examples.length, pairs).filter(({ length }) => length > 1);
  const notes: string[] = [];
  if (groups.length > 0) {
    const together = groups.reduce((sum, { length }) => sum + length, 0);
    const largest = Math.max(...groups.map(({ length }) => length));
    notes.push(
      `${together} examples have near neighbours: ${groups.length} group${groups.length === 1 ? '' : 's'}, the largest of ${largest}, each kept in one split.`,
    );
  }
  const moved = [...wanted].filter(([name, size]) => (splits.get(name)?.length ?? 0) !== size);
  if (moved.length > 0) {
    const sizes = moved.map(([name, size]) => `${name} ${splits.get(name)?.length ?? 0} instead of ${size}`);
    notes.push(`Groups of near neighbours are too large for exact sizes: ${sizes.join(', ')}.`);
  }
  return { splits, notes };
}

/** Without these there is nothing to do with the data. */
function checkNotEmpty(splits: Splits['splits'], shares: Shares, n: number): void {
  const empty = (['train', 'test'] as const).filter((name) => (shares[name] ?? 0) > 0 && !splits.has(name));
  if (empty.length === 0) return;
  throw new InvalidInputError(
    empty.map((name) => ({
      field: name,
      message: `would get none of the ${n} examples.`,
      remedy: 'Give more rows, other shares with --split, or a higher --neighbour-threshold where most rows are alike.',
    })),
  );
}

function collect(placed: readonly (readonly [SplitName, Example])[]): Map<SplitName, Example[]> {
  const groups = Map.groupBy(placed, ([name]) => name);
  return new Map([...groups].map(([name, members]) => [name, members.map(([, example]) => example)]));
}

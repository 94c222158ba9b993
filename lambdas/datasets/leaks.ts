/** The check that splits have nothing in common. It knows nothing of how they were made. */
import { type Example, type SplitName, splitNames } from '../contracts/dataset.ts';
import { similarPairs, textOfInput } from './similarity.ts';

/** An example and the split that it is in. */
export interface Place {
  readonly split: SplitName;
  readonly id: string;
}

/** Two examples of different splits that are alike. */
export interface Leak {
  readonly a: Place;
  readonly b: Place;
  readonly similarity: number;
}

/** All pairs across splits whose inputs' similarity is at least `threshold` in (0, 1], the most similar first. */
export function leaksBetween(
  splits: Readonly<Partial<Record<SplitName, readonly Pick<Example, 'id' | 'input'>[]>>>,
  threshold: number,
): Leak[] {
  const all = splitNames.flatMap((split) => (splits[split] ?? []).map(({ id, input }) => ({ split, id, input })));
  const pairs = similarPairs(
    all.map(({ input }) => textOfInput(input)),
    threshold,
  );
  return pairs
    .flatMap(({ a, b, similarity }): Leak[] => {
      const [first, second] = [all[a], all[b]];
      if (first === undefined || second === undefined || first.split === second.split) return [];
      return [
        {
          a: { split: first.split, id: first.id },
          b: { split: second.split, id: second.id },
          similarity,
        },
      ];
    })
    .sort((first, second) => second.similarity - first.similarity);
}

/** Which of many alike items stay. */
import { ComparedTexts, type Similar, type SimilarPair } from './similarity.ts';

export interface Dropped {
  readonly index: number;
  /** The item that stays in its place: of those that it is like, the most similar one. */
  readonly like: number;
  readonly similarity: number;
}

export interface Deduplicated {
  readonly kept: number[];
  readonly dropped: Dropped[];
}

/**
 * Goes through items 0 … `count` − 1 and drops each one that is like an item kept before it; one that is like dropped
 * items alone stays. Both lists come in the order of the indices.
 *
 * @param pairs those that are too similar, in any order.
 * @param first items that come before all others and always stay, even where they are like each other.
 */
export function deduplicate(
  count: number,
  pairs: readonly SimilarPair[],
  first: ReadonlySet<number> = new Set(),
): Deduplicated {
  const similar = new Map<number, Similar[]>();
  const note = (item: number, other: Similar): void => {
    const known = similar.get(item);
    if (known === undefined) similar.set(item, [other]);
    else known.push(other);
  };
  for (const { a, b, similarity } of pairs) {
    note(a, { index: b, similarity });
    note(b, { index: a, similarity });
  }
  const kept = new Set<number>();
  return greedy(count, first, {
    similarTo: (item) => (similar.get(item) ?? []).filter(({ index }) => kept.has(index)),
    add: (item) => kept.add(item),
  });
}

/**
 * The same as `deduplicate` of the `similarPairs` of `texts`, without the pairs themselves: of 10,000 texts that are all
 * alike there are 50 million.
 *
 * @param threshold similarity in (0, 1] from which on a text is dropped.
 */
export function deduplicateTexts(
  texts: readonly string[],
  threshold: number,
  first: ReadonlySet<number> = new Set(),
): Deduplicated {
  return greedy(texts.length, first, new ComparedTexts(texts, threshold));
}

interface Members {
  similarTo(item: number): readonly Similar[];
  add(item: number): void;
}

function greedy(count: number, first: ReadonlySet<number>, members: Members): Deduplicated {
  const kept: number[] = [];
  const dropped: Dropped[] = [];
  const items = Array.from({ length: count }, (_, index) => index);
  for (const index of [...items.filter((item) => first.has(item)), ...items.filter((item) => !first.has(item))]) {
    const nearest = first.has(index) ? undefined : mostSimilar(members.similarTo(index));
    if (nearest === undefined) {
      kept.push(index);
      members.add(index);
    } else dropped.push({ index, like: nearest.index, similarity: nearest.similarity });
  }
  return { kept: kept.sort((a, b) => a - b), dropped };
}

/** The first one of the most similar. */
function mostSimilar(similar: readonly Similar[]): Similar | undefined {
  return similar.toSorted((one, other) => other.similarity - one.similarity || one.index - other.index)[0];
}

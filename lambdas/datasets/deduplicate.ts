/** Which of many texts that are alike stay. */
import { ComparedTexts, type Similar } from './similarity.ts';

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
 * Goes through the texts and drops each one that is like one kept before it; one that is like dropped ones alone stays.
 * Both lists come in the order of the indices. Pairs are never listed: of 10,000 texts that are all alike there are 50
 * million.
 *
 * @param threshold similarity in (0, 1] from which on a text is dropped.
 * @param first texts that come before all others and always stay, even where they are like each other.
 */
export function deduplicate(
  texts: readonly string[],
  threshold: number,
  first: ReadonlySet<number> = new Set(),
): Deduplicated {
  const members = new ComparedTexts(texts, threshold);
  const kept: number[] = [];
  const dropped: Dropped[] = [];
  const items = [...texts.keys()];
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

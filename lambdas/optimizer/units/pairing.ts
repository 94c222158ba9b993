/** Which new text stands for which old one, where several were changed together. */
import { fold, similarity } from './twins.ts';

/** From here on a new text stands for an old one. */
const REPLACES = 0.4;
/** So many equal words at the beginning make a replacement too. */
const LEADING_WORDS = 3;

/** Indexes of an old text and of the new one that stands for it. */
export interface Pairing {
  readonly before: number;
  readonly after: number;
  /** It stands on another side of some other pair than the old text did. */
  readonly crosses: boolean;
}

/**
 * Pairs the most alike, each text once. Pairs in the same order on both sides come first (those with the greatest sum of
 * squared likeness, so that one good pair beats two poor ones), then whatever is left and alike.
 */
export function pairUp(before: readonly string[], after: readonly string[]): Pairing[] {
  const old = before.map(fold);
  const likeness = after.map((text) => {
    const folded = fold(text);
    return old.map((other) => likenessOf(folded, other));
  });
  const inOrder = pairInOrder(likeness, before.length);
  const usedBefore = new Set(inOrder.map((pair) => pair.before));
  const usedAfter = new Set(inOrder.map((pair) => pair.after));
  const rest = likeness
    .flatMap((row, a) => row.map((value, b) => ({ before: b, after: a, value })))
    .filter((pair) => pair.value > 0)
    .sort((a, b) => b.value - a.value);
  const across: Pairing[] = [];
  for (const pair of rest) {
    if (usedBefore.has(pair.before) || usedAfter.has(pair.after)) continue;
    across.push({ before: pair.before, after: pair.after, crosses: true });
    usedBefore.add(pair.before);
    usedAfter.add(pair.after);
  }
  return [...inOrder, ...across];
}

/** 0 when one does not stand for the other. */
function likenessOf(a: string, b: string): number {
  const value = similarity(a, b, REPLACES);
  if (value >= REPLACES) return value;
  const start = (text: string): string => text.split(' ').slice(0, LEADING_WORDS).join(' ');
  return start(a).includes(' ') && start(a) === start(b) ? REPLACES : 0;
}

/** The alignment of `likeness[after][before]` with the greatest sum, by dynamic programming from the end. */
function pairInOrder(likeness: readonly (readonly number[])[], width: number): Pairing[] {
  const best: number[][] = Array.from({ length: likeness.length + 1 }, () => new Array<number>(width + 1).fill(0));
  const at = (a: number, b: number): number => best[a]?.[b] ?? 0;
  const gain = (a: number, b: number): number => (likeness[a]?.[b] ?? 0) ** 2;
  for (let a = likeness.length - 1; a >= 0; a--) {
    const row = best[a] ?? [];
    for (let b = width - 1; b >= 0; b--) {
      row[b] = Math.max(at(a + 1, b), at(a, b + 1), gain(a, b) > 0 ? gain(a, b) + at(a + 1, b + 1) : 0);
    }
  }
  const pairs: Pairing[] = [];
  for (let a = 0, b = 0; a < likeness.length && b < width; ) {
    if (gain(a, b) > 0 && at(a, b) === gain(a, b) + at(a + 1, b + 1))
      pairs.push({ before: b++, after: a++, crosses: false });
    else if (at(a, b) === at(a + 1, b)) a++;
    else b++;
  }
  return pairs;
}

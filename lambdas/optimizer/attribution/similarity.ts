/**
 * Which examples are alike: cosine of their rare words (inverse document frequency; Spärck Jones, 1972). It tells on which
 * examples an edit should show, so that a few rollouts of those say more than many of all.
 */

/** Words that stand in more than this share of the examples tell nothing apart. */
const COMMON_SHARE = 0.35;
/** Vectors keep their rarest words: enough for a cosine, and bounded for long texts. */
const MOST_WORDS = 60;

/** A text as its rare words, each with a weight; of length 1. */
type WordVector = ReadonlyMap<string, number>;

export interface Similarity {
  /** How alike two examples are, in [0, 1]. */
  between(first: string, second: string): number;
  /** How alike an example is to each of all, in their order. */
  toAll(key: string): Float64Array;
  /** How many of a text's words that are rare among the examples stand in each example, weighted, in [0, 1]; by key. */
  named(text: string): ReadonlyMap<string, number>;
}

/** @param texts by example key: all that is said of an example. */
export function similarityOf(texts: ReadonlyMap<string, string>): Similarity {
  const words = new Map([...texts].map(([key, text]) => [key, wordsOf(text)]));
  const frequency = new Map<string, number>();
  for (const set of words.values()) for (const word of set) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const vectors = new Map([...words].map(([key, set]) => [key, vectorOf(set, frequency, texts.size)]));
  const empty: WordVector = new Map();
  const holders = new Map<string, string[]>();
  for (const [key, set] of words) for (const word of set) holders.set(word, [...(holders.get(word) ?? []), key]);
  const between = (first: string, second: string): number =>
    first === second ? 1 : cosine(vectors.get(first) ?? empty, vectors.get(second) ?? empty);
  const keys = [...texts.keys()];
  const rows = new Map<string, Float64Array>();
  return {
    named(text) {
      const vector = vectorOf(wordsOf(text), frequency, texts.size);
      const most = Math.max(0, ...vector.values());
      const found = new Map<string, number>();
      for (const [word, weight] of vector) {
        for (const key of holders.get(word) ?? []) found.set(key, Math.min(1, (found.get(key) ?? 0) + weight / most));
      }
      return found;
    },
    between,
    toAll(key) {
      const row = rows.get(key) ?? Float64Array.from(keys, (other) => between(key, other));
      rows.set(key, row);
      return row;
    },
  };
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}_-]{2,}/gu) ?? []);
}

function vectorOf(words: ReadonlySet<string>, frequency: ReadonlyMap<string, number>, total: number): WordVector {
  const weighted = [...words]
    .map((word): [string, number] => [word, frequency.get(word) ?? 1])
    // A word of one example alone joins nothing.
    .filter(([, count]) => count > 1 && count <= Math.max(2, COMMON_SHARE * total))
    // Squared, so that one rare word says more than several usual ones: those are shared by chance.
    .map(([word, count]): [string, number] => [word, Math.log(total / count) ** 2])
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, MOST_WORDS);
  const length = Math.hypot(...weighted.map(([, weight]) => weight));
  return new Map(length === 0 ? [] : weighted.map(([word, weight]) => [word, weight / length]));
}

function cosine(a: WordVector, b: WordVector): number {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  let sum = 0;
  for (const [word, weight] of small) sum += weight * (large.get(word) ?? 0);
  return Math.min(1, sum);
}

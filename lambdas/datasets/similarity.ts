/** Which inputs are alike: by shared words and runs of letters. */
import type { Example, Json } from '../contracts/dataset.ts';
import { FeatureSets } from './jaccard.ts';
import { MinHashIndex } from './minhash.ts';

/** Two items by index, `a` < `b`. */
export interface SimilarPair {
  readonly a: number;
  readonly b: number;
  readonly similarity: number;
}

/** Another item, and how similar it is. */
export interface Similar {
  readonly index: number;
  readonly similarity: number;
}

/** Up to this many texts, comparing each pair is quick enough, and overlooks none. */
const MAX_COMPARED_PLAINLY = 2000;

/**
 * All pairs of texts whose similarity is at least `threshold` in (0, 1], by `a`, then `b`. Similarity is the weighted
 * Jaccard index of their features, computed exactly; among more than 2,000 texts MinHash finds the pairs that are worth
 * computing, and overlooks one at the threshold with a probability of 1 in a million. It sees words, not meaning: the same
 * thing said in wholly different words is not found.
 */
export function similarPairs(texts: readonly string[], threshold: number): SimilarPair[] {
  const compared = new ComparedTexts(texts, threshold);
  const pairs: SimilarPair[] = [];
  for (const b of texts.keys()) {
    for (const { index: a, similarity } of compared.similarTo(b)) pairs.push({ a, b, similarity });
    compared.add(b);
  }
  return pairs.sort(byIndices);
}

/** Texts of which some are members: says which members a text is similar to. */
export class ComparedTexts {
  private readonly sets: FeatureSets;
  private readonly threshold: number;
  private readonly index: MinHashIndex | null;
  private readonly keys: readonly Uint32Array[];
  private readonly members: number[] = [];

  constructor(texts: readonly string[], threshold: number) {
    const sets = new FeatureSets(texts);
    const index = texts.length > MAX_COMPARED_PLAINLY ? new MinHashIndex(threshold) : null;
    this.sets = sets;
    this.threshold = threshold;
    this.index = index;
    this.keys = index === null ? [] : texts.map((_, text) => index.keysOf(sets.weighted(text)));
  }

  /** The members that a text, by its index, is at least as similar to as the threshold. */
  similarTo(text: number): Similar[] {
    const similar: Similar[] = [];
    for (const index of this.candidates(text)) {
      const similarity = this.sets.similarity(index, text, this.threshold);
      if (similarity !== null) similar.push({ index, similarity });
    }
    return similar;
  }

  add(text: number): void {
    this.members.push(text);
    this.index?.add(text, this.keys[text] ?? NO_KEYS);
  }

  private candidates(text: number): Iterable<number> {
    return this.index?.candidates(this.keys[text] ?? NO_KEYS) ?? this.members;
  }
}

const NO_KEYS = new Uint32Array();

/** What is compared of an input: its text, or all values of an object, however deep, without the names of the fields. */
export function textOfInput(input: Example['input']): string {
  return valuesOf(input).join('\n');
}

function valuesOf(value: Json): string[] {
  if (value === null) return [];
  if (typeof value !== 'object') return [String(value)];
  return Object.values(value).flatMap(valuesOf);
}

function byIndices(first: SimilarPair, second: SimilarPair): number {
  return first.a - second.a || first.b - second.b;
}

/** The features of many texts as numbers, and the exact similarity of any two of them. */
import { featuresOf } from './features.ts';
import { hashOf, type WeightedSet } from './minhash.ts';

/** Against rounding where a pair is exactly at the threshold; weights are whole numbers. */
const SLACK = 1e-6;

export class FeatureSets {
  /** Of each text its features, ascending; the rarest of all texts have the lowest numbers. */
  private readonly sets: readonly Uint32Array[];
  private readonly totals: readonly number[];
  private readonly weights: Float64Array;
  private readonly hashes: Uint32Array;

  constructor(texts: readonly string[]) {
    const known = new Map<string, { readonly feature: string; readonly weight: number; texts: number; rank: number }>();
    const sets = texts.map((text) =>
      Array.from(featuresOf(text), ([feature, weight]) => {
        const entry = known.get(feature) ?? { feature, weight, texts: 0, rank: 0 };
        known.set(feature, entry);
        entry.texts++;
        return entry;
      }),
    );
    const ranked = [...known.values()].sort((first, second) => first.texts - second.texts);
    for (const [rank, entry] of ranked.entries()) entry.rank = rank;
    this.weights = Float64Array.from(ranked, ({ weight }) => weight);
    this.hashes = Uint32Array.from(ranked, ({ feature }) => hashOf(feature));
    this.sets = sets.map((set) => Uint32Array.from(set, ({ rank }) => rank).sort());
    this.totals = sets.map((set) => set.reduce((sum, { weight }) => sum + weight, 0));
  }

  /** What MinHash makes signatures of. */
  weighted(text: number): WeightedSet {
    const set = this.sets[text] ?? new Uint32Array();
    return { hashes: set.map((rank) => this.hashes[rank] ?? 0), weights: Float64Array.from(set, this.weightOf) };
  }

  /**
   * The weighted Jaccard index of two texts: the weight of what both have by the weight of what either has. Two texts
   * without features are equal. Null when it is below `least`, which is mostly seen early.
   */
  similarity(a: number, b: number, least: number): number | null {
    const [first, second] = [this.sets[a], this.sets[b]];
    if (first === undefined || second === undefined) return null;
    const [firstTotal, secondTotal] = [this.totals[a] ?? 0, this.totals[b] ?? 0];
    const both = firstTotal + secondTotal;
    if (both === 0) return 1;
    // shared / (both − shared) ≥ least, solved for shared.
    const needed = (least * both) / (1 + least) - SLACK;
    if (Math.min(firstTotal, secondTotal) < needed) return null;
    // Of each text, what it may have alone.
    let firstSpare = firstTotal - needed;
    let secondSpare = secondTotal - needed;
    let shared = 0;
    let place = 0;
    let other = 0;
    while (place < first.length && other < second.length) {
      const rank = first[place] ?? 0;
      const otherRank = second[other] ?? 0;
      const weight = this.weights[Math.min(rank, otherRank)] ?? 0;
      if (rank <= otherRank) place++;
      if (otherRank <= rank) other++;
      if (rank === otherRank) shared += weight;
      else if (rank < otherRank) firstSpare -= weight;
      else secondSpare -= weight;
      if (firstSpare < 0 || secondSpare < 0) return null;
    }
    const similarity = shared / (both - shared);
    return similarity >= least ? similarity : null;
  }

  private readonly weightOf = (rank: number): number => this.weights[rank] ?? 0;
}

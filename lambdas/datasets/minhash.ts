/**
 * MinHash signatures and an index of them (Broder 1997, "On the resemblance and containment of documents"; for banding
 * see Leskovec, Rajaraman, Ullman, "Mining of massive datasets", 3.4): sets that are alike share a bucket nearly surely,
 * others seldom, so that few pairs of a large collection have to be compared.
 */

/** Features, each a 32-bit number, and the weight of each. */
export interface WeightedSet {
  readonly hashes: Uint32Array;
  readonly weights: Float64Array;
}

/** A pair exactly at the threshold is overlooked with at most this probability, one above it far more rarely. */
const MISS = 1e-6;
const MAX_SIGNATURE = 900;
const MAX_ROWS = 16;

/** Bands, and rows of each: as many rows as a signature of bounded length allows, for few candidates by chance. */
export function bandsFor(threshold: number): { bands: number; rows: number } {
  for (let rows = MAX_ROWS; rows > 1; rows--) {
    const bands = bandsNeeded(threshold, rows);
    if (bands * rows <= MAX_SIGNATURE) return { bands, rows };
  }
  return { bands: bandsNeeded(threshold, 1), rows: 1 };
}

/** No band agrees with probability (1 − threshold^rows)^bands. */
function bandsNeeded(threshold: number, rows: number): number {
  return Math.max(1, Math.ceil(Math.log(MISS) / Math.log(1 - threshold ** rows)));
}

/** Finds the members that a set may be as similar to as `threshold` in (0, 1]: their weighted Jaccard index. */
export class MinHashIndex {
  private readonly rows: number;
  private readonly buckets: Map<number, number[]>[];
  private readonly seeds: Uint32Array;

  constructor(threshold: number) {
    const { bands, rows } = bandsFor(threshold);
    this.rows = rows;
    this.buckets = Array.from({ length: bands }, () => new Map());
    this.seeds = Uint32Array.from({ length: bands * rows }, (_, position) => mix(position + 1));
  }

  /** A set's bucket in each band: what `candidates` and `add` take. */
  keysOf(set: WeightedSet): Uint32Array {
    const signature = this.signatureOf(set);
    return Uint32Array.from(this.buckets, (_, band) => {
      let key = 0;
      for (let row = 0; row < this.rows; row++) key = mix(key ^ (signature[band * this.rows + row] ?? 0));
      return key;
    });
  }

  /** The members in any of the buckets, each once. */
  candidates(keys: Uint32Array): Set<number> {
    const found = new Set<number>();
    for (const [band, buckets] of this.buckets.entries()) {
      for (const member of buckets.get(keys[band] ?? 0) ?? []) found.add(member);
    }
    return found;
  }

  add(member: number, keys: Uint32Array): void {
    for (const [band, buckets] of this.buckets.entries()) {
      const key = keys[band] ?? 0;
      const bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, [member]);
      else bucket.push(member);
    }
  }

  /**
   * At each position the feature with the least of exponential variables whose rates are the weights: two sets have the
   * same there with the probability of their weighted Jaccard index.
   */
  private signatureOf({ hashes, weights }: WeightedSet): Uint32Array {
    const { seeds } = this;
    const signature = new Uint32Array(seeds.length);
    const least = new Float64Array(seeds.length).fill(Infinity);
    for (let place = 0; place < hashes.length; place++) {
      const hash = hashes[place] ?? 0;
      const weight = weights[place] ?? 1;
      for (let position = 0; position < seeds.length; position++) {
        const uniform = mix(hash ^ (seeds[position] ?? 0)) / TWO_TO_32;
        const bound = (least[position] ?? 0) * weight;
        // −ln(1 − u) is at least u: most features need no logarithm.
        if (uniform >= bound) continue;
        const exponential = -Math.log1p(-uniform);
        if (exponential >= bound) continue;
        least[position] = exponential / weight;
        signature[position] = hash;
      }
    }
    return signature;
  }
}

const TWO_TO_32 = 2 ** 32;

/** The last step of MurmurHash3 (Appleby): each bit of the result depends on each bit of the number. */
function mix(number: number): number {
  let mixed = number;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** A feature as a 32-bit number (FNV-1a, mixed). */
export function hashOf(feature: string): number {
  let sum = 0x811c9dc5;
  for (let place = 0; place < feature.length; place++) sum = Math.imul(sum ^ feature.charCodeAt(place), 0x01000193);
  return mix(sum);
}

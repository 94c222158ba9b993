/**
 * Counter-based randomness: a stream is a pure function of its key, so nothing about it is ever stored and a resumed
 * run draws exactly what an uninterrupted one draws. Different keys give independent streams.
 */
import { hash } from 'node:crypto';

/** A source of random choices. Everything that decides takes one as an argument. */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  next(): number;
  /** Uniform in [0, 2^32). */
  uint32(): number;
  /** Uniform in 0 … n − 1; n is a whole number in 1 … 2^32, anything else is a RangeError. */
  int(n: number): number;
  /** One of `items`; a RangeError when there is none. */
  pick<T>(items: readonly T[]): T;
  /** A new array with the same items in random order. */
  shuffle<T>(items: readonly T[]): T[];
  /** An index, drawn in proportion to `weights`; a RangeError unless all are ≥ 0, finite, and one is above 0. */
  weighted(weights: readonly number[]): number;
}

const TWO_TO_32 = 2 ** 32;
const TWO_TO_53 = 2 ** 53;

/**
 * The stream of `seed` for one purpose, for example `stream(seed, 'parents', generation)`. Its numbers are part of the
 * contract of a resumed run: a test pins them.
 */
export function stream(seed: number, ...purpose: (string | number)[]): Random {
  // JSON keeps ('a', 'b') apart from ('ab'), and 1 from '1'.
  return new Sfc32(hash('sha256', JSON.stringify([seed, ...purpose]), 'buffer'));
}

/** Doty-Humphrey's sfc32 (PractRand): three words of state and a counter that keeps the period at 2^32 or more. */
class Sfc32 implements Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(digest: Buffer) {
    this.a = digest.readInt32LE(0);
    this.b = digest.readInt32LE(4);
    this.c = digest.readInt32LE(8);
  }

  uint32(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  next(): number {
    return ((this.uint32() >>> 5) * 2 ** 26 + (this.uint32() >>> 6)) / TWO_TO_53;
  }

  int(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > TWO_TO_32) throw new RangeError(`int(n) needs 1 ≤ n ≤ 2^32, got ${n}`);
    // Scaling favours some values by at most n / 2^32, far below what any of our draws could notice.
    return Math.floor((this.uint32() / TWO_TO_32) * n);
  }

  pick<T>(items: readonly T[]): T {
    // The index is inside the array, which the compiler cannot know; T itself may allow undefined.
    return items[this.int(items.length)] as T;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = this.int(last + 1);
      const moved = shuffled[last] as T;
      shuffled[last] = shuffled[other] as T;
      shuffled[other] = moved;
    }
    return shuffled;
  }

  weighted(weights: readonly number[]): number {
    let total = 0;
    for (const weight of weights) {
      if (!(weight >= 0)) throw new RangeError(`weights must be 0 or more, got ${weight}`);
      total += weight;
    }
    if (!(total > 0 && total < Infinity)) throw new RangeError('weights need a finite sum above 0');
    let left = this.next() * total;
    let chosen = -1;
    for (const [index, weight] of weights.entries()) {
      if (weight === 0) continue;
      chosen = index;
      left -= weight;
      if (left < 0) break;
    }
    // Rounding may leave a rest above 0; the last item with a weight is then the one.
    return chosen;
  }
}

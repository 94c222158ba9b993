import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stream } from '../../lambdas/optimizer/random.ts';

const purpose = fc.array(fc.oneof(fc.string(), fc.integer()), { maxLength: 3 });

describe('stream', () => {
  it('keeps its numbers from version to version, so that an old run can be resumed', () => {
    const random = stream(0, 'parents', 1);

    const numbers = [random.uint32(), random.uint32(), random.uint32(), random.uint32()];

    // python3: a, b, c = struct.unpack('<III', sha256(b'[0,"parents",1]').digest()[:12]), then sfc32 with counter 1
    expect(numbers).toEqual([2167150698, 930047292, 2472033909, 298063036]);
    expect(stream(7, 'shuffle').shuffle([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual([0, 4, 9, 8, 3, 7, 6, 2, 5, 1]);
  });

  it('gives the same numbers for the same key, whatever was drawn elsewhere', () => {
    fc.assert(
      fc.property(fc.nat(), purpose, (seed, key) => {
        const first = stream(seed, ...key);
        const second = stream(seed, ...key);
        const expected = Array.from({ length: 5 }, () => first.next());
        stream(seed, 'elsewhere').next();

        expect(Array.from({ length: 5 }, () => second.next())).toEqual(expected);
      }),
    );
  });

  it.each([
    [
      [1, 'a'],
      [2, 'a'],
    ],
    [
      [1, 'ab'],
      [1, 'a', 'b'],
    ],
    [
      [1, 1],
      [1, '1'],
    ],
    [
      [1, 'a', 12],
      [1, 'a', 1, 2],
    ],
  ] as [[number, ...(string | number)[]], [number, ...(string | number)[]]][])(
    'keeps the keys %j and %j apart',
    (first, second) => {
      expect(stream(...first).next()).not.toBe(stream(...second).next());
    },
  );

  it('is not correlated between neighbouring keys', () => {
    const draws = Array.from({ length: 4000 }, (_, generation) => stream(0, 'x', generation).next());

    const centred = draws.map((draw) => draw - 0.5);
    const lagged = centred.slice(1).reduce((sum, value, index) => sum + value * (centred[index] ?? 0), 0);

    expect(Math.abs(centred.reduce((sum, value) => sum + value, 0) / draws.length)).toBeLessThan(0.02);
    expect(Math.abs(lagged / draws.length / (1 / 12))).toBeLessThan(0.06);
  });
});

describe('the choices of a stream', () => {
  it('draws int(n) evenly over 0 … n − 1', () => {
    const random = stream(1, 'int');
    const counts = [0, 0, 0, 0, 0, 0, 0];

    for (let draw = 0; draw < 70_000; draw++) {
      const value = random.int(7);
      counts[value] = (counts[value] ?? 0) + 1;
    }

    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(counts).toHaveLength(7);
    // 99.9 % quantile of chi-square with 6 degrees of freedom
    expect(chiSquare).toBeLessThan(22.46);
  });

  it('draws next() in [0, 1)', () => {
    const random = stream(2, 'next');

    const draws = Array.from({ length: 10_000 }, () => random.next());

    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...draws)).toBeLessThan(1);
  });

  it('shuffles into a permutation and leaves the original alone', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (items, seed) => {
        const original = [...items];

        const shuffled = stream(seed, 'shuffle').shuffle(items);

        expect(items).toEqual(original);
        expect(shuffled.toSorted((a, b) => a - b)).toEqual(original.toSorted((a, b) => a - b));
      }),
    );
  });

  it('shuffles into every order equally often', () => {
    const random = stream(3, 'orders');
    const counts = new Map<string, number>();

    for (let draw = 0; draw < 12_000; draw++) {
      const order = random.shuffle(['a', 'b', 'c']).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }

    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  it('draws by weight and never what weighs nothing', () => {
    const random = stream(4, 'weighted');
    const counts = [0, 0, 0, 0];

    for (let draw = 0; draw < 10_000; draw++) {
      const index = random.weighted([0, 1, 3, 0]);
      counts[index] = (counts[index] ?? 0) + 1;
    }

    expect(counts[0]).toBe(0);
    expect(counts[3]).toBe(0);
    expect(Math.abs((counts[2] ?? 0) - 7500)).toBeLessThan(200);
  });

  it('refuses what it cannot draw from', () => {
    const random = stream(5, 'refuse');

    expect(() => random.int(0)).toThrow(RangeError);
    expect(() => random.int(1.5)).toThrow(RangeError);
    expect(() => random.int(2 ** 32 + 1)).toThrow(RangeError);
    expect(() => random.pick([])).toThrow(RangeError);
    expect(() => random.weighted([])).toThrow(RangeError);
    expect(() => random.weighted([0, 0])).toThrow(RangeError);
    expect(() => random.weighted([1, -1])).toThrow(RangeError);
    expect(() => random.weighted([1, Number.NaN])).toThrow(RangeError);
  });
});

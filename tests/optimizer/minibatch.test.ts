import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minibatch } from '../../lambdas/optimizer/minibatch.ts';

function ids(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `t${index}`);
}

const setting = fc.record({
  train: fc.integer({ min: 1, max: 40 }).map(ids),
  size: fc.integer({ min: 1, max: 12 }),
  slots: fc.integer({ min: 1, max: 6 }),
  seed: fc.nat({ max: 1000 }),
});

describe('minibatch', () => {
  it('uses each training example once an epoch', () => {
    fc.assert(
      fc.property(setting, ({ train, size, slots, seed }) => {
        fc.pre(size < train.length);
        const draws = Array.from({ length: 3 * train.length }, (_, counter) =>
          minibatch(train, size, seed, counter, slots),
        ).flat();

        for (let epoch = 0; epoch < 3; epoch++) {
          const used = draws.slice(epoch * train.length, (epoch + 1) * train.length);
          expect(used.toSorted()).toEqual(train.toSorted());
        }
      }),
      { numRuns: 50 },
    );
  });

  it('never repeats an example inside a minibatch, nor inside a generation while train is large enough', () => {
    fc.assert(
      fc.property(setting, fc.nat({ max: 30 }), ({ train, size, slots, seed }, generation) => {
        const batches = Array.from({ length: slots }, (_, slot) =>
          minibatch(train, size, seed, generation * slots + slot, slots),
        );

        for (const batch of batches) {
          expect(batch).toHaveLength(Math.min(size, train.length));
          expect(new Set(batch).size).toBe(batch.length);
        }
        if (slots * size <= train.length) expect(new Set(batches.flat()).size).toBe(slots * size);
      }),
    );
  });

  it('shuffles anew each epoch and with each seed', () => {
    const epoch = (seed: number, from: number): string =>
      [0, 1, 2, 3].flatMap((slot) => minibatch(ids(20), 5, seed, from + slot, 4)).join();

    expect(new Set([epoch(0, 0), epoch(0, 4), epoch(0, 8), epoch(1, 0)]).size).toBe(4);
  });

  it('brings every example into every place of a generation equally often, across straddled epochs as well', () => {
    const counts = new Map<string, number>();

    // 3 slots of 2 from 7 examples: almost every generation straddles two epochs.
    for (let counter = 0; counter < 2100; counter += 3) {
      for (const id of minibatch(ids(7), 2, 5, counter, 3)) counts.set(id, (counts.get(id) ?? 0) + 1);
    }

    expect(counts.size).toBe(7);
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(50);
  });

  it('is a function of its arguments alone', () => {
    const later = minibatch(ids(30), 4, 9, 17, 8);
    minibatch(ids(30), 4, 9, 3, 8);

    expect(minibatch(ids(30), 4, 9, 17, 8)).toEqual(later);
  });

  it('takes all of train, once each, when it is no larger than a minibatch', () => {
    expect(minibatch(ids(3), 8, 0, 5, 4)).toEqual(['t0', 't1', 't2']);
    expect(minibatch(ids(3), 3, 0, 5, 4)).toEqual(['t0', 't1', 't2']);
  });

  it.each([
    [[], 4, 0, 8],
    [ids(3), 0, 0, 8],
    [ids(3), 1.5, 0, 8],
    [ids(3), 4, -1, 8],
    [ids(3), 4, 0, 0],
  ])('refuses train %j, size %d, counter %d, slots %d', (train, size, counter, slots) => {
    expect(() => minibatch(train, size, 0, counter, slots)).toThrow(RangeError);
  });
});

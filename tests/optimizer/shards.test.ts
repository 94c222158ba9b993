import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Amount, plus } from '../../lambdas/optimizer/budget.ts';
import { grantLeases, layOut, MAX_ITEMS, stepCapacity } from '../../lambdas/optimizer/shards.ts';

const concurrencies = fc.integer({ min: 1, max: 1000 });
const timeouts = fc.double({ min: 0.1, max: 300, noNaN: true });
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('layOut', () => {
  it('cuts everything that a step can hold into few balanced items that keep inside the calls in flight', () => {
    fc.assert(
      fc.property(
        concurrencies,
        timeouts,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (concurrency, timeout, share) => {
          const rollouts = Math.max(1, Math.floor(share * stepCapacity(concurrency, timeout)));

          const layout = layOut(rollouts, concurrency, timeout);

          expect(sum(layout.sizes)).toBe(rollouts);
          expect(layout.sizes.length).toBeLessThanOrEqual(MAX_ITEMS);
          expect(Math.max(...layout.sizes) - Math.min(...layout.sizes)).toBeLessThanOrEqual(1);
          expect(Math.min(...layout.sizes)).toBeGreaterThan(0);
          expect(layout.maxConcurrency * layout.concurrency).toBeLessThanOrEqual(concurrency);
          expect(layout.maxConcurrency).toBeLessThanOrEqual(layout.sizes.length);
        },
      ),
    );
  });

  it('gives no item more than a function can do if every call takes two time limits', () => {
    fc.assert(
      fc.property(concurrencies, timeouts, (concurrency, timeout) => {
        const { sizes, concurrency: inItem } = layOut(stepCapacity(concurrency, timeout), concurrency, timeout);

        const rounds = Math.ceil(Math.max(...sizes) / inItem);
        expect(rounds * (2 * timeout + 15)).toBeLessThanOrEqual(800);
      }),
    );
  });

  it.each([
    [1, 1],
    [7, 7],
    [8, 8],
    [9, 8],
    [12, 12],
    [20, 18],
    [32, 32],
    [1000, 1000],
  ])('uses nearly all of %i calls in flight: %i', (concurrency, used) => {
    const layout = layOut(5000, concurrency, 30);

    expect(layout.maxConcurrency * layout.concurrency).toBe(used);
  });

  it('keeps what belongs together in one item, and the items few, however much there is', () => {
    const layout = layOut(10_000, 1, 300, 2);

    expect(layout.sizes).toHaveLength(MAX_ITEMS);
    expect(sum(layout.sizes)).toBe(10_000);
    expect(layOut(1, 64, 30, 2)).toEqual({ maxConcurrency: 1, concurrency: 8, sizes: [1] });
  });
});

describe('grantLeases', () => {
  const call: Amount = { calls: 1, tokens: 100, costUsd: 0.01 };
  const need = (calls: number): Amount => ({ calls, tokens: 100 * calls, costUsd: 0.01 * calls });

  it('grants each item its worst case, and retries as far as there is room', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 40 }),
        fc.nat(200),
        (sizes, spare) => {
          const needs = sizes.map(need);
          const whole = plus(...needs);
          const free = {
            calls: whole.calls + spare,
            tokens: Number.POSITIVE_INFINITY,
            costUsd: Number.POSITIVE_INFINITY,
          };

          const leases = grantLeases(needs, free, call);

          for (const [i, { calls }] of leases.entries()) expect(calls).toBeGreaterThanOrEqual(sizes[i] ?? 0);
          expect(sum(leases.map(({ calls }) => calls))).toBeLessThanOrEqual(free.calls);
          const spread = leases.map(({ calls }, i) => calls - (sizes[i] ?? 0));
          expect(Math.max(...spread) - Math.min(...spread)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('has a retry for each call that an item has in flight, and for each time the machine tries it again', () => {
    const [lease] = grantLeases([need(8)], { calls: 500, tokens: 1e6, costUsd: 100 }, call);

    expect(lease?.calls).toBe(8 + 2 + 12);
  });

  it('lets the scarcest of the caps decide', () => {
    const free = { calls: 100, tokens: 1_250, costUsd: 100 };

    expect(grantLeases([need(10)], free, call)).toEqual([
      { calls: 12, tokens: 1200, costUsd: expect.closeTo(0.12, 12) },
    ]);
  });

  it('caps what the budget caps, and nothing else', () => {
    const uncapped = { calls: 9, tokens: Number.POSITIVE_INFINITY, costUsd: Number.POSITIVE_INFINITY };

    expect(grantLeases([need(1)], uncapped, call, 0)).toEqual([{ calls: 1, tokens: null, costUsd: null }]);
  });
});

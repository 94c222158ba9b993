import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noUsage } from '../../lambdas/optimizer/usage.ts';
import { openLease } from '../../lambdas/rollout/lease.ts';

const free = { tokens: 0, costUsd: 0 };

/** One rollout of a made-up item: attempts, of which the last may be answered. */
interface Flow {
  readonly attempts: number;
  readonly bound: { readonly tokens: number; readonly costUsd: number };
  /** Shares of the bound that the attempts really use. */
  readonly uses: readonly number[];
  readonly isReflection: boolean;
}

const flow: fc.Arbitrary<Flow> = fc.record({
  attempts: fc.integer({ min: 1, max: 5 }),
  bound: fc.record({ tokens: fc.integer({ min: 0, max: 50 }), costUsd: fc.integer({ min: 0, max: 50 }) }),
  uses: fc.array(fc.constantFrom(0, 0.5, 1), { minLength: 5, maxLength: 5 }),
  isReflection: fc.boolean(),
});
const cap = fc.option(fc.integer({ min: 0, max: 300 }), { nil: null });
const grants = fc.record({ calls: fc.integer({ min: 0, max: 20 }), tokens: cap, costUsd: cap });
const amounts = fc.record({
  calls: fc.integer({ min: 0, max: 10 }),
  inputTokens: fc.integer({ min: 0, max: 50 }),
  outputTokens: fc.integer({ min: 0, max: 50 }),
  costUsd: fc.integer({ min: 0, max: 50 }),
});

describe('openLease', () => {
  it('never lets out more calls, tokens or money than was granted, whatever the order and what is in flight', () => {
    fc.assert(
      fc.property(
        grants,
        amounts,
        fc.integer({ min: 0, max: 20 }),
        fc.array(flow, { maxLength: 12 }),
        fc.infiniteStream(fc.nat()),
        (grant, earlier, untried, flows, order) => {
          const lease = openLease(grant, { ...noUsage(), ...earlier }, untried);
          const spent = {
            calls: earlier.calls,
            tokens: earlier.inputTokens + earlier.outputTokens,
            costUsd: earlier.costUsd,
          };
          // Each running flow is at an attempt, which is either about to be taken or in flight.
          const running = flows.map((one) => ({ ...one, attempt: 1, inFlight: false }));
          while (running.length > 0) {
            const index = Number(order.next().value) % running.length;
            const one = running[index];
            if (one === undefined) break;
            const { task, reflection } = lease;
            const own = one.isReflection ? reflection : task;
            if (!one.inFlight) {
              if (!own.take(one.bound, one.attempt)) {
                running.splice(index, 1);
                continue;
              }
              if (!one.isReflection) spent.calls += 1;
              one.inFlight = true;
            } else {
              const share = one.uses[one.attempt - 1] ?? 0;
              const actual = { tokens: one.bound.tokens * share, costUsd: one.bound.costUsd * share };
              own.settle(one.bound, actual);
              spent.tokens += actual.tokens;
              spent.costUsd += actual.costUsd;
              one.inFlight = false;
              one.attempt += 1;
              if (one.attempt > one.attempts) running.splice(index, 1);
            }
            const pending = running.filter(({ inFlight }) => inFlight);
            const worst = (field: 'tokens' | 'costUsd'): number =>
              pending.reduce((sum, { bound }) => sum + bound[field], spent[field]);
            expect(spent.calls).toBeLessThanOrEqual(Math.max(grant.calls, earlier.calls));
            // What was spent before may have been more than the grant; nothing is added to that then.
            const before = earlier.inputTokens + earlier.outputTokens;
            if (grant.tokens !== null) expect(worst('tokens')).toBeLessThanOrEqual(Math.max(grant.tokens, before));
            if (grant.costUsd !== null) {
              expect(worst('costUsd')).toBeLessThanOrEqual(Math.max(grant.costUsd, earlier.costUsd));
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('keeps a first call for every rollout, however often others are retried', () => {
    const scenario = fc.record({
      calls: fc.integer({ min: 0, max: 30 }),
      used: fc.integer({ min: 0, max: 10 }),
      untried: fc.integer({ min: 0, max: 30 }),
      // How many retries are asked for before each first call.
      retries: fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 30, maxLength: 30 }),
    });
    fc.assert(
      fc.property(scenario, ({ calls, used, untried, retries }) => {
        const { task } = openLease({ calls, tokens: null, costUsd: null }, { ...noUsage(), calls: used }, untried);
        let first = 0;
        let again = 0;
        for (let i = 0; i < untried; i += 1) {
          for (let retry = 0; retry < (retries[i] ?? 0); retry += 1) if (task.take(free, 2)) again += 1;
          if (task.take(free, 1)) first += 1;
        }

        const left = Math.max(0, calls - used);
        expect(first).toBe(Math.min(untried, left));
        expect(again).toBeLessThanOrEqual(left - first);
      }),
    );
  });

  it('lets reflections take tokens and money, and no calls', () => {
    const { task, reflection } = openLease({ calls: 1, tokens: 100, costUsd: null }, noUsage(), 1);

    expect(reflection.take({ tokens: 40, costUsd: 9 }, 1)).toBe(true);
    expect(reflection.take({ tokens: 40, costUsd: 9 }, 1)).toBe(true);
    expect(reflection.take({ tokens: 40, costUsd: 9 }, 1)).toBe(false);
    expect(task.take({ tokens: 20, costUsd: 9 }, 1)).toBe(true);
    expect(task.take(free, 1)).toBe(false);
  });

  it('does not count a call that was refused for its tokens', () => {
    const { task } = openLease({ calls: 1, tokens: 10, costUsd: 10 }, noUsage(), 1);

    expect(task.take({ tokens: 11, costUsd: 0 }, 1)).toBe(false);
    expect(task.take({ tokens: 0, costUsd: 11 }, 1)).toBe(false);
    expect(task.take({ tokens: 10, costUsd: 10 }, 1)).toBe(true);
  });

  it('takes what was spent before off the grant, unknown money as none', () => {
    const used = { calls: 2, judgeCalls: 0, rateLimited: 0, inputTokens: 30, outputTokens: 30, costUsd: null };

    const { task } = openLease({ calls: 3, tokens: 100, costUsd: 1 }, used, 3);

    expect(task.take({ tokens: 41, costUsd: 0 }, 1)).toBe(false);
    expect(task.take({ tokens: 40, costUsd: 1 }, 1)).toBe(true);
    expect(task.take(free, 1)).toBe(false);
  });
});

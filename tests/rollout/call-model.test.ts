import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Json } from '../../lambdas/contracts/dataset.ts';
import { ModelRefusedRequestError, ModelUnavailableError, RateLimitedError } from '../../lambdas/contracts/errors.ts';
import { CallError, type CallErrorKind, type ChatAnswer, type ChatRequest } from '../../lambdas/model/chat-model.ts';
import { noUsage } from '../../lambdas/optimizer/usage.ts';
import * as metrics from '../../lambdas/platform/metrics.ts';
import { boundOf, type CallDependencies, type CallOutcome, callModel } from '../../lambdas/rollout/call-model.ts';
import { type Lease, openLease } from '../../lambdas/rollout/lease.ts';
import { say } from './chat.ts';

const price = { input: 1, output: 10 };
const request: ChatRequest = {
  model: { name: 'm', timeoutSeconds: 30, maxOutputTokens: 64 },
  messages: [{ role: 'user', content: 'Hello' }],
};
const hi = say('hi', { inputTokens: 100, outputTokens: 10 });
const failing = (kind: CallErrorKind, retryAfterSeconds: number | null = null): CallError =>
  new CallError(kind, `it was ${kind}`, retryAfterSeconds);
const unlimited = (): Lease => openLease({ calls: 1_000, tokens: null, costUsd: null }, noUsage(), 1).task;

/** Calls a model that answers as the script says; waits are noted, not waited. */
async function call(
  script: readonly (ChatAnswer | CallError)[],
  options: { lease?: Lease; random?: () => number; price?: CallDependencies['price'] } = {},
): Promise<{ outcome: CallOutcome; calls: number; waits: number[] }> {
  let calls = 0;
  const waits: number[] = [];
  const outcome = await callModel(request, options.lease ?? unlimited(), {
    model: {
      complete() {
        const next = script[calls];
        calls += 1;
        if (next === undefined) throw new Error('One call more than the script has.');
        return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
      },
    },
    price: options.price === undefined ? price : options.price,
    sleep: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
    random: options.random ?? (() => 0.5),
  });
  return { outcome, calls, waits };
}

describe('callModel', () => {
  it('gives the answer with what it cost', async () => {
    const { outcome, calls, waits } = await call([hi]);

    expect(outcome).toEqual({
      status: 'answered',
      answer: hi,
      usage: {
        calls: 1,
        judgeCalls: 0,
        rateLimited: 0,
        inputTokens: 100,
        outputTokens: 10,
        costUsd: (100 * 1 + 10 * 10) / 1e6,
      },
    });
    expect({ calls, waits }).toEqual({ calls: 1, waits: [] });
  });

  it('measures what is spent, where the price is known', async () => {
    const put = vi.spyOn(metrics, 'putMetric');

    await call([failing('unavailable'), hi]);
    await call([hi], { price: null });

    expect(put.mock.calls).toEqual([['SpendUsd', (100 * 1 + 10 * 10) / 1e6, 'None']]);
    put.mockRestore();
  });

  it('has no cost where the price is not known', async () => {
    expect((await call([failing('unavailable'), hi], { price: null })).outcome.usage.costUsd).toBeNull();
  });

  it('repeats what may pass, waits longer each time, and counts every attempt', async () => {
    const { outcome, waits } = await call([
      failing('unavailable'),
      failing('rate_limited'),
      failing('unavailable'),
      hi,
    ]);

    expect(outcome).toMatchObject({
      status: 'answered',
      usage: { calls: 4, rateLimited: 1, inputTokens: 100, outputTokens: 10 },
    });
    // In the middle of the jitter: 60 % of 0.5 s, of 2 s (1 s, twice over for a 429), of 2 s.
    expect(waits.map(Math.round)).toEqual([300, 1200, 1200]);
  });

  it('waits for as long as the server says', async () => {
    const { waits } = await call([
      failing('rate_limited', 0.25),
      failing('unavailable', 2),
      failing('rate_limited', 0),
      hi,
    ]);

    expect(waits).toEqual([250, 2000, 0]);
  });

  it('never waits longer than 4 s by itself, and never not at all', async () => {
    const kind = fc.constantFrom<CallErrorKind>('rate_limited', 'unavailable');
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(kind, kind, kind),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        async (kinds, jitter) => {
          const { waits } = await call([...kinds.map((one) => failing(one)), hi], { random: () => jitter });

          expect(waits).toHaveLength(3);
          for (const wait of waits) {
            expect(wait).toBeGreaterThan(0);
            expect(wait).toBeLessThanOrEqual(4000);
          }
        },
      ),
    );
  });

  it.each([
    { kind: 'rate_limited', error: RateLimitedError },
    { kind: 'unavailable', error: ModelUnavailableError },
  ] as const)('hands over to the machine after four attempts that were $kind', async ({ kind, error }) => {
    const { outcome, calls, waits } = await call(Array.from({ length: 4 }, () => failing(kind)));

    expect(outcome).toMatchObject({
      status: 'interrupted',
      usage: { calls: 4, rateLimited: kind === 'rate_limited' ? 4 : 0 },
    });
    expect(outcome.status === 'interrupted' && outcome.error).toBeInstanceOf(error);
    expect(outcome.status === 'interrupted' && outcome.error.message).toBe(`it was ${kind}`);
    expect(outcome.status === 'interrupted' && outcome.error.cause).toBeInstanceOf(CallError);
    expect(calls).toBe(4);
    expect(waits).toHaveLength(3);
  });

  it.each([
    { kind: 'rate_limited', error: RateLimitedError },
    { kind: 'unavailable', error: ModelUnavailableError },
  ] as const)('hands over at once when $kind asks for a long wait', async ({ kind, error }) => {
    const { outcome, calls, waits } = await call([failing(kind, 5.01)]);

    expect(outcome.status === 'interrupted' && outcome.error).toBeInstanceOf(error);
    expect({ calls, waits }).toEqual({ calls: 1, waits: [] });
    expect(outcome.usage.calls).toBe(1);
  });

  it('repeats a time-out once, at once, and then fails the rollout for now', async () => {
    const { outcome, calls, waits } = await call([failing('timeout'), failing('timeout')]);

    expect(outcome).toMatchObject({
      status: 'failed',
      failure: { name: 'ModelUnavailableError', message: 'it was timeout', transient: true },
      usage: { calls: 2 },
    });
    expect({ calls, waits }).toEqual({ calls: 2, waits: [0] });
  });

  it('counts time-outs that are not in a row', async () => {
    const { outcome, calls } = await call([failing('timeout'), failing('unavailable'), failing('timeout')]);

    expect(outcome).toMatchObject({ status: 'failed', failure: { transient: true } });
    expect(calls).toBe(3);
  });

  it('fails for good what the server will never take', async () => {
    const { outcome, calls } = await call([failing('refused')]);

    expect(outcome).toMatchObject({
      status: 'failed',
      failure: { name: 'ModelRefusedRequestError', message: 'it was refused', transient: false },
      usage: { calls: 1 },
    });
    expect(calls).toBe(1);
  });

  it('fails for good what the model declines, and pays for it', async () => {
    const { outcome, calls } = await call([{ ...hi, text: '', refusal: 'I cannot help.' }]);

    expect(outcome).toMatchObject({
      status: 'failed',
      failure: { name: 'Refusal', message: 'I cannot help.', transient: false },
      usage: { calls: 1, inputTokens: 100 },
    });
    expect(calls).toBe(1);
  });

  it('stops everything when no request will pass', async () => {
    const { outcome, calls } = await call([failing('unavailable'), failing('fatal')]);

    expect(outcome.status === 'interrupted' && outcome.error).toBeInstanceOf(ModelRefusedRequestError);
    expect(outcome.usage.calls).toBe(2);
    expect(calls).toBe(2);
  });

  it('makes no call that the lease does not cover', async () => {
    const { outcome, calls } = await call([hi], {
      lease: openLease({ calls: 1, tokens: boundOf(request, price).tokens - 1, costUsd: null }, noUsage(), 1).task,
    });

    expect(outcome).toMatchObject({
      status: 'failed',
      failure: { name: 'BudgetExhaustedError', message: 'No budget was left for another call.', transient: true },
      usage: { calls: 0 },
    });
    expect(calls).toBe(0);
  });

  it('says why the attempt before failed when the lease has no retry', async () => {
    const lease = openLease({ calls: 1, tokens: null, costUsd: null }, noUsage(), 1).task;

    const { outcome, calls } = await call([failing('unavailable')], { lease });

    expect(outcome).toMatchObject({
      status: 'failed',
      failure: {
        name: 'BudgetExhaustedError',
        message: 'No budget was left for another call. The last attempt: it was unavailable',
      },
      usage: { calls: 1 },
    });
    expect(calls).toBe(1);
  });

  it('gives back what a call did not use', async () => {
    const bound = boundOf(request, price);
    const lease = openLease({ calls: 10, tokens: bound.tokens + 110, costUsd: null }, noUsage(), 3).task;

    // An attempt that failed used nothing; an answer used its 110 tokens.
    const first = await call([failing('unavailable'), hi], { lease });
    const second = await call([hi], { lease });
    const third = await call([hi], { lease });

    expect([first, second, third].map(({ outcome }) => outcome.status)).toEqual(['answered', 'answered', 'failed']);
  });

  it('ends for every run of errors, never with more than five calls, each of them counted', async () => {
    const kinds = fc.constantFrom<CallErrorKind>('rate_limited', 'unavailable', 'timeout', 'refused', 'fatal');
    await fc.assert(
      fc.asyncProperty(fc.array(kinds, { maxLength: 4 }), kinds, async (script, last) => {
        const endless = [...script.map((kind) => failing(kind)), ...Array.from({ length: 6 }, () => failing(last))];

        const { outcome, calls } = await call(endless);

        expect(outcome.status).not.toBe('answered');
        expect(calls).toBeLessThanOrEqual(5);
        expect(outcome.usage.calls).toBe(calls);
        expect(outcome.usage.rateLimited).toBe(
          endless.slice(0, calls).filter(({ kind }) => kind === 'rate_limited').length,
        );
      }),
    );
  });

  it('begins no attempt later than 15 s after one time limit, however slowly a server fails', async () => {
    const kinds = fc.constantFrom<CallErrorKind>('rate_limited', 'unavailable', 'timeout');
    const attempt = fc.record({ kind: kinds, seconds: fc.constantFrom(0, 1, 14, 29.9, 30) });
    await fc.assert(
      fc.asyncProperty(fc.array(attempt, { minLength: 6, maxLength: 6 }), async (script) => {
        let clock = 0;
        const begun: number[] = [];
        const outcome = await callModel(request, unlimited(), {
          model: {
            complete() {
              const next = script[begun.length];
              begun.push(clock);
              // A time-out takes the whole limit.
              clock += next?.kind === 'timeout' ? 30_000 : (next?.seconds ?? 0) * 1000;
              return Promise.reject(failing(next?.kind ?? 'fatal'));
            },
          },
          price,
          now: () => clock,
          sleep: (milliseconds) => {
            clock += milliseconds;
            return Promise.resolve();
          },
          random: () => 0.5,
        });

        expect(Math.max(...begun)).toBeLessThanOrEqual(45_000);
        expect(clock).toBeLessThanOrEqual(75_000);
        expect(outcome.usage.calls).toBe(begun.length);
      }),
      { numRuns: 300 },
    );
  });

  it('passes on what is no failure of a call', async () => {
    const broken = { ...request, messages: [] };
    const model = { complete: () => Promise.reject(new TypeError('a bug')) };

    const outcome = callModel(broken, unlimited(), { model, price, sleep: () => Promise.resolve(), random: () => 0 });

    await expect(outcome).rejects.toThrow('a bug');
  });
});

describe('boundOf', () => {
  const schema: Record<string, Json> = { description: 'é'.repeat(50) };

  it('is never below what the call can cost: each byte of prompt and schema a token, and the whole answer', () => {
    const messages = [
      { role: 'system' as const, content: 'ä'.repeat(10) },
      { role: 'user' as const, content: '\u{1F600}' },
    ];

    const bound = boundOf({ ...request, messages, responseSchema: schema }, price);

    const bytes = 20 + 4 + Buffer.byteLength(JSON.stringify(schema));
    expect(bound.tokens).toBe(bytes + 200 + 64);
    expect(bound.costUsd).toBeCloseTo(((bytes + 200) * 1 + 64 * 10) / 1e6, 12);
  });

  it('costs nothing where no price is known', () => {
    expect(boundOf(request, null).costUsd).toBe(0);
  });
});

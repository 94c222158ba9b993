import { describe, expect, it, type TestContext } from 'vitest';
import { loadRun } from '../../lambdas/store/runs.ts';
import type { StateFunction } from '../../local/engine.ts';
import { timeless } from '../support/run.ts';
import { functionError, functionOf, openWorkshop, reportIn, type Workshop } from './support.ts';

/** Wraps a function so that it breaks at some of its calls; `number` counts them from 1. */
function breaking(name: string, how: (run: () => Promise<unknown>, number: number) => Promise<unknown>): StateFunction {
  const real = functionOf(name);
  let number = 0;
  return (event) => {
    number += 1;
    return how(() => real(event), number);
  };
}

const states = ['Prepare', 'Plan', 'Score', 'Mutate', 'Verify', 'Conclude'] as const;
type Functions = Record<string, StateFunction>;
const each = (how: Parameters<typeof breaking>[1]): Functions =>
  Object.fromEntries(states.map((name) => [name, breaking(name, how)]));

type Undisturbed = Pick<Workshop, 'counts'> & { report: ReturnType<typeof timeless> };
let known: Promise<Undisturbed> | undefined;

/** The report of an undisturbed run, and the calls that it took. */
function undisturbed(context: TestContext): Promise<Undisturbed> {
  known ??= openWorkshop(context).then(async ({ run, counts }) => ({
    report: timeless(reportIn(await run())),
    counts,
  }));
  return known;
}

async function expectSame(context: TestContext, functions: Functions): Promise<void> {
  const { report, counts } = await undisturbed(context);
  const workshop = await openWorkshop(context);

  const result = await workshop.run({ functions });

  expect(timeless(reportIn(result))).toEqual(report);
  expect(workshop.counts).toEqual(counts);
  expectCountedOnce(workshop, reportIn(result).spend);
}

function expectCountedOnce(
  { counts }: Workshop,
  { modelCalls, reflectionCalls }: { modelCalls: number; reflectionCalls: number },
): void {
  expect({ task: modelCalls - reflectionCalls, reflection: reflectionCalls }).toEqual(counts);
}

describe('a run whose functions break', () => {
  it('comes to the same report, for the same calls, when each function breaks after its work is done', async (context) => {
    await expectSame(
      context,
      each(async (run, number) => {
        const output = await run();
        if (number % 3 === 1) throw functionError();
        return output;
      }),
    );
  });

  it('comes to the same report, for the same calls, when each function breaks before it begins', async (context) => {
    await expectSame(
      context,
      each((run, number) => (number % 3 === 1 ? Promise.reject(functionError('States.Timeout')) : run())),
    );
  });

  it('comes to the same report, for the same calls, when each function runs twice', async (context) => {
    await expectSame(
      context,
      each(async (run) => {
        await run();
        return run();
      }),
    );
  });

  it('lets one of two Plans at the same moment win, and the other find its step', async (context) => {
    await expectSame(context, {
      Plan: breaking('Plan', async (run) => {
        const ends = await Promise.allSettled([run(), run()]);
        const [won] = ends.filter((end) => end.status === 'fulfilled');
        if (won === undefined) throw functionError();
        const lost = ends.filter((end) => end.status === 'rejected');
        for (const { reason } of lost) expect(reason).toMatchObject({ name: 'StoreConflictError' });
        return won.value;
      }),
    });
  });

  it('goes on with the same run id after it was given up at any state, to the report of a run that never was', async (context) => {
    const { report, counts } = await undisturbed(context);
    const workshop = await openWorkshop(context);
    // The n-th execution is given up at the n-th turn: nobody retries, and RecordFailure cannot say so either.
    const giveUp = (turn: number, after: boolean): Functions => ({
      Plan: breaking('Plan', async (run, number) => {
        if (number !== turn) return run();
        if (after) await run();
        throw functionError('Gone');
      }),
      RecordFailure: () => Promise.reject(functionError('Gone')),
    });
    for (const [turn, after] of [
      [1, false],
      [1, true],
      [2, true],
      [3, false],
      [2, true],
      [2, false],
    ] as const) {
      const result = await workshop.run({ functions: giveUp(turn, after) });
      expect(result.status).toBe('FAILED');
    }

    const result = await workshop.run();

    expect(timeless(reportIn(result))).toEqual(report);
    expect(workshop.counts).toEqual(counts);
  });

  it('pays nothing for a run that is started again after it has ended', async (context) => {
    const workshop = await openWorkshop(context);
    const report = timeless(reportIn(await workshop.run()));
    const counts = { ...workshop.counts };

    const again = await workshop.run();

    expect(timeless(reportIn(again))).toEqual(report);
    expect(workshop.counts).toEqual(counts);
  });

  it('leaves a run that has ended as it is when its name is used for another task', async (context) => {
    const workshop = await openWorkshop(context);
    const report = timeless(reportIn(await workshop.run()));

    let status: string | undefined;
    const RecordFailure: StateFunction = async (event) => {
      const output = await functionOf('RecordFailure')(event);
      status = (await loadRun('run'))?.status;
      return output;
    };
    const other = await workshop.run({ overrides: ['budget.rollouts=399'], functions: { RecordFailure } });
    const again = await workshop.run();

    expect(other).toMatchObject({ status: 'FAILED', cause: expect.stringContaining('was started with another task') });
    expect(status).toBe('succeeded');
    expect(timeless(reportIn(again))).toEqual(report);
  });

  it('takes an item that always breaks for failures, and counts what it had paid', async (context) => {
    const workshop = await openWorkshop(context);
    const always = (name: string, index: number): StateFunction => {
      const real = functionOf(name);
      return async (event) => {
        const output = await real(event);
        if ((event as { index: number }).index === index) throw functionError();
        return output;
      };
    };

    // The work of each is done and stored: only their word is missing.
    const result = await workshop.run({ functions: { Score: always('Score', 0), Mutate: always('Mutate', 1) } });

    expect(reportIn(result).verdict).toBeDefined();
    expectCountedOnce(workshop, reportIn(result).spend);
    expect(reportIn(result).spend.failures).toBe(0);
  });

  it('concludes without a shard of the sealed test that never came, as failures', async (context) => {
    const workshop = await openWorkshop(context, {
      optimizer: { generations: 1, proposals: 1, concurrency: 32 },
      maxFailureShare: 0.25,
    });
    const real = functionOf('Verify');
    const events: { index: number }[] = [];
    const Verify: StateFunction = (event) => {
      events.push(event as { index: number });
      return (event as { index: number }).index === 0 ? Promise.reject(functionError()) : real(event);
    };

    const { baseline, testDelta, spend } = reportIn(await workshop.run({ functions: { Verify } }));

    expect(new Set(events.map(({ index }) => index)).size).toBe(4);
    expect(baseline.test.n).toBe(9);
    expect(testDelta.n).toBe(9);
    expect(spend.failures % 3).toBe(0);
    expect(spend.failures).toBeGreaterThan(0);
    expectCountedOnce(workshop, spend);
  });

  it('fails in one sentence, and can be started again, when most of the sealed test never came', async (context) => {
    const workshop = await openWorkshop(context);

    const failed = await workshop.run({ functions: { Verify: () => Promise.reject(functionError()) } });
    const again = await workshop.run();

    expect(failed).toMatchObject({
      status: 'FAILED',
      cause: expect.stringContaining('The sealed test could not be measured: 12 of 12 examples have no score'),
    });
    expectCountedOnce(workshop, reportIn(again).spend);
    expect(reportIn(again).spend.failures).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { unit } from '../../bench/unit.ts';
import { timeless } from '../support/run.ts';
import { type Call, openWorkshop, optimizer, reportIn, type Trouble, type Workshop } from './support.ts';

/** Both leave calls to spare, or use up what the cap allows. */
const strategies = ['gepa', 'attribution'] as const;
const withStrategy = (strategy: (typeof strategies)[number]) => ({ optimizer: { ...optimizer, strategy } });

function expectCountedOnce(
  { counts }: Workshop,
  { modelCalls, reflectionCalls }: { modelCalls: number; reflectionCalls: number },
): void {
  expect({ task: modelCalls - reflectionCalls, reflection: reflectionCalls }).toEqual(counts);
}

/** Trouble for a stretch of calls of one part, by their numbers. */
const during =
  (part: Call['part'], from: number, count: number, trouble: Trouble) =>
  (call: Call): Trouble =>
    call.part === part && call.index >= from && call.index < from + count ? trouble : null;

describe.each(strategies)('a run of %s whose model asks it to wait', (strategy) => {
  it.each<[string, number, number]>(
    [
      ['the first call', 0, 4],
      ['the baseline', 3, 9],
      ['a generation', 30, 9],
      ['the whole run, now and then', 0, 1000],
      // What the strategies share is tried once.
    ].slice(strategy === 'gepa' ? 0 : 2) as [string, number, number][],
  )('counts each call once and loses no rollout: %s', async (what, from, count) => {
    await openAndRun(strategy, async (workshop) => {
      const now = during('task', from, count, '429');
      const seldom = (call: Call): Trouble =>
        unit(3, call.body, 'wait') < 0.08 && call.attempt === 0 && call.part === 'task' ? '429' : null;
      workshop.trouble = what.startsWith('the whole') ? seldom : now;

      const { spend, baseline, best } = reportIn(await workshop.run());

      expectCountedOnce(workshop, spend);
      expect(workshop.counts.task).toBeGreaterThan(spend.rollouts);
      expect(workshop.counts.task).toBeLessThanOrEqual(400);
      expect([baseline.test.n, best.test.n]).toEqual([12, 12]);
      // A search that uses up the cap has no call left to try its last rollouts once more.
      if (strategy === 'gepa') expect(spend.failures).toBe(0);
      else expect(spend.failures).toBeLessThanOrEqual(4);
    });
  });

  it('counts interrupted reflections apart from rollouts', async (context) => {
    const workshop = await openWorkshop(context, withStrategy(strategy));
    workshop.trouble = ({ part, attempt }) => (part === 'reflection' && attempt < 2 ? '429' : null);

    const { spend } = reportIn(await workshop.run());

    expectCountedOnce(workshop, spend);
    expect(workshop.counts.task).toBe(spend.rollouts);
    expect(spend.failures).toBe(0);
  });

  it('stays under the smallest legal cap, whatever it costs', async (context) => {
    const workshop = await openWorkshop(context, {
      ...withStrategy(strategy),
      budget: { rollouts: 12 + 24 },
      maxFailureShare: 0.5,
    });
    workshop.trouble = ({ index, part }) => (part === 'task' && index % 5 === 4 ? '429' : null);

    const { spend } = reportIn(await workshop.run());

    expectCountedOnce(workshop, spend);
    expect(workshop.counts.task).toBeLessThanOrEqual(36);
    expect(spend.failures).toBeGreaterThan(0);
  });
});

describe('a run with calls to spare', () => {
  it('comes to the report of a run that never waited, but for the calls', async (context) => {
    const calm = await openWorkshop(context, withStrategy('gepa'));
    const expected = timeless(reportIn(await calm.run()));
    const busy = await openWorkshop(context, withStrategy('gepa'));
    busy.trouble = ({ body, attempt }) => (attempt === 0 && unit(5, body, 'wait') < 0.1 ? '429' : null);

    const { spend, ...rest } = timeless(reportIn(await busy.run()));

    const { spend: calmSpend, ...calmRest } = expected;
    expect(rest).toEqual(calmRest);
    expect(spend.rollouts).toBe(calmSpend.rollouts);
    expectCountedOnce(busy, spend);
  });
});

describe('a run whose model is gone for a while', () => {
  /** From the n-th task call on, or whenever the sealed test asks. */
  const gone =
    (from: number | 'sealed') =>
    (call: Call): Trouble => {
      const isIt = from === 'sealed' ? call.body.includes('Case test-') : call.index >= from;
      return isIt && call.part === 'task' ? '429' : null;
    };

  it.each([
    ['before the baseline', 1],
    ['in the middle of the baseline', 5],
    ['in a generation', 40],
    ['before the sealed test', 'sealed'],
  ] as const)('goes on when it is back, however often it was tried in vain: gone %s', async (when, from) => {
    await openAndRun('gepa', async (workshop) => {
      workshop.trouble = gone(from);
      const ends = [];
      for (let start = 0; start < 3; start += 1) ends.push(await workshop.run());
      workshop.trouble = () => null;

      const { spend, baseline } = reportIn(await workshop.run());

      for (const end of ends)
        expect(end).toMatchObject({ status: 'FAILED', cause: expect.stringContaining('Trouble 429') });
      expectCountedOnce(workshop, spend);
      expect(workshop.counts.task).toBeLessThanOrEqual(400);
      expect(baseline).toMatchObject({ validation: { n: 12 }, test: { n: 12 } });
      // A generation that got something done is over, with what it lacks; the other steps are done once more.
      if (when !== 'in a generation') expect(spend.failures).toBe(0);
    });
  });

  it('asks a model that is out of reach with one call, not with all that it has in flight', async (context) => {
    const workshop = await openWorkshop(context, withStrategy('gepa'));
    workshop.trouble = gone(1);

    for (let start = 0; start < 3; start += 1) await workshop.run();

    // The first call of all; eight in flight once; then one each time that the machine tries: four times, five, five.
    expect(workshop.counts.task).toBe(1 + 8 + 4 + 5 + 5);
  });

  it('counts what was paid for rollouts that were to be tried again and were not', async (context) => {
    const workshop = await openWorkshop(context, { ...withStrategy('gepa'), maxFailureShare: 0.5 });
    workshop.trouble = ({ part, index }) => (part === 'task' && index >= 4 ? '500' : null);
    const first = await workshop.run();
    const from = workshop.counts.task + 2;
    workshop.trouble = gone(from);
    const second = await workshop.run();
    workshop.trouble = () => null;

    const { spend, baseline } = reportIn(await workshop.run());

    expect([first.status, second.status]).toEqual(['FAILED', 'FAILED']);
    expect(baseline.validation.n).toBe(6);
    expectCountedOnce(workshop, spend);
  });

  it('goes on when reflection is back', async (context) => {
    const workshop = await openWorkshop(context, withStrategy('gepa'));
    workshop.trouble = ({ part }) => (part === 'reflection' ? '429' : null);
    const ends = [await workshop.run(), await workshop.run(), await workshop.run()];
    workshop.trouble = () => null;

    const { spend } = reportIn(await workshop.run());

    for (const end of ends)
      expect(end).toMatchObject({ status: 'FAILED', cause: expect.stringContaining('Trouble 429') });
    expectCountedOnce(workshop, spend);
  });

  it.each(strategies)('never goes over the cap, however often it is started again: %s', async (strategy) => {
    await openAndRun(
      strategy,
      async (workshop) => {
        workshop.trouble = ({ part, index }) => (part === 'task' && index >= 6 ? '500' : null);
        for (let start = 0; start < 6; start += 1) expect(await workshop.run()).toMatchObject({ status: 'FAILED' });
        workshop.trouble = () => null;

        await workshop.run();

        expect(workshop.counts.task).toBeLessThanOrEqual(60);
      },
      { rollouts: 60 },
    );
  });

  it('says so when what was called in vain leaves too few calls for the sealed test', async () => {
    await openAndRun('attribution', async (workshop) => {
      workshop.trouble = gone('sealed');
      for (let start = 0; start < 3; start += 1) await workshop.run();
      workshop.trouble = () => null;

      const end = await workshop.run();

      expect(end).toMatchObject({ status: 'FAILED', cause: expect.stringContaining('budget.rollouts') });
      expect(workshop.counts.task).toBeLessThanOrEqual(400);
    });
  });

  it('ends at the first refusal of the key, and goes on with a right one', async (context) => {
    const workshop = await openWorkshop(context, withStrategy('gepa'));
    workshop.trouble = during('task', 20, 1000, '401');
    const refused = await workshop.run();
    workshop.trouble = () => null;

    const { spend } = reportIn(await workshop.run());

    expect(refused).toMatchObject({ status: 'FAILED', cause: expect.stringContaining('Trouble 401') });
    expectCountedOnce(workshop, spend);
    expect(spend.failures).toBe(0);
  });
});

/** A workshop for tests with a table, which get no context. */
async function openAndRun(
  strategy: (typeof strategies)[number],
  use: (workshop: Workshop) => Promise<void>,
  budget = { rollouts: 400 },
): Promise<void> {
  const closing: (() => unknown)[] = [];
  try {
    await use(
      await openWorkshop({ onTestFinished: (close) => closing.push(close) }, { ...withStrategy(strategy), budget }),
    );
  } finally {
    for (const close of closing) await close();
  }
}

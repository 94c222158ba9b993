import { describe, expect, it, type TestContext } from 'vitest';
import { unit } from '../../bench/unit.ts';
import { timeless } from '../support/run.ts';
import { functionError, openWorkshop, reportIn, type Workshop } from './support.ts';

const optimizer = { generations: 3, proposals: 3, minibatchSize: 4, concurrency: 8, finalists: 2, seed: 7 };
const DRAWS = 3;

/** Right answers by prompt and input, one entry an answer. */
type Log = Map<string, boolean[]>;

/** A workshop whose model answers the same request now and then otherwise; what it answered to sealed cases is logged. */
async function openNoisyWorkshop(context: TestContext): Promise<{ workshop: Workshop; log: Log }> {
  const workshop = await openWorkshop(context, {
    optimizer: { ...optimizer, testDraws: DRAWS },
    maxFailureShare: 0.5,
  });
  const { world } = workshop.task;
  const steady = world.answer;
  const log: Log = new Map();
  const asked = new Map<string, number>();
  Object.assign(world, {
    answer(system: string, input: string): string {
      const key = JSON.stringify([system, input]);
      const time = asked.get(key) ?? 0;
      asked.set(key, time + 1);
      const answer = unit(11, key, time, 'noise') < 0.15 ? 'no' : steady(system, input);
      if (input.includes('Case test-')) log.set(key, [...(log.get(key) ?? []), answer !== 'no']);
      return answer;
    },
  });
  return { workshop, log };
}

/** Mean over the sealed examples of the share of right answers, of the user's prompt or of the other one. */
function meanOf(isBaseline: boolean, { task }: Workshop, log: Log): number {
  const drawn = [...log].filter(([key]) => (JSON.parse(key)[0] === task.world.system) === isBaseline);
  const shares = drawn.map(([, right]) => right.filter(Boolean).length / right.length);
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

const isSealed = (body: string): boolean => body.includes('Case test-');

describe('a sealed test of several draws', () => {
  it('runs each example with both prompts that often and compares the means of the draws', async (context) => {
    const { workshop, log } = await openNoisyWorkshop(context);

    const report = reportIn(await workshop.run());

    const answers = [...log.values()];
    expect(answers).toHaveLength(2 * 12);
    expect(answers.every((drawn) => drawn.length === DRAWS)).toBe(true);
    expect(answers.some((drawn) => new Set(drawn).size === 2)).toBe(true);
    expect(report.baseline.test).toMatchObject({ mean: expect.closeTo(meanOf(true, workshop, log), 12), n: 12 });
    expect(report.best.test).toMatchObject({ mean: expect.closeTo(meanOf(false, workshop, log), 12), n: 12 });
    expect(report.testDelta).toMatchObject({
      n: 12,
      mean: expect.closeTo(meanOf(false, workshop, log) - meanOf(true, workshop, log), 12),
    });
    expect(report.power).toMatchObject({ n: 12, draws: DRAWS });
    expect(report.spend.rollouts).toBe(workshop.counts.task);
    expect(report.spend.failures).toBe(0);
  });

  it('goes on in the midst of it without paying for anything twice', async (context) => {
    const calm = await openNoisyWorkshop(context);
    const expected = timeless(reportIn(await calm.workshop.run()));
    const { workshop } = await openNoisyWorkshop(context);
    let refused = 0;
    workshop.trouble = ({ body, part }) => {
      if (part !== 'task' || !isSealed(body) || workshop.counts.task < calm.workshop.counts.task - 30) return null;
      refused += 1;
      return '401';
    };
    const first = await workshop.run();
    workshop.trouble = () => null;
    const lost = () => Promise.reject(functionError('Gone'));
    const second = await workshop.run({ functions: { Conclude: lost, RecordFailure: lost } });

    const { spend, ...report } = timeless(reportIn(await workshop.run()));

    expect(first).toMatchObject({ status: 'FAILED', cause: expect.stringContaining('Trouble 401') });
    expect(second.status).toBe('FAILED');
    expect(refused).toBeGreaterThan(0);
    const { spend: calmSpend, ...calmReport } = expected;
    expect(report).toEqual(calmReport);
    expect(workshop.counts.task).toBe(calm.workshop.counts.task + refused);
    expect(spend.modelCalls).toBe(calmSpend.modelCalls + refused);
    expect(spend).toMatchObject({ rollouts: calmSpend.rollouts, failures: 0 });
  });

  it('leaves failed draws out of their example and counts each once', async (context) => {
    const { workshop, log } = await openNoisyWorkshop(context);
    workshop.trouble = ({ body, part, index }) =>
      part === 'task' && isSealed(body) && unit(2, index) < 0.6 ? '500' : null;

    const { baseline, spend } = reportIn(await workshop.run());

    const answered = [...log.values()].reduce((sum, drawn) => sum + drawn.length, 0);
    expect(answered).toBeLessThan(2 * 12 * DRAWS);
    expect(spend.failures).toBe(2 * 12 * DRAWS - answered);
    expect(spend.modelCalls - spend.reflectionCalls).toBe(workshop.counts.task);
    expect(baseline.test.mean).toBeCloseTo(meanOf(true, workshop, log), 12);
  });
});

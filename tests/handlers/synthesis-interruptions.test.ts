import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Spec, specSchema } from '../../lambdas/contracts/spec.ts';
import type { SynthesisReport } from '../../lambdas/contracts/synthesis-report.ts';
import { loadTask } from '../../local/task-file.ts';
import { openSynthesisWorld, reportOf, type SynthesisWorld } from '../support/synthesis-world.ts';
import { polite } from '../synthesis/specs.ts';

const small = { topics: 8, inputsPerTopic: 3, inputsPerCall: 3, concurrency: 8 };
const bare = { ...small, baseline: false };

/** A spec whose judge compares with a reference. */
function accurate(synthesis: Record<string, unknown>): Spec {
  const {
    description: _d,
    correctExamples: _c,
    incorrectExamples: _i,
    ...fields
  } = polite(synthesis) as Record<string, unknown>;
  const own = { coreRequirement: 'Same.', accurateExamples: ['yes'], inaccurateExamples: ['no'] };
  return specSchema.parse({ ...fields, ...own, type: 'reference_answer_accuracy' });
}

/** Each call that left is in the report, once. */
function expectCountedOnce({ calls, count }: SynthesisWorld, { spend }: SynthesisReport): void {
  expect(spend.modelCalls).toBe(calls.length);
  expect(spend.judgeCalls).toBe(count('judge'));
  expect(spend.generatorCalls).toEqual({
    topics: count('topics'),
    judges: count('steps'),
    inputs: count('inputs'),
    references: count('expected'),
  });
}

describe('a synthesis whose model has trouble', () => {
  it('goes on without what the generator refuses to write', async (context) => {
    const world = await openSynthesisWorld(context);
    world.fault = ({ asks, block }) => (asks === 'inputs' && block('TOPIC').endsWith('-3') ? 400 : undefined);

    const report = reportOf(await world.run({ specs: [polite(bare)] }));

    expect(world.count('inputs')).toBe(7 + 3);
    expect(report.short).toEqual([expect.stringMatching(/^3 of 24 inputs are missing, most of "topic 0-3" \(3\)/)]);
    expect(report.spend.failures).toBe(3);
    expectCountedOnce(world, report);
  });

  it('counts a refused request of a run that failed beside those of the run that goes on', async (context) => {
    const world = await openSynthesisWorld(context);
    const refusing = { '-3': 400, '-5': 401 };
    world.fault = ({ asks, block }) =>
      asks === 'inputs' ? Object.entries(refusing).find(([end]) => block('TOPIC').endsWith(end))?.[1] : undefined;
    expect(await world.run({ specs: [polite(bare)] })).toMatchObject({ status: 'FAILED' });
    world.fault = () => undefined;

    const report = reportOf(await world.run({ specs: [polite(bare)] }));

    expect(report.short).toEqual([]);
    expect(report.spend.failures).toBe(0);
    expectCountedOnce(world, report);
  });

  it('counts each call once, and asks for a reference three times at most, however often it has to wait', async (context) => {
    const world = await openSynthesisWorld(context);
    const seen = new Map<string, number>();
    let unusable = '';
    world.fault = ({ asks, user, index }) => {
      const key = asks + user;
      const attempt = seen.get(key) ?? 0;
      seen.set(key, attempt + 1);
      if (asks === 'expected') {
        if (unusable === '') unusable = user;
        if (user === unusable) return 'Sure!';
      }
      return attempt === 0 && index % 7 === 0 ? 429 : undefined;
    };

    const report = reportOf(await world.run({ specs: [accurate(small)] }));

    expectCountedOnce(world, report);
    expect(world.calls.filter(({ asks, user }) => asks === 'expected' && user === unusable)).toHaveLength(3);
    expect(report.short).toEqual([
      '1 of 24 inputs have no answer that could be judged.',
      '1 inputs have no reference answer and were left out.',
    ]);
    expect(report.spend.failures).toBe(1);
  });

  it('counts answers whose judge was out of reach as failures', async (context) => {
    const world = await openSynthesisWorld(context);
    world.fault = ({ asks, index }) => (asks === 'judge' && index >= 30 ? 429 : undefined);

    const report = reportOf(await world.run({ specs: [polite(small)] }));

    const { answered, of, failures } = report.baseline;
    expect(answered).toBeGreaterThan(0);
    expect(report.spend.failures).toBe(of - answered);
    expect(failures).toBeGreaterThan(0);
    expect(report.short.join(' ')).toContain(`${of - answered} of 24 inputs have no answer that could be judged`);
    expectCountedOnce(world, report);
  });

  it('fails where references are wanted and none came, before a task without data is written', async (context) => {
    const world = await openSynthesisWorld(context);
    world.fault = ({ asks }) => (asks === 'expected' ? '{"expected":" "}' : undefined);

    const result = await world.run({ specs: [accurate(bare)] });

    expect(result).toMatchObject({ status: 'FAILED', cause: expect.stringMatching(/24 of 24 .*reference/) });
  });
});

describe('a synthesis whose rollouts are capped', () => {
  it.each([true, false])(
    'still writes the references without which no example is of use (baseline: %s)',
    async (baseline) => {
      const world = await openSynthesisWorld({ onTestFinished });

      const report = reportOf(await world.run({ specs: [accurate({ ...small, baseline, budget: { rollouts: 2 } })] }));

      expect(world.count('expected')).toBe(24);
      expect(world.count('answer')).toBe(2);
      expect(report).toMatchObject({
        stopReason: 'rollouts',
        spend: { rollouts: 2, failures: 0 },
        baseline: { answered: 2 },
      });
      const { train = 0, validation = 0, test = 0, golden } = report.sizes;
      expect([golden, train + validation + test > 18]).toEqual([2, true]);
      const without = report.baseline.of - 2;
      expect(report.short.join(' ')).toContain(`${without} of 24 inputs have no answer that could be judged`);
      expectCountedOnce(world, report);
    },
  );
});

describe('a synthesis with rated examples', () => {
  it('keeps them apart from its own, whatever their ids', async (context) => {
    const world = await openSynthesisWorld(context);
    const golden = ['t01-s001', 't02-s001'].map((id) => ({ id, input: `A real letter, ${id}.`, output: 'Please.' }));

    const report = reportOf(await world.run({ specs: [polite(bare)], golden }));

    expect(report.rated).toBe(2);
    const { splits } = loadTask(join(world.folder, 'out', 'task.yaml'));
    expect(splits.train.examples.length).toBeGreaterThan(1);
    const lines = readFileSync(join(world.folder, 'out', 'golden.jsonl'), 'utf-8')
      .trim()
      .split('\n');
    const ids = lines.map((line) => (JSON.parse(line) as { id: string }).id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

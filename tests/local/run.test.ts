import { afterAll, describe, expect, it } from 'vitest';
import { type FaultKind, randomFaults } from '../../bench/model-server.ts';
import { type RuleTask, writeRuleTask } from '../support/rule-task.ts';
import { reportOf, runRuleTask, timeless } from '../support/run.ts';

const tasks: RuleTask[] = [];
const newTask = (...args: Parameters<typeof writeRuleTask>): RuleTask => {
  const task = writeRuleTask(...args);
  tasks.push(task);
  return task;
};
afterAll(() => {
  for (const task of tasks) task.remove();
});

describe('a run against an OpenAI-compatible server', () => {
  it('finds a better prompt and proves it', async () => {
    const report = reportOf(await runRuleTask(newTask({ seed: 1 }), { overrides: ['budget.rollouts=320'] }));
    expect(report.verdict).toBe('improved');
    expect(report.testDelta.mean).toBeGreaterThan(0.15);
    expect(report.recommended.components.system).toMatch(/Kind K\d means yes-\d/);
  });

  it.each([
    [0, [160, 260]],
    [1, [161]],
  ])('spends what the server counts, never above the cap (seed %i, caps %j)', async (seed, caps) => {
    const task = newTask({ seed });
    for (const cap of caps) {
      const { counts, ...run } = await runRuleTask(task, { overrides: [`budget.rollouts=${cap}`] });
      const { spend } = reportOf({ counts, ...run });
      expect(counts.task).toBe(spend.rollouts);
      expect(counts.task).toBeLessThanOrEqual(cap);
      expect(counts.reflection).toBe(spend.reflectionCalls);
      expect(spend.modelCalls).toBe(counts.task + counts.reflection);
    }
  });

  it('counts retries, keeps them under the cap and failures out of every mean', async () => {
    const kinds: FaultKind[] = ['429', '500', 'drop', 'timeout', 'truncated', 'refusal'];
    const task = newTask({ seed: 3 }, { model: { name: 'task-model', timeoutSeconds: 0.3 } });
    const { counts, ...run } = await runRuleTask(task, { server: { fault: randomFaults(3, 0.05, kinds) } });
    const report = reportOf({ counts, ...run });
    expect(counts.task).toBe(report.spend.modelCalls - report.spend.reflectionCalls);
    expect(counts.task).toBeGreaterThan(report.spend.rollouts);
    expect(counts.task).toBeLessThanOrEqual(600);
    expect(report.spend.failures).toBeGreaterThan(0);
    expect(report.baseline.test.n).toBeLessThanOrEqual(60);
    const means = [report.baseline.validation, report.baseline.test];
    // Every scored rollout is 0 or 1, so a mean times its n is whole: a failure counted as 0 would only change n.
    for (const { mean, n } of means) expect(Math.abs((mean ?? 0) * n - Math.round((mean ?? 0) * n))).toBeLessThan(1e-9);
  });

  it('gives the same report whatever the concurrency', async () => {
    const task = newTask({ seed: 4 });
    const reports = [];
    for (const concurrency of [1, 64]) {
      reports.push(
        timeless(
          reportOf(
            await runRuleTask(task, { overrides: [`optimizer.concurrency=${concurrency}`, 'budget.rollouts=220'] }),
          ),
        ),
      );
    }
    expect(reports[1]).toEqual(reports[0]);
  });
});

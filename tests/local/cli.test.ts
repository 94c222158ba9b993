import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startModelServer } from '../../bench/model-server.ts';
import { powerSchema, reportSchema } from '../../lambdas/contracts/report.ts';
import { runCli } from '../support/cli.ts';
import { type RuleTask, writeRuleTask } from '../support/rule-task.ts';

function newTask(changes: Record<string, unknown> = {}): RuleTask {
  const task = writeRuleTask(
    { seed: 2, sizes: { train: 24, validation: 12, test: 20 } },
    { budget: { rollouts: 200 }, ...changes },
  );
  onTestFinished(() => task.remove());
  return task;
}

async function newServer(task: RuleTask) {
  const server = await startModelServer(task.world);
  onTestFinished(() => server.close());
  return server;
}

describe('the command line', () => {
  it('leaves the report, the page and the prompt in the folder, and tells where', async () => {
    const task = newTask();
    const out = join(task.folder, 'out');
    const { code, stdout, stderr } = await runCli([task.taskPath, '--out', out], (await newServer(task)).baseUrl);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report = reportSchema.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf-8')));
    expect(readFileSync(join(out, 'report.html'), 'utf-8')).toContain('<!doctype html>');
    expect(readdirSync(join(out, 'best-prompt')).sort()).toEqual(['system.txt', 'user.txt']);
    expect(readFileSync(join(out, 'best-prompt/system.txt'), 'utf-8')).toBe(report.recommended.components.system);
    expect(stdout).toMatch(/baseline · best \d+\.\d \(baseline \d+\.\d\) · \d+\/200 rollouts/);
    expect(stdout).toContain(join(out, 'report.html'));
    expect(stdout).toContain('The 20 sealed examples can show a gain of 36 points or more. That is coarse');
    expect(stdout).not.toContain('simulated');
  });

  it('prints the report and nothing else with --json, and puts results below .prompt-optimizer when no folder is named', async () => {
    const task = newTask();
    const { code, stdout, stderr } = await runCli(
      [task.taskPath, '--run-id', 'mine', '--json'],
      (await newServer(task)).baseUrl,
      task.folder,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(reportSchema.parse(JSON.parse(stdout)).task).toBe('rules');
    expect(existsSync(join(task.folder, '.prompt-optimizer/mine/report.json'))).toBe(true);
  });

  it('uses the simulated model without a key, and says so on screen and in both reports', async () => {
    const task = newTask();
    const out = join(task.folder, 'out');
    const { code, stdout } = await runCli([task.taskPath, '--out', out]);
    expect(code).toBe(0);
    expect(stdout).toContain('simulated model');
    expect(readFileSync(join(out, 'report.json'), 'utf-8')).toContain('simulated model');
    expect(readFileSync(join(out, 'report.html'), 'utf-8')).toContain('simulated model');
  });

  it('spends nothing on a dry run', async () => {
    const task = newTask();
    const server = await newServer(task);
    const { code, stdout } = await runCli([task.taskPath, '--dry-run', '--json'], server.baseUrl);
    expect(code).toBe(0);
    const { low, expected, high, power } = JSON.parse(stdout);
    expect(powerSchema.parse(power)).toMatchObject({ n: 20, draws: 1 });
    expect(low.rollouts).toBeLessThanOrEqual(expected.rollouts);
    expect(expected.rollouts).toBeLessThanOrEqual(high.rollouts);
    expect(high.rollouts).toBeLessThanOrEqual(200);
    expect(server.counts).toMatchObject({ task: 0, reflection: 0 });
    expect(existsSync(join(task.folder, '.prompt-optimizer'))).toBe(false);
  });

  it('takes datasets as CSV and gives the same result as with the same lines as JSONL', async () => {
    const task = newTask({ budget: { rollouts: 120 } });
    const csv = (rows: readonly { id: string; input: unknown; expected?: unknown }[]): string =>
      ['id,input,expected,owner', ...rows.map(({ id, input, expected }) => `${id},"${input}",${expected},me`)].join(
        '\r\n',
      );
    for (const name of ['train', 'validation', 'test'] as const)
      writeFileSync(join(task.folder, `${name}.csv`), csv(task.world[name]));
    const sets = ['train', 'validation', 'test'].flatMap((name) => ['--set', `datasets.${name}=${name}.csv`]);
    const server = await newServer(task);
    const run = async (folder: string, ...more: string[]) =>
      JSON.parse(
        (await runCli([task.taskPath, '--out', join(task.folder, folder), '--json', ...more], server.baseUrl)).stdout,
      );
    const { runId: _a, wallSeconds: _b, ...fromCsv } = await run('csv', ...sets);
    const { runId: _c, wallSeconds: _d, ...fromJsonl } = await run('jsonl');
    expect(fromCsv).toEqual(fromJsonl);
  });

  it('refuses a second process at the same run while the first one is at it', async () => {
    const task = newTask();
    const server = await startModelServer(task.world, { taskLatencyMs: 50 });
    onTestFinished(() => server.close());
    const args = [task.taskPath, '--out', join(task.folder, 'out'), '--run-id', 'r'];
    const first = runCli(args, server.baseUrl);
    while (server.counts.task < 5) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await runCli(args, server.baseUrl);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('open in another process');
    expect((await first).code).toBe(0);
  });
});

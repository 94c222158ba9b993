import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type ModelServer, startModelServer } from '../../bench/model-server.ts';
import { unit } from '../../bench/unit.ts';
import { type Report, reportSchema } from '../../lambdas/contracts/report.ts';
import { runCli, startCli } from '../support/cli.ts';
import { type RuleTask, writeRuleTask } from '../support/rule-task.ts';
import { timeless } from '../support/run.ts';

const CONCURRENCY = 16;
const LATENCY = { taskLatencyMs: 5, reflectionLatencyMs: 20 };

let task: RuleTask | undefined;
let server: ModelServer | undefined;
afterEach(async () => {
  task?.remove();
  await server?.close();
});

function readReport(folder: string): Report {
  return reportSchema.parse(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf-8')));
}

async function callsReach(count: number, counts: ModelServer['counts']): Promise<void> {
  while (counts.task < count) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe('a run that was killed', { timeout: 120_000 }, () => {
  it.each([
    ['attribution', 6],
    ['gepa', 2],
  ] as const)(
    'goes on with the same run id, to the report of a run that never was, paying twice at most what was in flight: %s, %i times',
    async (strategy, kills) => {
      task = writeRuleTask(
        { seed: 5 },
        {
          optimizer: { strategy, generations: 20, proposals: 4, minibatchSize: 3, concurrency: CONCURRENCY, seed: 5 },
          budget: { rollouts: 400 },
        },
      );
      server = await startModelServer(task.world, LATENCY);
      const whole = await runCli([task.taskPath, '--out', join(task.folder, 'whole'), '--run-id', 'r'], server.baseUrl);
      expect(whole).toMatchObject({ code: 0, stderr: '' });
      const expected = readReport(join(task.folder, 'whole'));
      const paidOnce = server.counts.task;

      const out = join(task.folder, 'killed');
      const args = [task.taskPath, '--out', out, '--run-id', 'r'];
      for (let i = 0; i < kills; i += 1) {
        const { child, ended } = startCli(args, server.baseUrl);
        const target = server.counts.task + 1 + Math.floor(unit('kill', i) * 40);
        await Promise.race([callsReach(target, server.counts), ended]);
        child.kill('SIGKILL');
        await ended;
      }
      const last = await runCli(args, server.baseUrl);

      expect(last).toMatchObject({ code: 0, stderr: '' });
      expect(timeless(readReport(out))).toEqual(timeless(expected));
      expect(server.counts.task - paidOnce).toBeLessThanOrEqual(paidOnce + kills * CONCURRENCY);
    },
  );

  it('stops cleanly on Ctrl-C, says how to go on, and goes on', async () => {
    task = writeRuleTask({ seed: 6 });
    server = await startModelServer(task.world, LATENCY);
    const args = [task.taskPath, '--out', join(task.folder, 'out'), '--run-id', 'r'];
    const { child, ended } = startCli(args, server.baseUrl);
    await callsReach(100, server.counts);
    child.kill('SIGINT');
    const stopped = await ended;
    const paid = server.counts.task;

    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain('--run-id r');
    expect((await runCli(args, server.baseUrl)).code).toBe(0);
    // Nothing was lost: what was in flight at the signal was kept.
    expect(server.counts.task).toBe(readReport(join(task.folder, 'out')).spend.rollouts);
    expect(paid).toBeGreaterThanOrEqual(100);
  });
});

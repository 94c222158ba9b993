import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'vitest';
import { type FaultKind, type ModelServerOptions, startModelServer } from '../../bench/model-server.ts';
import { runCli } from '../support/cli.ts';
import { writeRuleTask } from '../support/rule-task.ts';

/** A task, its server with a fault, and the command that runs it. */
async function prepare({ onTestFinished }: TestContext, fault: NonNullable<ModelServerOptions['fault']>) {
  const patience = { timeoutSeconds: 0.4 };
  const task = writeRuleTask(
    { seed: 1 },
    { model: { name: 'task-model', ...patience }, reflection: { name: 'reflection-model', ...patience } },
  );
  const server = await startModelServer(task.world, { fault });
  onTestFinished(async () => {
    task.remove();
    await server.close();
  });
  const folder = join(task.folder, 'out');
  return { task, server, folder, args: [task.taskPath, '--out', folder, '--run-id', 'r'] };
}

// Mostly waiting for the machine's retries: the tests wait together.
describe.concurrent('a server that fails always', () => {
  it.for<[FaultKind, RegExp]>([
    ['429', /429 Too many requests/],
    ['500', /500 Something broke/],
    ['drop', /could not be reached or broke off/],
    ['timeout', /did not answer within 0\.4 s/],
    ['truncated', /could not be reached or broke off/],
    ['refusal', /I cannot help with that/],
  ])('ends the run with exit code 1 and one sentence why: %s', { timeout: 120_000 }, async ([fault, why], context) => {
    const { expect } = context;
    const { args, server, folder } = await prepare(context, () => fault);
    const { code, stderr } = await runCli(args, server.baseUrl);
    expect(code).toBe(1);
    const [sentence = '', goOn = '', ...more] = stderr.trimEnd().split('\n');
    expect(sentence).toMatch(why);
    expect(goOn).toContain('--run-id r');
    expect(more).toEqual([]);
    expect(existsSync(join(folder, 'report.json'))).toBe(false);
  });

  it('ends after the first call when the key is wrong', async (context) => {
    const { expect } = context;
    const { args, server } = await prepare(context, () => '401');
    const { code, stderr } = await runCli(args, server.baseUrl);
    expect(code).toBe(1);
    expect(stderr).toContain('Incorrect API key provided');
    expect(server.counts.task).toBe(1);
  });

  it('loses nothing when only reflection fails: once it answers, the same run id goes on', {
    timeout: 120_000,
  }, async (context) => {
    const { expect } = context;
    let broken = true;
    const { args, server } = await prepare(context, ({ part }) => (broken && part === 'reflection' ? '500' : null));
    const failed = await runCli(args, server.baseUrl);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('The reflection model did not answer');

    broken = false;
    const { code, stderr } = await runCli(args, server.baseUrl);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(server.counts.task).toBeLessThanOrEqual(600);
  });
});

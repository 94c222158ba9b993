/** `optimize --remote` against the whole service in this process: the files, the words and the codes of a local run. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ModelServer, startModelServer } from '../../bench/model-server.ts';
import { createApp } from '../../lambdas/api/app.ts';
import { reportSchema } from '../../lambdas/contracts/report.ts';
import { handler as settle } from '../../lambdas/handlers/settle.ts';
import { clearStop } from '../../lambdas/platform/shutdown.ts';
import { dispatch } from '../../lambdas/service/queue.ts';
import { exitCodes } from '../../local/command.ts';
import { main } from '../../local/optimize.ts';
import { type Service, startService } from '../../local/service/service.ts';
import { firstRight, reportOf } from '../report/finished.ts';
import { type RuleTask, writeRuleTask } from '../support/rule-task.ts';

let rules: RuleTask;
let model: ModelServer;
let service: Service;
const printed = { out: '', err: '', bar: '' };

beforeAll(async () => {
  rules = writeRuleTask(
    { seed: 1, sizes: { train: 6, validation: 4, test: 8 }, rules: 3 },
    { optimizer: { strategy: 'gepa', generations: 1, proposals: 2, minibatchSize: 2 }, budget: { rollouts: 80 } },
  );
  model = await startModelServer(rules.world);
  vi.stubEnv('OPENAI_BASE_URL', model.baseUrl);
  vi.stubEnv('OPENAI_API_KEY', 'test');
  vi.stubEnv('PROMPT_OPTIMIZER_TOKEN', 'a-token-of-some-length');
  service = await startService(
    { folder: join(rules.folder, 'serve'), host: '127.0.0.1', port: 0, token: 'a-token-of-some-length', parallel: 1 },
    { api: createApp(), settle, dispatch },
  );
});
afterAll(async () => {
  await service.stop();
  clearStop();
  await model.close();
  vi.unstubAllEnvs();
  rules.remove();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs the command with what it prints in `printed`. */
async function optimize(...args: string[]): Promise<number> {
  Object.assign(printed, { out: '', err: '', bar: '' });
  vi.spyOn(console, 'log').mockImplementation((text: string) => {
    printed.out += `${text}\n`;
  });
  vi.spyOn(console, 'error').mockImplementation((text: string) => {
    printed.err += `${text}\n`;
  });
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.bar += String(text);
    return true;
  });
  return main(['--remote', service.url, rules.taskPath, ...args]);
}

describe('optimize --remote', () => {
  it('leaves the same files as a run on this machine, compares, and is followed once more for nothing', async () => {
    const out = join(rules.folder, 'out');
    const earlier = writeEarlierReport();
    const options = ['--store', '--run-id', 'mine', '--out', out, '--compare', earlier.path];
    expect(await optimize(...options)).toBe(exitCodes.done);
    const first = { ...printed };
    const calls = { ...model.counts };
    const report = reportSchema.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf-8')));

    const again = await optimize(...options, '--json');

    expect(report).toMatchObject({ runId: 'mine', task: 'rules', testDelta: { n: 8 } });
    expect(report.champion).toMatchObject({ version: null, components: earlier.prompt, test: { n: 8 } });
    expect(readFileSync(join(out, 'report.html'), 'utf-8')).toContain('<!doctype html>');
    expect(readdirSync(join(out, 'best-prompt')).sort()).toEqual(['system.txt', 'user.txt']);
    expect(readFileSync(join(out, 'best-prompt/system.txt'), 'utf-8')).toBe(report.recommended.components.system);
    expect(first.out).toContain('6 training, 4 validation and 8 sealed test examples, at most 80 rollouts. Run mine.');
    expect(first.out).toContain('has not got worse');
    expect(first.bar).toMatch(/baseline · best \d+\.\d \(baseline \d+\.\d\) · \d+\/80 rollouts/);
    expect(first.err).toBe('');
    expect(again).toBe(exitCodes.done);
    expect(JSON.parse(printed.out)).toEqual(report);
    expect(model.counts).toEqual(calls);
    const headers = { authorization: 'Bearer a-token-of-some-length' };
    const stored = await fetch(`${service.url}/tasks/rules`, { headers });
    expect(await stored.json()).toMatchObject({ name: 'rules', version: 1 });
    const run = await fetch(`${service.url}/runs/mine`, { headers });
    expect(await run.json()).toMatchObject({ task: 'rules', version: 1 });
  });

  it('refuses what cannot run there, with exit code 2 and the reason', async () => {
    const other = await optimize('--run-id', 'mine', '--set', 'optimizer.seed=5');
    const said = printed.err;
    const files = await optimize('--set', 'evals=[{ name: own, type: custom, file: task.yaml }]');

    expect([other, files]).toEqual([exitCodes.invalid, exitCodes.invalid]);
    expect(said).toContain('--run-id: mine is a run of another task, other data or other options.');
    expect(printed.err).toContain('files run on one machine only');
  });

  it('has the service estimate a dry run', async () => {
    expect(await optimize('--dry-run', '--json')).toBe(exitCodes.done);
    expect(JSON.parse(printed.out)).toMatchObject({ power: { n: 8 } });
  });
});

/** A report of an earlier run, whose prompt scored next to nothing. */
function writeEarlierReport() {
  const report = reportOf({ scores: { baseline: firstRight(1), 'g1-s0': firstRight(1) } });
  const prompt = { system: `${rules.world.system}\nThink twice.`, user: '{{input}}' };
  const path = join(rules.folder, 'earlier.json');
  const recommended = { candidateId: 'baseline', components: prompt };
  writeFileSync(path, JSON.stringify({ ...report, task: 'rules', recommended }));
  return { path, prompt };
}

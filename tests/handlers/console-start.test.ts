import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ModelServer, startModelServer } from '../../bench/model-server.ts';
import { ruleWorld } from '../../bench/rule-world.ts';
import { runOutcomeSchema } from '../../lambdas/contracts/payloads.ts';
import { reportSchema } from '../../lambdas/contracts/report.ts';
import { forgetModel } from '../../lambdas/rollout/item.ts';
import { runObject } from '../../lambdas/store/artifacts.ts';
import { getArtifact } from '../../lambdas/store/objects.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../../local/embedded-aws.ts';
import { type ExecutionResult, startExecution } from '../../local/engine.ts';

const world = ruleWorld({ seed: 7, sizes: { train: 20, validation: 10, test: 16 } });
let broken: boolean;
let server: ModelServer;
let aws: EmbeddedAws;
let folder: string;

beforeEach(async () => {
  broken = false;
  server = await startModelServer(world, { fault: () => (broken ? '401' : null) });
  process.env.OPENAI_BASE_URL = server.baseUrl;
  process.env.OPENAI_API_KEY = 'test';
  folder = mkdtempSync(join(tmpdir(), 'prompt-optimizer-'));
  aws = await startEmbeddedAws(folder);
  forgetModel();
});
afterEach(async () => {
  await aws.stop();
  await server.close();
  rmSync(folder, { recursive: true });
});

/** What a person pastes into the console. */
const input = {
  task: {
    name: 'rules',
    prompt: { system: world.system },
    model: { name: 'task-model' },
    reflection: { name: 'reflection-model' },
    datasets: { train: world.train, validation: world.validation, test: world.test },
    evals: [{ name: 'code', type: 'exact_match' }],
    optimizer: { proposals: 3, minibatchSize: 3 },
    budget: { rollouts: 160 },
  },
};

const run = (name: string, given: unknown): Promise<ExecutionResult> => startExecution(name, given).result;

describe('an execution started in the console', () => {
  it('takes the task itself as its input and needs nothing else', async () => {
    const result = await run('mine', input);

    expect(result.status).toBe('SUCCEEDED');
    const output = runOutcomeSchema.parse(result.status === 'SUCCEEDED' ? result.output : null);
    expect(output).toMatchObject({ runId: 'mine', report: `s3://${aws.buckets.data}/runs/mine/` });
    const report = await getArtifact(runObject('mine', 'report.json'), reportSchema);
    expect(report.verdict).toBe(output.verdict);
    expect(report.spend.rollouts).toBe(server.counts.task);
  });

  it('says what is wrong with its input, and asks no model', async () => {
    const result = await run('mine', { task: { ...input.task, evals: [{ name: 'code', type: 'exact_mach' }] } });

    expect(result).toMatchObject({ status: 'FAILED', error: 'OptimizationFailed' });
    expect(result.status === 'FAILED' ? result.cause : '').toMatch(/^InvalidInputError: .*task\.evals\.0\.type/);
    expect(server.counts.task).toBe(0);
  });

  it('goes on with a run that failed, under its own name, and pays for nothing twice', async () => {
    broken = true;
    expect(await run('first', input)).toMatchObject({ status: 'FAILED', error: 'OptimizationFailed' });
    broken = false;

    const result = await run('second', { resume: 'first' });

    expect(result).toMatchObject({ status: 'SUCCEEDED', output: { runId: 'first' } });
    const report = await getArtifact(runObject('first', 'report.json'), reportSchema);
    expect(report.spend.modelCalls - report.spend.reflectionCalls).toBe(server.counts.task);
    expect(server.counts.task).toBeLessThanOrEqual(160);
  });

  it('refuses to go on with a run that never was', async () => {
    const result = await run('second', { resume: 'nobody' });

    expect(result.status === 'FAILED' ? result.cause : '').toMatch(
      /^InvalidInputError: resume: there is no run "nobody"/,
    );
  });
});

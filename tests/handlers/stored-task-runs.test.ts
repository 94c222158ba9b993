import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ModelServer, startModelServer } from '../../bench/model-server.ts';
import { ruleWorld } from '../../bench/rule-world.ts';
import { type RunOutcome, runOutcomeSchema } from '../../lambdas/contracts/payloads.ts';
import { reportSchema, unfinishedReportSchema } from '../../lambdas/contracts/report.ts';
import { clearStop, requestStop } from '../../lambdas/platform/shutdown.ts';
import { forgetModel } from '../../lambdas/rollout/item.ts';
import { settleRun } from '../../lambdas/service/settle-run.ts';
import { loadContext, runObject } from '../../lambdas/store/artifacts.ts';
import { loadChampion, loadLastLook } from '../../lambdas/store/champions.ts';
import { getArtifact } from '../../lambdas/store/objects.ts';
import { listEvents } from '../../lambdas/store/run-lists.ts';
import { loadRun, updateRun } from '../../lambdas/store/runs.ts';
import { startExecution } from '../../local/engine.ts';
import { storeTask } from '../service/stored.ts';
import { useEmbeddedAws } from '../store/embedded.ts';

useEmbeddedAws();

const world = ruleWorld({ seed: 3, sizes: { train: 24, validation: 16, test: 40 }, rules: 3, luck: 0.1 });
const settings = {
  optimizer: { strategy: 'gepa', generations: 4, proposals: 4, minibatchSize: 3 },
  budget: { rollouts: 500 },
  promotion: 'automatic',
};
let server: ModelServer;
let onTaskCall: (index: number) => void;
let forgetful: boolean;

beforeAll(async () => {
  // A model that has forgotten what `means` means has to be told in other words.
  const heard = (system: string): string => system.replaceAll('means', 'is').replaceAll('stands for', 'means');
  const changing = {
    answer: (system: string, input: string) => world.answer(forgetful ? heard(system) : system, input),
    reflect: (request: string) =>
      forgetful ? world.reflect(request).replaceAll('means', 'stands for') : world.reflect(request),
  };
  server = await startModelServer(changing, {
    fault: ({ part, index }) => {
      if (part === 'task') onTaskCall(index);
      return null;
    },
  });
  process.env.OPENAI_BASE_URL = server.baseUrl;
  process.env.OPENAI_API_KEY = 'test';
  forgetModel();
});
afterAll(() => server.close());
beforeEach(() => {
  onTaskCall = () => {};
  forgetful = false;
});

async function outcomeOf(name: string, input: unknown): Promise<RunOutcome> {
  const result = await startExecution(name, input).result;
  if (result.status !== 'SUCCEEDED') throw new Error(JSON.stringify(result));
  return runOutcomeSchema.parse(result.output);
}

const eventsOf = async (runId: string): Promise<string[]> =>
  (await listEvents(runId, null, 200)).map(({ event }) => event.type);

describe('a task that is started by its name', () => {
  it('is optimized, its winner becomes the champion, and a scheduled run then finds nothing changed', async () => {
    const version = await storeTask('routing', world, settings);

    const first = await outcomeOf('first', { task: 'routing', overrides: { 'budget.rollouts': 480 } });

    expect(first).toMatchObject({ task: 'routing', taskVersion: version, verdict: 'improved' });
    expect(first.promotion).toMatchObject({ decision: 'promoted', version: 2 });
    expect(first.reportUrl).toContain('report.html');
    expect(await (await fetch(first.reportUrl ?? '')).text()).toContain('<!doctype html>');
    const report = await getArtifact(runObject('first', 'report.json'), reportSchema);
    const champion = await loadChampion('routing');
    expect(champion).toMatchObject({ version: 2, runId: 'first', components: report.recommended.components });
    expect((await loadContext('first')).task.budget.rollouts).toBe(480);
    const run = await loadRun('first');
    expect(run).toMatchObject({ status: 'succeeded', attempt: 1, taskVersion: 1, outcome: first });
    expect(run?.spend.rollouts).toBe(server.counts.task);
    const events = await eventsOf('first');
    expect(events[0]).toBe('started');
    expect(events.slice(-2)).toEqual(['promoted', 'ended']);
    expect(events).toContain('generation_finished');

    const before = server.counts.task;
    const second = await outcomeOf('second', { task: 'routing', trigger: 'schedule' });

    expect(second).toMatchObject({ verdict: 'skipped_unchanged', gain: null, promotion: null });
    expect(server.counts.task - before).toBeLessThanOrEqual(world.validation.length);
    expect(await loadRun('second')).toMatchObject({ status: 'skipped', startedBy: 'schedule', outcome: second });
    expect((await eventsOf('second')).at(-1)).toBe('ended');
    const look = await getArtifact(runObject('second', 'report.json'), unfinishedReportSchema);
    expect(look).toMatchObject({ verdict: 'skipped_unchanged', recommended: { components: champion?.components } });
    // What it was compared with stays: or a score that falls a little each time would never be seen to fall.
    expect(await loadLastLook('routing')).toMatchObject({ runId: 'second', scoresOf: 'first' });

    await storeTask('routing', { ...world, train: world.train.slice(1) }, settings);
    const third = await outcomeOf('third', { task: 'routing', trigger: 'schedule' });

    expect(third.verdict).not.toBe('skipped_unchanged');
    expect((await loadContext('third')).task.prompt.system).toBe(champion?.components.system);
  });
});

describe('a scheduled run of a task whose model answers otherwise by now', () => {
  it('sees it, asks everything anew and optimizes again from the champion', async () => {
    await storeTask('drifting', world, settings);
    await outcomeOf('good-days', { task: 'drifting' });
    // The model does not know any more what the champion relied on.
    forgetful = true;

    const outcome = await outcomeOf('bad-days', { task: 'drifting', trigger: 'schedule' });

    expect(outcome).toMatchObject({ verdict: 'improved', promotion: { decision: 'promoted', version: 3 } });
    const report = await getArtifact(runObject('bad-days', 'report.json'), reportSchema);
    const before = await getArtifact(runObject('good-days', 'report.json'), reportSchema);
    expect(report.baseline.test.mean).toBeLessThan((before.best.test.mean ?? 0) - 0.3);
    expect(report.spend.cacheHits).toBe(0);
  });
});

describe('a run that is stopped', () => {
  it('keeps what it has paid for, says that it was stopped, and goes on for the rest when it is resumed', async () => {
    await storeTask('stopping', { ...world, system: `${world.system}Be quick.\n` }, settings);
    const paidBefore = server.counts.task;
    const execution = startExecution('stopped', { task: 'stopping' });
    onTaskCall = (index) => {
      if (index !== paidBefore + 60) return;
      requestStop('stopped');
      execution.abort();
    };
    expect((await execution.result).status).toBe('ABORTED');
    await execution.idle();
    const end = { name: 'stopped', status: 'ABORTED', input: '{}', error: undefined, cause: undefined } as const;

    await settleRun({ ...end, stoppedAt: new Date() });
    const stopped = await loadRun('stopped');
    await settleRun({ ...end, stoppedAt: new Date() });

    const paid = server.counts.task - paidBefore;
    const report = await getArtifact(runObject('stopped', 'report.json'), unfinishedReportSchema);
    expect(report).toMatchObject({ verdict: 'stopped', stopReason: 'stopped', spend: { rollouts: paid } });
    expect(stopped).toMatchObject({ status: 'stopped', outcome: null, spend: { rollouts: paid } });
    expect((await eventsOf('stopped')).filter((type) => type === 'ended')).toHaveLength(1);

    // A run that fails has paid for its last step as well; who records the failure knows nothing of that.
    await updateRun('stopped', { status: 'failed', spend: { rollouts: 0, costUsd: null } });
    await settleRun({ ...end, status: 'FAILED', stoppedAt: new Date() });
    expect(await loadRun('stopped')).toMatchObject({ status: 'failed', spend: { rollouts: paid } });
    await updateRun('stopped', { status: 'stopped' });

    clearStop('stopped');
    const outcome = await outcomeOf('stopped', { task: 'stopping' });

    expect(await loadRun('stopped')).toMatchObject({ status: 'succeeded', attempt: 2, epoch: 0 });
    expect(outcome.rollouts).toBe(server.counts.task - paidBefore);
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { ruleWorld } from '../../bench/rule-world.ts';
import { InvalidInputError } from '../../lambdas/contracts/errors.ts';
import type { Prepared } from '../../lambdas/contracts/payloads.ts';
import { type RunRecord, runRecordSchema } from '../../lambdas/contracts/run.ts';
import { handler as plan } from '../../lambdas/handlers/plan.ts';
import { handler as prepare } from '../../lambdas/handlers/prepare.ts';
import { handler as prepareEvaluation } from '../../lambdas/handlers/prepare-evaluation.ts';
import { handler as recordFailure } from '../../lambdas/handlers/record-failure.ts';
import { contentHash } from '../../lambdas/rollout/resolve-task.ts';
import { storeExamples } from '../../lambdas/service/datasets.ts';
import { loadContext } from '../../lambdas/store/artifacts.ts';
import { loadEvaluationPlan } from '../../lambdas/store/evaluations.ts';
import { bucketNamed, putText, uriOf } from '../../lambdas/store/objects.ts';
import { listEvents } from '../../lambdas/store/run-lists.ts';
import { createRun, loadRun, saveRunInput, updateRun } from '../../lambdas/store/runs.ts';
import { loadTaskHead, saveTaskHead } from '../../lambdas/store/tasks.ts';
import { useEmbeddedAws } from '../store/embedded.ts';
import { storeTask } from './stored.ts';

useEmbeddedAws();

const world = ruleWorld({ seed: 1, sizes: { train: 8, validation: 4, test: 4 } });
const NOW = new Date().toISOString();

beforeAll(async () => {
  await storeTask('tickets', world);
  await storeTask('tickets', world, { budget: { rollouts: 300 } });
});

const start = (runId: string, input: unknown): Promise<Prepared> => prepare({ runId, input });

/** What is wrong with an input, by field. */
async function problemsOf(input: unknown): Promise<Record<string, string>> {
  const error: unknown = await start(`refused-${contentHash(input).slice(0, 8)}`, input).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof InvalidInputError)) throw new Error(`It was not refused: ${error}`);
  expect(error.problems.every(({ remedy }) => remedy !== '')).toBe(true);
  return Object.fromEntries(error.problems.map(({ field = '', message }) => [field, message]));
}

/** A record as the API leaves it. */
async function queue(runId: string, input: unknown, changes: Partial<RunRecord> = {}): Promise<void> {
  await saveRunInput(runId, input);
  const record = { runId, status: 'queued', taskName: 'tickets', startedBy: 'api', inputHash: contentHash(input) };
  const clock = { turn: 0, epoch: 0, attempt: 0, createdAt: NOW, startedAt: null, lastSeenMs: 0, error: null };
  await createRun(runRecordSchema.parse({ ...record, ...clock, ...changes }));
}

describe('a task by its name', () => {
  it('is the newest version, or the one that is named, with other values where they are given', async () => {
    await start('newest', { task: 'tickets' });
    await start('named', { task: 'tickets', version: 1, overrides: { 'budget.rollouts': 77, 'evals.0.weight': 2 } });

    const [newest, named] = [await loadContext('newest'), await loadContext('named')];
    expect([newest.taskVersion, newest.task.budget.rollouts]).toEqual([2, 300]);
    expect([named.taskVersion, named.task.budget.rollouts, named.task.evals[0]?.weight]).toEqual([1, 77, 2]);
    expect(newest.fingerprint).not.toBe(named.fingerprint);
  });

  it('has the same fingerprint whatever may be spent and whatever the seed is, and none when it is not as it is stored', async () => {
    await start('seed', { task: 'tickets', overrides: { 'optimizer.seed': 9, 'budget.rollouts': 500 } });
    await start('model', { task: 'tickets', overrides: { 'model.name': 'another' } });

    const { fingerprint } = await loadContext('newest');
    expect((await loadContext('seed')).fingerprint).toBe(fingerprint);
    expect((await loadContext('model')).fingerprint).toBe('');
  });

  it('may be a resource of the API, as it was answered', async () => {
    const run = { runId: 'x', status: 'failed', progress: null, task: 'tickets', version: 1, from: null, links: {} };
    await start('pasted-run', run);
    await start('pasted-task', { name: 'tickets', version: 1, task: { name: 'tickets' }, schedule: null, links: {} });

    expect((await loadContext('pasted-run')).taskVersion).toBe(1);
    expect((await loadContext('pasted-task')).taskVersion).toBe(1);
  });

  it('may be a task in place whose datasets are those of the API, by their ids', async () => {
    const stored = async (split: 'train' | 'validation' | 'test') =>
      (await storeExamples('datasets', 'pasted', split, world[split])).id;
    const [train, validation, test] = [await stored('train'), await stored('validation'), await stored('test')];
    const task = (ids: Record<string, string>) => ({
      name: 'pasted',
      prompt: { system: world.system },
      model: { name: 'task-model' },
      reflection: { name: 'reflection-model' },
      datasets: Object.fromEntries(Object.entries(ids).map(([split, dataset]) => [split, { dataset }])),
      evals: [{ name: 'code', type: 'exact_match' }],
      budget: { rollouts: 100 },
    });

    await start('by-ids', { task: task({ train, validation, test }) });
    const other = await problemsOf({ task: { ...task({ train, validation, test }), name: 'another' } });

    expect((await loadContext('by-ids')).train.map(({ id }) => id)).toEqual(world.train.map(({ id }) => id));
    expect(other['task.datasets.train']).toMatch(/no dataset .* of another/);
  });

  it.each([
    ['an unknown task', { task: 'nobody' }, { task: /no stored task/ }],
    ['an unknown version', { task: 'tickets', version: 9 }, { version: /no version 9/ }],
    [
      'an unknown path',
      { task: 'tickets', overrides: { 'budget.rolouts': 5 } },
      { 'overrides.budget.rolouts': /known/ },
    ],
    [
      'a wrong value',
      { task: 'tickets', overrides: { 'budget.rollouts': -5 } },
      { 'overrides.budget.rollouts': /least 1/ },
    ],
    ['a value below one', { task: 'tickets', overrides: { 'name.x': 1 } }, { 'overrides.name.x': /no fields/ }],
    ['another name', { task: 'tickets', overrides: { name: 'other' } }, { 'overrides.name': /overridden/ }],
    ['a prototype', { task: 'tickets', overrides: { '__proto__.x': 1 } }, { 'overrides.__proto__.x': /known/ }],
    [
      'sealed data that is not sealed',
      { task: 'tickets', overrides: { 'datasets.test': 's3://prompt-optimizer-data/uploads/a.jsonl' } },
      { 'task.datasets.test': /elsewhere/ },
    ],
    [
      'data of another run',
      { task: 'tickets', overrides: { 'datasets.train': 's3://prompt-optimizer-data/runs/a/context.json' } },
      { 'task.datasets.train': /elsewhere/ },
    ],
  ])('refuses %s', async (_, input, expected) => {
    const problems = await problemsOf(input);

    for (const [field, message] of Object.entries(expected)) expect(problems[field]).toMatch(message);
    expect(Object.keys(problems)).toEqual(Object.keys(expected));
  });

  it('that has a test set with a wrong line is refused without a word of that line', async () => {
    const location = { bucket: bucketNamed('sealed'), key: 'uploads/by-hand.jsonl' };
    await putText(location, 'Hush: a secret\n', 'application/jsonl');

    const problems = await problemsOf({ task: 'tickets', overrides: { 'datasets.test': uriOf(location) } });

    expect(JSON.stringify(problems)).toMatch(/is not JSON/);
    expect(JSON.stringify(problems)).not.toMatch(/Hush|secret/);
  });

  it('is refused once it was deleted', async () => {
    await storeTask('gone', world);
    const head = await loadTaskHead('gone');
    if (head !== null) await saveTaskHead({ ...head, deletedAt: NOW });

    expect((await problemsOf({ task: 'gone' })).task).toMatch(/deleted/);
  });
});

describe('an evaluation', () => {
  it('takes a stored task by its name as well', async () => {
    const input = { task: 'tickets', version: 1, overrides: { 'budget.rollouts': 12 }, evaluation: { of: 'prompts' } };

    await prepareEvaluation({ runId: 'evaluated', input: { ...input, status: 'queued', links: {} } });

    expect(await loadRun('evaluated')).toMatchObject({ kind: 'evaluation', taskName: 'tickets', taskVersion: 1 });
    expect((await loadEvaluationPlan('evaluated')).task.budget.rollouts).toBe(12);
  });
});

describe('a run that was asked for before it begins', () => {
  it('is begun as a new one is, and keeps who asked for it', async () => {
    await queue('asked', { task: 'tickets' }, { requestHash: 'r' });

    expect(await start('asked', { task: 'tickets' })).toMatchObject({ next: 'plan', turn: 0 });

    const run = await loadRun('asked');
    expect(run).toMatchObject({
      status: 'running',
      attempt: 1,
      execution: 'asked',
      startedBy: 'api',
      requestHash: 'r',
    });
    expect(run?.startedAt).not.toBeNull();
    expect((await listEvents('asked', null)).map(({ event }) => event.type)).toEqual(['started']);
  });

  it.each(['stopped', 'stopping'] as const)('is not begun when it is %s meanwhile', async (status) => {
    const runId = `late-${status}`;
    await queue(runId, { task: 'tickets' }, { status });

    await expect(start(runId, { task: 'tickets' })).rejects.toThrow(/stopped before it had begun/);
    await recordFailure({ runId, error: { Error: 'StoppedError', Cause: '' } });

    expect(await loadRun(runId)).toMatchObject({ status, startedAt: null });
  });

  it('is planned no further while it is being stopped: what its items did not begin would count as failed', async () => {
    await start('unplanned', { task: 'tickets' });
    await updateRun('unplanned', { status: 'stopping' });

    await expect(plan({ runId: 'unplanned', turn: 0, results: [] })).rejects.toThrow('told to stop');
    await recordFailure({ runId: 'unplanned', error: { Error: 'StoppedError', Cause: '' } });

    expect(await loadRun('unplanned')).toMatchObject({ status: 'stopping', turn: 0 });
  });

  it('that has timed out and is redriven by hand goes on, and its rest is no running time', async () => {
    await start('timed-out', { task: 'tickets' });
    await updateRun('timed-out', { status: 'failed', lastSeenMs: Date.now() - 3_600_000, endedAt: NOW });

    await plan({ runId: 'timed-out', turn: 0, results: [] });

    const run = await loadRun('timed-out');
    expect(run).toMatchObject({ status: 'running', attempt: 2, endedAt: null, turn: 1 });
    expect(run?.progress?.elapsedMs).toBeLessThan(60_000);
  });

  it('that failed before it had begun is begun with its own input by an execution of another name', async () => {
    await queue('first', { task: 'later' });
    await expect(start('first', { task: 'later' })).rejects.toThrow(/no stored task/);
    await recordFailure({ runId: 'first', error: { Error: 'InvalidInputError', Cause: 'x' } });
    expect(await loadRun('first')).toMatchObject({ status: 'failed', startedAt: null });
    await storeTask('later', world);

    await start('first-r1', { resume: 'first' });

    expect(await loadRun('first')).toMatchObject({ status: 'running', attempt: 1, execution: 'first-r1', error: null });
  });
});

describe('a run that is started again', () => {
  it.each([
    ['failed', { status: 'failed' }, { attempt: 2, epoch: 1 }],
    ['failed, and waited in the queue', { status: 'queued', start: 'resume' }, { attempt: 2, epoch: 1 }],
    ['was stopped', { status: 'stopped' }, { attempt: 2, epoch: 0 }],
    ['was killed', { status: 'running' }, { attempt: 1, epoch: 0 }],
  ] as const)('after it %s counts that once', async (name, changes, expected) => {
    const runId = `again-${name.replace(/\W/g, '')}`;
    await start(runId, { task: 'tickets' });
    await updateRun(runId, { ...changes, turn: 3 });

    expect(await start(`${runId}-r1`, { resume: runId })).toMatchObject({ runId, turn: 2, next: 'plan' });
    // Prepare is retried where its answer was lost.
    await start(`${runId}-r1`, { resume: runId });

    expect(await loadRun(runId)).toMatchObject({ status: 'running', execution: `${runId}-r1`, ...expected });
  });
});

describe('a scheduled run', () => {
  const due = (task: string) => ({ task, trigger: 'schedule' });

  it('waits for its turn while another run of its task goes on, and then begins', async () => {
    await storeTask('waiting', world, {}, { overlap: 'wait' });
    await start('busy', { task: 'waiting' });

    expect(await start('patient', due('waiting'))).toMatchObject({ next: 'wait', waitSeconds: 5 });
    expect(await loadRun('patient')).toMatchObject({ status: 'queued', startedBy: 'schedule', startedAt: null });
    // One that is due later waits behind it, and one that is there before does not wait for those behind.
    expect(await start('second', due('waiting'))).toMatchObject({ next: 'wait' });
    await updateRun('busy', { status: 'succeeded' });

    expect(await start('second', due('waiting'))).toMatchObject({ next: 'wait' });
    expect(await start('patient', due('waiting'))).toMatchObject({ next: 'plan' });
    expect(await loadRun('patient')).toMatchObject({ status: 'running', startedBy: 'schedule', attempt: 1 });
  });

  it('is skipped while another run goes on, where its schedule says so', async () => {
    await storeTask('skipping', world, {}, { overlap: 'skip' });
    await start('going', { task: 'skipping' });

    const prepared = await start('skipped', due('skipping'));

    expect(prepared).toMatchObject({ next: 'skip', outcome: { verdict: 'skipped_overlap', costUsd: 0, report: null } });
    expect(await loadRun('skipped')).toMatchObject({ status: 'skipped', outcome: prepared.outcome });
    expect((await listEvents('skipped', null)).map(({ event }) => event)).toMatchObject([
      { type: 'ended', status: 'skipped', verdict: 'skipped_overlap' },
    ]);
    expect(await start('skipped', due('skipping'))).toEqual(prepared);
  });

  it('is one of two that are due at once and do not see each other in the list of runs yet', async () => {
    await storeTask('twice', world, {}, { overlap: 'wait' });
    const begun = await start('twice-1', due('twice'));
    // An index follows its table within a moment.
    await updateRun('twice-1', { taskName: 'not-in-the-list-yet' });

    expect([begun.next, (await start('twice-2', due('twice'))).next]).toEqual(['plan', 'wait']);

    await updateRun('twice-1', { status: 'succeeded' });
    expect(await start('twice-2', due('twice'))).toMatchObject({ next: 'plan' });
  });

  it('that waits and was resumed keeps nobody back who was there before', async () => {
    await storeTask('resumed', world, {}, { overlap: 'wait' });
    await start('long', { task: 'resumed' });
    await start('earlier-one', due('resumed'));
    await start('resumed-one', due('resumed'));
    await updateRun('long', { status: 'succeeded' });
    // As a redrive leaves it.
    await updateRun('resumed-one', { status: 'running' });

    expect(await start('earlier-one', due('resumed'))).toMatchObject({ next: 'plan' });
  });

  it('spends no more than the month has left, and is skipped when that is too little', async () => {
    await storeTask('monthly', world, { budget: { rollouts: 300 } }, { monthlyBudget: { rollouts: 200 } });
    const spent = (rollouts: number) => ({ status: 'succeeded', spend: { rollouts, costUsd: null } }) as const;
    const over = { taskName: 'monthly', startedAt: NOW, createdAt: NOW };
    await queue('earlier', 1, { ...over, ...spent(150), startedBy: 'schedule' });
    await queue('by-hand', 2, { ...over, ...spent(900), startedBy: 'api' });
    await queue('last-month', 3, {
      ...over,
      ...spent(900),
      startedBy: 'schedule',
      createdAt: '2020-01-01T00:00:00.000Z',
    });

    expect(await start('some-left', due('monthly'))).toMatchObject({ next: 'plan' });
    expect((await loadContext('some-left')).task.budget.rollouts).toBe(50);

    // Too little for the baseline and the sealed test.
    await updateRun('some-left', spent(45));
    expect(await start('little-left', due('monthly'))).toMatchObject({ outcome: { verdict: 'skipped_budget' } });
    await updateRun('some-left', spent(50));
    expect(await start('none-left', due('monthly'))).toMatchObject({ outcome: { verdict: 'skipped_budget' } });
  });
});

describe('a simulated model', () => {
  it('costs nothing and is told in every result', async () => {
    process.env.MODEL_NOTICE = 'A simulated model answered.';
    try {
      await start('simulated', { task: 'tickets', overrides: { 'budget.costUsd': 1 } });
    } finally {
      delete process.env.MODEL_NOTICE;
    }

    const { notice, task } = await loadContext('simulated');
    expect(notice).toBe('A simulated model answered.');
    expect(task.prices['task-model']).toEqual({ input: 0, output: 0 });
  });
});

import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { Rollout } from '../../lambdas/contracts/artifacts.ts';
import { CallError } from '../../lambdas/model/chat-model.ts';
import { noUsage } from '../../lambdas/optimizer/usage.ts';
import { clearStop, requestStop } from '../../lambdas/platform/shutdown.ts';
import { openLease } from '../../lambdas/rollout/lease.ts';
import {
  loadBatch,
  type RolloutBatch,
  type RolloutResults,
  runRollouts,
  stands,
} from '../../lambdas/rollout/run-rollouts.ts';
import { loadRollouts } from '../../lambdas/store/rollouts.ts';
import { useEmbeddedAws } from '../store/embedded.ts';
import { ample, type PlayedModel, playedModel, say } from './chat.ts';
import { taskOf } from './task.ts';

useEmbeddedAws();
afterEach(() => clearStop());

/** A batch of fresh examples: nothing of it is stored yet. */
function batchOf(count: number, changes: Partial<RolloutBatch> = {}): RolloutBatch {
  const salt = randomUUID();
  return {
    runId: 'run-1',
    epoch: 0,
    task: taskOf(),
    table: 'search',
    concurrency: 4,
    jobs: Array.from({ length: count }, (_, i) => ({
      split: 'train',
      example: { id: `t-${i}`, input: `${i} ${salt}`, expected: `out ${i}` },
      components: { system: 'S', user: '{{input}}' },
      draw: 0,
    })),
    ...changes,
  };
}

async function run(batch: RolloutBatch, model: PlayedModel): Promise<RolloutResults> {
  return runRollouts(batch, await loadBatch(batch), ample(), model);
}

/** The number of the example that a request is about. */
function numberOf(request: { messages: readonly { content: string }[] }): number {
  return Number(request.messages.at(-1)?.content.split(' ')[0]);
}

const right = (): PlayedModel => playedModel((request) => say(`out ${numberOf(request)}`));
const unavailable = (): CallError => new CallError('unavailable', 'It is down.', 60);
const usage = { calls: 1, rateLimited: 0, inputTokens: 10, outputTokens: 1, costUsd: 11 / 1e6 };

describe('runRollouts', () => {
  it('gives each job its rollout, in order, and keeps it', async () => {
    const batch = batchOf(10);
    const model = playedModel((request) => say(numberOf(request) % 2 === 0 ? `out ${numberOf(request)}` : 'no'));

    const { rollouts, strayUsage, interruption } = await run(batch, model);

    expect(rollouts.map((rollout) => rollout?.exampleId)).toEqual(batch.jobs.map(({ example }) => example.id));
    expect(rollouts.map((rollout) => rollout?.score)).toEqual([1, 0, 1, 0, 1, 0, 1, 0, 1, 0]);
    expect(rollouts[1]).toMatchObject({
      status: 'scored',
      evals: [{ name: 'label', score: 0, feedback: 'The answer was "no", expected "out 1".' }],
      output: 'no',
      failure: null,
      usage,
    });
    expect({ strayUsage, interruption }).toEqual({ strayUsage: noUsage(), interruption: null });
    const stored = await loadBatch(batch);
    expect([...stored.standing.values()]).toEqual(expect.arrayContaining([...rollouts]));
    expect(stored.missing.size).toBe(0);
    expect(stored.used).toMatchObject({ calls: 10, inputTokens: 100, outputTokens: 10 });
  });

  it('pays for nothing that is stored, and runs a job that is there twice once', async () => {
    const batch = batchOf(3);
    await run({ ...batch, jobs: batch.jobs.slice(0, 2) }, right());
    const model = right();

    const { rollouts } = await run({ ...batch, jobs: [...batch.jobs, ...batch.jobs] }, model);

    expect(model.asked.map(numberOf)).toEqual([2]);
    expect(rollouts.map((rollout) => rollout?.exampleId)).toEqual(['t-0', 't-1', 't-2', 't-0', 't-1', 't-2']);
  });

  it('never has more calls in flight than it may, and that many when it can', async () => {
    let inFlight = 0;
    let most = 0;
    const model = playedModel(async (request) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight -= 1;
      return say(`out ${numberOf(request)}`);
    });

    await run(batchOf(20, { concurrency: 3 }), model);

    expect(most).toBe(3);
  });

  it.each([
    {
      case: 'refused',
      play: () => Promise.reject(new CallError('refused', 'Bad request.', null)),
      failure: { name: 'ModelRefusedRequestError', transient: false },
    },
    { case: 'declined', play: () => say('', { refusal: 'I cannot.' }), failure: { name: 'Refusal', transient: false } },
    {
      case: 'timed out twice',
      play: () => Promise.reject(new CallError('timeout', 'Too late.', null)),
      failure: { name: 'ModelUnavailableError', transient: true },
    },
  ])('keeps a call that was $case as a failure, never as a score', async ({ play, failure }) => {
    const batch = batchOf(1);

    const { rollouts } = await run(batch, playedModel(play));

    expect(rollouts[0]).toMatchObject({ status: 'failed', score: null, evals: [], output: null, failure });
    expect((await loadBatch(batch)).standing.size).toBe(1);
  });

  it('keeps an answer that an eval cannot score as a failure with the answer, never as a score', async () => {
    const task = taskOf({ evals: [{ name: 'r', type: 'regex', pattern: '^(a+)+$' }] });

    const { rollouts } = await run(
      batchOf(1, { task }),
      playedModel(() => say(`${'a'.repeat(60)}!`)),
    );

    expect(rollouts[0]).toMatchObject({
      status: 'failed',
      score: null,
      failure: { name: 'EvalError', message: expect.stringContaining('did not end within 250 ms'), transient: false },
      usage,
    });
    expect(rollouts[0]?.output).toMatch(/^a+!$/);
  });

  it('asks with the schema of the task', async () => {
    const model = right();

    await run(batchOf(1, { task: { ...taskOf(), outputSchema: { type: 'object' } } }), model);

    expect(model.asked[0]).toMatchObject({ model: { name: 'task-model' }, responseSchema: { type: 'object' } });
  });

  it('begins nothing more after an interruption, and keeps what was in flight', async () => {
    const batch = batchOf(10, { concurrency: 3 });
    // The second call breaks off while the first and the third are still to be answered.
    let broken: () => void = () => undefined;
    const isBroken = new Promise<void>((resolve) => {
      broken = resolve;
    });
    const model = playedModel(async (request) => {
      if (numberOf(request) === 1) {
        broken();
        throw unavailable();
      }
      await isBroken;
      await new Promise((resolve) => setImmediate(resolve));
      return say(`out ${numberOf(request)}`);
    });

    const { rollouts, strayUsage, interruption } = await run(batch, model);

    expect(model.asked.map(numberOf)).toEqual([0, 1, 2]);
    expect(rollouts.map((rollout) => rollout?.status ?? null)).toEqual([
      'scored',
      null,
      'scored',
      ...Array(7).fill(null),
    ]);
    expect(interruption).toMatchObject({ name: 'ModelUnavailableError', message: 'It is down.' });
    expect(strayUsage.calls).toBe(1);
    expect((await loadBatch(batch)).standing.size).toBe(2);
  });

  it('begins nothing more when the process is told to stop, and keeps what was in flight', async () => {
    const batch = batchOf(10, { concurrency: 3 });
    const model = playedModel((request) => {
      requestStop();
      return say(`out ${numberOf(request)}`);
    });

    const { rollouts, interruption } = await run(batch, model);

    expect(model.asked.length).toBeLessThanOrEqual(3);
    expect(interruption).toMatchObject({ name: 'StoppedError' });
    const kept = (await loadBatch(batch)).standing.size;
    expect(kept).toBe(model.asked.length);
    expect(rollouts.filter((rollout) => rollout !== null)).toHaveLength(kept);
  });

  it('ends with an error of ours only when what was in flight is kept', async () => {
    const batch = batchOf(3, { concurrency: 3 });
    let failed: () => void = () => undefined;
    const hasFailed = new Promise<void>((resolve) => {
      failed = resolve;
    });
    const model = playedModel(async (request) => {
      if (numberOf(request) === 0) {
        failed();
        throw new TypeError('a bug');
      }
      await hasFailed;
      await new Promise((resolve) => setImmediate(resolve));
      return say(`out ${numberOf(request)}`);
    });

    await expect(run(batch, model)).rejects.toThrow('a bug');

    expect((await loadBatch(batch)).standing.size).toBe(2);
  });

  it('fails for now what the lease does not cover', async () => {
    const batch = batchOf(3, { concurrency: 1 });
    const lease = openLease({ calls: 2, tokens: null, costUsd: null }, noUsage(), 3);

    const { rollouts, interruption } = await runRollouts(batch, await loadBatch(batch), lease, right());

    expect(rollouts.map((rollout) => rollout?.failure?.name ?? rollout?.score)).toEqual([1, 1, 'BudgetExhaustedError']);
    expect(rollouts[2]).toMatchObject({ failure: { transient: true }, usage: { calls: 0 } });
    expect(interruption).toBeNull();
  });
});

describe('a failure that may pass', () => {
  const late = (): PlayedModel => playedModel(() => Promise.reject(new CallError('timeout', 'Too late.', null)));

  it('stands while the run goes on, and is tried again by the run that is started anew, with all that it cost', async () => {
    const batch = batchOf(1);
    await run(batch, late());
    const sameEpoch = right();
    await run(batch, sameEpoch);
    const nextEpoch = right();

    const { rollouts } = await run({ ...batch, epoch: 1 }, nextEpoch);

    expect(sameEpoch.asked).toEqual([]);
    expect(nextEpoch.asked).toHaveLength(1);
    expect(rollouts[0]).toMatchObject({ status: 'scored', score: 1, epoch: 1, usage: { calls: 3, inputTokens: 10 } });
    expect((await loadBatch({ ...batch, epoch: 1 })).used.calls).toBe(3);
  });

  it('of another run is no business of this one', async () => {
    const batch = batchOf(1);
    await run(batch, late());

    const loaded = await loadBatch({ ...batch, runId: 'run-2' });

    expect({ missing: loaded.missing.size, calls: loaded.used.calls }).toEqual({ missing: 1, calls: 0 });
  });

  const rolloutOf = (changes: Partial<Rollout>): Rollout => ({
    rolloutKey: 'k',
    runId: 'mine',
    epoch: 1,
    exampleId: 't',
    draw: 0,
    status: 'failed',
    score: null,
    evals: [],
    output: null,
    latencyMs: null,
    allUsage: noUsage(),
    failure: { name: 'X', message: 'x', transient: true },
    usage: noUsage(),
    ...changes,
  });
  const forGood = { name: 'Refusal', message: 'x', transient: false };
  it.each([
    { case: 'a score of this run', rollout: { status: 'scored' as const, score: 1, failure: null }, expected: true },
    {
      case: 'a score of another run',
      rollout: { runId: 'other', status: 'scored' as const, score: 1, failure: null },
      expected: true,
    },
    {
      case: 'a score of an earlier epoch',
      rollout: { epoch: 0, status: 'scored' as const, score: 0, failure: null },
      expected: true,
    },
    { case: 'a failure for now of this epoch', rollout: {}, expected: true },
    { case: 'a failure for now of an earlier epoch', rollout: { epoch: 0 }, expected: false },
    { case: 'a failure for good of an earlier epoch', rollout: { epoch: 0, failure: forGood }, expected: false },
    { case: 'a failure for good of another run', rollout: { runId: 'other', failure: forGood }, expected: false },
  ])('stands or not: $case, $expected', ({ rollout, expected }) => {
    expect(stands(rolloutOf(rollout), { runId: 'mine', epoch: 1 })).toBe(expected);
  });
});

describe('the sealed table', () => {
  it('is where a sealed batch is kept, and nowhere else', async () => {
    const batch = batchOf(1, { table: 'sealed' });

    const { rollouts } = await run(batch, right());

    const key = rollouts[0]?.rolloutKey ?? '';
    expect((await loadRollouts('sealed', [key])).size).toBe(1);
    expect((await loadRollouts('search', [key])).size).toBe(0);
  });
});

import { expect, it } from 'vitest';
import type { VerificationRow } from '../../lambdas/contracts/artifacts.ts';
import type { RunContext } from '../../lambdas/contracts/context.ts';
import { handler } from '../../lambdas/handlers/verify.ts';
import { newArchive } from '../../lambdas/optimizer/archive.ts';
import { verifyStep } from '../../lambdas/optimizer/steps/verify-step.ts';
import { forgetModel } from '../../lambdas/rollout/item.ts';
import { searchOf } from '../../lambdas/rollout/search.ts';
import { loadVerification, saveArchive, saveContext, saveSealedTest } from '../../lambdas/store/artifacts.ts';
import { createRun } from '../../lambdas/store/runs.ts';
import { completion, json, startChatServer } from '../model/chat-server.ts';
import { taskOf } from '../rollout/task.ts';
import { useEmbeddedAws } from '../store/embedded.ts';

useEmbeddedAws();

it('runs the champion of the context beside the baseline, on the same sealed examples', async ({ onTestFinished }) => {
  const server = await startChatServer((response, request) => {
    const isChampion = JSON.stringify(server.requests.at(-1)?.body).includes('as the champion does');
    const content = isChampion ? 'yes' : 'no';
    json(200, completion({ message: { role: 'assistant', content, refusal: null } }))(response, request);
  });
  process.env.OPENAI_BASE_URL = server.baseUrl;
  process.env.OPENAI_API_KEY = 'test';
  forgetModel();
  onTestFinished(async () => {
    forgetModel();
    await server.close();
  });
  const runId = 'three';
  const task = taskOf({ optimizer: { concurrency: 1 } });
  const context: RunContext = {
    schema: 'prompt-optimizer.context.v1',
    runId,
    task,
    train: [{ id: 't', input: 'x', expected: 'yes' }],
    validation: [{ id: 'v', input: 'y', expected: 'yes' }],
    test: { size: 2, maxInputBytes: 9, maxExpectedBytes: 3 },
    known: { unsealed: [], judgeNoise: {} },
    notice: null,
    taskVersion: 1,
    fingerprint: '',
    champion: { version: 2, components: { ...task.prompt, system: 'Classify as the champion does.' } },
    check: null,
  };
  const archive = verifyStep({ ...newArchive(runId, task), turn: 1 }, searchOf(context));
  const examples = ['a', 'b'].map((id) => ({ id, input: `Case ${id}`, expected: 'yes' }));
  await Promise.all([
    saveContext(context),
    saveArchive(archive),
    saveSealedTest({ schema: 'prompt-optimizer.sealed-test.v1', runId, examples }),
    createRun({
      runId,
      status: 'running',
      taskName: task.name,
      inputHash: '',
      turn: 1,
      epoch: 0,
      startedAt: new Date(0).toISOString(),
      lastSeenMs: 0,
      error: null,
    }),
  ]);

  const items = archive.step?.items.length ?? 0;
  for (let index = 0; index < items; index += 1) await handler({ runId, turn: 1, index });

  const shards = await Promise.all(Array.from({ length: items }, (_, index) => loadVerification(runId, 1, index)));
  const rows = shards.flatMap((shard): VerificationRow[] => shard?.rows ?? []);
  expect(rows.map(({ exampleId, candidateId, score }) => [exampleId, candidateId, score])).toEqual([
    ['a', 'baseline', 0],
    ['a', 'champion', 1],
    ['b', 'baseline', 0],
    ['b', 'champion', 1],
  ]);
  expect(server.requests).toHaveLength(4);
});

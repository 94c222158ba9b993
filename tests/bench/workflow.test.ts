/** The whole workflow under the attribution strategy, and the benches' player in memory against it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { play, taskOf } from '../../bench/play.ts';
import { startWorldServer } from '../../bench/world-server.ts';
import { simulate } from '../../bench/worlds/simulate.ts';
import type { Report } from '../../lambdas/contracts/report.ts';
import { onRunEvent } from '../../lambdas/platform/events.ts';
import { clearStop } from '../../lambdas/platform/shutdown.ts';
import { runLocally } from '../../local/run.ts';
import { loadTask } from '../../local/task-file.ts';
import { timeless } from '../support/run.ts';

const ROLLOUTS = 340;
const world = simulate('components', 3, { train: 40, validation: 20, test: 30 });
const folder = mkdtempSync(join(tmpdir(), 'prompt-optimizer-'));
let server: Awaited<ReturnType<typeof startWorldServer>>;

beforeAll(async () => {
  const task = taskOf(world, { rollouts: ROLLOUTS, strategy: 'attribution' });
  for (const [split, examples] of Object.entries(world.splits)) {
    writeFileSync(join(folder, `${split}.jsonl`), examples.map((example) => `${JSON.stringify(example)}\n`).join(''));
  }
  const datasets = { train: 'train.jsonl', validation: 'validation.jsonl', test: 'test.jsonl' };
  writeFileSync(join(folder, 'task.yaml'), stringify({ ...task, datasets }));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(out: string, overrides: string[] = [], stop?: AbortSignal): ReturnType<typeof runLocally> {
  const loaded = loadTask(join(folder, 'task.yaml'), overrides);
  process.env.OPENAI_BASE_URL = server.baseUrl;
  process.env.OPENAI_API_KEY = 'test';
  return runLocally({ runId: 'run', folder: join(folder, out), loaded, notice: undefined }, stop);
}

async function fresh(action: () => Promise<void>): Promise<void> {
  server = await startWorldServer(world);
  try {
    await action();
  } finally {
    await server.close();
  }
}

function reportOf(result: Awaited<ReturnType<typeof runLocally>>): Report {
  if (result.status !== 'SUCCEEDED') throw new Error(`The run ended ${JSON.stringify(result)}.`);
  return result.report;
}

describe('a run of the attribution strategy through the whole workflow', { timeout: 60_000 }, () => {
  let whole: Report;

  it('counts as the server counts, keeps its cap, and tells every edit with its effect', async () => {
    await fresh(async () => {
      whole = reportOf(await run('whole'));

      const { spend, edits } = whole;
      expect(spend.modelCalls - spend.reflectionCalls).toBe(server.counts.task);
      expect(spend.reflectionCalls).toBe(server.counts.reflection);
      expect(server.counts.task).toBeLessThanOrEqual(ROLLOUTS);
      expect(edits.filter(({ effect, kind }) => effect !== null && kind === 'insertion').length).toBeGreaterThan(3);
      const best = whole.candidates.find(({ id }) => id === whole.best.candidateId)?.components ?? {};
      for (const edit of edits) if (edit.status === 'kept') expect(best[edit.component]).toContain(edit.text);
    });
  });

  it('finds what the player in memory finds', () => {
    const played = play(world, { rollouts: ROLLOUTS, strategy: 'attribution' });

    expect(played.best).toEqual(whole.candidates.find(({ id }) => id === whole.best.candidateId)?.components);
    expect(played.rollouts).toBe(whole.spend.rollouts);
    expect(played.reflections).toBe(whole.spend.reflectionCalls);
  });

  it('gives the same report whatever the concurrency', async () => {
    await fresh(async () => {
      const report = reportOf(await run('narrow', ['optimizer.concurrency=4']));

      expect(timeless(report)).toEqual(timeless(whole));
    });
  });

  it('gives the same report when it was stopped on the way and started again, and pays nothing twice', async () => {
    await fresh(async () => {
      const stop = new AbortController();
      let rollouts = 0;
      onRunEvent((event) => {
        if (event.type === 'rollout') rollouts += 1;
        if (rollouts === 200) stop.abort();
      });
      const stopped = await run('stopped', [], stop.signal);
      onRunEvent(() => {});
      clearStop();

      const report = reportOf(await run('stopped'));

      expect(stopped.status).toBe('ABORTED');
      expect(timeless(report)).toEqual(timeless(whole));
      expect(server.counts.task).toBe(report.spend.modelCalls - report.spend.reflectionCalls);
    });
  });
});

/**
 * `npm run bench:queue`: many requests at once, and a server that is killed twice on the way. 50 simultaneous POST /runs
 * with one Idempotency-Key must start one run; 200 different ones must all end, none lost and none started twice.
 */
import './quiet.ts';

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { z } from 'zod';
import { executionRecordSchema } from '../local/service/execution-record.ts';
import { startModelServer } from './model-server.ts';
import { ruleWorld } from './rule-world.ts';
import { ask, serveAsProcess } from './served.ts';

const SAME = 50;
const DIFFERENT = 200;
const PARALLEL = 10;
/** Longest wait for all runs to be over, minutes. */
const PATIENCE_MINUTES = 15;

const runSchema = z.object({ runId: z.string(), status: z.string(), error: z.unknown() });
const pageSchema = z.object({ items: z.array(runSchema), next: z.string().nullable() });

const world = ruleWorld({ seed: 1, sizes: { train: 4, validation: 4, test: 6 }, rules: 3 });
const taskOf = (seed: number) => ({
  name: 'queue',
  // A prompt of its own: what one run has paid for would otherwise be known to all.
  prompt: { system: `${world.system}Request ${seed}.\n`, user: '{{input}}' },
  model: { name: 'task-model', temperature: 0, maxOutputTokens: 64 },
  reflection: { name: 'reflection-model' },
  datasets: { train: world.train, validation: world.validation, test: world.test },
  evals: [{ name: 'code', type: 'exact_match' }],
  optimizer: { generations: 1, proposals: 1, minibatchSize: 2, seed },
  budget: { rollouts: 60 },
});

const began = performance.now();
const seconds = (): string => `${((performance.now() - began) / 1000).toFixed(1)} s`;
const folder = mkdtempSync(join(tmpdir(), 'prompt-optimizer-queue-'));
const model = await startModelServer(world);
const server = await serveAsProcess(folder, model.baseUrl, ['--parallel', String(PARALLEL)]);

try {
  const same = await Promise.all(Array.from({ length: SAME }, () => post('one-key', 0)));
  const ids = new Set(same);
  console.log(`${seconds()}: ${SAME} simultaneous requests with one key started ${ids.size} run(s).`);

  const limit = pLimit(20);
  let answered = 0;
  const asked = Array.from({ length: DIFFERENT }, (_, i) =>
    limit(async () => {
      const runId = await post(`key-${i}`, i + 1);
      answered += 1;
      if (answered === DIFFERENT / 2) void kill('while requests come in');
      return runId;
    }),
  );
  for (const runId of await Promise.all(asked)) ids.add(runId);
  console.log(`${seconds()}: ${DIFFERENT} different requests were answered; ${ids.size} runs in all.`);

  let killedAgain = false;
  let runs = await listRuns();
  while (runs.some(({ status }) => ['queued', 'running', 'stopping'].includes(status))) {
    if (performance.now() - began > PATIENCE_MINUTES * 60_000) break;
    await sleep(1_000);
    runs = await listRuns();
    const over = runs.filter(({ status }) => status === 'succeeded').length;
    if (killedAgain || over < DIFFERENT / 2) continue;
    killedAgain = true;
    await kill(`when ${over} were over`);
  }
  console.log(`${seconds()}: all are over.`);
  const statuses = Object.groupBy(runs, ({ status }) => status);
  console.log(Object.fromEntries(Object.entries(statuses).map(([status, of = []]) => [status, of.length])));
  for (const { runId, error } of statuses.failed?.slice(0, 3) ?? []) console.log(runId, error);

  const listed = new Set(runs.map(({ runId }) => runId));
  const lost = [...ids].filter((runId) => !listed.has(runId));
  const unfinished = runs.filter(({ status }) => status !== 'succeeded').length;
  const executions = readdirSync(join(folder, 'executions'))
    .filter((name) => name.endsWith('.json'))
    .map((name) => executionRecordSchema.parse(JSON.parse(readFileSync(join(folder, 'executions', name), 'utf-8'))));
  const names = executions.map(({ name }) => name);
  const twice = names.filter((name) => !ids.has(name)).length + executions.filter((one) => one.redriveCount > 0).length;
  console.log(`executions: ${names.length}, of a run that had one already: ${twice}; runs lost: ${lost.length}`);
  const untold = executions.filter(({ told }) => !told).length;
  const right = ids.size === DIFFERENT + 1 && listed.size === ids.size && names.length === ids.size;
  if (!right || lost.length > 0 || unfinished > 0 || twice > 0 || untold > 0) process.exitCode = 1;
  console.log(`exit code of the server: ${await server.end()}`);
} finally {
  await server.end().catch(() => null);
  await model.close();
  if (process.exitCode === 1) console.log(`What went wrong can be looked at in ${folder}.`);
  else rmSync(folder, { recursive: true, force: true });
}

async function post(key: string, seed: number): Promise<string> {
  const reply = await ask(`${server.url}/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ task: taskOf(seed) }),
  });
  const body: unknown = await reply.json();
  if (!reply.ok) throw new Error(`POST /runs answered ${reply.status}: ${JSON.stringify(body)}`);
  return runSchema.parse(body).runId;
}

async function listRuns(): Promise<z.infer<typeof runSchema>[]> {
  const runs: z.infer<typeof runSchema>[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = pageSchema.parse(await (await ask(`${server.url}/runs?limit=100${query}`)).json());
    runs.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return runs;
}

async function kill(when: string): Promise<void> {
  const at = performance.now();
  await server.killAndRestart();
  console.log(`${seconds()}: killed ${when}; answered again after ${Math.round(performance.now() - at)} ms.`);
}

/** The reference implementation, `gepa` from PyPI, on a world's server: the same two models, the same budget. */
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { ServerCounts } from '../model-server.ts';
import type { ServedWorld } from '../serve-world.ts';
import type { WorldServerOptions } from '../world-server.ts';
import type { Family } from '../worlds/families.ts';
import { defaultSizes, simulate } from '../worlds/simulate.ts';
import type { Sizes } from '../worlds/world.ts';

export const REFERENCE_VERSION = '0.1.4';

export interface ReferenceRun {
  readonly family: Family;
  readonly seed: number;
  /** Task calls all in. The sealed test's, which the reference does not make, are taken off: it gets what ours has left. */
  readonly rollouts: number;
  readonly sizes?: Sizes;
  readonly latency?: Pick<WorldServerOptions, 'taskLatencyMs' | 'reflectionLatencyMs'>;
  readonly faultShare?: number;
  /** Proposals an iteration, reflected on at once; 1, the reference's default, when absent. */
  readonly parallel?: number;
  /** Task calls in flight at once; 64 when absent. */
  readonly concurrency?: number;
  /** Lets it run past its budget by part of an iteration, as it does by itself. */
  readonly overshoot?: boolean;
  /** Its merge of two candidates, by default where there are two components: with one there is nothing to merge. */
  readonly merge?: boolean;
}

const resultSchema = z.object({
  components: z.record(z.string(), z.string()),
  /** By the reference's own count. */
  metricCalls: z.number(),
  sequentialReflections: z.number(),
  iterations: z.number(),
  /** Candidates that it kept, the seed among them. */
  candidates: z.number(),
  /** Of `gepa.optimize` alone: no start of Python, no import. */
  seconds: z.number(),
});

export type ReferenceResult = z.infer<typeof resultSchema> & {
  /** By the server's count. */
  readonly taskCalls: number;
  readonly reflectionCalls: number;
  readonly mostInFlight: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
};

const folder = import.meta.dirname;

/** Where `npm run bench:gepa-setup` puts Python. */
export const referencePython =
  process.platform === 'win32'
    ? join(folder, '.venv', 'Scripts', 'python.exe')
    : join(folder, '.venv', 'bin', 'python');

/** Whether the set-up was done and the version is the one that the benchmarks name. */
export function referenceAvailable(): boolean {
  if (!existsSync(referencePython)) return false;
  const script = 'from importlib.metadata import version; print(version("gepa"))';
  const { status, stdout } = spawnSync(referencePython, ['-c', script], { encoding: 'utf-8' });
  return status === 0 && stdout.trim() === REFERENCE_VERSION;
}

/** @throws Error when the server or Python ends without a result; it has what they printed. */
export async function runReference(run: ReferenceRun): Promise<ReferenceResult> {
  const { family, seed, rollouts, sizes = defaultSizes, latency = {}, faultShare = 0 } = run;
  const { splits, prompt, evals } = simulate(family, seed, sizes);
  const served: ServedWorld = { family, seed, sizes, options: { ...latency, faultShare } };
  const server = fork(join(folder, '..', 'serve-world.ts'), [JSON.stringify(served)]);
  try {
    const { baseUrl } = await nextMessage<{ baseUrl: string }>(server);
    const result = await python({
      baseUrl,
      train: splits.train,
      validation: splits.validation,
      components: prompt,
      evals,
      maxMetricCalls: rollouts - 2 * sizes.test,
      seed,
      proposals: run.parallel ?? 1,
      concurrency: run.concurrency ?? 64,
      overshoot: run.overshoot ?? false,
      useMerge: run.merge ?? Object.keys(prompt).length > 1,
    });
    server.send('counts');
    const { counts } = await nextMessage<{ counts: ServerCounts }>(server);
    const { task: taskCalls, reflection: reflectionCalls, mostInFlight, inputTokens, outputTokens } = counts;
    return { ...result, taskCalls, reflectionCalls, mostInFlight, inputTokens, outputTokens };
  } finally {
    server.kill();
  }
}

async function nextMessage<T>(child: ChildProcess): Promise<T> {
  const ended = new AbortController();
  const end = (code: number | null): void => ended.abort(new Error(`The world's server ended with ${code}.`));
  child.once('exit', end);
  try {
    const [message] = await once(child, 'message', { signal: ended.signal });
    return message as T;
  } catch (error) {
    throw ended.signal.aborted ? ended.signal.reason : error;
  } finally {
    child.off('exit', end);
  }
}

async function python(job: object): Promise<z.infer<typeof resultSchema>> {
  // Sets of names are walked in the same order in each run.
  const env = { ...process.env, PYTHONHASHSEED: '0', PYTHONDONTWRITEBYTECODE: '1' };
  const child = spawn(referencePython, [join(folder, 'gepa_reference.py')], { env, stdio: 'pipe' });
  const closed = once(child, 'close');
  child.stdin.end(JSON.stringify(job));
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  if (code !== 0) throw new Error(`The reference ended with ${code}.\n${stderr}`);
  return resultSchema.parse(JSON.parse(stdout));
}

/** Runs of the service: what is asked for, starting it once, resuming and stopping it. */
import { z } from 'zod';
import { InvalidInputError } from '../../lambdas/contracts/errors.ts';
import { powerSchema, type Report } from '../../lambdas/contracts/report.ts';
import type { Components, TaskInput } from '../../lambdas/contracts/task.ts';
import type { LoadedTask } from '../task-file.ts';
import { taskWithDatasets } from '../task-input.ts';
import { pause, type RemoteApi } from './api.ts';
import { uploadDatasets } from './datasets.ts';
import { getRun, type RunView, runViewSchema } from './follow.ts';
import { RefusedError } from './problems.ts';

export interface RunRequest {
  /** The task itself, or the name of a stored one. */
  readonly task: TaskInput | string;
  /** Of a stored task. */
  readonly version?: number;
  readonly compareWith?: Components | undefined;
}

/**
 * What the service is asked for: the task in place, its datasets stored there.
 * @throws InvalidInputError, RemoteError
 */
export async function requestOf(
  api: RemoteApi,
  loaded: LoadedTask,
  earlier: Report | undefined,
  signal?: AbortSignal,
): Promise<RunRequest> {
  const task = taskWithDatasets(loaded, await uploadDatasets(api, loaded, signal));
  return {
    task: { ...task, evals: task.evals.map(({ file: _file, fileHash: _hash, ...settings }) => settings) },
    ...(earlier === undefined ? {} : { compareWith: earlier.recommended.components }),
  };
}

const json = { 'content-type': 'application/json' };

/**
 * Stores the task of a request under its name, with its schedule and its rule of promotion. The same task again is the
 * same version.
 * @returns the request of a run of that version
 * @throws InvalidInputError, RemoteError
 */
export async function storedRequest(
  api: RemoteApi,
  request: RunRequest,
  { signal, file }: { signal: AbortSignal; file: string },
): Promise<RunRequest> {
  const { task } = request;
  if (typeof task === 'string') return request;
  const call = { headers: json, body: JSON.stringify(task), file, signal };
  const { version } = await api.json('PUT', `/tasks/${task.name}`, storedSchema, call);
  return { ...request, task: task.name, version };
}

const storedSchema = z.object({ version: z.number().int() });

/**
 * Starts a run. The same id again is the same run; one that failed or was stopped is resumed when `resume` says so.
 * @throws InvalidInputError also when there is such a run of something else; RemoteError
 */
export async function startRun(
  api: RemoteApi,
  runId: string,
  request: RunRequest,
  { resume, signal, file }: { resume: boolean; signal?: AbortSignal; file?: string },
): Promise<RunView> {
  const call = {
    headers: { ...json, 'idempotency-key': runId },
    body: JSON.stringify({ ...request, runId }),
    file,
    signal,
  };
  const run = await api.json('POST', '/runs', runViewSchema, call).catch((error: unknown) => {
    throw error instanceof RefusedError && TAKEN.includes(error.code ?? '') ? taken(runId, error) : error;
  });
  if (!resume || (run.status !== 'failed' && run.status !== 'stopped')) return run;
  return api.json('POST', `/runs/${runId}/resume`, runViewSchema, { signal });
}

/** Codes of a run id, or a key, that stands for another request. */
const TAKEN = ['run_id_taken', 'idempotency_key_reused'];

function taken(runId: string, cause: Error): InvalidInputError {
  const message = `${runId} is a run of another task, other data or other options.`;
  const remedy = 'Choose another name, or give what that run was begun with.';
  return new InvalidInputError([{ file: '--run-id', message, remedy }], { cause });
}

/** Wait between two looks at a run that is stopping, milliseconds. */
const STOPPING_WAIT_MS = 500;

/** Stops a run and waits until it has ended. @throws InvalidInputError, RemoteError */
export async function stopRun(api: RemoteApi, runId: string): Promise<RunView> {
  let run = await api.json('POST', `/runs/${runId}/stop`, runViewSchema);
  while (run.status === 'stopping' || run.status === 'running') {
    await pause(STOPPING_WAIT_MS);
    run = await getRun(api, runId);
  }
  return run;
}

const courseSchema = z.object({
  generations: z.number(),
  rollouts: z.number(),
  reflectionCalls: z.number(),
  tokens: z.number(),
  costUsd: z.number().nullable(),
});
const estimateSchema = z.object({ low: courseSchema, expected: courseSchema, high: courseSchema, power: powerSchema });

/** What a run would spend. @throws InvalidInputError, RemoteError */
export function estimateRun(
  api: RemoteApi,
  request: RunRequest,
  file?: string,
): Promise<z.infer<typeof estimateSchema>> {
  return api.json('POST', '/runs/estimate', estimateSchema, { headers: json, body: JSON.stringify(request), file });
}

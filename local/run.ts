/** One run on one machine: the embedded AWS, the model, the execution, the files that come out of it. */
import { createHash } from 'node:crypto';
import { extname, join } from 'node:path';
import type { SplitName } from '../lambdas/contracts/dataset.ts';
import type { ExecutionInput } from '../lambdas/contracts/payloads.ts';
import { type Report, reportSchema } from '../lambdas/contracts/report.ts';
import type { Components, TaskInput } from '../lambdas/contracts/task.ts';
import { requestStop } from '../lambdas/platform/shutdown.ts';
import { forgetModel } from '../lambdas/rollout/item.ts';
import { runObject } from '../lambdas/store/artifacts.ts';
import { bucketNamed, getArtifact, getText, putText } from '../lambdas/store/objects.ts';
import { startEmbeddedAws } from './embedded-aws.ts';
import { type EngineOptions, type Execution, type ExecutionResult, startExecution } from './engine.ts';
import { bringHistory, keepHistory } from './history.ts';
import { resultFiles, writeResult } from './result-files.ts';
import type { LoadedTask } from './task-file.ts';
import { taskWithDatasets } from './task-input.ts';
import { checkScorerFiles, keepUserAws } from './user-scorers.ts';

export interface LocalRun {
  readonly runId: string;
  /** Where the results go; the run's state lies in `state/<run id>` below it. */
  readonly folder: string;
  readonly loaded: LoadedTask;
  /** A sentence that the report must carry. */
  readonly notice: string | undefined;
  /** A prompt that the winner meets on the sealed test. */
  readonly compareWith?: Components | undefined;
}

export type LocalResult<R = { readonly report: Report }> =
  | ({ readonly status: 'SUCCEEDED' } & R)
  | Exclude<ExecutionResult, { status: 'SUCCEEDED' }>;

/** Longest wait for what is in flight when a run is stopped, milliseconds. */
const STOP_PATIENCE_MS = 10_000;

/**
 * Runs (or resumes) an optimization. The model is wherever OPENAI_BASE_URL and OPENAI_API_KEY point.
 * @param stop ends the run early: what is in flight is kept
 * @throws FolderInUseError when another process is at the same run
 */
export async function runLocally(
  { runId, folder, loaded, notice, compareWith }: LocalRun,
  stop?: AbortSignal,
  engine?: EngineOptions,
): Promise<LocalResult> {
  return executeLocally(
    { runId, stateFolder: join(folder, 'state', runId), loaded },
    async (): Promise<ExecutionInput> => ({
      task: await taskInput(loaded),
      ...(notice === undefined ? {} : { notice }),
      ...(compareWith === undefined ? {} : { compareWith }),
    }),
    async () => ({ report: await fetchResult(runId, folder) }),
    stop,
    engine,
  );
}

/**
 * Executes a machine for a task over the embedded AWS, with the task's history and its scorers.
 * @param input makes the execution's input, once the stores are there
 * @param fetch reads the result, before they are gone
 */
export async function executeLocally<R extends object>(
  { runId, stateFolder, loaded }: { runId: string; stateFolder: string; loaded: LoadedTask },
  input: () => Promise<unknown>,
  fetch: () => Promise<R>,
  stop?: AbortSignal,
  engine?: EngineOptions,
): Promise<LocalResult<R>> {
  await checkScorerFiles(loaded.task.evals);
  await keepUserAws(loaded.task.evals);
  const history = { before: () => bringHistory(loaded), after: () => keepHistory(loaded) };
  return executeMachine({ runId, stateFolder, ...history }, input, fetch, stop, engine);
}

export interface MachineRun {
  readonly runId: string;
  readonly stateFolder: string;
  /** Done before the execution begins and after it has ended, while the stores are there. */
  readonly before?: () => Promise<void>;
  readonly after?: () => Promise<void>;
}

/** `executeLocally` for a machine that works on something else than a task. */
export async function executeMachine<R extends object>(
  { runId, stateFolder, before, after }: MachineRun,
  input: () => Promise<unknown>,
  fetch: () => Promise<R>,
  stop?: AbortSignal,
  engine?: EngineOptions,
): Promise<LocalResult<R>> {
  const aws = await startEmbeddedAws(stateFolder);
  forgetModel();
  try {
    await before?.();
    const execution = startExecution(runId, await input(), engine);
    stop?.addEventListener('abort', () => endEarly(execution), { once: true });
    if (stop?.aborted) endEarly(execution);
    const result = await execution.result;
    await after?.();
    if (result.status === 'ABORTED') await Promise.race([execution.idle(), patience()]);
    if (result.status !== 'SUCCEEDED') return result;
    return { status: 'SUCCEEDED', ...(await fetch()) };
  } finally {
    await aws.stop();
  }
}

function endEarly(execution: Execution): void {
  requestStop();
  execution.abort();
}

function patience(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, STOP_PATIENCE_MS).unref());
}

/** Puts the datasets where Prepare finds them, test sets where nobody else may look, and names them in the task. */
export async function taskInput(loaded: LoadedTask): Promise<TaskInput> {
  const uris: Partial<Record<SplitName, string>> = {};
  for (const [name, dataset] of Object.entries(loaded.datasets) as [SplitName, { path: string; text: string }][]) {
    const bucket = bucketNamed(name === 'test' ? 'sealed' : 'data');
    const hash = createHash('sha256').update(dataset.text).digest('hex').slice(0, 32);
    const key = `uploads/${hash}${extname(dataset.path)}`;
    await putText({ bucket, key }, dataset.text, 'text/plain; charset=utf-8');
    uris[name] = `s3://${bucket}/${key}`;
  }
  return taskWithDatasets(loaded, uris);
}

async function fetchResult(runId: string, folder: string): Promise<Report> {
  const report = await getArtifact(runObject(runId, resultFiles.data), reportSchema);
  const [data, page] = await Promise.all(
    [resultFiles.data, resultFiles.report].map((name) => getText(runObject(runId, name))),
  );
  writeResult(folder, { data: data ?? '', page: page ?? '', components: report.recommended.components });
  return report;
}

/** `optimize --remote`: the run goes on in the service, and this command starts it, follows it and fetches what it left. */
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { InvalidInputError } from '../../lambdas/contracts/errors.ts';
import type { Report } from '../../lambdas/contracts/report.ts';
import { setFileRunner } from '../../lambdas/platform/scorers.ts';
import { exitCodes, stoppable, tellEnd } from '../command.ts';
import { readEarlierReport } from '../compare.ts';
import { type Options, resumeCommand, type StopRequest, stopCommand } from '../optimize-options.ts';
import { newRunId, tellEstimate, tellResult, tellStart } from '../optimize-output.ts';
import { type ProgressView, showProgress } from '../progress.ts';
import { resultPaths } from '../result-files.ts';
import { type LoadedTask, loadTask } from '../task-file.ts';
import { connect, type RemoteApi } from './api.ts';
import { followRun, type RunView } from './follow.ts';
import { type PendingRun, pendingRun } from './pending.ts';
import { RemoteError } from './problems.ts';
import { fetchResult } from './result.ts';
import { estimateRun, type RunRequest, requestOf, startRun, stopRun, storedRequest } from './runs.ts';

type RemoteOptions = Options & { readonly remote: string };

/** Runs the command for a service and gives its exit code. */
export async function optimizeRemotely(options: RemoteOptions): Promise<number> {
  // Scorers that are files cannot go along: the check of the task then says so, with file and line.
  setFileRunner(null);
  const loaded = loadTask(resolve(options.taskPath), options.set);
  const earlier = options.compare === undefined ? undefined : readEarlierReport(options.compare, loaded);
  return orTell(async () => {
    const api = await connect(options.remote);
    return options.dryRun ? dryRun(api, loaded, earlier, options) : run(api, loaded, earlier, options);
  });
}

/** Stops a run of a service, and waits until it has ended. */
export function stopRemotely({ remote, runId }: StopRequest): Promise<number> {
  return orTell(async () => {
    const { status } = await stopRun(await connect(remote), runId);
    // It may have come to its end first.
    console.log(
      status === 'stopped' ? `Run ${runId} is stopped. Everything paid for is kept.` : `Run ${runId} has ${status}.`,
    );
    return exitCodes.done;
  });
}

/** A service that cannot be had is told in a sentence. */
async function orTell(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    console.error(error.message);
    return exitCodes.failed;
  }
}

async function dryRun(
  api: RemoteApi,
  loaded: LoadedTask,
  earlier: Report | undefined,
  options: Options,
): Promise<number> {
  tellEstimate(
    loaded.task,
    await estimateRun(api, await requestOf(api, loaded, earlier), options.taskPath),
    options.json,
  );
  return exitCodes.done;
}

function run(api: RemoteApi, loaded: LoadedTask, earlier: Report | undefined, options: RemoteOptions): Promise<number> {
  return stoppable(async (stop) => {
    const progress = showProgress(process.stdout, loaded.task.budget);
    /** The run that was asked for, and whether the service has said that it is there. */
    let asked: AskedRun | null = null;
    let isStarted = false;
    try {
      const given = await requestOf(api, loaded, earlier, stop);
      const request = options.store ? await storedRequest(api, given, { signal: stop, file: options.taskPath }) : given;
      asked = askedRun(api, request, loaded, options);
      await start(api, asked, request, options, stop);
      isStarted = true;
      if (!options.json) tellBegin(api, asked, loaded);
      const ended = await follow(api, asked.runId, { progress, stop, json: options.json });
      const code = await conclude(api, ended, loaded, earlier, options);
      asked.pending.forget();
      return code;
    } catch (error) {
      progress.done();
      if (stop.aborted) return tellLeft(asked?.runId, isStarted, options);
      if (asked === null || !isStarted) throw error;
      return tellLost(error, asked.runId, options);
    }
  });
}

interface AskedRun {
  readonly runId: string;
  readonly pending: PendingRun;
  /** An earlier call of the command has begun it. */
  readonly isPending: boolean;
}

function askedRun(api: RemoteApi, request: RunRequest, { task }: LoadedTask, { runId }: Options): AskedRun {
  const pending = pendingRun(api.url, request);
  const name = runId ?? pending.runId ?? newRunId(task.name, randomBytes(2).toString('hex'));
  return { runId: name, pending, isPending: runId === undefined && pending.runId !== null };
}

async function start(
  api: RemoteApi,
  { runId, pending }: AskedRun,
  request: RunRequest,
  options: Options,
  signal: AbortSignal,
): Promise<void> {
  pending.keep(runId);
  try {
    await startRun(api, runId, request, { resume: options.runId !== undefined, file: options.taskPath, signal });
  } catch (error) {
    if (error instanceof InvalidInputError) pending.forget();
    throw error;
  }
}

function tellBegin(api: RemoteApi, { runId, isPending }: AskedRun, loaded: LoadedTask): void {
  tellStart(loaded, runId, ` at ${api.url}`);
  if (isPending) console.log('An earlier call of this command has begun this run; give --run-id for another one.');
  console.log('');
}

async function follow(
  api: RemoteApi,
  runId: string,
  { progress, stop, json }: { progress: ProgressView; stop: AbortSignal; json: boolean },
): Promise<RunView> {
  const ended = await followRun(api, runId, {
    onEvent: json ? () => {} : progress.onEvent,
    onQueued: () => {
      if (!json) console.log('The run waits for a free place.');
    },
    signal: stop,
  });
  progress.done();
  return ended;
}

async function conclude(
  api: RemoteApi,
  { runId, status, outcome, error }: RunView,
  { task }: LoadedTask,
  earlier: Report | undefined,
  options: RemoteOptions,
): Promise<number> {
  const { json } = options;
  const folder = resolve(options.folder ?? join('.prompt-optimizer', runId));
  const again = resumeCommand(options, runId);
  if (status === 'failed') {
    const { name, message } = error ?? { name: 'Error', message: 'nobody knows why.' };
    return tellEnd({ status: 'FAILED', error: name, cause: `${name}: ${message}` }, again);
  }
  if (status === 'stopped') {
    if (await hasReport(api, runId, folder)) console.error(`What there is of it: ${resultPaths(folder).report}`);
    return tellEnd({ status: 'ABORTED' }, again);
  }
  if (status === 'skipped') {
    console.log(json ? JSON.stringify(outcome, null, 2) : (outcome?.summary ?? 'The run was skipped.'));
    return exitCodes.done;
  }
  const report = await fetchResult(api, runId, folder);
  if (report === null) throw new RemoteError(`Run ${runId} has ended, and its report has no verdict.`);
  const code = tellResult(report, { prompt: task.prompt, folder, earlier, json });
  const promotion = outcome?.promotion;
  if (!json && promotion != null && promotion.decision !== 'none') console.log(`\n${promotion.reason}`);
  return code;
}

/** Fetches the report of a run that was stopped; one that was stopped before it began has none. */
async function hasReport(api: RemoteApi, runId: string, folder: string): Promise<boolean> {
  try {
    await fetchResult(api, runId, folder);
    return true;
  } catch (error) {
    if (error instanceof InvalidInputError) return false;
    throw error;
  }
}

/** Ctrl-C: the run belongs to the service, so it goes on. */
function tellLeft(runId: string | undefined, isStarted: boolean, options: RemoteOptions): number {
  if (runId === undefined) {
    console.error('Stopped before the run was started.');
    return exitCodes.stopped;
  }
  console.error(`You no longer follow run ${runId}, which ${isStarted ? 'goes on' : 'may have begun'}.`);
  console.error(`Follow it again: ${resumeCommand(options, runId)}`);
  console.error(`Stop it: ${stopCommand(options.remote, runId)}`);
  return exitCodes.stopped;
}

/** The service answers no more, or refuses: that says nothing of the run. */
function tellLost(error: unknown, runId: string, options: RemoteOptions): number {
  if (!(error instanceof InvalidInputError || error instanceof RemoteError)) throw error;
  console.error(error.message);
  console.error(`Run ${runId} may well go on. Follow it again: ${resumeCommand(options, runId)}`);
  return exitCodes.failed;
}

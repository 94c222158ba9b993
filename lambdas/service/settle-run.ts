/**
 * Writes down how a run's execution ended where the execution itself could not: Step Functions lets no state run after a
 * stop or a time-out. Told twice, or late, it changes nothing.
 */
import type { Archive, Spend } from '../contracts/artifacts.ts';
import type { RunContext } from '../contracts/context.ts';
import { StoreConflictError } from '../contracts/errors.ts';
import { resumeInputSchema } from '../contracts/payloads.ts';
import { type RunRecord, stopStatuses } from '../contracts/run.ts';
import { logger } from '../platform/logger.ts';
import { buildUnfinishedReport, renderUnfinishedHtml } from '../report/unfinished.ts';
import { spendSoFar } from '../rollout/spend-so-far.ts';
import { loadArchive, loadContext, saveReport } from '../store/artifacts.ts';
import { loadRun, updateRun } from '../store/runs.ts';
import { failRun, recordedSpend, stopRun } from './end-run.ts';

export interface ExecutionEnd {
  /** Name of the execution. */
  readonly name: string;
  readonly status: 'ABORTED' | 'TIMED_OUT' | 'FAILED' | 'SUCCEEDED';
  /** Its input, as it was given. */
  readonly input: string | undefined;
  readonly error: string | undefined;
  readonly cause: string | undefined;
  readonly stoppedAt: Date;
}

const MAX_CAUSE = 1_500;
/** How often a record that others change is read again. */
const TRIES = 5;

/** @returns the run that the execution was of; null when there is none, or another execution is at it by now */
export async function settleRun(end: ExecutionEnd): Promise<string | null> {
  for (let tries = 1; ; tries += 1) {
    const run = await runOf(end);
    if (run === null || (run.execution ?? end.name) !== end.name) return null;
    try {
      await writeEnd(run, end);
      return run.runId;
    } catch (error) {
      // A function that was in flight when its execution ended has moved the record on; it may also have been resumed.
      if (!(error instanceof StoreConflictError) || tries === TRIES) throw error;
    }
  }
}

/** The run that the execution was to go on with, or else the one that goes by its name. */
async function runOf({ name, input = '{}' }: ExecutionEnd): Promise<RunRecord | null> {
  const resume = resumeInputSchema.safeParse(JSON.parse(input));
  return loadRun(resume.success ? resume.data.resume : name);
}

async function writeEnd(run: RunRecord, end: ExecutionEnd): Promise<void> {
  const { status } = run;
  if (status === 'succeeded' || status === 'skipped') return;
  if (status === 'failed') return keepSpend(run);
  if (isEarlierEnd(run, end)) return;
  if (end.status === 'ABORTED' || stopStatuses.includes(status)) return writeStop(run, end);
  if (end.status === 'SUCCEEDED') return;
  const name = end.status === 'TIMED_OUT' ? 'States.Timeout' : (end.error ?? 'Unknown');
  const message = (end.cause ?? (end.status === 'TIMED_OUT' ? 'The run took too long.' : 'It has failed.')).slice(
    0,
    MAX_CAUSE,
  );
  await failRun(run, { name, message }, { status });
  await keepSpend({ ...run, status: 'failed' });
}

/** The step in which a run failed was paid for, too, and counts in the month of its task. */
async function keepSpend(run: RunRecord): Promise<void> {
  if (!isSearched(run)) return;
  const { runId, status, attempt, turn } = run;
  try {
    const [context, archive] = await Promise.all([loadContext(runId), loadArchive(runId, turn, run.epoch)]);
    const spend = recordedSpend(await spendOf(run, context, archive));
    await updateRun(runId, { spend }, { status, attempt, turn });
  } catch (error) {
    // It may have been resumed since; and whatever is wrong, its place must be given to the next one.
    logger.warn('the spend of a failed run was not counted', { runId, error: String(error) });
  }
}

function isSearched({ kind, startedAt }: RunRecord): boolean {
  return kind === 'optimization' && startedAt !== null;
}

function spendOf({ runId, epoch }: RunRecord, context: RunContext, archive: Archive): Promise<Spend> {
  return spendSoFar({ runId, epoch, context, archive, results: [] });
}

/** Of a run that is about to go on, its last end is told. */
function isEarlierEnd({ status, start, launchedAt }: RunRecord, { stoppedAt }: ExecutionEnd): boolean {
  if (status !== 'queued' || start === 'new') return false;
  return launchedAt === null || stoppedAt.toISOString() < launchedAt;
}

async function writeStop(ended: RunRecord, { stoppedAt }: ExecutionEnd): Promise<void> {
  const run = await withoutOtherEnd(ended);
  // A stop in the queue has no time of its own.
  const sinceMs = ended.status === 'queued' ? 0 : Math.max(0, stoppedAt.getTime() - run.lastSeenMs);
  const spend = isSearched(run) ? await reportStopped(run, sinceMs) : run.spend;
  await stopRun(run, spend, stoppedAt);
}

/** A function that was in flight when its execution ended may be about to write another end, and that end's report. */
async function withoutOtherEnd(run: RunRecord): Promise<RunRecord> {
  const { runId, status, attempt, turn } = run;
  if (stopStatuses.includes(status)) return run;
  await updateRun(runId, { status: 'stopping' }, { status, attempt, turn });
  return { ...run, status: 'stopping' };
}

/**
 * The report of a stopped run: how far it came, and all that was paid for, the interrupted step included.
 * @param sinceMs how long it went on after its last turn
 */
async function reportStopped(run: RunRecord, sinceMs: number): Promise<RunRecord['spend']> {
  const { runId } = run;
  const [context, archive] = await Promise.all([loadContext(runId), loadArchive(runId, run.turn, run.epoch)]);
  const spend = await spendOf(run, context, archive);
  const wallSeconds = Math.round((archive.elapsedMs + sinceMs) / 100) / 10;
  const report = buildUnfinishedReport({ context, archive, spend, wallSeconds, verdict: 'stopped' });
  await saveReport(runId, report, renderUnfinishedHtml(report));
  return recordedSpend(spend);
}

/** Starts the execution of a run that has a place. May be done again at any time: whatever was done already stays. */
import { type RunRecord, stopStatuses } from '../contracts/run.ts';
import { contentHash } from '../rollout/resolve-task.ts';
import { moveRun } from '../store/run-status.ts';
import { loadRun, loadRunInput } from '../store/runs.ts';
import {
  describeExecution,
  executionName,
  isHopeless,
  redriveExecution,
  startExecution,
  stopExecution,
} from './executions.ts';
import { isGoingOn, isUnderWay } from './lost-run.ts';
import { tellEnded, tellStarted } from './run-events.ts';

/** @param run a run that is queued */
export async function launch(run: RunRecord, now: Date): Promise<void> {
  const changes = {
    launchedAt: now.toISOString(),
    execution: executionName(run),
    // The first state of a redriven execution may be done before this is: the time until now was no running time.
    ...(run.start === 'redrive' ? { lastSeenMs: now.getTime() } : {}),
  };
  const marked = await moveRun(run.runId, changes, { statuses: ['queued'] });
  // Stopped in the meantime.
  if (marked === null) return;
  try {
    await begin(marked);
  } catch (error) {
    if (!isHopeless(error)) throw error;
    await fail(marked, { name: error.name, message: error.message });
    return;
  }
  // A stop that came between the two writes found no execution that it could have stopped.
  const after = await loadRun(run.runId);
  if (after !== null && stopStatuses.includes(after.status)) await stopExecution(after, 'It was stopped.');
}

async function begin(run: RunRecord): Promise<void> {
  if (run.start === 'redrive') return redrive(run);
  if (run.start === 'resume') return start(run, { resume: run.runId });
  const input = await loadRunInput(run.runId);
  if (input === null) return fail(run, { name: 'Lost', message: 'Its input is gone. Ask for the run once more.' });
  return start(run, input);
}

async function start(run: RunRecord, input: unknown): Promise<void> {
  if (await startExecution(run, input)) return;
  const execution = await describeExecution(run);
  if (execution?.input === undefined || contentHash(JSON.parse(execution.input)) === contentHash(input)) {
    // One that goes on is this one, whoever has started it; one that is over has told its end.
    await isGoingOn(run);
    return;
  }
  // The name is that of another run's execution: a name is taken for good.
  const next = { start: 'resume' as const, execution: nextExecution(run) };
  const again = await moveRun(run.runId, next, { statuses: ['queued'] });
  if (again !== null) await begin(again);
}

async function redrive(run: RunRecord): Promise<void> {
  if (!(await isRedriven(run))) {
    const again = await whenNotRedriven(run);
    if (again !== null) return begin(again);
  }
  // The execution goes on where it was, which is seldom in Prepare, so the record is moved here.
  const changes = { status: 'running' as const, attempt: run.attempt + 1, lastSeenMs: Date.now() };
  const running = await moveRun(run.runId, changes, { statuses: ['queued'] });
  // The same event as Prepare tells where the execution was in it.
  if (running !== null) await tellStarted({ ...running, turn: Math.max(0, running.turn - 1) });
}

/** Only what was cut off can go on where it was: AWS has an execution that failed enter its Fail state once more. */
async function isRedriven(run: RunRecord): Promise<boolean> {
  const status = (await describeExecution(run))?.status;
  return (status === 'ABORTED' || status === 'TIMED_OUT') && redriveExecution(run);
}

/** How a run begins whose execution cannot be redriven; null when that execution goes on already. */
async function whenNotRedriven(run: RunRecord): Promise<RunRecord | null> {
  const execution = await describeExecution(run);
  if (execution !== null && isUnderWay(execution)) return null;
  // Failed, over for too long, or it never began. A run begins by its own input under its own name alone.
  const isUntouched = run.startedAt === null && execution === null && executionName(run) === run.runId;
  const changes = isUntouched ? { start: 'new' as const } : { start: 'resume' as const, execution: nextExecution(run) };
  return moveRun(run.runId, changes, { statuses: ['queued'] });
}

/** Name of the execution that goes on with a run whose last one is over for good. */
export function nextExecution({ runId, execution }: RunRecord): string {
  const base = `${runId.slice(0, 60)}-r`;
  const last = execution?.startsWith(base) === true && execution !== runId ? Number(execution.slice(base.length)) : 0;
  return `${base}${Number.isInteger(last) ? last + 1 : 1}`;
}

async function fail(run: RunRecord, error: NonNullable<RunRecord['error']>): Promise<void> {
  const changes = { status: 'failed' as const, endedAt: new Date().toISOString(), error };
  const failed = await moveRun(run.runId, changes, { statuses: ['queued'] });
  if (failed !== null) await tellEnded(failed, 'failed', failed.spend, { error });
}

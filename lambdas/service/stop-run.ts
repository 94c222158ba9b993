/** Stopping a run and going on with it. Both may be asked for twice. */
import { setTimeout as wait } from 'node:timers/promises';
import { activeStatuses, type RunRecord } from '../contracts/run.ts';
import { moveRun } from '../store/run-status.ts';
import { loadRun } from '../store/runs.ts';
import { putWaiting } from '../store/slots.ts';
import { leavePlaces, tryDispatch } from './dispatch.ts';
import { stopExecution } from './executions.ts';
import { nextExecution } from './launch.ts';
import { runEnded } from './queue.ts';
import { tellEnded } from './run-events.ts';

/** `null`: there is no such run. A refusal says why, as a code and in words. */
export type Changed =
  | { readonly ok: true; readonly record: RunRecord }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly remedy: string };

/** How often a changed record is read again before whoever keeps changing it has won. */
const TRIES = 5;
/** An execution that is being started is there within that time, milliseconds. */
const STARTS = { tries: 6, pauseMs: 400 } as const;

/**
 * Stops a run. One that waits is `stopped` at once; of one that goes on nothing new is begun, and what it has paid for
 * stays.
 */
export async function stopRun(runId: string): Promise<Changed | null> {
  for (let i = 0; i < TRIES; i++) {
    const run = await loadRun(runId);
    if (run === null) return null;
    if (run.status === 'stopped') return { ok: true, record: run };
    if (!activeStatuses.includes(run.status)) return isOver(run);
    const changed = await stopWaiting(run);
    if (changed !== null) return { ok: true, record: changed };
    const stopping = await moveRun(runId, { status: 'stopping' }, { statuses: activeStatuses });
    if (stopping !== null) return { ok: true, record: await stopGoingOn(stopping) };
  }
  return changesTooFast(runId);
}

async function stopWaiting({ runId, spend }: RunRecord): Promise<RunRecord | null> {
  const changes = { status: 'stopped' as const, endedAt: new Date().toISOString() };
  const stopped = await moveRun(runId, changes, { statuses: ['queued'], notLaunched: true });
  if (stopped === null) return null;
  await tellEnded(stopped, 'stopped', spend);
  // Whoever waits behind it may be next.
  await tryDispatch();
  return stopped;
}

async function stopGoingOn(run: RunRecord): Promise<RunRecord> {
  for (let i = 0; i < STARTS.tries; i++) {
    if (await stopExecution(run, 'Stopped through the API.')) return (await loadRun(run.runId)) ?? run;
    await wait(STARTS.pauseMs);
  }
  // Its execution was never started.
  const changes = { status: 'stopped' as const, endedAt: new Date().toISOString() };
  const stopped = await moveRun(run.runId, changes, { statuses: ['stopping'] });
  if (stopped !== null) await tellEnded(stopped, 'stopped', stopped.spend);
  await runEnded(run.runId);
  return stopped ?? (await loadRun(run.runId)) ?? run;
}

/** A run that is being stopped is stopped within that time, as a rule. */
const STOPS = { tries: 20, pauseMs: 250 } as const;

/** The run, once a stop that is under way has come to its end. */
async function whenStopped(runId: string, tries: number): Promise<RunRecord | null> {
  let run = await loadRun(runId);
  for (let i = 0; i < tries && run?.status === 'stopping'; i++) {
    await wait(STOPS.pauseMs);
    run = await loadRun(runId);
  }
  return run;
}

/**
 * Lets a run that was stopped or failed go on where it was: it waits for a place as a new one does.
 * @param looks how often a run that is still being stopped is looked at again
 */
export async function resumeRun(runId: string, looks: number = STOPS.tries): Promise<Changed | null> {
  for (let i = 0; i < TRIES; i++) {
    const run = await whenStopped(runId, looks);
    if (run === null) return null;
    if (run.status === 'queued' || run.status === 'running') {
      // Asked for twice.
      if (run.start !== 'new') return { ok: true, record: run };
      return {
        ok: false,
        code: 'run_is_active',
        message: `Run ${runId} is ${run.status}.`,
        remedy: 'Only a run that was stopped or has failed can be resumed.',
      };
    }
    if (run.status === 'stopping') {
      return {
        ok: false,
        code: 'run_is_stopping',
        message: `Run ${runId} is still being stopped.`,
        remedy: 'Resume it once it is stopped, which takes some seconds.',
      };
    }
    if (run.status !== 'stopped' && run.status !== 'failed') return isOver(run);
    // The place of its last execution, if nobody has emptied it yet: it gets another one.
    await leavePlaces(runId);
    // An entry of a run that does not wait yet goes when somebody sees it, so it is put there once more afterwards.
    await putWaiting(run, new Date());
    const queued = await moveRun(runId, again(run), { statuses: [run.status] });
    if (queued === null) continue;
    await putWaiting(queued, new Date());
    await tryDispatch();
    return { ok: true, record: (await loadRun(runId)) ?? queued };
  }
  return changesTooFast(runId);
}

function again(run: RunRecord): Partial<RunRecord> {
  const waiting = { status: 'queued' as const, launchedAt: null, endedAt: null, error: null };
  // Stopped while it waited: it never had an execution.
  if (run.execution === null && run.startedAt === null) return { ...waiting, start: 'new' };
  return run.status === 'stopped'
    ? { ...waiting, start: 'redrive' }
    : { ...waiting, start: 'resume', execution: nextExecution(run) };
}

function isOver({ runId, status }: RunRecord): Changed {
  return {
    ok: false,
    code: 'run_is_over',
    message: `Run ${runId} is over: it ${status === 'failed' ? 'has failed' : status === 'skipped' ? 'was skipped' : 'has succeeded'}.`,
    remedy: status === 'failed' ? 'Resume it, or start another run.' : 'Start another run.',
  };
}

function changesTooFast(runId: string): Changed {
  return {
    ok: false,
    code: 'run_is_changing',
    message: `Run ${runId} is being changed by several at once.`,
    remedy: 'Ask once more.',
  };
}

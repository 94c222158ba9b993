/**
 * Whether a run was stopped, as its record says: read now and then while an item of the run works, so that a stop from
 * anywhere reaches the items wherever they work.
 */
import { type RunRecord, stopStatuses } from '../contracts/run.ts';
import { logger } from '../platform/logger.ts';
import { clearStop, requestStop, StoppedError } from '../platform/shutdown.ts';
import { loadRun, updateRun } from '../store/runs.ts';

/** Between two looks, milliseconds. The first one comes after that long, so quick items cost none. */
const LOOK_MS = 1_000;

/** Work that begins so long after the run was stopped is no straggler: somebody has redriven the execution by hand. */
const STRAGGLER_MS = 60_000;

interface Watch {
  items: number;
  readonly timer: NodeJS.Timeout;
}

/** One watch a run, whatever number of its items this process works at. */
const watches = new Map<string, Watch>();

/** Does the work of an item, and ends it early when its run is stopped meanwhile. */
export async function whileWatched<T>(runId: string, work: () => Promise<T>): Promise<T> {
  const watch = watches.get(runId) ?? { items: 0, timer: setInterval(() => void look(runId), LOOK_MS).unref() };
  watches.set(runId, watch);
  watch.items += 1;
  try {
    return await work();
  } finally {
    watch.items -= 1;
    if (watch.items === 0) {
      clearInterval(watch.timer);
      watches.delete(runId);
    }
  }
}

async function look(runId: string): Promise<void> {
  try {
    const run = await loadRun(runId);
    // What is read after the last item has ended is no longer this process's business.
    if (run !== null && watches.has(runId)) heed(run);
  } catch (error) {
    // The next look may do better; the work itself will say so if the store is gone.
    logger.warn('a look at the run failed', { runId, error: String(error) });
  }
}

/** Sets or takes back the flag of a run, as its record has it. */
function heed({ runId, status }: Pick<RunRecord, 'runId' | 'status'>): void {
  if (stopStatuses.includes(status)) requestStop(runId);
  else clearStop(runId);
}

/** The record that an item begins with. */
export async function heedRecord(run: RunRecord): Promise<void> {
  heed({ runId: run.runId, status: await statusNow(run) });
}

/**
 * For the states between items: of a run that is being stopped they decide nothing, or what its items did not begin
 * would count as failed.
 * @throws StoppedError
 */
export async function throwIfStopped(run: RunRecord): Promise<void> {
  if (stopStatuses.includes(await statusNow(run))) throw new StoppedError(`Run ${run.runId} was told to stop.`);
}

/** A run that was stopped long ago goes on when work of it begins. */
async function statusNow(run: RunRecord): Promise<RunRecord['status']> {
  const stoppedMs = run.status === 'stopped' && run.endedAt !== null ? Date.now() - Date.parse(run.endedAt) : 0;
  if (stoppedMs < STRAGGLER_MS) return run.status;
  const again = { status: 'running' as const, endedAt: null, attempt: run.attempt + 1, lastSeenMs: Date.now() };
  // Another item may have been quicker.
  await updateRun(run.runId, again, { status: 'stopped' }).catch(() => {});
  return 'running';
}

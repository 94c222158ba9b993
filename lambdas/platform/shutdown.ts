/**
 * Who was told to stop: this process (Ctrl-C on one machine), or a run. What is in flight is kept, nothing new is begun.
 */

let all = false;
const runs = new Set<string>();

/** Thrown by an item that did not begin its remaining work; the run is stopped, not failed. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';
  constructor(message = 'The process was told to stop.') {
    super(message);
  }
}

/** @param runId the run that is to stop; default: all that this process does */
export function requestStop(runId?: string): void {
  if (runId === undefined) all = true;
  else runs.add(runId);
}

/** The error to end an item of a run with when it was told to stop; null while it was not. */
export function stopRequested(runId: string): StoppedError | null {
  if (all) return new StoppedError();
  return runs.has(runId) ? new StoppedError(`Run ${runId} was told to stop.`) : null;
}

/**
 * For a process that runs several executions one after another.
 * @param runId the run that goes on; default: all of them
 */
export function clearStop(runId?: string): void {
  if (runId !== undefined) {
    runs.delete(runId);
    return;
  }
  all = false;
  runs.clear();
}

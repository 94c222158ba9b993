/** Whether this process was told to stop (Ctrl-C on one machine): what is in flight is kept, nothing new is begun. */

let stopping = false;

/** Thrown by an item that did not begin its remaining work; the run is stopped, not failed. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';
  constructor() {
    super('The process was told to stop.');
  }
}

export function requestStop(): void {
  stopping = true;
}

/** The error to end an item with when the process was told to stop; null while it was not. */
export function stopRequested(): StoppedError | null {
  return stopping ? new StoppedError() : null;
}

/** For a process that runs several executions one after another. */
export function clearStop(): void {
  stopping = false;
}

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

/** @throws StoppedError when the process was told to stop. */
export function throwIfStopping(): void {
  if (stopping) throw new StoppedError();
}

/** For a process that runs several executions one after another. */
export function clearStop(): void {
  stopping = false;
}

/**
 * The queue: as many runs as there are places go on at once, oldest first. What is true stands in the tables alone, each
 * change is one conditional write, and each step may be done twice, so any number of processes may do this at once, and
 * a process may die between any two writes:
 *
 * - A run that waits has an entry in the queue and its record says `queued`. The record is written last.
 * - It claims a place, then its execution is started, then its entry goes. A place whose run is still `queued` after a
 *   moment is launched once more: starting an execution of the same name and input starts one.
 * - A place is emptied by whoever ends the run, or by whoever needs it and finds the run over.
 */

import { StoreConflictError } from '../contracts/errors.ts';
import { activeStatuses, type RunKind, type RunRecord } from '../contracts/run.ts';
import { contentHash } from '../rollout/resolve-task.ts';
import { createRun, loadRun, loadRunInput, saveRunInput } from '../store/runs.ts';
import { putWaiting } from '../store/slots.ts';
import { dispatch, leavePlaces, tryDispatch } from './dispatch.ts';

export { dispatch } from './dispatch.ts';

export interface QueuedRun {
  readonly kind: RunKind;
  readonly runId: string;
  /** When it was asked for: its turn. The same of all who ask for the same run. */
  readonly createdAt: string;
  readonly taskName: string;
  readonly taskVersion: number | null;
  /** What its execution is started with. */
  readonly input: unknown;
  readonly requestHash: string;
  /** Whether the id was made for this request alone, so that another input of it is of the same request. */
  readonly isOwnId: boolean;
}

/** `known`: the same request has put it there before. `taken`: another run has that id. */
export type Enqueued = { readonly state: 'new' | 'known' | 'taken'; readonly record: RunRecord | null };

/** Puts a run into the queue and starts what there is a place for. Whoever asks twice for the same gets the same run. */
export async function enqueue(run: QueuedRun): Promise<Enqueued> {
  const { runId, requestHash, isOwnId } = run;
  const known = await loadRun(runId);
  if (known !== null) return sameOrTaken(run, known);
  const isSaved = await saveRunInput(runId, run.input);
  if (!isSaved && !isOwnId) return { state: 'taken', record: null };
  const input = isSaved ? run.input : await loadRunInput(runId);
  await putWaiting(run, new Date());
  try {
    await createRun({
      runId,
      kind: run.kind,
      status: 'queued',
      taskName: run.taskName,
      taskVersion: run.taskVersion,
      startedBy: 'api',
      inputHash: contentHash(input),
      requestHash,
      turn: 0,
      epoch: 0,
      attempt: 0,
      createdAt: run.createdAt,
      startedAt: null,
      lastSeenMs: Date.now(),
      error: null,
    });
  } catch (error) {
    if (!(error instanceof StoreConflictError)) throw error;
    return sameOrTaken(run, await loadRun(runId));
  }
  await tryDispatch();
  return { state: 'new', record: await loadRun(runId) };
}

async function sameOrTaken({ requestHash, isOwnId }: QueuedRun, record: RunRecord | null): Promise<Enqueued> {
  if (record === null || !isOwnId || record.requestHash !== requestHash) return { state: 'taken', record: null };
  if (record.status === 'queued') await tryDispatch(record.runId);
  return { state: 'known', record };
}

/** A run is over: its place is free for the next one. */
export async function runEnded(runId: string): Promise<void> {
  const run = await loadRun(runId);
  // Late news of an execution: the run was resumed since.
  if (run === null || !activeStatuses.includes(run.status)) {
    await leavePlaces(runId);
  }
  await dispatch();
}

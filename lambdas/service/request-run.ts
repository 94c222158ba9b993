/** Asking for a run: at most one for an idempotency key or a run id. */
import type { RunKind, RunRecord } from '../contracts/run.ts';
import { contentHash } from '../rollout/resolve-task.ts';
import { loadRun } from '../store/runs.ts';
import { tryDispatch } from './dispatch.ts';
import { enqueue } from './queue.ts';
import { findKey, newRunId, useKey } from './run-id.ts';
import type { PreparedRun } from './run-request.ts';

export interface AskedRun {
  readonly kind: RunKind;
  /** The request as it came: the same key goes with the same request only. */
  readonly body: { readonly runId?: string | undefined };
  readonly key: string | undefined;
  /** Checks it. @throws InvalidInputError */
  prepare(): Promise<PreparedRun>;
}

export type AskedOutcome =
  | { readonly state: 'new' | 'known'; readonly record: RunRecord }
  /** The run id is another run's. */
  | { readonly state: 'id_taken' }
  /** The key is another request's. */
  | { readonly state: 'key_reused' };

/** @throws InvalidInputError */
export async function requestRun({ kind, body, key, prepare }: AskedRun): Promise<AskedOutcome> {
  const requestHash = contentHash({ kind, body });
  const before = key === undefined ? null : await findKey(kind, key);
  if (before !== null && before.requestHash !== requestHash) return { state: 'key_reused' };
  const known = before === null ? null : await loadRun(before.runId);
  if (known !== null && known.requestHash === requestHash) {
    if (known.status === 'queued') await tryDispatch(known.runId);
    return { state: 'known', record: known };
  }
  // Whoever used the key before may have been interrupted before the run was there.
  const { taskName, taskVersion, input } = await prepare();
  const now = new Date();
  const used =
    key === undefined
      ? { runId: body.runId ?? newRunId(taskName, now), requestHash, createdAt: now.toISOString() }
      : (before ?? (await useKey(kind, key, { taskName, requestHash, runId: body.runId }, now)));
  if (used.requestHash !== requestHash) return { state: 'key_reused' };
  const { runId, createdAt } = used;
  const isOwnId = key !== undefined || body.runId === undefined;
  const run = { kind, runId, createdAt, taskName, taskVersion, input, requestHash, isOwnId };
  const { state, record } = await enqueue(run);
  return state === 'taken' || record === null ? { state: 'id_taken' } : { state, record };
}

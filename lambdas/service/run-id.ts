/** Names of runs, and which request an idempotency key was first used for. */
import { createHash, randomBytes } from 'node:crypto';
import { type UsedKey, usedKeySchema } from '../contracts/catalog.ts';
import type { RunKind } from '../contracts/run.ts';
import { addEntry, getEntry } from '../store/catalog.ts';

const KEYS = 'idempotency';
/** Characters of the task's name in the id of a run, which may have 80. */
const NAME_CHARS = 50;

/** `tickets-20261127T094312-3f9a1c` */
export function newRunId(taskName: string, now: Date): string {
  const time = now.toISOString().slice(0, 19).replace(/[-:]/g, '');
  return `${taskName.slice(0, NAME_CHARS)}-${time}-${randomBytes(3).toString('hex')}`;
}

/** What a key was used for; null when it is new. Each kind of run has keys of its own. */
export function findKey(kind: RunKind, key: string): Promise<UsedKey | null> {
  return getEntry(KEYS, hashOf(kind, key), usedKeySchema);
}

/** Uses a key for a request, unless it was used: one write decides. @returns what it is used for */
export async function useKey(
  kind: RunKind,
  key: string,
  request: { readonly taskName: string; readonly requestHash: string; readonly runId: string | undefined },
  now: Date,
): Promise<UsedKey> {
  const hash = hashOf(kind, key);
  const runId = request.runId ?? `${request.taskName.slice(0, NAME_CHARS)}-${hash.slice(0, 16)}`;
  const used = { runId, requestHash: request.requestHash, createdAt: now.toISOString() };
  if (await addEntry(KEYS, hash, used)) return used;
  return (await findKey(kind, key)) ?? used;
}

function hashOf(kind: RunKind, key: string): string {
  return createHash('sha256').update(`${kind}\n${key}`).digest('hex');
}

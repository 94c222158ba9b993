/** Stored tasks: a change is a new version, what was stored before stays, and the first prompt is the first champion. */
import type { TaskHead, TaskVersion } from '../contracts/catalog.ts';
import type { TaskInput } from '../contracts/task.ts';
import { contentHash } from '../rollout/resolve-task.ts';
import { addTaskVersion, loadTaskHead, loadTaskVersion, saveTaskHead } from '../store/tasks.ts';
import { ensureChampion } from './contender.ts';
import { etagOf, namesTag } from './etags.ts';
import { applySchedule } from './schedules.ts';
import { type InlineTask, prepareInlineTask } from './task-request.ts';

/** A stored task that was not deleted, at its newest version. */
export interface StoredTask {
  readonly head: TaskHead;
  readonly stored: TaskVersion;
}

export type StoreOutcome =
  | (StoredTask & { readonly ok: true; readonly change: 'created' | 'changed' | 'unchanged' })
  | { readonly ok: false; readonly reason: 'precondition' | 'conflict' };

/** What a client says that it knows, by ETag: `*` is any. */
export interface Preconditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

/** null when there is none, or it was deleted. */
export async function loadTask(name: string): Promise<StoredTask | null> {
  const [head, stored] = await Promise.all([loadTaskHead(name), loadTaskVersion(name)]);
  return head === null || head.deletedAt !== null || stored === null ? null : { head, stored };
}

/** Somebody else stores versions of the same task at the same time: how often the next number is tried. */
const MOST_TRIES = 5;

/** @throws InvalidInputError with everything that is wrong with the task */
export async function storeTask(name: string, given: InlineTask, when: Preconditions = {}): Promise<StoreOutcome> {
  if (!isMet(when, await loadTask(name))) return { ok: false, reason: 'precondition' };
  const task = await prepareInlineTask({ ...given, name }, '');
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const known = await loadTask(name);
    if (!isMet(when, known)) return { ok: false, reason: 'precondition' };
    const outcome = await storeNext(name, task, known);
    if (outcome !== null) return outcome;
  }
  return { ok: false, reason: 'conflict' };
}

/** null: somebody else has stored the next version first. */
async function storeNext(name: string, task: TaskInput, known: StoredTask | null): Promise<StoreOutcome | null> {
  const last = await loadTaskVersion(name);
  const now = new Date().toISOString();
  const hash = contentHash(task);
  const isSame = last !== null && last.hash === hash;
  const next: TaskVersion = isSame ? last : { name, version: (last?.version ?? 0) + 1, hash, task, createdAt: now };
  if (!isSame && !(await addTaskVersion(next))) return null;
  // A version without a head was left by somebody who ended between the two writes.
  const isKnown = known !== null && known.head.version === next.version;
  if (!isKnown) {
    const schedule = known?.head.schedule ?? null;
    await saveTaskHead({ name, version: next.version, updatedAt: now, deletedAt: null, schedule });
  }
  // The prompt that the task came with is its first champion.
  await ensureChampion(name, next.version);
  await followSchedule(task, known);
  const head = await loadTaskHead(name);
  if (head === null) throw new Error(`The task ${name} was just stored, and is not there.`);
  return { ok: true, head, stored: next, change: known === null ? 'created' : isKnown ? 'unchanged' : 'changed' };
}

/**
 * The schedule that the task names holds. Where it names none, one that came with the version before goes, and one that was
 * set by itself stays.
 */
async function followSchedule(task: TaskInput, known: StoredTask | null): Promise<void> {
  const current = known?.head.schedule ?? null;
  const hadOne = known?.stored.task.schedule !== undefined;
  const wanted = task.schedule ?? (hadOne ? null : current);
  if (contentHash(wanted) !== contentHash(current)) await applySchedule(task.name, wanted);
}

export type DeleteOutcome = 'deleted' | 'missing' | 'precondition';

/** Its versions, runs and prompts stay; its schedule goes. */
export async function deleteTask(name: string, when: Preconditions = {}): Promise<DeleteOutcome> {
  const known = await loadTask(name);
  if (known === null) return 'missing';
  if (!isMet(when, known)) return 'precondition';
  if (known.head.schedule !== null) await applySchedule(name, null);
  const now = new Date().toISOString();
  await saveTaskHead({ ...known.head, updatedAt: now, deletedAt: now, schedule: null });
  return 'deleted';
}

function isMet({ ifMatch, ifNoneMatch }: Preconditions, known: StoredTask | null): boolean {
  const isNamed = (list: string): boolean => known !== null && namesTag(list, etagOf(known.stored.version));
  return (ifMatch === undefined || isNamed(ifMatch)) && (ifNoneMatch === undefined || !isNamed(ifNoneMatch));
}

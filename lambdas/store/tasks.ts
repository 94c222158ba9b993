/** Stored tasks: each change is a version, and every version stays. */
import { type TaskHead, type TaskVersion, taskHeadSchema, taskVersionSchema } from '../contracts/catalog.ts';
import { type EntryPage, getEntry, listEntries, type PageRequest, putEntry, versionLog } from './catalog.ts';

const HEADS = 'tasks';
const versions = versionLog((name) => `task#${name}`, taskVersionSchema);

/** null: there never was such a task. A deleted one has `deletedAt`. */
export function loadTaskHead(name: string): Promise<TaskHead | null> {
  return getEntry(HEADS, name, taskHeadSchema);
}

export function saveTaskHead(head: TaskHead): Promise<void> {
  return putEntry(HEADS, head.name, head);
}

/** By name, deleted ones included. */
export function listTaskHeads(page: PageRequest): Promise<EntryPage<TaskHead>> {
  return listEntries(HEADS, taskHeadSchema, page);
}

/** A version of a task; the newest when none is named. */
export const loadTaskVersion = versions.load;

/** Newest first. */
export const listTaskVersions = versions.list;

/** false: somebody else has added that version first. */
export function addTaskVersion(task: TaskVersion): Promise<boolean> {
  return versions.add(task.name, task);
}

/** Stored tasks: each change is a version, and every version stays. */
import { type TaskHead, type TaskVersion, taskHeadSchema, taskVersionSchema } from '../contracts/catalog.ts';
import {
  addVersion,
  type EntryPage,
  getEntry,
  getVersion,
  listEntries,
  listVersions,
  newestVersion,
  putEntry,
} from './catalog.ts';

const HEADS = 'tasks';
const versionsOf = (name: string): string => `task#${name}`;

/** null: there never was such a task. A deleted one has `deletedAt`. */
export function loadTaskHead(name: string): Promise<TaskHead | null> {
  return getEntry(HEADS, name, taskHeadSchema);
}

export function saveTaskHead(head: TaskHead): Promise<void> {
  return putEntry(HEADS, head.name, head);
}

/** By name, deleted ones included. */
export function listTaskHeads(page: { after?: string | null; limit?: number }): Promise<EntryPage<TaskHead>> {
  return listEntries(HEADS, taskHeadSchema, page);
}

/** A version of a task; the newest when none is named. */
export function loadTaskVersion(name: string, version?: number): Promise<TaskVersion | null> {
  return version === undefined
    ? newestVersion(versionsOf(name), taskVersionSchema)
    : getVersion(versionsOf(name), version, taskVersionSchema);
}

/** false: somebody else has added that version first. */
export function addTaskVersion(task: TaskVersion): Promise<boolean> {
  return addVersion(versionsOf(task.name), task);
}

/** Newest first. */
export function listTaskVersions(
  name: string,
  page: { after?: string | null; limit?: number },
): Promise<EntryPage<TaskVersion>> {
  return listVersions(versionsOf(name), taskVersionSchema, page);
}

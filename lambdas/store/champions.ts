/** Champions of a task, version by version, the challengers that did not become one, and when it was last looked at. */
import {
  type Challenger,
  type Champion,
  challengerSchema,
  championSchema,
  type LastLook,
  lastLookSchema,
} from '../contracts/catalog.ts';
import {
  addEntry,
  addVersion,
  type EntryPage,
  getEntry,
  getVersion,
  listEntries,
  listVersions,
  newestVersion,
  putEntry,
} from './catalog.ts';

const prompts = (task: string): string => `prompts#${task}`;
const CHALLENGER = 'challenger#';

export function challengerEntry(id: string): string {
  return `${CHALLENGER}${id}`;
}

/** The champion in use, or the one of a version; null when there is none. */
export function loadChampion(task: string, version?: number): Promise<Champion | null> {
  return version === undefined
    ? newestVersion(prompts(task), championSchema)
    : getVersion(prompts(task), version, championSchema);
}

/** The whole promotion: one write. false: somebody else has taken that version first. */
export function addChampion(champion: Champion): Promise<boolean> {
  return addVersion(prompts(champion.task), champion);
}

/** Newest first. */
export function listChampions(
  task: string,
  page: { after?: string | null; limit?: number },
): Promise<EntryPage<Champion>> {
  return listVersions(prompts(task), championSchema, page);
}

/** The same id is the same challenger, and the first word about it stays. */
export function addChallenger(challenger: Challenger): Promise<boolean> {
  return addEntry(prompts(challenger.task), challengerEntry(challenger.id), challenger);
}

/** By id, which begins with the time, newest first. */
export function listChallengers(
  task: string,
  page: { after?: string | null; limit?: number },
): Promise<EntryPage<Challenger>> {
  return listEntries(prompts(task), challengerSchema, { ...page, prefix: CHALLENGER, newestFirst: true });
}

const LAST_LOOK = 'last-look';

export function loadLastLook(task: string): Promise<LastLook | null> {
  return getEntry(prompts(task), LAST_LOOK, lastLookSchema);
}

export function saveLastLook(look: LastLook): Promise<void> {
  return putEntry(prompts(look.task), LAST_LOOK, look);
}

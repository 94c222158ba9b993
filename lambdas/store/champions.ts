/** Champions of a task, version by version, the challengers that did not become one, and when it was last looked at. */
import {
  type Challenger,
  type Champion,
  challengerSchema,
  championSchema,
  type LastLook,
  lastLookSchema,
} from '../contracts/catalog.ts';
import { addEntry, type EntryPage, getEntry, listEntries, type PageRequest, putEntry, versionLog } from './catalog.ts';

const prompts = (task: string): string => `prompts#${task}`;
const CHALLENGER = 'challenger#';

export function challengerEntry(id: string): string {
  return `${CHALLENGER}${id}`;
}

const champions = versionLog(prompts, championSchema);

/** The champion in use, or the one of a version; null when there is none. */
export const loadChampion = champions.load;

/** Newest first. */
export const listChampions = champions.list;

/** The whole promotion: one write. false: somebody else has taken that version first. */
export function addChampion(champion: Champion): Promise<boolean> {
  return champions.add(champion.task, champion);
}

/** The same id is the same challenger, and the first word about it stays. */
export function addChallenger(challenger: Challenger): Promise<boolean> {
  return addEntry(prompts(challenger.task), challengerEntry(challenger.id), challenger);
}

/** By id, which begins with the time, newest first. */
export function listChallengers(task: string, page: PageRequest): Promise<EntryPage<Challenger>> {
  return listEntries(prompts(task), challengerSchema, { ...page, prefix: CHALLENGER, newestFirst: true });
}

const LAST_LOOK = 'last-look';

export function loadLastLook(task: string): Promise<LastLook | null> {
  return getEntry(prompts(task), LAST_LOOK, lastLookSchema);
}

export function saveLastLook(look: LastLook): Promise<void> {
  return putEntry(prompts(look.task), LAST_LOOK, look);
}

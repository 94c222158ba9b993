/** The queue's items: the places for runs that go on, and who waits for one. See `service/queue.ts`. */
import { type Slot, slotSchema, type Waiting, waitingSchema } from '../contracts/catalog.ts';
import { addEntry, type EntryPage, getEntry, listEntries, putEntry, removeEntry, replaceEntry } from './catalog.ts';

/** More places than this there are never. */
export const MOST_PLACES = 100;

const PLACES = 'slots';
const PLACE = 'slot#';
/** The only entries of the catalog that are ever taken out. */
export const WAITING = 'queue';

/** A place by its name. */
export interface Place extends Slot {
  readonly name: string;
}

const placeName = (index: number): string => `${PLACE}${String(index).padStart(2, '0')}`;
const EMPTY: Slot = { runId: null, claimedAt: '' };

/** All places, at least `count`: those that are missing are made. There may be more, from when more were allowed. */
export async function listPlaces(count: number): Promise<Place[]> {
  const { items } = await listEntries(PLACES, slotSchema, { prefix: PLACE, limit: MOST_PLACES });
  // They are made in this order and never taken away, so the position is the number.
  const places = items.map((slot, i) => ({ ...slot, name: placeName(i) }));
  if (places.length >= count) return places;
  for (let i = places.length; i < count; i++) await addEntry(PLACES, placeName(i), EMPTY);
  return listPlaces(count);
}

/** Takes an empty place. null: somebody else was quicker. */
export async function claimPlace(name: string, runId: string, now: Date): Promise<Place | null> {
  const slot = { runId, claimedAt: now.toISOString() };
  return (await replaceEntry(PLACES, name, slot, 'runId', null)) ? { name, ...slot } : null;
}

/** Empties a place as it was seen: what was claimed since stays. */
export async function releasePlace({ name, claimedAt }: Place): Promise<void> {
  await replaceEntry(PLACES, name, EMPTY, 'claimedAt', claimedAt);
}

const waitingEntry = ({ createdAt, runId }: Pick<Waiting, 'createdAt' | 'runId'>): string => `${createdAt}#${runId}`;

/** Puts a run into the queue, where its `createdAt` says. */
export function putWaiting(run: Pick<Waiting, 'createdAt' | 'runId'>, now: Date): Promise<void> {
  const { runId, createdAt } = run;
  return putEntry(WAITING, waitingEntry(run), { runId, createdAt, since: now.toISOString() });
}

export async function isWaiting(run: Pick<Waiting, 'createdAt' | 'runId'>): Promise<boolean> {
  return (await getEntry(WAITING, waitingEntry(run), waitingSchema)) !== null;
}

/** Takes a run out of the queue as it was seen: one that was put there again since stays. */
export function removeWaiting(waiting: Waiting): Promise<void> {
  return removeEntry(WAITING, waitingEntry(waiting), 'since', waiting.since);
}

/** Who waits, oldest first. */
export function listWaiting(after: string | null): Promise<EntryPage<Waiting>> {
  return listEntries(WAITING, waitingSchema, { after });
}

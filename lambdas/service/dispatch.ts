/** Gives places to runs that wait: the queue's working part. What holds of it is told in `queue.ts`. */
import type { Waiting } from '../contracts/catalog.ts';
import { activeStatuses, type RunRecord } from '../contracts/run.ts';
import { optionalEnv } from '../platform/env.ts';
import { logger } from '../platform/logger.ts';
import { listRuns } from '../store/run-lists.ts';
import { loadRun } from '../store/runs.ts';
import {
  claimPlace,
  isWaiting,
  listPlaces,
  listWaiting,
  MOST_PLACES,
  type Place,
  putWaiting,
  releasePlace,
  removeWaiting,
} from '../store/slots.ts';
import { launch } from './launch.ts';
import { isGoingOn } from './lost-run.ts';

let current: Promise<void> | null = null;
let following: Promise<void> | null = null;
const hints = new Set<string>();

/**
 * Gives free places to whoever waits, oldest first, and mends what a crash has left. Of many calls in one process one
 * works, and one more follows for all that came after it had begun.
 * @param runId a run that somebody looks at: if it should be going on and does not, that is mended
 */
export function dispatch(runId?: string): Promise<void> {
  if (runId !== undefined) hints.add(runId);
  if (following !== null) return following;
  const before = current ?? Promise.resolve();
  const mine: Promise<void> = before
    .catch(() => undefined)
    .then(() => {
      current = mine;
      following = null;
      const looked = [...hints];
      hints.clear();
      return work(looked);
    })
    .finally(() => {
      if (current === mine) current = null;
    });
  following = mine;
  return mine;
}

/** A place that was claimed less than this ago is somebody's who is at it, milliseconds. */
const LAUNCH_MS = 3_000;
/** An entry whose record is not written by then is of a request that was never answered, milliseconds. */
const UNANSWERED_MS = 5 * 60_000;
/** The same execution is asked about at most this often, milliseconds. */
const ASK_MS = 15_000;
/** Whoever was not asked about for so long is forgotten, milliseconds. */
const FORGET_MS = 10 * 60_000;
/** Rounds of one dispatch. Each gives places away or ends it; more than a few are a race that another call goes on with. */
const MOST_ROUNDS = 50;

/** Whoever was put into the queue is in it, whatever becomes of this: the next one who dispatches starts it. */
export async function tryDispatch(runId?: string): Promise<void> {
  try {
    await dispatch(runId);
  } catch (error) {
    logger.error('the queue was not dispatched', { error: String(error) });
  }
}

async function work(looked: readonly string[]): Promise<void> {
  await Promise.all(looked.map(mend));
  const failures: unknown[] = [];
  await fillPlaces(failures);
  // Those keep their places and are launched once more by the next one who dispatches.
  if (failures.length > 0) throw new AggregateError(failures, 'Runs could not be started.');
}

/** @param failures gets what kept single runs from being started: the others do not wait for them */
async function fillPlaces(failures: unknown[]): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const places = await tidy(await listPlaces(placeCount()), round === 0 ? failures : []);
    const free = places.slice(0, placeCount()).filter((place) => place.runId === null);
    const next = await nextRuns(Math.max(1, free.length), places);
    if (next.length === 0) return;
    if (free.length === 0) {
      if (await reclaim(places)) continue;
      return;
    }
    await Promise.all(next.map((one, i) => give(free[i], one, failures)));
  }
}

/** A queued run without an entry is put back into the queue; one that is to be stopped and is over is ended. */
async function mend(runId: string): Promise<void> {
  const run = await loadRun(runId);
  // One that was launched has its place, or an execution that a schedule has started.
  if (run?.status === 'queued' && run.launchedAt === null && !(await isWaiting(run))) await putWaiting(run, new Date());
  if (run?.status !== 'stopping') return;
  // Whoever settles it is given the time to.
  if (!askedAt.has(runId)) askedAt.set(runId, Date.now());
  if (!(await seemsToGoOn(run))) await leavePlaces(runId);
}

/** Empties whatever place a run has. */
export async function leavePlaces(runId: string): Promise<void> {
  const places = await listPlaces(placeCount());
  await Promise.all(places.filter((place) => place.runId === runId).map(releasePlace));
}

/** Empties places whose run is over, and launches those once more that should have been launched by now. */
async function tidy(places: readonly Place[], failures: unknown[]): Promise<Place[]> {
  return Promise.all(
    places.map(async (place) => {
      if (place.runId === null || Date.now() - Date.parse(place.claimedAt) < LAUNCH_MS) return place;
      const run = await loadRun(place.runId);
      if (run?.status === 'queued') await launchAt(place, run).catch((error: unknown) => failures.push(error));
      if (run !== null && activeStatuses.includes(run.status)) return place;
      await releasePlace(place);
      return { ...place, runId: null, claimedAt: '' };
    }),
  );
}

interface Next {
  readonly waiting: Waiting;
  readonly run: RunRecord;
}

/** Who is next, at most `count`: those who wait, have no place yet and may go on. Entries that say nothing any more go. */
async function nextRuns(count: number, places: readonly Place[]): Promise<Next[]> {
  const placed = new Set(places.map(({ runId }) => runId));
  const isHeld = holds();
  const found: Next[] = [];
  let after: string | null = null;
  do {
    const page = await listWaiting(after);
    for (const waiting of page.items) {
      if (found.length >= count) return found;
      if (placed.has(waiting.runId)) continue;
      const run = await loadRun(waiting.runId);
      if (run?.status === 'queued' && run.createdAt === waiting.createdAt) {
        if (!(await isHeld(run))) found.push({ waiting, run });
      } else if (run !== null || Date.now() - Date.parse(waiting.since) > UNANSWERED_MS) {
        await removeWaiting(waiting);
      }
    }
    after = page.next;
  } while (after !== null);
  return found;
}

/** Whether a run has to wait for a scheduled run of its task; each task is asked about once. */
function holds(): (run: RunRecord) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  return ({ kind, taskName }) => {
    if (kind !== 'optimization') return Promise.resolve(false);
    const asked = known.get(taskName) ?? hasScheduledRun(taskName);
    known.set(taskName, asked);
    return asked;
  };
}

async function hasScheduledRun(task: string): Promise<boolean> {
  const query = { kind: 'optimization', task, statuses: ['running', 'stopping'], startedBy: 'schedule' } as const;
  const { items } = await listRuns(query, MOST_PLACES);
  // One that was resumed while it waited for its turn waits again.
  for (const run of items) if (run.startedAt !== null && (await seemsToGoOn(run))) return true;
  return false;
}

async function give(place: Place | undefined, { waiting, run }: Next, failures: unknown[]): Promise<void> {
  const claimed = place === undefined ? null : await claimPlace(place.name, run.runId, new Date());
  // Somebody else was quicker; the next round sees what is free then.
  if (claimed === null) return;
  await keepOnePlace(run.runId);
  try {
    await launchAt(claimed, run);
    await removeWaiting(waiting);
  } catch (error) {
    failures.push(error);
  }
}

/** Two who gave the same run a place at once: the first place stays. Whoever comes second sees both. */
async function keepOnePlace(runId: string): Promise<void> {
  const places = (await listPlaces(placeCount())).filter((place) => place.runId === runId);
  await Promise.all(places.slice(1).map(releasePlace));
}

/** Launches the run of a place; if it is not to be launched any more, the place is empty again. */
async function launchAt(place: Place, { runId }: RunRecord): Promise<void> {
  const run = await loadRun(runId);
  if (run?.status === 'queued') await launch(run, new Date());
  const after = await loadRun(runId);
  if (after === null || !activeStatuses.includes(after.status)) await releasePlace(place);
}

/** No place is free and somebody waits: asks whether all who have one go on. Gives whether one is free now. */
async function reclaim(places: readonly Place[]): Promise<boolean> {
  const freed = await Promise.all(
    places.map(async (place) => {
      if (place.runId === null || Date.now() - Date.parse(place.claimedAt) < LAUNCH_MS) return false;
      const run = await loadRun(place.runId);
      if (run === null || run.status === 'queued') return false;
      if (activeStatuses.includes(run.status) && (await seemsToGoOn(run))) return false;
      await releasePlace(place);
      return true;
    }),
  );
  return freed.includes(true);
}

const askedAt = new Map<string, number>();

/** Whether a run that began goes on, as far as was asked a moment ago; its end is written down if not. */
async function seemsToGoOn(run: RunRecord): Promise<boolean> {
  const now = Date.now();
  if (now - (askedAt.get(run.runId) ?? 0) < ASK_MS) return true;
  for (const [runId, at] of askedAt) if (now - at >= FORGET_MS) askedAt.delete(runId);
  askedAt.set(run.runId, now);
  const goesOn = await isGoingOn(run);
  if (!goesOn) askedAt.delete(run.runId);
  return goesOn;
}

/** How many runs may go on at once. */
function placeCount(): number {
  const given = Number(optionalEnv('MAX_PARALLEL_RUNS') ?? 4);
  if (Number.isInteger(given) && given >= 1 && given <= MOST_PLACES) return given;
  throw new Error(`MAX_PARALLEL_RUNS must be a whole number from 1 to ${MOST_PLACES}.`);
}

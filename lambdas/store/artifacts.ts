/** The artifacts of a run: where each lies, and who may read it (see `contracts/artifacts.ts`). */

import type { z } from 'zod';
import {
  type Archive,
  archiveSchema,
  type SealedTest,
  sealedTestSchema,
  type Verification,
  verificationSchema,
} from '../contracts/artifacts.ts';
import { contextSchema, type RunContext } from '../contracts/context.ts';
import { type ChampionScores, championScoresSchema } from '../contracts/run.ts';
import { bucketNamed, getArtifact, getText, type ObjectLocation, putJson, putText } from './objects.ts';

export function runObject(runId: string, name: string): ObjectLocation {
  return { bucket: bucketNamed('data'), key: `runs/${runId}/${name}` };
}

function sealedObject(runId: string): ObjectLocation {
  return { bucket: bucketNamed('sealed'), key: `runs/${runId}/test.json` };
}

// A context never changes once it is written, and every item of a run needs it.
const contexts = new Map<string, Promise<RunContext>>();
let contextsKept = 4;

/** @throws Error when the run has no context: Prepare has not run. */
export function loadContext(runId: string): Promise<RunContext> {
  const location = runObject(runId, 'context.json');
  return remember(contexts, `${location.bucket}/${location.key}`, contextsKept, () =>
    getArtifact(location, contextSchema),
  );
}

export async function saveContext(context: z.input<typeof contextSchema>): Promise<void> {
  await putJson(runObject(context.runId, 'context.json'), contextSchema.parse(context));
}

/**
 * Two objects take turns, so that the archive of the turn that is being worked on stays whole while the next is
 * written, and hundreds of turns do not leave hundreds of archives.
 */
function archiveObject(runId: string, turn: number): ObjectLocation {
  return runObject(runId, `archive-${turn % 2}.json`);
}

const archives = new Map<string, Promise<Archive>>();
let archivesKept = 2;

/** For a process that does several runs at once: as many contexts and archives are kept as they need. */
export function keepArtifactsOf(runs: number): void {
  contextsKept = Math.max(4, runs + 2);
  archivesKept = 2 * runs;
}

/**
 * The archive as Plan left it for `turn`; shared by the items of one process, so: read only. Plan grants new leases when
 * a failed run is started again, so what was read in an earlier `epoch` of the run does not count.
 */
export function loadArchive(runId: string, turn: number, epoch = 0): Promise<Archive> {
  const location = archiveObject(runId, turn);
  return remember(archives, archiveKey(location, turn, epoch), archivesKept, async () => {
    const archive = await getArtifact(location, archiveSchema);
    if (archive.turn === turn) return archive;
    throw new Error(`The archive of run ${runId} holds turn ${archive.turn}, not ${turn}.`);
  });
}

export async function saveArchive(archive: Archive): Promise<void> {
  const location = archiveObject(archive.runId, archive.turn);
  await putJson(location, archive);
  archives.delete(archiveKey(location, archive.turn, archive.epoch));
}

function archiveKey({ bucket, key }: ObjectLocation, turn: number, epoch: number): string {
  return `${bucket}/${key}#${turn}.${epoch}`;
}

/** Forgets what was loaded, so that another store can be used in the same process. */
export function forgetArtifacts(): void {
  contexts.clear();
  archives.clear();
}

/** Only Prepare and Verify have the right. */
export async function saveSealedTest(test: SealedTest): Promise<void> {
  await putJson(sealedObject(test.runId), test);
}

export function loadSealedTest(runId: string): Promise<SealedTest> {
  return getArtifact(sealedObject(runId), sealedTestSchema);
}

function verificationObject(runId: string, turn: number, index: number): ObjectLocation {
  return runObject(runId, `verification/${turn}-${index}.json`);
}

export async function saveVerification(runId: string, turn: number, index: number, value: Verification): Promise<void> {
  await putJson(verificationObject(runId, turn, index), value);
}

/** null: the item ended before it could keep anything. */
export async function loadVerification(runId: string, turn: number, index: number): Promise<Verification | null> {
  const location = verificationObject(runId, turn, index);
  return (await getText(location)) === null ? null : getArtifact(location, verificationSchema);
}

/** The run's proof, as data and as a page. */
export async function saveReport(runId: string, report: object, html: string): Promise<void> {
  await putText(runObject(runId, 'report.json'), `${JSON.stringify(report, null, 2)}\n`, 'application/json');
  await putText(runObject(runId, 'report.html'), html, 'text/html; charset=utf-8');
}

const CHAMPION_SCORES = 'champion-scores.json';

export async function saveChampionScores(runId: string, scores: ChampionScores['scores']): Promise<void> {
  const value: ChampionScores = { schema: 'prompt-optimizer.champion-scores.v1', scores };
  await putJson(runObject(runId, CHAMPION_SCORES), value);
}

/** null: the run has measured none. */
export async function loadChampionScores(runId: string): Promise<ChampionScores['scores'] | null> {
  const location = runObject(runId, CHAMPION_SCORES);
  return (await getText(location)) === null ? null : (await getArtifact(location, championScoresSchema)).scores;
}

function remember<T>(cache: Map<string, Promise<T>>, key: string, most: number, load: () => Promise<T>): Promise<T> {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const loading = load();
  cache.set(key, loading);
  loading.catch(() => cache.delete(key));
  for (const old of cache.keys()) {
    if (cache.size <= most) break;
    cache.delete(old);
  }
  return loading;
}

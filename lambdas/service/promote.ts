/** Promotion and rollback by a person, through the API. What is wrong is answered, not thrown. */
import type { Champion } from '../contracts/catalog.ts';
import { type Report, reportSchema } from '../contracts/report.ts';
import type { RunRecord } from '../contracts/run.ts';
import { loadChampionScores, loadContext, runObject } from '../store/artifacts.ts';
import { addChampion, loadChampion, saveLastLook } from '../store/champions.ts';
import { getText } from '../store/objects.ts';
import { loadRun } from '../store/runs.ts';
import { loadTaskHead } from '../store/tasks.ts';
import { samePrompt } from './champion-look.ts';
import { championFrom, ensureChampion, keepChallenger, lostWords, whyNotBetter } from './contender.ts';
import { tellPromoted } from './run-events.ts';

/** `not_found`, `not_better` (force it), `version_conflict` (another champion than was expected), `lost_race`, `not_promotable`. */
export interface PromotionProblem {
  readonly ok: false;
  readonly code: 'not_found' | 'not_better' | 'not_promotable' | 'version_conflict' | 'lost_race';
  readonly message: string;
  readonly remedy: string;
  readonly field?: string;
}
export type PromotionResult = { readonly ok: true; readonly champion: Champion } | PromotionProblem;

export interface PromotionRequest {
  readonly task: string;
  readonly runId: string;
  /** Default: what the run recommends. */
  readonly candidateId?: string | undefined;
  /** Promotes what is not proven to be better than the champion. */
  readonly force?: boolean | undefined;
  /** Only while this version is the champion. */
  readonly ifVersion?: number | undefined;
  readonly note?: string | undefined;
}

/** Makes a candidate of a run the champion of the run's task. */
export async function promote(request: PromotionRequest): Promise<PromotionResult> {
  const { task, runId, force = false, note = null } = request;
  const champion = await currentChampion(task, request.ifVersion);
  if ('ok' in champion) return champion;
  const found = await reportedRun(task, runId);
  if ('ok' in found) return found;
  const { run, report } = found;
  const candidateId = request.candidateId ?? report.recommended.candidateId;
  const candidate = report.candidates.find(({ id }) => id === candidateId);
  if (candidate === undefined) {
    return notFound(
      'candidateId',
      `Run ${runId} has no candidate ${JSON.stringify(candidateId)}.`,
      'Take one of GET /runs/{id}/candidates.',
    );
  }
  const { components } = candidate;
  if (samePrompt(champion.components, components)) {
    const message = `Version ${champion.version}, the champion, is this prompt already.`;
    return { ok: false, code: 'not_promotable', field: 'candidateId', message, remedy: 'There is nothing to do.' };
  }
  const contender = { task, runId, candidateId, components };
  const doubt =
    candidateId === report.recommended.candidateId
      ? whyNotBetter(champion, await loadContext(runId), report)
      : `${candidateId} is not the prompt that the run recommends: nothing is proven of it.`;
  if (doubt !== null && !force) {
    return {
      ok: false,
      code: 'not_better',
      field: 'runId',
      message: doubt,
      remedy: 'Promote it all the same with "force": true.',
    };
  }
  const next = championFrom(contender, champion, { by: 'person', note });
  if (!(await addChampion(next))) {
    const winner = await ensureChampion(task);
    await keepChallenger(contender, winner, 'refused', lostWords(winner), 'person');
    return {
      ok: false,
      code: 'lost_race',
      message: lostWords(winner),
      remedy: 'Look at it, and promote again if you still want to.',
    };
  }
  await lookedAt(next);
  await tellPromoted(run, { version: next.version, by: 'person', promotion: null }, next.version);
  return { ok: true, champion: next };
}

export interface RollbackRequest {
  readonly task: string;
  /** The version that is to be in use again; default: the one before that in which the champion's prompt came first. */
  readonly version?: number | undefined;
  readonly ifVersion?: number | undefined;
  readonly note?: string | undefined;
}

/** Makes an earlier version the champion again, as a new version. */
export async function rollback({
  task,
  version,
  ifVersion,
  note = undefined,
}: RollbackRequest): Promise<PromotionResult> {
  const champion = await currentChampion(task, ifVersion);
  if ('ok' in champion) return champion;
  const wanted = version ?? (await writtenAs(champion)).version - 1;
  const earlier = wanted < 1 ? null : await loadChampion(task, wanted);
  if (earlier === null) {
    return notFound(
      'version',
      `There is no version ${wanted} of the prompt of ${task}.`,
      'Take one of GET /prompts/{task}/history.',
    );
  }
  if (earlier.version === champion.version) {
    const message = `Version ${wanted} is the champion already.`;
    return { ok: false, code: 'not_promotable', field: 'version', message, remedy: 'Give an earlier version.' };
  }
  const next: Champion = {
    ...earlier,
    version: champion.version + 1,
    origin: 'rollback',
    rollbackOf: earlier.version,
    by: 'person',
    createdAt: new Date().toISOString(),
    note: note ?? null,
  };
  if (!(await addChampion(next))) {
    const winner = await ensureChampion(task);
    return {
      ok: false,
      code: 'lost_race',
      message: lostWords(winner),
      remedy: 'Look at it, and roll back again if you still want to.',
    };
  }
  await lookedAt(next);
  // Events belong to runs: that of the prompt which is back, or else of the one that is gone.
  const run = await loadRun(earlier.runId ?? champion.runId ?? '-');
  if (run !== null) await tellPromoted(run, { version: next.version, by: 'person', promotion: null }, next.version);
  return { ok: true, champion: next };
}

/** The version in which a champion's prompt came first: what is rolled back twice goes two versions back. */
async function writtenAs(champion: Champion): Promise<Champion> {
  const earlier = champion.rollbackOf === null ? null : await loadChampion(champion.task, champion.rollbackOf);
  return earlier === null ? champion : writtenAs(earlier);
}

async function currentChampion(task: string, ifVersion: number | undefined): Promise<Champion | PromotionProblem> {
  const head = await loadTaskHead(task);
  if (head === null || head.deletedAt !== null) {
    return notFound('task', `There is no task ${JSON.stringify(task)}.`, 'Store it first: PUT /tasks/{name}.');
  }
  const champion = await ensureChampion(task);
  if (ifVersion === undefined || ifVersion === champion.version) return champion;
  const message = `The champion is version ${champion.version}, not ${ifVersion}.`;
  return {
    ok: false,
    code: 'version_conflict',
    field: 'ifVersion',
    message,
    remedy: 'Read GET /prompts/{task} again.',
  };
}

/** A run of the task that has ended with a verdict. */
async function reportedRun(
  task: string,
  runId: string,
): Promise<{ run: RunRecord; report: Report } | PromotionProblem> {
  const run = await loadRun(runId);
  if (run === null || run.taskName !== task || run.kind !== 'optimization') {
    return notFound('runId', `${task} has no run ${JSON.stringify(runId)}.`, 'Take one of GET /runs?task=….');
  }
  const text = run.status === 'succeeded' ? await getText(runObject(runId, 'report.json')) : null;
  const report = text === null ? null : reportSchema.safeParse(JSON.parse(text));
  if (report?.success === true) return { run, report: report.data };
  const message = `Run ${runId} has no verdict: it is ${run.status}.`;
  return { ok: false, code: 'not_promotable', field: 'runId', message, remedy: 'Wait for its end, or resume it.' };
}

/** What the run of a new champion has measured is what the next scheduled run compares with. */
async function lookedAt({ task, version, runId, candidateId }: Champion): Promise<void> {
  if (runId === null) return;
  const scores = await loadChampionScores(runId);
  const { fingerprint } = await loadContext(runId);
  const scoresOf = scores?.[candidateId ?? ''] === undefined ? null : runId;
  await saveLastLook({ task, fingerprint, championVersion: version, scoresOf, runId, at: new Date().toISOString() });
}

function notFound(field: string, message: string, remedy: string): PromotionProblem {
  return { ok: false, code: 'not_found', field, message, remedy };
}

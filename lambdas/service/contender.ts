/** A run's winner against the champion: what it must show, and what is kept of it. */

import type { Champion } from '../contracts/catalog.ts';
import type { RunContext } from '../contracts/context.ts';
import type { Report } from '../contracts/report.ts';
import { componentsSchema, taskNameSchema } from '../contracts/task.ts';
import { addChallenger, addChampion, loadChampion } from '../store/champions.ts';
import { loadRun } from '../store/runs.ts';
import { loadTaskVersion } from '../store/tasks.ts';
import { samePrompt } from './champion-look.ts';

/** The winner of a run, as what it would be in the log of champions. */
export interface Contender {
  readonly task: string;
  readonly runId: string;
  readonly candidateId: string;
  readonly components: Champion['components'];
}

/** Why a run's winner may not take the champion's place; null when it may. */
export function whyNotBetter(
  champion: Champion,
  { task, champion: opponent }: Pick<RunContext, 'task' | 'champion'>,
  { verdict, champion: met }: Pick<Report, 'verdict' | 'champion'>,
): string | null {
  if (verdict !== 'improved') return `The run's verdict is ${verdict}: it has no better prompt.`;
  if (samePrompt(champion.components, task.prompt)) return null;
  if (opponent === null || !samePrompt(champion.components, opponent.components)) {
    return `It was not compared with version ${champion.version}, which became the champion meanwhile.`;
  }
  if (met?.beaten === true) return null;
  return `It is better than the prompt that the run started from, but not proven to be better than version ${champion.version}.`;
}

/** The champion in use; the first one is the prompt that the task came with. */
export async function ensureChampion(task: string, taskVersion?: number): Promise<Champion> {
  const champion = await loadChampion(task);
  if (champion !== null) return champion;
  const stored = await loadTaskVersion(task, taskVersion);
  if (stored === null) throw new Error(`There is no task ${task}.`);
  const first: Champion = {
    task: taskNameSchema.parse(task),
    version: 1,
    components: componentsSchema.parse(stored.task.prompt),
    origin: 'task',
    runId: null,
    candidateId: null,
    rollbackOf: null,
    by: 'person',
    createdAt: new Date().toISOString(),
    note: null,
  };
  // Somebody else may have written it first.
  return (await addChampion(first)) ? first : ensureChampion(task, taskVersion);
}

/** The version that follows `before`. */
export function championFrom(
  { task, runId, candidateId, components }: Contender,
  before: Champion,
  { by, note }: Pick<Champion, 'by' | 'note'>,
): Champion {
  return {
    task,
    version: before.version + 1,
    components,
    origin: 'run',
    runId,
    candidateId,
    rollbackOf: null,
    by,
    createdAt: new Date().toISOString(),
    note,
  };
}

/** What a contender that came too late is told. */
export function lostWords({ version, runId }: Champion): string {
  const whose = runId === null ? '' : `, the winner of ${runId},`;
  return `Version ${version}${whose} became the champion at the same time.`;
}

/** Keeps a contender that does not become the champion. Of a run's own decision there is one, however often it is made. */
export async function keepChallenger(
  { task, runId, candidateId }: Contender,
  against: Champion,
  decision: 'proposed' | 'refused',
  reason: string,
  by: Champion['by'],
): Promise<void> {
  const now = new Date().toISOString();
  const at = by === 'run' ? ((await loadRun(runId))?.createdAt ?? now) : now;
  const id = `${at}-${runId}-${by}`;
  await addChallenger({ task, id, decision, runId, candidateId, against: against.version, reason, by, createdAt: now });
}

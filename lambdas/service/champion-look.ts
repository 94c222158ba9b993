/** The champion as a run meets it: the prompt to be beaten, and whether a scheduled run has anything new to look at. */
import { createHash } from 'node:crypto';
import type { Champion } from '../contracts/catalog.ts';
import type { RunContext } from '../contracts/context.ts';
import type { Components } from '../contracts/task.ts';
import { BASELINE_ID, sameParts } from '../optimizer/archive.ts';
import { withUser } from '../rollout/resolve-task.ts';
import { loadChampionScores } from '../store/artifacts.ts';
import { loadChampion, loadLastLook, saveLastLook } from '../store/champions.ts';

/** Fresh draws begin here: no search draws as often. */
const FIRST_FRESH_DRAW = 1_000_000;

export interface Looked {
  readonly task: string;
  readonly runId: string;
  readonly fingerprint: string;
  /** The prompt that the search starts from. */
  readonly baseline: Components;
}

/** Whether two prompts are the same when they are sent. */
export function samePrompt(a: Components, b: Components): boolean {
  return sameParts(withUser(a), withUser(b));
}

/**
 * What the winner must beat beside the baseline; null when there is nothing.
 * @param compareWith a prompt that somebody gave, in the place of the task's champion
 */
export function opponentOf(
  champion: Champion | null,
  baseline: Components,
  compareWith: Components | undefined,
): RunContext['champion'] {
  if (compareWith !== undefined) return { version: null, components: withUser(compareWith) };
  if (champion === null || samePrompt(champion.components, baseline)) return null;
  return { version: champion.version, components: withUser(champion.components) };
}

/** What a scheduled run asks first; null when it is known that something has changed: task, data or champion. */
export async function checkOf(champion: Champion | null, looked: Looked): Promise<RunContext['check']> {
  const look = await loadLastLook(looked.task);
  if (look === null || champion === null || look.fingerprint !== looked.fingerprint) return null;
  if (look.championVersion !== champion.version) return null;
  const scores = look.scoresOf === null ? null : await loadChampionScores(look.scoresOf);
  return {
    draw: freshDraw(looked.runId),
    reference: scores === null ? null : scoresIn(scores, champion, look.scoresOf),
  };
}

/** Scores of the champion in a run: it is the run's winner, or the baseline that the run has looked at. */
function scoresIn(
  scores: Readonly<Record<string, Record<string, number>>>,
  champion: Champion,
  runId: string | null,
): Record<string, number> | null {
  const candidateId = champion.runId === runId ? (champion.candidateId ?? BASELINE_ID) : BASELINE_ID;
  return scores[candidateId] ?? null;
}

/** A draw of validation that no other run has. */
function freshDraw(runId: string): number {
  return FIRST_FRESH_DRAW + (createHash('sha256').update(runId).digest().readUInt32BE() >>> 2);
}

/**
 * Keeps that a run has looked at the champion as it now is.
 * @param scores what the run has measured, by candidate
 * @param isUnchanged whether the run found the champion as it was: the scores that it was compared with then stay, or a
 *   score that falls a little at each look would never be seen to fall
 */
export async function keepLook(
  { task, runId, fingerprint, baseline }: Looked,
  scores: Readonly<Record<string, Record<string, number>>>,
  isUnchanged = false,
): Promise<void> {
  const champion = fingerprint === '' ? null : await loadChampion(task);
  if (champion === null) return;
  const isOurs = champion.runId === runId && scores[champion.candidateId ?? ''] !== undefined;
  const isBaseline = samePrompt(champion.components, baseline) && scores[BASELINE_ID] !== undefined;
  const earlier = await loadLastLook(task);
  const isSame = earlier?.fingerprint === fingerprint && earlier.championVersion === champion.version;
  // A run that has not met the champion on validation leaves the scores that are known.
  const before = isSame ? earlier.scoresOf : null;
  const isNew = (isOurs || isBaseline) && !(isUnchanged && before !== null);
  const known = isNew ? runId : before;
  const at = new Date().toISOString();
  await saveLastLook({ task, fingerprint, championVersion: champion.version, scoresOf: known, runId, at });
}

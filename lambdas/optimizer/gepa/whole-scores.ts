/** Who can be compared: candidates that have met as much of validation as the baseline has. */
import type { Archive } from '../../contracts/artifacts.ts';
import type { Task } from '../../contracts/task.ts';
import { BASELINE_ID } from '../archive.ts';
import { type CandidateScores, meanScores } from '../frontier.ts';
import { scoresOf } from '../steps/search.ts';

/** A validation mean this close to 1 leaves nothing to improve. */
const PERFECT = 1 - 1e-9;

/** `scoresOf` without the children that still climb: a mean over a few examples compares with nothing. */
export function wholeScores(archive: Archive, task: Task): CandidateScores[] {
  if (archive.attribution !== null) return scoresOf(archive, task);
  const tried = new Map<string, Set<string>>();
  for (const [candidateId, split, exampleId] of archive.scores) {
    if (split !== 'validation') continue;
    const examples = tried.get(candidateId);
    if (examples === undefined) tried.set(candidateId, new Set([exampleId]));
    else examples.add(exampleId);
  }
  const all = tried.get(BASELINE_ID)?.size ?? 0;
  return scoresOf(archive, task).filter(({ id }) => (tried.get(id)?.size ?? 0) >= all);
}

/** Whether some candidate has nothing left to improve. */
export function isPerfect(archive: Archive, task: Task): boolean {
  return Math.max(...meanScores(wholeScores(archive, task)).values()) >= PERFECT;
}

/** What the reducer knows of a run besides its archive, and the questions that it asks of both. */
import type { Archive } from '../../contracts/artifacts.ts';
import type { Components, Task } from '../../contracts/task.ts';
import { BASELINE_ID, candidateOf, componentsOf, judgedScores } from '../archive.ts';
import type { RunFacts } from '../budget.ts';
import type { CandidateScores } from '../frontier.ts';

export interface Search {
  readonly task: Task;
  readonly facts: RunFacts;
  readonly trainIds: readonly string[];
  readonly validationIds: readonly string[];
}

/** Validation scores of the candidates that take part: enough of their rollouts were scored. */
export function scoresOf(archive: Archive, task: Task): CandidateScores[] {
  return judgedScores(
    archive,
    task.evals.map(({ name }) => name),
  );
}

/** Components by candidate id. */
export function componentsById(archive: Archive, id: string): Components {
  return componentsOf(archive, candidateOf(archive, id));
}

export function baselineOf(archive: Archive): Components {
  return componentsById(archive, BASELINE_ID);
}

/** What the reducer knows of a run besides its archive, and the questions that it asks of both. */
import type { Archive } from '../../contracts/artifacts.ts';
import type { RunContext } from '../../contracts/context.ts';
import type { Components, Task } from '../../contracts/task.ts';
import { BASELINE_ID, candidateOf, componentsOf, judgedScores } from '../archive.ts';
import type { RunFacts } from '../budget.ts';
import type { CandidateScores } from '../frontier.ts';
import { fromBits } from '../units/bits.ts';
import { composePrompt } from '../units/compose.ts';

export interface Search {
  readonly task: Task;
  readonly facts: RunFacts;
  readonly trainIds: readonly string[];
  readonly validationIds: readonly string[];
  /** What is said of each example of train and validation, by `split:id`: input, expected answer, tags. */
  readonly texts: ReadonlyMap<string, string>;
  /** What a scheduled run asks before it searches; null or absent for any other run. */
  readonly check?: RunContext['check'];
}

/** Validation scores of the candidates that take part: enough of their rollouts were scored. */
export function scoresOf(archive: Archive, task: Task): CandidateScores[] {
  return judgedScores(
    archive,
    task.evals.map(({ name }) => name),
  );
}

/** The prompt of a candidate, or of a mixture of units. @throws Error when the archive has neither. */
export function componentsById(archive: Archive, id: string): Components {
  const { attribution } = archive;
  const mixture = attribution?.mixtures[id];
  if (attribution == null || mixture === undefined) return componentsOf(archive, candidateOf(archive, id));
  const { pool } = attribution;
  return { ...baselineOf(archive), ...composePrompt(pool, fromBits(pool, mixture.units)) };
}

/** `componentsById` that composes each prompt once. */
export function promptsById(archive: Archive): (id: string) => Components {
  const known = new Map<string, Components>();
  return (id) => {
    const components = known.get(id) ?? componentsById(archive, id);
    known.set(id, components);
    return components;
  };
}

export function baselineOf(archive: Archive): Components {
  return componentsOf(archive, candidateOf(archive, BASELINE_ID));
}

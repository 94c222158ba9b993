/** Guarded evals: how far each may fall against the user's own prompt, and whether it has. */
import type { Task } from '../contracts/task.ts';
import type { CandidateScores } from './frontier.ts';
import { mean, ROUNDING_ERROR } from './statistics.ts';

/** Largest fall of the mean that each guarded eval may have, by name. */
export type Guards = Readonly<Record<string, number>>;

export function guardsOf({ evals }: Pick<Task, 'evals'>): Guards {
  return Object.fromEntries(evals.flatMap(({ name, guard }) => (guard === undefined ? [] : [[name, guard.maxDrop]])));
}

/**
 * The first guarded eval whose mean fell by more than it may; null when none did. An eval without any pair counts as
 * broken: nothing shows that it held.
 * @param differences the eval's scores less those that they are measured against, paired, by name
 */
export function brokenGuard(differences: Readonly<Record<string, readonly number[]>>, guards: Guards): string | null {
  for (const [name, maxDrop] of Object.entries(guards)) {
    const change = mean(differences[name] ?? []);
    if (change === null || -change > maxDrop + ROUNDING_ERROR) return name;
  }
  return null;
}

/** `brokenGuard` of a candidate against the baseline, on the validation examples that both have scores for. */
export function guardBrokenBy(candidate: CandidateScores, baseline: CandidateScores, guards: Guards): string | null {
  const differences = Object.fromEntries(
    Object.keys(guards).map((name) => [
      name,
      [...candidate.objectives].flatMap(([example, scores]) => {
        const before = baseline.objectives.get(example)?.[name];
        const after = scores[name];
        return before === undefined || after === undefined ? [] : [after - before];
      }),
    ]),
  );
  return brokenGuard(differences, guards);
}

/** Why a candidate goes that broke a guard. */
export function guardReason(name: string): string {
  return `${name} fell by more than its guard allows`;
}

/** What the check of a scheduled run asks for: the baseline on all of validation, at a draw that no other run has. */
import type { Archive } from '../../contracts/artifacts.ts';
import type { RolloutRequest } from '../../contracts/step.ts';
import { BASELINE_ID } from '../archive.ts';
import { type Amount, fits, minus, remaining, requiredAmount, taskCall, times } from '../budget.ts';
import { stepCapacity } from '../shards.ts';
import type { Search } from './search.ts';

export interface CheckWork {
  /** What one step holds. */
  readonly now: readonly RolloutRequest[];
  /** What must wait for a later step; its room is kept. */
  readonly later: readonly RolloutRequest[];
}

/** What has not landed yet. A failure is not tried again: it has landed. */
export function checkWork({ check, concurrency }: Archive, search: Search): CheckWork {
  const draw = search.check?.draw ?? 0;
  const tried = check === null ? 0 : Object.keys(check.scores).length + check.failures;
  const due = search.validationIds
    .slice(tried)
    .map((exampleId): RolloutRequest => ({ candidateId: BASELINE_ID, split: 'validation', exampleId, draw }));
  const capacity = stepCapacity(concurrency, search.task.model.timeoutSeconds, search.facts.judging?.seconds);
  return { now: due.slice(0, capacity), later: due.slice(capacity) };
}

/** What the check may use: all that the caps leave but for the least that a search needs after it. */
export function checkRoom(archive: Archive, { task, facts }: Search): Amount {
  return minus(remaining(task.budget, archive.spend), requiredAmount(task, facts));
}

/** Whether all of the check fits beside a search. */
export function checkFits(archive: Archive, search: Search): boolean {
  const { task, facts, validationIds } = search;
  const call = taskCall(task, facts, 'validation', task.prompt);
  return fits(times(call, validationIds.length), checkRoom(archive, search));
}

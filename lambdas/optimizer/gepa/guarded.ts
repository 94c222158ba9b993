/** A child that breaks a guard on validation is not accepted, however good its score is. */
import type { Archive } from '../../contracts/artifacts.ts';
import { BASELINE_ID } from '../archive.ts';
import { guardBrokenBy, guardReason, guardsOf } from '../guards.ts';
import type { Search } from '../steps/search.ts';
import { withRejected } from './rejection.ts';
import { wholeScores } from './whole-scores.ts';

/** The archive without the children of this generation that have met all of validation and broke a guard there. */
export function withoutUnguarded(archive: Archive, { task }: Search): Archive {
  const guards = guardsOf(task);
  if (Object.keys(guards).length === 0) return archive;
  const scores = wholeScores(archive, task);
  const baseline = scores.find(({ id }) => id === BASELINE_ID);
  if (baseline === undefined) return archive;
  const broken = new Map<string, Set<string>>();
  for (const one of scores) {
    const name = one.id === BASELINE_ID ? null : guardBrokenBy(one, baseline, guards);
    if (name !== null) broken.set(name, (broken.get(name) ?? new Set()).add(one.id));
  }
  return [...broken].reduce((left, [name, ids]) => withRejected(left, ids, guardReason(name)), archive);
}

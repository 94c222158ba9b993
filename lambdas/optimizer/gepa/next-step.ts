/** The reducer's second half: what to do next, reserved before it is handed out. Pure. */
import type { Archive, StopReason } from '../../contracts/artifacts.ts';
import type { Task } from '../../contracts/task.ts';
import { withAdaptedConcurrency } from '../steps/concurrency.ts';
import type { Search } from '../steps/search.ts';
import { finish, finishFinalists } from './finish.ts';
import { withoutUnguarded } from './guarded.ts';
import { withoutHopeless } from './hopeless.ts';
import { mergeStep, withJudgedMerge } from './merge-step.ts';
import { mutateStep } from './mutate-step.ts';
import { scoreStep, withoutUnaffordable, withoutUnscored } from './score-step.ts';
import { isPerfect } from './whole-scores.ts';

export { testFitsWith } from '../steps/reserves.ts';
export type { Search } from '../steps/search.ts';

/** The archive with the step of its next turn. `folded` has everything in it that landed so far. */
export function planNextStep(folded: Archive, search: Search): Archive {
  const archive = { ...folded, turn: folded.turn + 1 };
  const isFirst = folded.step === null;
  const isOutOfTime = isTimeUp(archive, search.task);
  if (archive.finalists !== null) return finishFinalists(archive, search, isOutOfTime);
  if (isOutOfTime && !isFirst)
    return finish(withoutUnguarded(withoutUnscored(withJudgedMerge(archive), search), search), search, 'minutes');
  if (archive.generation === 0) {
    // The first call is made alone: a wrong key costs one call, not a whole baseline.
    const purpose = isFirst && search.validationIds.length > 1 ? 'probe' : 'baseline';
    return scoreStep(archive, search, purpose) ?? proposeOrStop(archive, search);
  }
  const promising = withoutUnguarded(withoutHopeless(withJudgedMerge(archive), search), search);
  const affordable = withoutUnaffordable(promising, search);
  return (
    scoreStep(affordable, search, 'children') ?? mergeStep(affordable, search) ?? proposeOrStop(affordable, search)
  );
}

/** The end of a generation: another one, or the end of the search. */
function proposeOrStop(ended: Archive, search: Search): Archive {
  const archive = withAdaptedConcurrency(ended, search.task);
  const next = stopReasonOf(archive, search) ?? mutateStep(archive, search);
  return typeof next === 'string' ? finish(archive, search, next) : next;
}

/** Why no further generation is wanted; null when one is (and the caps decide). */
function stopReasonOf(archive: Archive, { task }: Search): StopReason | null {
  const { budget, optimizer } = task;
  if (isPerfect(archive, task)) return 'perfect_validation';
  const generations = Math.min(optimizer.generations, budget.generations ?? Number.POSITIVE_INFINITY);
  return archive.generation >= generations ? 'generations' : null;
}

function isTimeUp({ elapsedMs }: Archive, { budget }: Task): boolean {
  return budget.minutes !== undefined && elapsedMs >= budget.minutes * 60_000;
}

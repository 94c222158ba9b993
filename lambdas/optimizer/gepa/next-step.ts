/** The reducer's second half: what to do next, reserved before it is handed out. Pure. */
import type { Archive, StopReason } from '../../contracts/artifacts.ts';
import type { Task } from '../../contracts/task.ts';
import { meanScores } from '../frontier.ts';
import { withAdaptedConcurrency } from '../steps/concurrency.ts';
import { type Search, scoresOf } from '../steps/search.ts';
import { finish, finishFinalists } from './finish.ts';
import { mutateStep } from './mutate-step.ts';
import { scoreStep, withoutUnaffordable, withoutUnscored } from './score-step.ts';

export { testFitsWith } from '../steps/reserves.ts';
export type { Search } from '../steps/search.ts';

/** A validation mean this close to 1 leaves nothing to improve. */
const PERFECT = 1 - 1e-9;

/** The archive with the step of its next turn. `folded` has everything in it that landed so far. */
export function planNextStep(folded: Archive, search: Search): Archive {
  const archive = { ...folded, turn: folded.turn + 1 };
  const isFirst = folded.step === null;
  const isOutOfTime = isTimeUp(archive, search.task);
  if (archive.finalists !== null) return finishFinalists(archive, search, isOutOfTime);
  if (isOutOfTime && !isFirst) return finish(withoutUnscored(archive, search), search, 'minutes');
  if (archive.generation === 0) {
    // The first call is made alone: a wrong key costs one call, not a whole baseline.
    const purpose = isFirst && search.validationIds.length > 1 ? 'probe' : 'baseline';
    return scoreStep(archive, search, purpose) ?? proposeOrStop(archive, search);
  }
  const affordable = withoutUnaffordable(archive, search);
  return scoreStep(affordable, search, 'children') ?? proposeOrStop(affordable, search);
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
  const best = Math.max(...meanScores(scoresOf(archive, task)).values());
  if (best >= PERFECT) return 'perfect_validation';
  const generations = Math.min(optimizer.generations, budget.generations ?? Number.POSITIVE_INFINITY);
  return archive.generation >= generations ? 'generations' : null;
}

function isTimeUp({ elapsedMs }: Archive, { budget }: Task): boolean {
  return budget.minutes !== undefined && elapsedMs >= budget.minutes * 60_000;
}

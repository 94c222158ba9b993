/** The end of the search: the best few are drawn again if there is a choice to make and room to make it; one wins. */
import type { Archive, StopReason } from '../../contracts/artifacts.ts';
import { BASELINE_ID } from '../archive.ts';
import { howMany, taskCall, times } from '../budget.ts';
import { type CandidateScores, meanScores } from '../frontier.ts';
import { guardBrokenBy, guardsOf } from '../guards.ts';
import { ROUNDING_ERROR, shrinkMeans } from '../statistics.ts';
import { freeBeforeTest, longestOf } from '../steps/reserves.ts';
import { type Search, scoresOf } from '../steps/search.ts';
import { verifyStep } from '../steps/verify-step.ts';
import { scoreStep } from './score-step.ts';

export function finish(stopped: Archive, search: Search, stopReason: StopReason): Archive {
  const archive = { ...stopped, stopReason };
  const ranked = betterThanBaseline(archive, search);
  // After the time is up only the sealed test is begun.
  const room = stopReason === 'minutes' ? 0 : finalistsRoom(archive, search);
  const finalists = ranked.slice(0, Math.min(room, search.task.optimizer.finalists));
  if (finalists.length < 2) {
    const winnerId = ranked[0] ?? BASELINE_ID;
    return verifyStep({ ...archive, finalists: ranked.slice(0, 1), winnerId }, search);
  }
  return finishFinalists({ ...archive, finalists }, search);
}

/** The finalists' round goes on until all of it was drawn or the time is up; then the winner meets the sealed test. */
export function finishFinalists(archive: Archive, search: Search, isOutOfTime = false): Archive {
  const next = isOutOfTime ? null : scoreStep(archive, search, 'finalists');
  return next ?? verifyStep({ ...archive, winnerId: winnerOf(archive, search) }, search);
}

/** Candidates with a higher validation mean than the baseline, the best first. */
function betterThanBaseline(archive: Archive, { task }: Search): string[] {
  const means = meanScores(scoresOf(archive, task));
  const baselineMean = means.get(BASELINE_ID) ?? Number.NEGATIVE_INFINITY;
  return [...means]
    .filter(([id, mean]) => id !== BASELINE_ID && mean > baselineMean)
    .sort(([, a], [, b]) => b - a)
    .map(([id]) => id);
}

/** How many candidates could be run once more on validation. */
function finalistsRoom(archive: Archive, search: Search): number {
  const { task, facts, validationIds } = search;
  const call = taskCall(task, facts, 'validation', longestOf(archive, search));
  return howMany(times(call, validationIds.length), freeBeforeTest(archive, search));
}

/** The finalist with the best shrunk mean over both draws; on a tie the one with the better plain mean. */
function winnerOf(archive: Archive, { task, validationIds }: Search): string {
  const scores = scoresOf(archive, task);
  const baseline = scores.find(({ id }) => id === BASELINE_ID);
  const guards = guardsOf(task);
  // The second draw may show what the first did not.
  const holds = (one: CandidateScores): boolean =>
    baseline === undefined || guardBrokenBy(one, baseline, guards) === null;
  const finalists = scores.filter((one) => archive.finalists?.includes(one.id) && holds(one));
  const plain = meanScores(finalists);
  const shrunk = shrinkMeans(finalists.map(({ scores }) => validationIds.map((id) => scores.get(id) ?? null)));
  const ranked = finalists
    .map(({ id }, i) => ({ id, shrunk: shrunk[i] ?? Number.NEGATIVE_INFINITY, plain: plain.get(id) ?? 0 }))
    .sort((a, b) => (Math.abs(b.shrunk - a.shrunk) > ROUNDING_ERROR ? b.shrunk - a.shrunk : b.plain - a.plain));
  return ranked[0]?.id ?? BASELINE_ID;
}

/** The winner against the champion on the sealed test, by the rules of the verdict. */
import type { Archive, VerificationRow } from '../contracts/artifacts.ts';
import type { RunContext } from '../contracts/context.ts';
import type { Difference, Report } from '../contracts/report.ts';
import { BASELINE_ID } from '../optimizer/archive.ts';
import { championIdIn } from '../optimizer/champion.ts';
import { guardsOf } from '../optimizer/guards.ts';
import { decideVerdict, nothingCompared, type VerdictOutcome } from '../optimizer/verdict.ts';
import { differencesOf, sealedMean, sealedPairs, sealedScores } from './sealed-scores.ts';

/**
 * `report.champion`; undefined for a run without a champion. Where too little of the test was scored for a number
 * (`maxFailureShare`), the difference tells what there is, and nothing is beaten.
 */
export function championOf(
  { task, champion, test }: RunContext,
  archive: Archive,
  rows: readonly VerificationRow[],
  recommendedId: string,
): Report['champion'] {
  if (champion === null) return undefined;
  const winnerId = archive.winnerId ?? BASELINE_ID;
  const championId = championIdIn(archive, champion.components);
  const evalNames = task.evals.map(({ name }) => name);
  const scores = sealedScores(rows, championId);
  const against = (id: string): VerdictOutcome => {
    const pairs = sealedPairs(scores, sealedScores(rows, id));
    if (id === championId) return nothingCompared(pairs.length, evalNames);
    return decideVerdict({ ...differencesOf(pairs, evalNames), guards: guardsOf(task), seed: task.optimizer.seed });
  };
  const outcome = against(winnerId);
  const isMeasured = test.size - outcome.testDelta.n <= test.size * task.maxFailureShare;
  return {
    ...champion,
    test: sealedMean(scores),
    delta: differenceOf(outcome),
    ...(recommendedId === winnerId ? {} : { recommendedDelta: differenceOf(against(recommendedId)) }),
    beaten: outcome.verdict === 'improved' && isMeasured,
    same: championId === winnerId,
  };
}

function differenceOf({ testDelta: { mean, ci95, pValue, n } }: VerdictOutcome): Difference {
  return { mean, ci95, pValue, n };
}

/** From the archive and the sealed scores to `report.json`. Pure. */
import type { Archive, Spend, VerificationRow } from '../contracts/artifacts.ts';
import type { RunContext } from '../contracts/context.ts';
import { TooManyFailuresError } from '../contracts/errors.ts';
import type { Mean, Report } from '../contracts/report.ts';
import { BASELINE_ID, candidateOf, componentsOf } from '../optimizer/archive.ts';
import { remaining } from '../optimizer/budget.ts';
import { type Guards, guardsOf } from '../optimizer/guards.ts';
import { powerOf } from '../optimizer/power.ts';
import { stream } from '../optimizer/random.ts';
import { bootstrapInterval, type Interval, ROUNDING_ERROR } from '../optimizer/statistics.ts';
import { decideVerdict, nothingCompared } from '../optimizer/verdict.ts';
import { reportedCandidates, validationIn } from './candidates.ts';
import { championOf } from './champion.ts';
import { editsOf } from './edits.ts';
import { judgeNoiseOf } from './judge-noise.ts';
import { differencesOf, type SealedScore, sealedMean, sealedPairs, sealedScores } from './sealed-scores.ts';

export interface ReportInput {
  readonly context: RunContext;
  readonly archive: Archive;
  readonly rows: readonly VerificationRow[];
  /** Spend of the whole run, the sealed test included. */
  readonly spend: Spend;
  readonly wallSeconds: number;
  /** What the model's server said last when it could not be reached; null when it could. */
  readonly lastError?: string | null;
  /** What evals noted about how their scores came about. */
  readonly notes?: readonly string[];
}

/** @throws TooManyFailuresError when more sealed examples have no score than a number may leave out (`maxFailureShare`). */
export function buildReport(input: ReportInput): Report {
  const { context, archive, rows, spend, wallSeconds, lastError, notes = [] } = input;
  const { task } = context;
  const winnerId = archive.winnerId ?? BASELINE_ID;
  const evalNames = task.evals.map(({ name }) => name);
  const sealed = { baseline: sealedScores(rows, BASELINE_ID), best: sealedScores(rows, winnerId) };
  const pairs = sealedPairs(sealed.baseline, sealed.best);
  const most = context.test.size * task.maxFailureShare;
  const missing = context.test.size - pairs.length;
  if (missing > most || pairs.length === 0) {
    const left = remaining(task.budget, spend).calls;
    const remedy =
      missing - left <= most
        ? 'Start the run again to try once more what failed for a passing reason.'
        : `The cap leaves ${left} calls, too few: start a new run with a higher budget.rollouts.`;
    throw new TooManyFailuresError(
      `The sealed test could not be measured: ${missing} of ${context.test.size} examples have no score${lastError == null ? '' : ` (${lastError})`}, and ${Math.floor(most)} may be left out (maxFailureShare). ${remedy}`,
    );
  }
  const { verdict, testDelta, guardBroken } =
    winnerId === BASELINE_ID
      ? nothingCompared(pairs.length, evalNames)
      : decideVerdict({
          ...differencesOf(pairs, evalNames),
          guards: guardsOf(task),
          seed: task.optimizer.seed,
        });
  const candidates = reportedCandidates(archive, task);
  const validationOf = (candidateId: string): Mean => validationIn(candidates, candidateId);
  const judging = judgeNoiseOf(context, context.test.size);
  const recommendedId = verdict === 'improved' ? winnerId : BASELINE_ID;
  const champion = championOf(context, archive, rows, recommendedId);

  return {
    schema: 'prompt-optimizer.report.v1',
    runId: archive.runId,
    task: task.name,
    seed: task.optimizer.seed,
    verdict,
    baseline: {
      candidateId: BASELINE_ID,
      validation: validationOf(BASELINE_ID),
      test: sealedMean(sealed.baseline),
    },
    best: { candidateId: winnerId, validation: validationOf(winnerId), test: sealedMean(sealed.best) },
    testDelta,
    ...(guardBroken === null ? {} : { guardBroken: guardWords(guardBroken, testDelta, guardsOf(task)) }),
    ...(champion === undefined ? {} : { champion }),
    recommended: { candidateId: recommendedId, components: componentsOf(archive, candidateOf(archive, recommendedId)) },
    spend,
    generations: archive.generations,
    candidates,
    edits: editsOf(archive),
    power: powerOf(context.test.size, task.optimizer.testDraws),
    regressions: pairs.flatMap(({ exampleId, before, after }) =>
      after.score < before.score - ROUNDING_ERROR ? [{ exampleId, baseline: before.score, best: after.score }] : [],
    ),
    stopReason: archive.stopReason ?? 'generations',
    wallSeconds,
    ...(judging === undefined ? {} : { judging }),
    ...(context.known.unsealed.length === 0 ? {} : { unsealed: context.known.unsealed }),
    ...(notes.length === 0 ? {} : { notes: [...notes] }),
    ...(context.notice === null ? {} : { notice: context.notice }),
  };
}

/** 95 % bootstrap intervals of the two sealed means; null when nothing was scored. */
export function sealedIntervals(
  archive: Archive,
  rows: readonly VerificationRow[],
  seed: number,
): { baseline: Interval | null; best: Interval | null } {
  const interval = (side: string, id: string): Interval | null => {
    const scores = scoresIn(sealedScores(rows, id));
    return scores.length === 0 ? null : bootstrapInterval(scores, stream(seed, 'report', side), undefined, [0, 1]);
  };
  return { baseline: interval('baseline', BASELINE_ID), best: interval('best', archive.winnerId ?? BASELINE_ID) };
}

function guardWords(name: string, { perEval }: Report['testDelta'], guards: Guards): Report['guardBroken'] {
  return { eval: name, drop: -(perEval[name]?.mean ?? 0), maxDrop: guards[name] ?? 0 };
}

function scoresIn(scores: ReadonlyMap<string, SealedScore>): number[] {
  return [...scores.values()].map(({ score }) => score);
}

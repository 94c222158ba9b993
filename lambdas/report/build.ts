/** From the archive and the sealed scores to `report.json`. Pure. */
import type { Archive, Candidate, RunContext, Spend, VerificationRow } from '../contracts/artifacts.ts';
import { TooManyFailuresError } from '../contracts/errors.ts';
import type { Mean, Report } from '../contracts/report.ts';
import { BASELINE_ID, candidateOf, componentsOf, validationScores } from '../optimizer/archive.ts';
import { remaining } from '../optimizer/budget.ts';
import { frontierWeights } from '../optimizer/frontier.ts';
import { type Guards, guardsOf } from '../optimizer/guards.ts';
import { powerOf } from '../optimizer/power.ts';
import { stream } from '../optimizer/random.ts';
import { bootstrapInterval, type Interval, mean, ROUNDING_ERROR } from '../optimizer/statistics.ts';
import { decideVerdict, nothingCompared } from '../optimizer/verdict.ts';
import { editsOf } from './edits.ts';
import { judgeNoiseOf } from './judge-noise.ts';
import { type SealedScore, sealedScores } from './sealed-scores.ts';

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
  const pairs = [...sealed.baseline].flatMap(([exampleId, baseline]) => {
    const best = sealed.best.get(exampleId);
    return best === undefined ? [] : [{ exampleId, baseline, best }];
  });
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
  const perEval = Object.fromEntries(
    evalNames.map((name) => [
      name,
      pairs.map(({ baseline, best }) => (best.evals[name] ?? 0) - (baseline.evals[name] ?? 0)),
    ]),
  );
  const { verdict, testDelta, guardBroken } =
    winnerId === BASELINE_ID
      ? nothingCompared(pairs.length, evalNames)
      : decideVerdict({
          differences: pairs.map(({ baseline, best }) => best.score - baseline.score),
          perEval,
          guards: guardsOf(task),
          seed: task.optimizer.seed,
        });
  const validation = validationScores(archive, evalNames);
  const validationMeans = new Map(validation.map(({ id, scores }) => [id, meanOf([...scores.values()])]));
  const validationOf = (id: string): Mean => validationMeans.get(id) ?? { mean: null, n: 0 };
  const onFrontier = frontierWeights(task.optimizer.frontierType, validation);
  const judging = judgeNoiseOf(context, context.test.size);
  const recommendedId = verdict === 'improved' ? winnerId : BASELINE_ID;

  return {
    schema: 'prompt-optimizer.report.v1',
    runId: archive.runId,
    task: task.name,
    seed: task.optimizer.seed,
    verdict,
    baseline: {
      candidateId: BASELINE_ID,
      validation: validationOf(BASELINE_ID),
      test: meanOf(scoresIn(sealed.baseline)),
    },
    best: { candidateId: winnerId, validation: validationOf(winnerId), test: meanOf(scoresIn(sealed.best)) },
    testDelta,
    ...(guardBroken === null ? {} : { guardBroken: guardWords(guardBroken, testDelta, guardsOf(task)) }),
    recommended: { candidateId: recommendedId, components: componentsOf(archive, candidateOf(archive, recommendedId)) },
    spend,
    generations: archive.generations,
    candidates: archive.candidates.map((candidate) => ({
      ...describe(archive, candidate),
      validation: validationOf(candidate.id),
      frontier: onFrontier.has(candidate.id),
    })),
    edits: editsOf(archive),
    power: powerOf(context.test.size, task.optimizer.testDraws),
    regressions: pairs.flatMap(({ exampleId, baseline, best }) =>
      best.score < baseline.score - ROUNDING_ERROR ? [{ exampleId, baseline: baseline.score, best: best.score }] : [],
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

function describe(
  archive: Archive,
  candidate: Candidate,
): Omit<Report['candidates'][number], 'validation' | 'frontier'> {
  const { id, parents, generation, origin, status, reason } = candidate;
  return { id, parents, generation, origin, components: componentsOf(archive, candidate), status, reason };
}

function scoresIn(scores: ReadonlyMap<string, SealedScore>): number[] {
  return [...scores.values()].map(({ score }) => score);
}

function meanOf(values: readonly number[]): Mean {
  return { mean: mean(values), n: values.length };
}

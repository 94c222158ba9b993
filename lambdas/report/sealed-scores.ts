/** Sealed rows, a draw each, to scores, an example each: the pairs that the verdict is about. */
import type { VerificationRow } from '../contracts/artifacts.ts';
import type { SealedMean } from '../contracts/report.ts';
import { mean, standardDeviation } from '../optimizer/statistics.ts';

/** Means over the draws of an example that were scored. */
export interface SealedScore {
  readonly score: number;
  readonly evals: Readonly<Record<string, number>>;
}

/** Of one candidate, by example, in the order of the rows. A failed draw is left out; an example without another one too. */
export function sealedScores(rows: readonly VerificationRow[], candidateId: string): Map<string, SealedScore> {
  const draws = Map.groupBy(
    rows.flatMap(({ score, ...row }) => (row.candidateId === candidateId && score !== null ? [{ ...row, score }] : [])),
    ({ exampleId }) => exampleId,
  );
  return new Map([...draws].map(([exampleId, scored]) => [exampleId, averageOf(scored)]));
}

/** An example that both sides have a score for. */
export interface SealedPair {
  readonly exampleId: string;
  readonly before: SealedScore;
  readonly after: SealedScore;
}

export function sealedPairs(
  before: ReadonlyMap<string, SealedScore>,
  after: ReadonlyMap<string, SealedScore>,
): SealedPair[] {
  return [...before].flatMap(([exampleId, score]) => {
    const other = after.get(exampleId);
    return other === undefined ? [] : [{ exampleId, before: score, after: other }];
  });
}

/** After minus before: of the score, and of each eval by name. */
export function differencesOf(
  pairs: readonly SealedPair[],
  evalNames: readonly string[],
): { differences: number[]; perEval: Record<string, number[]> } {
  return {
    differences: pairs.map(({ before, after }) => after.score - before.score),
    perEval: Object.fromEntries(
      evalNames.map((name) => [
        name,
        pairs.map(({ before, after }) => (after.evals[name] ?? 0) - (before.evals[name] ?? 0)),
      ]),
    ),
  };
}

export function sealedMean(scores: ReadonlyMap<string, SealedScore>): SealedMean {
  const values = [...scores.values()].map(({ score }) => score);
  const sd = standardDeviation(values);
  return { mean: mean(values), n: values.length, ...(sd === null ? {} : { sd }) };
}

function averageOf(scored: readonly SealedScore[]): SealedScore {
  const names = new Set(scored.flatMap(({ evals }) => Object.keys(evals)));
  const valuesOf = (name: string): number[] =>
    scored.flatMap(({ evals }) => (Object.hasOwn(evals, name) ? [evals[name] ?? 0] : []));
  return {
    score: mean(scored.map(({ score }) => score)) ?? 0,
    evals: Object.fromEntries([...names].map((name) => [name, mean(valuesOf(name)) ?? 0])),
  };
}

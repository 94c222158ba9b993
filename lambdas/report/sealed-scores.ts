/** Sealed rows, a draw each, to scores, an example each: the pairs that the verdict is about. */
import type { VerificationRow } from '../contracts/artifacts.ts';
import { mean } from '../optimizer/statistics.ts';

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

function averageOf(scored: readonly SealedScore[]): SealedScore {
  const names = new Set(scored.flatMap(({ evals }) => Object.keys(evals)));
  const valuesOf = (name: string): number[] =>
    scored.flatMap(({ evals }) => (Object.hasOwn(evals, name) ? [evals[name] ?? 0] : []));
  return {
    score: mean(scored.map(({ score }) => score)) ?? 0,
    evals: Object.fromEntries([...names].map((name) => [name, mean(valuesOf(name)) ?? 0])),
  };
}

/** Rollouts as rows: what is left of each when it leaves the function that may see the examples. */
import type { EvaluationRow } from '../contracts/evaluation.ts';
import { noUsage } from '../optimizer/usage.ts';
import type { LoadedBatch, RolloutResults } from './run-rollouts.ts';

/** What a row is of. */
export type RowRef = Pick<EvaluationRow, 'exampleId' | 'candidateId' | 'draw'>;

/**
 * The rows of a batch, in the order of its jobs. A rollout that was not made has one where something was paid for it, and
 * none where nothing was.
 */
export function rowsOf(
  refs: readonly RowRef[],
  runId: string,
  { keys }: LoadedBatch,
  { rollouts, partial }: RolloutResults,
): EvaluationRow[] {
  return refs.flatMap((ref, i): EvaluationRow[] => {
    const rollout = rollouts[i] ?? null;
    if (rollout !== null) {
      const { score, evals, usage, allUsage, failure, latencyMs } = rollout;
      return [
        {
          ...ref,
          score,
          evals: Object.fromEntries(evals.map((one) => [one.name, one.score])),
          cached: rollout.runId !== runId,
          usage,
          allUsage,
          failure: failure === null ? null : { name: failure.name, message: failure.message },
          latencyMs,
        },
      ];
    }
    const usage = partial.get(keys[i] ?? '') ?? noUsage();
    if (usage.calls + usage.judgeCalls === 0) return [];
    return [{ ...ref, score: null, evals: {}, cached: false, usage, allUsage: usage, failure: null, latencyMs: null }];
  });
}

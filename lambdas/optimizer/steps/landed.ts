/** What has landed since Plan's last turn, as the reducer takes it: facts, no storage. */
import type { Failure, ScoreRow, Usage, VerificationRow } from '../../contracts/artifacts.ts';
import type { Ledger, MutationOutcome, ReflectionRecord } from '../../contracts/item-records.ts';
import type { RolloutRequest } from '../../contracts/step.ts';

/** One rollout of the step. `cached`: another run had paid for it. */
export interface LandedRollout {
  readonly request: RolloutRequest;
  readonly usage: Usage;
  readonly cached: boolean;
  readonly result:
    | { readonly status: 'scored'; readonly score: number; readonly evals: readonly number[] }
    | { readonly status: 'failed'; readonly failure: Failure };
}

/** What every item leaves behind. `error` is the name of the error that ended it after the machine's retries. */
interface LandedItem {
  readonly error: string | null;
  readonly ledger: Ledger | null;
}

export interface LandedShard extends LandedItem {
  readonly rollouts: readonly LandedRollout[];
}

export interface LandedMutation extends LandedItem {
  /** null: the item died before it could say anything. */
  readonly outcome: MutationOutcome | null;
  /** Parent and child on the minibatch, in its order; `after` is empty when there was no child. */
  readonly before: readonly LandedRollout[];
  readonly after: readonly LandedRollout[];
  readonly reflections: readonly ReflectionRecord[];
}

/** A shard of the sealed test: the rows that it has left, and its ledger. */
export interface LandedVerification {
  readonly rows: readonly VerificationRow[];
  readonly ledger: Ledger | null;
}

/** A rollout as the archive keeps it. */
export function toRow({ request, result }: LandedRollout): ScoreRow {
  const { candidateId, split, exampleId, draw } = request;
  return result.status === 'scored'
    ? [candidateId, split, exampleId, draw, result.score, ...result.evals]
    : [candidateId, split, exampleId, draw, null];
}

/** Whether a server asked for fewer calls. Cached rollouts tell nothing about today. */
export function sawRateLimit(
  landed: readonly (LandedShard | LandedMutation)[],
  rollouts: readonly LandedRollout[],
): boolean {
  return (
    rollouts.some(({ usage, cached }) => !cached && usage.rateLimited > 0) ||
    landed.some(({ ledger }) => ledger !== null && ledger.task.rateLimited + ledger.reflection.rateLimited > 0) ||
    landed.some((one) => 'reflections' in one && one.reflections.some(({ usage }) => usage.rateLimited > 0))
  );
}

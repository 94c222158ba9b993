/** What a run has paid for, the step that is under way included. Loads; changes nothing. */
import type { Spend } from '../contracts/artifacts.ts';
import type { LandedMutation, LandedRollout, LandedShard } from '../optimizer/steps/landed.ts';
import { addPaidRollout, addUsageTo, spendOf } from '../optimizer/steps/spend.ts';
import { type Landing, landMutations, landShards, landVerifications } from './landing.ts';

export async function spendSoFar(landing: Landing): Promise<Spend> {
  const { archive } = landing;
  const { step, spend } = archive;
  switch (step?.kind) {
    case undefined:
      return spend;
    case 'score':
      return withoutUnmade(spend, await landShards(landing, step));
    case 'mutate':
      return withoutUnmade(spend, await landMutations(landing, step));
    case 'verify':
      return (await landVerifications(landing, step)).reduce((sum, { rows, ledger }) => {
        const paid = rows.reduce((all, row) => addPaidRollout(all, { ...row, failed: row.score === null }), sum);
        return ledger === null ? paid : addUsageTo(paid, ledger.task);
      }, spend);
  }
}

/** Rollouts that were never begun are no failures of a run that was stopped. */
function withoutUnmade(before: Spend, landed: readonly (LandedShard | LandedMutation)[]): Spend {
  const all = landed.flatMap((item) => ('rollouts' in item ? item.rollouts : [...item.before, ...item.after]));
  return { ...spendOf(before, landed), failures: before.failures + all.filter(isPaidFailure).length };
}

function isPaidFailure({ result, usage, cached }: LandedRollout): boolean {
  return result.status === 'failed' && !cached && usage.calls > 0;
}

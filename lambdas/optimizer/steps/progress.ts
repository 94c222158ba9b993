/**
 * How far the items of an interrupted step are, from what they have left behind: what each has used of its lease, and
 * the calls of the task model that it still needs when a failed run is started again.
 */

import type { Usage } from '../../contracts/artifacts.ts';
import type { Ledger } from '../../contracts/item-records.ts';
import type { VerifyItem } from '../../contracts/step.ts';
import { type Amount, plus } from '../budget.ts';
import type { LandedMutation, LandedRollout, LandedShard, LandedVerification } from './landed.ts';
import type { ItemProgress } from './leases.ts';

export function progressOfShard({ rollouts, ledger }: LandedShard): ItemProgress {
  return { used: usedBy(rollouts, [], ledger), callsMissing: rollouts.filter(isToBeTried).length };
}

export function progressOfMutation({ outcome, before, after, reflections, ledger }: LandedMutation): ItemProgress {
  const used = usedBy([...before, ...after], reflections, ledger);
  if (outcome?.status === 'accepted' || outcome?.status === 'rejected') return { used, callsMissing: 0 };
  const ofChild = after.length === 0 ? before.length : after.filter(isToBeTried).length;
  return { used, callsMissing: before.filter(isToBeTried).length + ofChild };
}

export function progressOfVerification(item: VerifyItem, { rows, ledger }: LandedVerification): ItemProgress {
  const wanted = (item.to - item.from) * item.draws * item.candidateIds.length;
  const scored = rows.filter(({ score }) => score !== null).length;
  return { used: usedBy(rows, [], ledger), callsMissing: wanted - scored };
}

/** What is not there, or failed for a passing reason, is tried by a run that is started again. */
function isToBeTried({ result }: LandedRollout): boolean {
  return result.status === 'failed' && result.failure.transient;
}

/** As the items themselves count it: calls of the task model, tokens and cost of all. */
export function usedBy(
  paid: readonly { readonly usage: Usage; readonly cached: boolean }[],
  reflections: readonly { readonly usage: Usage }[],
  ledger: Ledger | null,
): Amount {
  const task = paid.filter(({ cached }) => !cached).map(({ usage }) => usage);
  const others = reflections.map(({ usage }) => usage);
  if (ledger !== null) {
    task.push(ledger.task);
    others.push(ledger.reflection);
  }
  return plus(...task.map(amountOf), ...others.map((usage) => ({ ...amountOf(usage), calls: 0 })));
}

function amountOf({ calls, inputTokens, outputTokens, costUsd }: Usage): Amount {
  return { calls, tokens: inputTokens + outputTokens, costUsd: costUsd ?? 0 };
}

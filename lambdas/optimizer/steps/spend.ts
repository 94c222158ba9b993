/** What landed, added to what the run has spent. Each rollout, reflection and ledger is counted once, where it lands. */

import type { Spend, Usage } from '../../contracts/artifacts.ts';
import type { Ledger } from '../../contracts/item-records.ts';
import type { LandedMutation, LandedRollout, LandedShard } from './landed.ts';

export function spendOf(before: Spend, landed: readonly (LandedShard | LandedMutation)[]): Spend {
  return landed.reduce((spend, item) => {
    const rollouts = 'rollouts' in item ? item.rollouts : [...item.before, ...item.after];
    const reflections = 'reflections' in item ? item.reflections : [];
    return addLedger(reflections.reduce(addReflection, rollouts.reduce(addRollout, spend)), item.ledger);
  }, before);
}

/** Tokens, money and calls of `usage` on top of `spend`; an unknown price makes the whole sum unknown. */
export function addUsageTo<S extends Omit<Spend, 'reflectionCalls'>>(spend: S, usage: Usage): S {
  return {
    ...spend,
    modelCalls: spend.modelCalls + usage.calls + usage.judgeCalls,
    judgeCalls: spend.judgeCalls + usage.judgeCalls,
    inputTokens: spend.inputTokens + usage.inputTokens,
    outputTokens: spend.outputTokens + usage.outputTokens,
    costUsd: spend.costUsd === null || usage.costUsd === null ? null : spend.costUsd + usage.costUsd,
  };
}

/** One rollout on top of `spend`, whichever split it is of; what another run had paid for is a cache hit. */
export function addPaidRollout(
  spend: Spend,
  { usage, cached, failed }: { readonly usage: Usage; readonly cached: boolean; readonly failed: boolean },
): Spend {
  if (cached) return { ...spend, cacheHits: spend.cacheHits + 1 };
  const paid = addUsageTo(spend, usage);
  return {
    ...paid,
    rollouts: paid.rollouts + (usage.calls > 0 ? 1 : 0),
    failures: paid.failures + (failed ? 1 : 0),
  };
}

function addRollout(spend: Spend, { usage, cached, result }: LandedRollout): Spend {
  return addPaidRollout(spend, { usage, cached, failed: result.status === 'failed' });
}

function addReflection(spend: Spend, { usage }: { usage: Usage }): Spend {
  const paid = addUsageTo(spend, usage);
  return { ...paid, reflectionCalls: paid.reflectionCalls + usage.calls };
}

function addLedger(spend: Spend, ledger: Ledger | null): Spend {
  return ledger === null ? spend : addReflection(addUsageTo(spend, ledger.task), { usage: ledger.reflection });
}

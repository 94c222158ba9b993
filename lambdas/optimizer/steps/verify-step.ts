/** `verify` steps: baseline, winner and champion on the sealed test set, paired in one item. */
import type { Archive } from '../../contracts/artifacts.ts';
import { BASELINE_ID } from '../archive.ts';
import { fits, remaining, sealedTest } from '../budget.ts';
import { championIdIn } from '../champion.ts';
import { layOut } from '../shards.ts';
import { NO_LEASE, withLeases } from './leases.ts';
import { baselineOf, componentsById, type Search } from './search.ts';

/** The archive with the sealed test of its winner; a run without a winner checks the baseline alone. */
export function verifyStep(archive: Archive, search: Search): Archive {
  const { task, facts } = search;
  const winnerId = archive.winnerId ?? BASELINE_ID;
  const candidateIds = [...new Set([BASELINE_ID, winnerId, ...championsOf({ ...archive, winnerId }, search)])];
  const layout = layOut(
    facts.testSize,
    archive.concurrency,
    task.model.timeoutSeconds,
    candidateIds.length * task.optimizer.testDraws,
    facts.judging?.seconds,
  );
  const { maxConcurrency, concurrency } = layout;
  let to = 0;
  const items = layout.sizes.map((size) => {
    to += size;
    return { from: to - size, to, draws: task.optimizer.testDraws, candidateIds, concurrency, lease: NO_LEASE };
  });
  const step = { kind: 'verify', purpose: 'verdict', maxConcurrency, items } as const;
  return withLeases({ ...archive, winnerId, step }, search);
}

/** Its room was held from the beginning; where the caps were too small for that, they hold and it is left out. */
function championsOf(archive: Archive, { task, facts }: Search): string[] {
  if (facts.champion == null) return [];
  const winnerId = archive.winnerId ?? BASELINE_ID;
  const winner = winnerId === BASELINE_ID ? null : componentsById(archive, winnerId);
  const needed = sealedTest(task, facts, baselineOf(archive), winner);
  return fits(needed, remaining(task.budget, archive.spend)) ? [championIdIn(archive, facts.champion)] : [];
}

/** `verify` steps: baseline and winner on the sealed test set, paired in one item. */
import type { Archive } from '../../contracts/artifacts.ts';
import { BASELINE_ID } from '../archive.ts';
import { layOut } from '../shards.ts';
import { NO_LEASE, withLeases } from './leases.ts';
import type { Search } from './search.ts';

/** The archive with the sealed test of its winner; a run without a winner checks the baseline alone. */
export function verifyStep(archive: Archive, search: Search): Archive {
  const { task, facts } = search;
  const winnerId = archive.winnerId ?? BASELINE_ID;
  const candidateIds = winnerId === BASELINE_ID ? [BASELINE_ID] : [BASELINE_ID, winnerId];
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

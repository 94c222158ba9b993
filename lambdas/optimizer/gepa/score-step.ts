/** `score` steps: validation rollouts of the baseline, of new children, of the finalists. */
import type { Archive } from '../../contracts/artifacts.ts';
import { BASELINE_ID } from '../archive.ts';
import { fits, NOTHING, plus, taskCall, times } from '../budget.ts';
import { layOut } from '../shards.ts';
import { NO_LEASE, withLeases } from '../steps/leases.ts';
import { freeForSearch, longerOf, longestOf } from '../steps/reserves.ts';
import { componentsById, type Search } from '../steps/search.ts';
import { withRejected } from './rejection.ts';
import { newcomers, type Purpose, unscoredRequests, validationWork } from './validation-work.ts';

/** The archive with the next step of `purpose`; null when nothing is due. */
export function scoreStep(archive: Archive, search: Search, purpose: Purpose): Archive | null {
  const { now } = validationWork(archive, search, purpose);
  if (now.length === 0) return null;
  const layout = layOut(
    now.length,
    archive.concurrency,
    search.task.model.timeoutSeconds,
    1,
    search.facts.judging?.seconds,
  );
  const { maxConcurrency, concurrency } = layout;
  const items = cut(now, layout.sizes).map((rollouts) => ({ rollouts, concurrency, lease: NO_LEASE }));
  return withLeases({ ...archive, step: { kind: 'score', purpose, maxConcurrency, items } }, search);
}

/**
 * The archive without the children that cannot be scored on all of validation any more: half a validation would compare
 * with nothing. Their room was held when they were made, so that only those are left out that grew by more than was
 * expected. They stay in the archive, rejected for that reason.
 */
export function withoutUnaffordable(archive: Archive, search: Search): Archive {
  const { task, facts } = search;
  const due = Map.groupBy(unscoredRequests(archive, search), ({ candidateId }) => candidateId);
  due.delete(BASELINE_ID);
  if (due.size === 0) return archive;
  let longest = longestOf(archive, search, new Set(due.keys()));
  let held = NOTHING;
  const dropped = new Set<string>();
  for (const { id } of newcomers(archive)) {
    const rollouts = due.get(id);
    if (rollouts === undefined) continue;
    const components = componentsById(archive, id);
    const longestWith = longerOf(longest, components, search);
    const need = plus(held, times(taskCall(task, facts, 'validation', components), rollouts.length));
    if (fits(need, freeForSearch(archive, search, longestWith))) {
      longest = longestWith;
      held = need;
    } else {
      dropped.add(id);
    }
  }
  return withRejected(archive, dropped, 'no budget was left to score it on validation');
}

/** The archive without the children that were not scored on all of validation when the time was up. */
export function withoutUnscored(archive: Archive, search: Search): Archive {
  const unscored = new Set(unscoredRequests(archive, search).map(({ candidateId }) => candidateId));
  unscored.delete(BASELINE_ID);
  return withRejected(archive, unscored, 'no time was left to score it on validation');
}

/** Consecutive pieces of the given sizes. */
function cut<T>(items: readonly T[], sizes: readonly number[]): T[][] {
  let from = 0;
  return sizes.map((size) => {
    from += size;
    return items.slice(from - size, from);
  });
}

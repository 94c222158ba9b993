/** How many model calls are in flight at once, generation by generation (DESIGN §6). */
import type { Archive } from '../../contracts/artifacts.ts';
import type { Task } from '../../contracts/task.ts';

/** Steps in which a lowered concurrency comes back. */
const RISE_STEPS = 8;

/** Half of it after a generation that saw 429s; after one that did not, an eighth of the task's setting more. */
export function withAdaptedConcurrency(archive: Archive, { optimizer }: Task): Archive {
  const { concurrency, rateLimited } = archive;
  const rise = Math.ceil(optimizer.concurrency / RISE_STEPS);
  return {
    ...archive,
    concurrency: rateLimited
      ? Math.max(1, Math.floor(concurrency / 2))
      : Math.min(optimizer.concurrency, concurrency + rise),
    rateLimited: false,
  };
}

/** What may be known of a test set that nobody may read: how many examples, and how large the largest. */
import type { SealedSize } from '../rollout/facts.ts';
import { listDatasetOwners, loadDatasetRecord } from '../store/dataset-records.ts';

/** null: it was put there by hand, so there is no record of it. */
export async function sealedSizeOf(task: string, uri: string): Promise<SealedSize | null> {
  const id = /\/uploads\/([0-9a-f]{32})\.\w+$/.exec(uri)?.[1];
  if (id === undefined) return null;
  const record = (await loadDatasetRecord(task, id)) ?? (await listDatasetOwners(id)).items[0];
  if (record === undefined || record.split !== 'test') return null;
  const { examples, maxInputBytes, maxExpectedBytes } = record;
  return { examples, maxInputBytes, maxExpectedBytes };
}

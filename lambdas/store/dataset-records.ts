/** Which datasets a task has, and uploads that have not been checked yet. The examples themselves are objects in S3. */
import { z } from 'zod';
import { type DatasetRecord, datasetRecordSchema } from '../contracts/catalog.ts';
import { splitNames } from '../contracts/dataset.ts';
import { taskNameSchema } from '../contracts/task.ts';
import { addEntry, type EntryPage, getEntry, listEntries, putEntry } from './catalog.ts';

const datasetsOf = (task: string): string => `datasets#${task}`;
/** The same records by id: who else has that dataset. */
const tasksOf = (id: string): string => `dataset#${id}`;

/** The task's dataset; null when it has none of that id. */
export function loadDatasetRecord(task: string, id: string): Promise<DatasetRecord | null> {
  return getEntry(datasetsOf(task), id, datasetRecordSchema);
}

/** The dataset of each task that has it, by the task's name. */
export function listDatasetOwners(id: string): Promise<EntryPage<DatasetRecord>> {
  return listEntries(tasksOf(id), datasetRecordSchema);
}

/** By id. */
export function listDatasetRecords(
  task: string,
  page: { after?: string | null; limit?: number },
): Promise<EntryPage<DatasetRecord>> {
  return listEntries(datasetsOf(task), datasetRecordSchema, page);
}

/** false: the task has it already, and nothing was changed. */
export async function addDatasetRecord(record: DatasetRecord): Promise<boolean> {
  // The list of owners comes first: what a task has can always be found by its id.
  await addEntry(tasksOf(record.id), record.task, record);
  return addEntry(datasetsOf(record.task), record.id, record);
}

/** The record of a dataset that the task has already. */
export async function replaceDatasetRecord(record: DatasetRecord): Promise<void> {
  await putEntry(tasksOf(record.id), record.task, record);
  await putEntry(datasetsOf(record.task), record.id, record);
}

/** A file that somebody may put into `incoming/`: for which task and split it is was said before, and stays so. */
const uploadSchema = z.strictObject({
  upload: z.string().regex(/^[0-9a-f]{32}$/),
  task: taskNameSchema,
  split: z.enum(splitNames),
  format: z.enum(['jsonl', 'csv']),
  name: z.string().nullable(),
  bytes: z.number().int().min(1),
  expiresAt: z.string(),
});
export type Upload = z.infer<typeof uploadSchema>;

const UPLOADS = 'uploads';

export async function addUpload(upload: Upload): Promise<void> {
  await addEntry(UPLOADS, upload.upload, upload);
}

/** null: there never was such an upload. */
export function loadUpload(upload: string): Promise<Upload | null> {
  return getEntry(UPLOADS, upload, uploadSchema);
}

/** Datasets on their way to the service: stored by their content, so that the same file is stored once. */
import { extname } from 'node:path';
import { z } from 'zod';
import type { SplitName } from '../../lambdas/contracts/dataset.ts';
import type { DatasetFile, LoadedTask } from '../task-file.ts';
import { type RemoteApi, remoteApi } from './api.ts';
import { sendPlain } from './signed-fetch.ts';

/**
 * Largest file that is sent in a request, bytes; a larger one goes to S3 by a presigned URL. Less than the 5 MB that the API
 * takes: on AWS a request reaches a function as text of at most 6 MB, in which a file may be a third longer, or more.
 */
export const INLINE_LIMIT = 3 * 1024 * 1024;

const storedSchema = z.object({ id: z.string(), uri: z.string() });
const uploadSchema = z.object({
  upload: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()).default({}),
});

/**
 * Stores the datasets of a task and gives the URI of each.
 * @throws InvalidInputError with the file and line where one is refused, RemoteError
 */
export async function uploadDatasets(
  api: RemoteApi,
  { task, datasets }: Pick<LoadedTask, 'task' | 'datasets'>,
  signal?: AbortSignal,
): Promise<Partial<Record<SplitName, string>>> {
  const uris: Partial<Record<SplitName, string>> = {};
  for (const [split, dataset] of Object.entries(datasets) as [SplitName, DatasetFile][]) {
    uris[split] = await uploadDataset(api, { task: task.name, split, dataset }, signal);
  }
  return uris;
}

async function uploadDataset(
  api: RemoteApi,
  { task, split, dataset: { path, text } }: { task: string; split: SplitName; dataset: DatasetFile },
  signal: AbortSignal | undefined,
): Promise<string> {
  const format = extname(path).toLowerCase() === '.csv' ? 'csv' : 'jsonl';
  const name = path.slice(-200);
  const bytes = Buffer.byteLength(text);
  if (bytes <= INLINE_LIMIT) {
    const type = format === 'csv' ? 'text/csv' : 'application/x-ndjson';
    const stored = await api.json('POST', '/datasets', storedSchema, {
      query: { task, split, name },
      headers: { 'content-type': type },
      body: text,
      file: path,
      signal,
    });
    return stored.uri;
  }
  const json = (body: object) => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    file: path,
    signal,
  });
  const wanted = json({ task, split, format, bytes, name });
  const { upload, url, headers } = await api.json('POST', '/datasets/uploads', uploadSchema, wanted);
  await remoteApi(url, sendPlain).text('PUT', '', { headers, body: text, file: path, signal });
  return (await api.json('POST', '/datasets', storedSchema, json({ upload }))).uri;
}

/** Datasets on their way to the service: stored by their content, so that the same file is stored once. */
import { extname } from 'node:path';
import { z } from 'zod';
import type { SplitName } from '../../lambdas/contracts/dataset.ts';
import type { DatasetFile, LoadedTask } from '../task-file.ts';
import { type RemoteApi, remoteApi } from './api.ts';
import { sendPlain } from './signed-fetch.ts';

/** Largest file that a request may carry, bytes; a larger one goes to S3 by a presigned URL. */
export const INLINE_LIMIT = 5 * 1024 * 1024;

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
  const type = extname(path).toLowerCase() === '.csv' ? 'text/csv' : 'application/x-ndjson';
  const call = { query: { task, split, name: path.slice(-200) }, file: path, signal };
  if (Buffer.byteLength(text) <= INLINE_LIMIT) {
    const stored = await api.json('POST', '/datasets', storedSchema, {
      ...call,
      headers: { 'content-type': type },
      body: text,
    });
    return stored.uri;
  }
  const json = { 'content-type': 'application/json' };
  const { upload, url, headers } = await api.json('POST', '/datasets/uploads', uploadSchema, {
    ...call,
    headers: json,
    body: '{}',
  });
  await remoteApi(url, sendPlain).text('PUT', '', { headers, body: text, file: path, signal });
  const stored = await api.json('POST', '/datasets', storedSchema, {
    ...call,
    headers: json,
    body: JSON.stringify({ upload }),
  });
  return stored.uri;
}

/**
 * Files that are too large for a request: the client puts one where a presigned URL says, then asks for the check. What it
 * is for is kept in the catalog, so the id of an upload is of use for that task and split alone.
 */
import { randomBytes } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { InvalidInputError } from '../contracts/errors.ts';
import { objectClient } from '../store/clients.ts';
import { addUpload, loadUpload, type Upload } from '../store/dataset-records.ts';
import { bucketNamed, getText, type ObjectLocation } from '../store/objects.ts';
import { bucketOfSplit, type StoredDataset, storeDataset } from './datasets.ts';

/** How long the file may be put there, seconds. */
const URL_SECONDS = 15 * 60;

/** Largest file, bytes. */
export const MAX_UPLOAD_BYTES = 100 * 1024 * 1024;

export interface BegunUpload {
  readonly upload: string;
  readonly url: string;
  /** Headers that the request must have. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: string;
}

/** @param wanted `bytes` is the size of the file, which the signature holds the client to */
export async function beginUpload(wanted: Omit<Upload, 'upload' | 'expiresAt'>): Promise<BegunUpload> {
  const upload: Upload = {
    ...wanted,
    upload: randomBytes(16).toString('hex'),
    expiresAt: new Date(Date.now() + URL_SECONDS * 1000).toISOString(),
  };
  await addUpload(upload);
  const { bucket, key } = locationOf(upload);
  const contentType = upload.format === 'csv' ? 'text/csv' : 'application/x-ndjson';
  const put = new PutObjectCommand({ Bucket: bucket, Key: key, ContentType: contentType, ContentLength: upload.bytes });
  const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
  const url = await getSignedUrl(objectClient(), put, {
    expiresIn: URL_SECONDS,
    signableHeaders: new Set(['content-type', 'content-length', 'host']),
  });
  return { upload: upload.upload, url, headers: { 'Content-Type': contentType }, expiresAt: upload.expiresAt };
}

/** @throws InvalidInputError when there is no such upload, nothing was put there, or as `storeDataset` does */
export async function finishUpload(id: string): Promise<StoredDataset> {
  const upload = await loadUpload(id);
  if (upload === null) throw wrong('is not known.', 'Ask for one with POST /datasets/uploads.');
  const text = await getText(locationOf(upload));
  if (text === null) throw wrong('has no file yet.', `PUT it to the URL that came with it, until ${upload.expiresAt}.`);
  if (Buffer.byteLength(text) > MAX_UPLOAD_BYTES)
    throw wrong('is too large.', `Give at most ${MAX_UPLOAD_BYTES} bytes.`);
  const { task, split, format, name } = upload;
  return storeDataset({ task, split, format, name, text });
}

function locationOf({ upload, split }: Upload): ObjectLocation {
  return { bucket: bucketNamed(bucketOfSplit(split)), key: `incoming/${upload}` };
}

function wrong(message: string, remedy: string): InvalidInputError {
  return new InvalidInputError([{ field: 'upload', message, remedy }]);
}

/** JSON artifacts and files in S3. Bodies are whole buffers; no conditional writes (DESIGN §9). */
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3ServiceException } from '@aws-sdk/client-s3';
import type { z } from 'zod';
import { requireEnv } from '../platform/env.ts';
import { objectClient } from './clients.ts';
import { type BucketName, buckets } from './tables.ts';

export interface ObjectLocation {
  readonly bucket: string;
  readonly key: string;
}

export function bucketNamed(name: BucketName): string {
  return requireEnv(buckets[name].env);
}

/** @throws Error when the text is no `s3://bucket/key`. */
export function parseS3Uri(uri: string): ObjectLocation {
  const match = /^s3:\/\/([^/]+)\/(.+)$/s.exec(uri);
  if (match?.[1] === undefined || match[2] === undefined) throw new Error(`${uri} is not of the form s3://bucket/key.`);
  return { bucket: match[1], key: match[2] };
}

export function uriOf({ bucket, key }: ObjectLocation): string {
  return `s3://${bucket}/${key}`;
}

/** The object's text; null when there is none. */
export async function getText(location: ObjectLocation): Promise<string | null> {
  try {
    const object = await objectClient().send(new GetObjectCommand({ Bucket: location.bucket, Key: location.key }));
    return (await object.Body?.transformToString('utf-8')) ?? null;
  } catch (error) {
    if (error instanceof NoSuchKey || (error instanceof S3ServiceException && error.name === 'NotFound')) return null;
    throw error;
  }
}

export async function putText(location: ObjectLocation, body: string, contentType: string): Promise<void> {
  await objectClient().send(
    new PutObjectCommand({
      Bucket: location.bucket,
      Key: location.key,
      Body: Buffer.from(body, 'utf-8'),
      ContentType: contentType,
    }),
  );
}

export async function putJson(location: ObjectLocation, value: unknown): Promise<void> {
  await putText(location, JSON.stringify(value), 'application/json');
}

/** An artifact that must be there. @throws Error naming the object when it is missing, torn or of another schema. */
export async function getArtifact<T>(location: ObjectLocation, schema: z.ZodType<T>): Promise<T> {
  const text = await getText(location);
  const uri = `s3://${location.bucket}/${location.key}`;
  if (text === null) throw new Error(`${uri} does not exist.`);
  const parsed = schema.safeParse(parseJson(text, uri));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`${uri} is of another version: ${issue?.path.join('.')}: ${issue?.message}.`, {
    cause: parsed.error,
  });
}

function parseJson(text: string, uri: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${uri} is not JSON: it was not written whole.`, { cause });
  }
}

/** Links that open an object in a browser for a while, without any right of the reader's own. */
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { objectClient } from './clients.ts';
import type { ObjectLocation } from './objects.ts';

const HOUR_SECONDS = 3_600;

export interface TimedLink {
  readonly url: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

/** A link that works for an hour. */
export async function linkTo({ bucket, key }: ObjectLocation, seconds = HOUR_SECONDS): Promise<TimedLink> {
  const { getSignedUrl } = await import('@aws-sdk/s3-request-presigner');
  const expiresAt = new Date(Date.now() + seconds * 1000).toISOString();
  const url = await getSignedUrl(objectClient(), new GetObjectCommand({ Bucket: bucket, Key: key }), {
    expiresIn: seconds,
  });
  return { url, expiresAt };
}

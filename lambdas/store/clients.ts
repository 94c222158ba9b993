/** One client a process. Where they point is the environment's business (AWS_ENDPOINT_URL_*): AWS or one machine. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { optionalEnv } from '../platform/env.ts';

let documents: DynamoDBDocumentClient | undefined;
let objects: S3Client | undefined;

export function documentClient(): DynamoDBDocumentClient {
  documents ??= DynamoDBDocumentClient.from(new DynamoDBClient({}), {
    marshallOptions: { removeUndefinedValues: true },
  });
  return documents;
}

export function objectClient(): S3Client {
  objects ??= new S3Client({
    // Servers on one machine have no host name for each bucket.
    forcePathStyle: optionalEnv('AWS_ENDPOINT_URL_S3') !== undefined,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  return objects;
}

/** Ends the clients' connections, so that a process can end and another environment can be used. */
export function closeClients(): void {
  documents?.destroy();
  objects?.destroy();
  documents = undefined;
  objects = undefined;
}

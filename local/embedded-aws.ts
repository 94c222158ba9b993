/**
 * DynamoDB (`dynalite`) and S3 (`fauxqs`) on loopback, their files in one folder. The AWS SDK finds them through the
 * same variables that anybody would set: no handler knows where it runs.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  type KeySchemaElement,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import { ClassicLevel } from 'classic-level';
import dynalite from 'dynalite';
import { startFauxqs } from 'fauxqs';
import { forgetArtifacts } from '../lambdas/store/artifacts.ts';
import { closeClients } from '../lambdas/store/clients.ts';
import { buckets, type TableSchema, tables } from '../lambdas/store/tables.ts';
import { LOOPBACK, refuseOtherHosts } from './loopback.ts';

export interface EmbeddedAws {
  readonly dynamodbUrl: string;
  readonly s3Url: string;
  /** Names of the buckets, as the variables carry them. */
  readonly buckets: Readonly<Record<keyof typeof buckets, string>>;
  /** Ends both servers and takes the variables back. */
  stop(): Promise<void>;
}

/** Another process has the folder open. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
}

/**
 * Starts both with their files in `folder` and points this process's environment at them.
 * @throws FolderInUseError when another process has it open.
 */
export async function startEmbeddedAws(folder: string): Promise<EmbeddedAws> {
  const paths = { dynamodb: join(folder, 'dynamodb'), s3: join(folder, 's3') };
  for (const path of Object.values(paths)) mkdirSync(path, { recursive: true });
  const database = await startDynalite(paths.dynamodb);
  removeTornObjects(paths.s3);
  const objects = await onLoopback(() =>
    withLargeBodies(() => startFauxqs({ port: 0, logger: false, s3StorageDir: paths.s3 })),
  );

  const dynamodbUrl = `http://${LOOPBACK}:${database.port}`;
  const s3Url = `http://${LOOPBACK}:${objects.port}`;
  const bucketNames = { data: 'prompt-optimizer-data', sealed: 'prompt-optimizer-sealed' };
  const restore = setEnvironment({
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    // Either would lead the SDK to the user's own credentials; a presigned URL would then tell the token.
    AWS_PROFILE: undefined,
    AWS_SESSION_TOKEN: undefined,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodbUrl,
    AWS_ENDPOINT_URL_S3: s3Url,
    ...Object.fromEntries(
      Object.entries(buckets).map(([name, { env }]) => [env, bucketNames[name as keyof typeof buckets]]),
    ),
    ...Object.fromEntries(Object.entries(tables).map(([name, { env }]) => [env, `prompt-optimizer-${name}`])),
  });
  closeClients();
  forgetArtifacts();
  for (const name of Object.values(bucketNames)) objects.createBucket(name);
  await createTables(dynamodbUrl);

  return {
    dynamodbUrl,
    s3Url,
    buckets: bucketNames,
    async stop() {
      closeClients();
      forgetArtifacts();
      restore();
      await objects.stop();
      await new Promise<void>((resolve) => {
        database.server.close(() => resolve());
        // A connection that was cut in the middle of a request is never idle, and close() would wait for it.
        database.server.closeAllConnections();
      });
    },
  };
}

async function startDynalite(path: string): Promise<{ server: ReturnType<typeof dynalite>; port: number }> {
  await throwIfInUse(path);
  const server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, resolve);
  });
  server.keepAliveTimeout = 60_000;
  refuseOtherHosts(server);
  return { server, port: (server.address() as AddressInfo).port };
}

/** dynalite would end the process on its first request when it cannot open its files, so that is tried before. */
async function throwIfInUse(path: string): Promise<void> {
  const database = new ClassicLevel(path);
  try {
    await database.open();
  } catch (error) {
    const locked =
      error instanceof Error && error.cause instanceof Error && Reflect.get(error.cause, 'code') === 'LEVEL_LOCKED';
    if (locked) throw new FolderInUseError('The folder of this run is open in another process.', { cause: error });
    throw error;
  }
  await database.close();
}

async function createTables(endpoint: string): Promise<void> {
  const client = new DynamoDBClient({ endpoint, maxAttempts: 1 });
  const isActive = async (table: string): Promise<boolean> =>
    (await client.send(new DescribeTableCommand({ TableName: table }))).Table?.TableStatus === 'ACTIVE';
  const created: string[] = [];
  try {
    const { TableNames: existing = [] } = await client.send(new ListTablesCommand({}));
    for (const [name, schema] of Object.entries(tables) as [string, TableSchema][]) {
      const table = `prompt-optimizer-${name}`;
      if (existing.includes(table)) continue;
      const keys = [schema.partitionKey, ...(schema.sortKey === undefined ? [] : [schema.sortKey])];
      const indexes = Object.entries(schema.indexes ?? {});
      const attributes = new Set([...keys, ...indexes.flatMap(([, index]) => [index.partitionKey, index.sortKey])]);
      await client.send(
        new CreateTableCommand({
          TableName: table,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [...attributes].map((key) => ({ AttributeName: key, AttributeType: 'S' })),
          KeySchema: keySchema(keys),
          ...(indexes.length === 0
            ? {}
            : {
                GlobalSecondaryIndexes: indexes.map(([IndexName, index]) => ({
                  IndexName,
                  KeySchema: keySchema([index.partitionKey, index.sortKey]),
                  Projection: { ProjectionType: 'ALL' as const },
                })),
              }),
        }),
      );
      created.push(table);
    }
    // A table takes a moment to be there, and whoever asks it before is told that there is none.
    for (const table of created) while (!(await isActive(table)));
  } finally {
    client.destroy();
  }
}

function keySchema(keys: readonly string[]): KeySchemaElement[] {
  return keys.map((key, i) => ({ AttributeName: key, KeyType: i === 0 ? 'HASH' : 'RANGE' }));
}

/**
 * fauxqs listens on 0.0.0.0 whatever it is told. While it starts, every server of this process that asks for that
 * address gets loopback instead; a test asks from outside.
 */
async function onLoopback<T>(start: () => Promise<T>): Promise<T> {
  const listen = Server.prototype.listen;
  Server.prototype.listen = function (this: Server, ...args: unknown[]) {
    const [options, ...rest] = args;
    const confined =
      typeof options === 'object' && options !== null && 'host' in options && options.host === '0.0.0.0'
        ? { ...options, host: LOOPBACK }
        : options;
    refuseOtherHosts(this);
    return Reflect.apply(listen, this, [confined, ...rest]);
  };
  try {
    return await start();
  } finally {
    Server.prototype.listen = listen;
  }
}

/** Largest object, bytes: an upload of the largest size, and what a run makes of the four splits of a task. */
const LARGEST_OBJECT = 512 * 1024 * 1024;

/**
 * fauxqs takes bodies up to 11 MiB and has no setting for it. Fastify, which it is made with, tells when a server is made;
 * the routes that it is given then take more.
 */
async function withLargeBodies<T>(start: () => Promise<T>): Promise<T> {
  const onMade = (message: unknown): void => {
    const fastify: unknown = Reflect.get(Object(message), 'fastify');
    const addHook: unknown = Reflect.get(Object(fastify), 'addHook');
    const onRoute = (route: { bodyLimit?: number }): void => {
      route.bodyLimit = LARGEST_OBJECT;
    };
    if (typeof addHook === 'function') Reflect.apply(addHook, fastify, ['onRoute', onRoute]);
  };
  subscribe('fastify.initialization', onMade);
  try {
    return await start();
  } finally {
    unsubscribe('fastify.initialization', onMade);
  }
}

/** A process that was killed while it wrote an object may leave a description that does not parse; it is written anew. */
function removeTornObjects(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.json')) continue;
    const path = join(entry.parentPath, entry.name);
    const isDescription = entry.name.endsWith('.meta.json') || entry.name === '.bucket.json';
    if (isDescription && !isJson(readFileSync(path, 'utf-8'))) rmSync(path);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Sets variables of this process (undefined: takes them away). @returns what brings them back as they were */
export function setEnvironment(values: Readonly<Record<string, string | undefined>>): () => void {
  const before = Object.fromEntries(Object.keys(values).map((name) => [name, process.env[name]]));
  assign(values);
  return () => assign(before);
}

function assign(values: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

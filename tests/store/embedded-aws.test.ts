import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { newArchive } from '../../lambdas/optimizer/archive.ts';
import { loadArchive, saveArchive } from '../../lambdas/store/artifacts.ts';
import { bucketNamed, getText, putText } from '../../lambdas/store/objects.ts';
import { createRun, loadRun } from '../../lambdas/store/runs.ts';
import { buckets, tables } from '../../lambdas/store/tables.ts';
import { type EmbeddedAws, FolderInUseError, startEmbeddedAws } from '../../local/embedded-aws.ts';
import { taskOf } from '../rollout/task.ts';
import { newFolder } from './embedded.ts';

const folders: ReturnType<typeof newFolder>[] = [];
const running = new Set<EmbeddedAws>();
afterEach(async () => {
  for (const aws of running) await aws.stop();
  running.clear();
  for (const folder of folders.splice(0)) folder.remove();
});

function folderPath(): string {
  const folder = newFolder();
  folders.push(folder);
  return folder.path;
}

async function start(folder = folderPath()): Promise<EmbeddedAws> {
  const aws = await startEmbeddedAws(folder);
  running.add(aws);
  return aws;
}

async function stop(aws: EmbeddedAws): Promise<void> {
  running.delete(aws);
  await aws.stop();
}

/** Whether something takes connections there. */
function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .filter(({ internal, address }) => !internal && !address.startsWith('fe80'));

const runRecord = {
  runId: 'r',
  status: 'running' as const,
  taskName: 't',
  inputHash: 'h',
  turn: 0,
  epoch: 0,
  startedAt: '2026-01-01T00:00:00.000Z',
  lastSeenMs: 0,
  error: null,
};

/** Files of the objects as they lie on disk. */
function filesOf(folder: string, ending: string): string[] {
  return readdirSync(join(folder, 's3'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('the embedded servers', () => {
  it.skipIf(outside.length === 0)(
    `refuse a connection from outside${outside.length === 0 ? ' (skipped: this machine has no other address)' : ''}`,
    async () => {
      const { dynamodbUrl, s3Url } = await start();

      for (const url of [dynamodbUrl, s3Url]) {
        const port = Number(new URL(url).port);
        expect(await answers('127.0.0.1', port)).toBe(true);
        for (const { address } of outside)
          expect({ address, open: await answers(address, port) }).toEqual({ address, open: false });
      }
    },
  );

  it('leave the servers of others as they are', async () => {
    await start();
    const { createServer } = await import('node:net');
    const own = createServer();
    await new Promise<void>((resolve) => own.listen({ host: '0.0.0.0', port: 0 }, resolve));

    const address = own.address();

    expect(address).toMatchObject({ address: '0.0.0.0' });
    await new Promise((resolve) => own.close(resolve));
  });

  it.each(['https://evil.example', 'null', 'http://localhost.evil.example:80'])(
    'do nothing for a page of %s',
    async (origin) => {
      const aws = await start();
      const location = { bucket: bucketNamed('data'), key: 'uploads/a.jsonl' };
      await putText(location, 'kept', 'text/plain');
      const body = '<Delete><Object><Key>uploads/a.jsonl</Key></Object></Delete>';
      const post = (url: string) =>
        fetch(url, { method: 'POST', headers: { origin, 'content-type': 'text/plain' }, body });

      const answers = await Promise.all([post(`${aws.s3Url}/${location.bucket}/?delete`), post(aws.dynamodbUrl)]);

      expect(answers.map(({ status }) => status)).toEqual([403, 403]);
      expect(await getText(location)).toBe('kept');
    },
  );

  it('take objects that are larger than fauxqs would let them be', async () => {
    await start();
    const location = { bucket: bucketNamed('data'), key: 'incoming/large' };
    const bytes = 12 * 1024 * 1024;

    await putText(location, 'x'.repeat(bytes), 'text/plain');

    expect((await getText(location))?.length).toBe(bytes);
  });

  it('keep records and objects over a restart', async () => {
    const folder = folderPath();
    const first = await start(folder);
    await createRun(runRecord);
    await saveArchive({ ...newArchive('r', taskOf()), turn: 3 });
    await putText({ bucket: bucketNamed('sealed'), key: 'a/b ü.txt' }, 'body', 'text/plain');
    await stop(first);

    await start(folder);

    expect(await loadRun('r')).toMatchObject(runRecord);
    expect((await loadArchive('r', 3)).turn).toBe(3);
    expect(await getText({ bucket: bucketNamed('sealed'), key: 'a/b ü.txt' })).toBe('body');
  });

  it('know nothing of what another folder holds', async () => {
    const first = await start();
    await createRun(runRecord);
    await putText({ bucket: bucketNamed('data'), key: 'k' }, 'x', 'text/plain');
    await saveArchive({ ...newArchive('r', taskOf()), turn: 3 });
    await loadArchive('r', 3);
    await stop(first);

    await start();

    expect(await loadRun('r')).toBeNull();
    expect(await getText({ bucket: bucketNamed('data'), key: 'k' })).toBeNull();
    await expect(loadArchive('r', 3)).rejects.toThrow(/does not exist/);
  });

  it.each([
    { case: 'is cut short', tear: (text: string) => text.slice(0, text.length / 2) },
    { case: 'is empty', tear: () => '' },
  ])('start when the description of an object $case: that object is gone, the others stay', async ({ tear }) => {
    const folder = folderPath();
    const first = await start(folder);
    await putText({ bucket: bucketNamed('data'), key: 'torn.txt' }, 'x', 'text/plain');
    await putText({ bucket: bucketNamed('data'), key: 'whole.txt' }, 'y', 'text/plain');
    await stop(first);
    const [description, ...others] = filesOf(folder, 'torn.txt.meta.json');
    if (description === undefined || others.length > 0) throw new Error('The files are named otherwise.');
    writeFileSync(description, tear(readFileSync(description, 'utf-8')));

    await start(folder);

    expect(await getText({ bucket: bucketNamed('data'), key: 'torn.txt' })).toBeNull();
    expect(await getText({ bucket: bucketNamed('data'), key: 'whole.txt' })).toBe('y');
    await putText({ bucket: bucketNamed('data'), key: 'torn.txt' }, 'again', 'text/plain');
    expect(await getText({ bucket: bucketNamed('data'), key: 'torn.txt' })).toBe('again');
  });

  it('start when the description of a bucket was not written whole', async () => {
    const folder = folderPath();
    const first = await start(folder);
    await putText({ bucket: bucketNamed('data'), key: 'k' }, 'x', 'text/plain');
    await stop(first);
    for (const path of filesOf(folder, '.bucket.json')) writeFileSync(path, '{"na');

    await start(folder);

    await putText({ bucket: bucketNamed('data'), key: 'k2' }, 'y', 'text/plain');
    expect(await getText({ bucket: bucketNamed('data'), key: 'k2' })).toBe('y');
  });

  it('refuse a folder that is open already, and leave the first to its work', async () => {
    const folder = folderPath();
    await start(folder);
    await createRun(runRecord);

    await expect(startEmbeddedAws(folder)).rejects.toThrow(FolderInUseError);

    expect(await loadRun('r')).toMatchObject(runRecord);
  });

  it('set the variables that the SDK and the store read, and take them back', async () => {
    const names = [
      'AWS_ENDPOINT_URL_DYNAMODB',
      'AWS_ENDPOINT_URL_S3',
      'AWS_REGION',
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      ...[...Object.values(tables), ...Object.values(buckets)].map(({ env }) => env),
    ];
    const read = (): (string | undefined)[] => names.map((name) => process.env[name]);
    const before = read();

    const aws = await start();
    const during = read();
    await stop(aws);

    expect(during.every((value) => value !== undefined && value !== '')).toBe(true);
    expect(read()).toEqual(before);
  });
});

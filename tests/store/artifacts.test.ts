import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { RunContext } from '../../lambdas/contracts/context.ts';
import { newArchive } from '../../lambdas/optimizer/archive.ts';
import {
  forgetArtifacts,
  loadArchive,
  loadContext,
  loadSealedTest,
  loadVerification,
  runObject,
  saveArchive,
  saveContext,
  saveSealedTest,
  saveVerification,
} from '../../lambdas/store/artifacts.ts';
import { bucketNamed, getArtifact, getText, parseS3Uri, putJson, putText } from '../../lambdas/store/objects.ts';
import { taskOf } from '../rollout/task.ts';
import { useEmbeddedAws } from './embedded.ts';

useEmbeddedAws();

const at = (key: string) => ({ bucket: bucketNamed('data'), key });

describe('parseS3Uri', () => {
  it.each([
    { uri: 's3://b/k', location: { bucket: 'b', key: 'k' } },
    { uri: 's3://my.bucket/a/b c/ü.jsonl', location: { bucket: 'my.bucket', key: 'a/b c/ü.jsonl' } },
  ])('reads $uri', ({ uri, location }) => {
    expect(parseS3Uri(uri)).toEqual(location);
  });

  it.each(['s3://bucket', 's3://bucket/', 's3:///key', 'https://b/k', 'b/k', ''])('refuses %s', (uri) => {
    expect(() => parseS3Uri(uri)).toThrow(/is not of the form s3:\/\/bucket\/key\./);
  });
});

describe('objects', () => {
  it('are null when there is none', async () => {
    expect(await getText(at('nothing/here'))).toBeNull();
  });

  it.each([
    { case: 'text', key: 'a.txt', body: 'x' },
    { case: 'nothing', key: 'empty', body: '' },
    { case: 'a byte order mark', key: 'bom', body: '\uFEFFx' },
    { case: 'all of Unicode', key: 'unicode', body: 'é\u{1F600}\u0000\r\n' },
    { case: 'a key with blanks and letters of all kinds', key: 'uploads/my data ü+&?#%.jsonl', body: 'y' },
    { case: 'much', key: 'large', body: 'z'.repeat(3_000_000) },
  ])('come back as they were put: $case', async ({ key, body }) => {
    await putText(at(key), body, 'text/plain');

    expect(await getText(at(key))).toBe(body);
  });

  it('are the last that was put', async () => {
    await putText(at('twice'), 'one', 'text/plain');
    await putText(at('twice'), 'two', 'text/plain');

    expect(await getText(at('twice'))).toBe('two');
  });

  it('of another bucket are not found', async () => {
    await putText({ bucket: bucketNamed('sealed'), key: 'secret' }, 'x', 'text/plain');

    expect(await getText(at('secret'))).toBeNull();
  });
});

describe('getArtifact', () => {
  const schema = z.strictObject({ version: z.literal(1) });

  it('gives the artifact', async () => {
    await putJson(at('good.json'), { version: 1 });

    expect(await getArtifact(at('good.json'), schema)).toEqual({ version: 1 });
  });

  it.each([
    { case: 'is missing', key: 'missing.json', body: null, message: /\/missing\.json does not exist\./ },
    {
      case: 'is of another version',
      key: 'old.json',
      body: '{"version":2}',
      message: /\/old\.json is of another version: version: /,
    },
    {
      case: 'was not written whole',
      key: 'torn.json',
      body: '{"versi',
      message: /\/torn\.json is not JSON: it was not written whole\./,
    },
  ])('names an object that $case', async ({ key, body, message }) => {
    if (body !== null) await putText(at(key), body, 'application/json');

    await expect(getArtifact(at(key), schema)).rejects.toThrow(message);
  });
});

describe('the archive', () => {
  const archiveOf = (runId: string, turn: number) => ({ ...newArchive(runId, taskOf()), turn, generation: turn });

  it('is kept for two turns: the one that is worked on stays whole while the next is written', async () => {
    await saveArchive(archiveOf('parity', 4));
    await saveArchive(archiveOf('parity', 5));
    forgetArtifacts();

    expect(await loadArchive('parity', 4)).toEqual(archiveOf('parity', 4));
    expect(await loadArchive('parity', 5)).toEqual(archiveOf('parity', 5));
    expect(await getText(runObject('parity', 'archive-0.json'))).toContain('"turn":4');
    expect(await getText(runObject('parity', 'archive-1.json'))).toContain('"turn":5');
  });

  it('of a turn that was written over is an error, never the archive of another turn', async () => {
    await saveArchive(archiveOf('gone', 4));
    await saveArchive(archiveOf('gone', 6));
    forgetArtifacts();

    await expect(loadArchive('gone', 4)).rejects.toThrow('The archive of run gone holds turn 6, not 4.');
    expect((await loadArchive('gone', 6)).turn).toBe(6);
  });

  it('that could not be loaded is looked for again', async () => {
    await expect(loadArchive('late', 2)).rejects.toThrow(/does not exist/);

    // Another process wrote it.
    await putJson(runObject('late', 'archive-0.json'), archiveOf('late', 2));

    expect((await loadArchive('late', 2)).turn).toBe(2);
  });

  it('is loaded once for the items of a turn', async () => {
    await saveArchive(archiveOf('shared', 1));

    const [one, other] = await Promise.all([loadArchive('shared', 1), loadArchive('shared', 1)]);

    expect(other).toBe(one);
    expect(await loadArchive('shared', 1)).toBe(one);
  });
});

describe('the other artifacts', () => {
  it('come back as they were written', async () => {
    const context: RunContext = {
      schema: 'prompt-optimizer.context.v1',
      runId: 'whole',
      task: taskOf(),
      train: [{ id: 'a', input: { q: 1 }, expected: null }],
      validation: [{ id: 'b', input: 'x' }],
      test: { size: 1, maxInputBytes: 9, maxExpectedBytes: 0 },
      known: { unsealed: [], judgeNoise: {} },
      notice: null,
      taskVersion: 3,
      fingerprint: 'f',
      champion: { version: 2, components: { system: 'Decide.' } },
      check: { draw: 1001, reference: { b: 0.5 } },
    };
    const sealed = {
      schema: 'prompt-optimizer.sealed-test.v1' as const,
      runId: 'whole',
      examples: [{ id: 'c', input: 'z' }],
    };
    const verification = { schema: 'prompt-optimizer.verification.v1' as const, rows: [] };
    await Promise.all([saveContext(context), saveSealedTest(sealed), saveVerification('whole', 3, 0, verification)]);

    expect(await loadContext('whole')).toEqual(context);
    expect(await loadSealedTest('whole')).toEqual(sealed);
    expect(await loadVerification('whole', 3, 0)).toEqual(verification);
    expect(await loadVerification('whole', 3, 1)).toBeNull();
  });

  it('of before there were champions and checks are read as those of runs without', async () => {
    const { check: _check, ...archive } = { ...newArchive('old', taskOf()), turn: 1 };
    const context = {
      schema: 'prompt-optimizer.context.v1' as const,
      runId: 'old',
      task: taskOf(),
      train: [],
      validation: [],
      test: { size: 1, maxInputBytes: 9, maxExpectedBytes: 0 },
      known: { unsealed: [], judgeNoise: {} },
      notice: null,
    };
    await Promise.all([
      putJson(runObject('old', 'archive-1.json'), archive),
      putJson(runObject('old', 'context.json'), context),
    ]);

    expect((await loadArchive('old', 1)).check).toBeNull();
    expect(await loadContext('old')).toMatchObject({ taskVersion: null, champion: null, check: null });
  });

  it('keep the sealed test out of the data bucket', async () => {
    const sealed = {
      schema: 'prompt-optimizer.sealed-test.v1' as const,
      runId: 'apart',
      examples: [{ id: 'c', input: 'z' }],
    };
    await saveSealedTest(sealed);

    expect(await getText(runObject('apart', 'test.json'))).toBeNull();
    expect(await getText({ bucket: bucketNamed('sealed'), key: 'runs/apart/test.json' })).not.toBeNull();
  });
});

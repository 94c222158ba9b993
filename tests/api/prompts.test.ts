import { describe, expect, it } from 'vitest';
import type { Challenger, Champion } from '../../lambdas/contracts/catalog.ts';
import { addChallenger, addChampion } from '../../lambdas/store/champions.ts';
import { saveTaskHead } from '../../lambdas/store/tasks.ts';
import { useEmbeddedAws } from '../store/embedded.ts';
import { ask, placeOf } from './requests.ts';

useEmbeddedAws();

const at = (minute: number): string => `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`;
const championOf = (task: string, version: number, given: Partial<Champion> = {}): Champion => ({
  task,
  version,
  components: { system: `Text ${version}` },
  origin: version === 1 ? 'task' : 'run',
  runId: version === 1 ? null : `run-${version}`,
  candidateId: version === 1 ? null : 'c1',
  rollbackOf: null,
  by: 'person',
  createdAt: at(version * 10),
  note: null,
  ...given,
});
const challengerOf = (task: string, minute: number): Challenger => ({
  task,
  id: `${at(minute)}-run-x-run`,
  decision: 'refused',
  runId: 'run-x',
  candidateId: 'c2',
  against: 1,
  reason: 'It was not better.',
  by: 'run',
  createdAt: at(minute),
});
/** A task whose prompt has these versions. */
async function promptWith(task: string, versions: number): Promise<void> {
  await saveTaskHead({ name: task, version: 1, updatedAt: at(0), deletedAt: null, schedule: null });
  for (let version = 1; version <= versions; version += 1) await addChampion(championOf(task, version));
}

describe('GET /prompts/{task}', () => {
  it('gives the champion with its version, ETag and the report of its run', async () => {
    await promptWith('current', 2);

    const { status, headers, body } = await ask('GET', '/prompts/current');
    const first = await ask('GET', '/prompts/current?version=1');

    expect([status, headers.get('etag')]).toEqual([200, '"v2"']);
    expect(body).toMatchObject({
      version: 2,
      components: { system: 'Text 2' },
      links: { report: '/runs/run-2/report' },
    });
    expect(first.body).toMatchObject({ version: 1, links: { report: null } });
  });

  it('gives nothing to whoever has it already', async () => {
    await promptWith('known', 2);

    const same = await ask('GET', '/prompts/known', { headers: { 'If-None-Match': '"v1", W/"v2"' } });
    const other = await ask('GET', '/prompts/known', { headers: { 'If-None-Match': '"v1"' } });

    expect([same.status, same.headers.get('etag'), same.body]).toEqual([304, '"v2"', {}]);
    expect(other.status).toBe(200);
  });

  it('says which of task and version there is not', async () => {
    await promptWith('short', 1);

    expect(placeOf(await ask('GET', '/prompts/nobody'))).toEqual([404, 'not_found', 'task']);
    expect(placeOf(await ask('GET', '/prompts/short?version=2'))).toEqual([404, 'not_found', 'version']);
    expect(placeOf(await ask('GET', '/prompts/short?version=0'))).toEqual([400, 'invalid_input', 'version']);
  });
});

describe('GET /prompts/{task}/history', () => {
  it('gives champions and challengers newest first, each once, whatever the page', async () => {
    await promptWith('story', 3);
    for (const minute of [5, 15, 16, 17, 35]) await addChallenger(challengerOf('story', minute));

    for (const limit of [1, 2, 3, 8, 100]) {
      const times: unknown[] = [];
      let next: unknown = null;
      do {
        const cursor: string = next === null ? '' : `&cursor=${next}`;
        const { body } = await ask('GET', `/prompts/story/history?limit=${limit}${cursor}`);
        const items = Array.isArray(body.items) ? body.items : [];
        times.push(...items.map(({ createdAt }) => createdAt));
        next = body.next;
      } while (next !== null);
      expect(times).toEqual([35, 30, 20, 17, 16, 15, 10, 5].map(at));
    }
  });
});

describe('POST /prompts/{task}/rollback', () => {
  it('makes the version before, or the named one, a new version', async () => {
    await promptWith('back', 1);
    await addChampion(championOf('back', 2, { runId: null }));

    const before = await ask('POST', '/prompts/back/rollback');
    const named = await ask('POST', '/prompts/back/rollback', {
      body: { version: 2, note: 'Better after all.' },
      headers: { 'If-Match': '"v3"' },
    });

    expect([before.status, before.headers.get('etag')]).toEqual([200, '"v3"']);
    expect(before.body).toMatchObject({ rollbackOf: 1, components: { system: 'Text 1' } });
    expect(named.body).toMatchObject({ version: 4, rollbackOf: 2, note: 'Better after all.' });
  });

  it('goes further back each time', async () => {
    await promptWith('further', 1);
    for (const version of [2, 3]) await addChampion(championOf('further', version, { runId: null }));

    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(await ask('POST', '/prompts/further/rollback'));

    expect(answers.map(({ body }) => body.rollbackOf)).toEqual([2, 1, undefined]);
    expect(answers.at(-1)?.status).toBe(404);
  });

  it('refuses what is not there, what is in use, and who has not seen the champion', async () => {
    await promptWith('stay', 1);
    const rollback = (body?: object, headers?: Record<string, string>) =>
      ask('POST', '/prompts/stay/rollback', { body, headers });

    expect(placeOf(await rollback({ version: 7 }))).toEqual([404, 'not_found', 'version']);
    expect(placeOf(await rollback({ version: 1 }))).toEqual([409, 'not_promotable', 'version']);
    expect(placeOf(await rollback({ version: 1 }, { 'If-Match': '"v9"' }))).toEqual([
      412,
      'precondition_failed',
      'If-Match',
    ]);
    expect((await rollback({}, { 'If-Match': 'anything' })).status).toBe(412);
    expect(placeOf(await rollback({ version: '1' }))).toEqual([400, 'invalid_input', 'version']);
  });
});

describe('POST /prompts/{task}/promote', () => {
  it('refuses a run that there is not, and a task that there is not', async () => {
    await promptWith('promoted', 1);

    const run = await ask('POST', '/prompts/promoted/promote', { body: { runId: 'none' } });
    const task = await ask('POST', '/prompts/nobody/promote', { body: { runId: 'none' } });
    const nothing = await ask('POST', '/prompts/promoted/promote', { body: {} });

    expect(placeOf(run)).toEqual([404, 'not_found', 'runId']);
    expect(placeOf(task)).toEqual([404, 'not_found', 'task']);
    expect(placeOf(nothing)).toEqual([400, 'invalid_input', 'runId']);
  });
});

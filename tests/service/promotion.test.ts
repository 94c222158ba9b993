import { describe, expect, it } from 'vitest';
import { ruleWorld } from '../../bench/rule-world.ts';
import type { Champion } from '../../lambdas/contracts/catalog.ts';
import type { RunContext } from '../../lambdas/contracts/context.ts';
import type { PromotionOutcome } from '../../lambdas/contracts/payloads.ts';
import type { Report } from '../../lambdas/contracts/report.ts';
import { runRecordSchema } from '../../lambdas/contracts/run.ts';
import { type Components, taskNameSchema } from '../../lambdas/contracts/task.ts';
import { considerPromotion, promote, rollback } from '../../lambdas/service/promotion.ts';
import { saveChampionScores, saveContext, saveReport } from '../../lambdas/store/artifacts.ts';
import {
  addChampion,
  listChallengers,
  listChampions,
  loadChampion,
  loadLastLook,
} from '../../lambdas/store/champions.ts';
import { listEvents } from '../../lambdas/store/run-lists.ts';
import { createRun } from '../../lambdas/store/runs.ts';
import { CHAMPION, contextOf, type Finished, firstRight, PROMPT, reportOf, WINNER } from '../report/finished.ts';
import { useEmbeddedAws } from '../store/embedded.ts';
import { storeTask } from './stored.ts';

useEmbeddedAws();

const world = { ...ruleWorld({ seed: 1, sizes: { train: 2, validation: 1, test: 1 } }), system: PROMPT.system ?? '' };
const BETTER = { baseline: firstRight(10), 'g1-s0': firstRight(30) };
const BEATS_CHAMPION = { ...BETTER, champion: firstRight(15) };
const NOT_CHAMPION = { ...BETTER, champion: firstRight(29) };
const NO_GAIN = { baseline: firstRight(10), 'g1-s0': firstRight(11) };

/** A run that is over, as Conclude finds it: with a record and a context, of a stored task. */
async function ended(
  task: string,
  runId: string,
  run: Finished,
  promotion = 'automatic',
  winner = WINNER,
): Promise<() => Promise<PromotionOutcome>> {
  const finished = { ...run, task: { promotion, ...run.task, name: task } };
  const context: RunContext = { ...contextOf(finished), runId, taskVersion: 1, fingerprint: `of ${runId}` };
  const report = withWinner({ ...reportOf(finished), runId }, winner);
  const at = '2026-01-01T00:00:00.000Z';
  const record = { runId, status: 'succeeded', taskName: task, taskVersion: 1, inputHash: '', turn: 4, epoch: 0 };
  await createRun(runRecordSchema.parse({ ...record, createdAt: at, startedAt: at, lastSeenMs: 0, error: null }));
  await saveContext(context);
  await saveReport(runId, report, '');
  return () => considerPromotion(context, report);
}

/** The report with another text in the place of the winner's. */
function withWinner(report: Report, components: Components): Report {
  const replace = <T extends { components: Components }>(one: T, id: string): T =>
    id === 'g1-s0' ? { ...one, components } : one;
  return {
    ...report,
    recommended: replace(report.recommended, report.recommended.candidateId),
    candidates: report.candidates.map((one) => replace(one, one.id)),
  };
}

async function crown(task: string, components: Champion['components']): Promise<number> {
  const version = ((await loadChampion(task))?.version ?? 0) + 1;
  const origin = version === 1 ? 'task' : 'run';
  const run = { runId: null, candidateId: null, rollbackOf: null, by: 'person', note: null } as const;
  await addChampion({ task: taskNameSchema.parse(task), version, components, origin, ...run, createdAt: '2026-01-01' });
  return version;
}

const challengersOf = async (task: string) => (await listChallengers(task, {})).items;
const versionsOf = async (task: string) => (await listChampions(task, {})).items.map(({ version }) => version);
const champion = { version: 2, components: CHAMPION };

describe('the winner of a run', () => {
  it('becomes the champion of an automatic task, once, however often Conclude is tried', async () => {
    await storeTask('automatic', world);
    const consider = await ended('automatic', 'auto-1', { scores: BETTER });

    const first = await consider();
    expect(await consider()).toEqual(first);

    expect(first).toMatchObject({ decision: 'promoted', version: 2 });
    expect(await loadChampion('automatic')).toMatchObject({
      components: WINNER,
      runId: 'auto-1',
      candidateId: 'g1-s0',
      by: 'run',
    });
    expect(await versionsOf('automatic')).toEqual([2, 1]);
    // Nor when it is not the champion any more.
    await crown('automatic', CHAMPION);
    expect(await consider()).toEqual(first);
  });

  it('is proposed, once, where somebody is to approve of it', async () => {
    await storeTask('approved', world);
    const consider = await ended('approved', 'approve-1', { scores: BETTER }, 'approval');

    expect(await consider()).toMatchObject({ decision: 'proposed', version: 1 });
    await consider();

    expect(await versionsOf('approved')).toEqual([1]);
    expect(await challengersOf('approved')).toMatchObject([
      { decision: 'proposed', runId: 'approve-1', against: 1, by: 'run' },
    ]);
  });

  it.each([
    ['the rule is never', { scores: BETTER }, 'never', 'none'],
    ['it is no better', { scores: NO_GAIN }, 'automatic', 'none'],
    [
      'it is better than the baseline, and not than the champion',
      { scores: NOT_CHAMPION, champion },
      'automatic',
      'refused',
    ],
    ['the champion changed meanwhile', { scores: BETTER }, 'automatic', 'refused'],
    [
      'it was compared with another prompt',
      { scores: BEATS_CHAMPION, champion: { version: null, components: WINNER } },
      'automatic',
      'refused',
    ],
  ] as const)('stays what it is where %s', async (name, run, rule, decision) => {
    const task = name.replace(/\W+/g, '-').toLowerCase();
    await storeTask(task, world);
    await crown(task, PROMPT);
    if (decision === 'refused') await crown(task, CHAMPION);
    const consider = await ended(task, task, run, rule);

    const outcome = await consider();
    await consider();

    expect(outcome).toMatchObject({ decision, version: decision === 'refused' ? 2 : 1 });
    expect(outcome.reason).not.toBe('');
    expect((await loadChampion(task))?.components).not.toEqual(WINNER);
    expect((await challengersOf(task)).map((one) => one.decision)).toEqual(decision === 'refused' ? ['refused'] : []);
  });

  it('becomes the champion where it beats the one that there is', async () => {
    await storeTask('beaten', world);
    await crown('beaten', PROMPT);
    await crown('beaten', CHAMPION);
    const consider = await ended('beaten', 'beats', { scores: BEATS_CHAMPION, champion });

    expect(await consider()).toMatchObject({ decision: 'promoted', version: 3 });
  });

  it('is no champion when the task is not stored', async () => {
    const run = { scores: BETTER };

    expect(await considerPromotion(contextOf(run), reportOf(run))).toMatchObject({ decision: 'none', version: null });
  });
});

describe('two promotions at the same time', () => {
  const winnerOf = (name: string): Components => ({ ...WINNER, system: `Decide as ${name}.` });

  it('have one winner, and the history has both', async () => {
    await storeTask('race', world);
    await crown('race', PROMPT);
    const names = ['race-1', 'race-2', 'race-3'];
    const considered = await Promise.all(names.map((name) => ended('race', name, { scores: BETTER })));

    const outcomes = await Promise.all(considered.map((consider) => consider()));

    const won = outcomes.filter(({ decision }) => decision === 'promoted');
    expect(won).toMatchObject([{ version: 2 }]);
    expect(await versionsOf('race')).toEqual([2, 1]);
    const winner = (await loadChampion('race'))?.runId;
    const told = [winner, ...(await challengersOf('race')).map(({ runId }) => runId)];
    expect(told.toSorted()).toEqual(names);
  });

  it('of two people have one winner too', async () => {
    await storeTask('people', world);
    await ended('people', 'people-1', { scores: BETTER }, 'never', winnerOf('people-1'));
    await ended('people', 'people-2', { scores: BETTER }, 'never', winnerOf('people-2'));

    const results = await Promise.all([
      promote({ task: 'people', runId: 'people-1' }),
      promote({ task: 'people', runId: 'people-2' }),
    ]);

    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(results.find(({ ok }) => !ok)).toMatchObject({ code: expect.stringMatching(/lost_race|not_better/) });
    expect(await versionsOf('people')).toEqual([2, 1]);
  });
});

describe('a person', () => {
  it('promotes a winner and rolls back, each as a new version that is told', async () => {
    await storeTask('by-hand', world);
    await ended('by-hand', 'hand', { scores: BETTER }, 'never');
    await saveChampionScores('hand', { 'g1-s0': { a: 1 }, baseline: { a: 0 } });

    const promoted = await promote({ task: 'by-hand', runId: 'hand', ifVersion: 1, note: 'Looks good.' });
    expect(promoted).toMatchObject({
      ok: true,
      champion: { version: 2, components: WINNER, note: 'Looks good.', by: 'person' },
    });
    expect(await loadLastLook('by-hand')).toMatchObject({
      championVersion: 2,
      scoresOf: 'hand',
      fingerprint: 'of hand',
    });

    expect(await rollback({ task: 'by-hand' })).toMatchObject({
      ok: true,
      champion: { version: 3, rollbackOf: 1, origin: 'rollback' },
    });
    expect((await loadChampion('by-hand'))?.components.system).toBe(PROMPT.system);
    expect(await rollback({ task: 'by-hand', version: 2 })).toMatchObject({
      ok: true,
      champion: { version: 4, components: WINNER },
    });
    expect((await listEvents('hand', null)).map(({ event }) => event)).toMatchObject(
      [2, 3, 4].map((version) => ({ type: 'promoted', version, by: 'person' })),
    );
  });

  it('may force what is not proven, and is told why it is not', async () => {
    await storeTask('forced', world);
    await ended('forced', 'doubtful', { scores: NO_GAIN });

    expect(await promote({ task: 'forced', runId: 'doubtful' })).toMatchObject({ ok: false, code: 'not_promotable' });
    const given = { task: 'forced', runId: 'doubtful', candidateId: 'g1-s0' };
    expect(await promote(given)).toMatchObject({
      ok: false,
      code: 'not_better',
      message: expect.stringMatching(/proven/),
    });
    expect(await promote({ ...given, force: true })).toMatchObject({ ok: true, champion: { components: WINNER } });
  });

  it.each([
    ['an unknown task', { task: 'nobody', runId: 'refused-run' }, 'task', 'not_found'],
    ['an unknown run', { task: 'refused', runId: 'nobody' }, 'runId', 'not_found'],
    ['a run of another task', { task: 'refused', runId: 'hand' }, 'runId', 'not_found'],
    [
      'an unknown candidate',
      { task: 'refused', runId: 'refused-run', candidateId: 'g9-s9' },
      'candidateId',
      'not_found',
    ],
    ['another version', { task: 'refused', runId: 'refused-run', ifVersion: 7 }, 'ifVersion', 'version_conflict'],
  ])('is refused %s, with the field', async (_, request, field, code) => {
    await storeTask('refused', world);
    await ended('refused', 'refused-run', { scores: BETTER }).catch(() => {});

    expect(await promote(request)).toMatchObject({ ok: false, code, field, remedy: expect.stringMatching(/./) });
  });

  it('cannot roll back to what there never was, or is already', async () => {
    await storeTask('first-only', world);

    expect(await rollback({ task: 'first-only' })).toMatchObject({ code: 'not_found', field: 'version' });
    expect(await rollback({ task: 'first-only', version: 1 })).toMatchObject({ code: 'not_promotable' });
    expect(await rollback({ task: 'first-only', version: 5 })).toMatchObject({ code: 'not_found' });
  });
});

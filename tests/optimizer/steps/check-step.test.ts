import { describe, expect, it } from 'vitest';
import { type Archive, archiveSchema } from '../../../lambdas/contracts/artifacts.ts';
import { ModelUnavailableError } from '../../../lambdas/contracts/errors.ts';
import { newArchive } from '../../../lambdas/optimizer/archive.ts';
import { planNextStep } from '../../../lambdas/optimizer/strategy.ts';
import { foldStep, granted, type Played, play } from '../gepa/player.ts';
import { makeWorld, type World, type WorldOptions } from '../gepa/world.ts';

const DRAW = 7;
const strategies = ['gepa', 'attribution'] as const;

const purposes = ({ turns }: Played): (string | undefined)[] => turns.map(({ step }) => step?.purpose);

/** What the baseline of a world scores at a draw. */
function scoresAt(draw: number, options: WorldOptions): Record<string, number> {
  const { search, scores } = makeWorld(options);
  const prompt = JSON.stringify(search.task.prompt);
  return Object.fromEntries(
    search.validationIds.map((id) => [id, scores(prompt, 'validation', id, draw)[0] ?? Number.NaN]),
  );
}

function all(score: number, options: WorldOptions): Record<string, number> {
  return Object.fromEntries(makeWorld(options).search.validationIds.map((id) => [id, score]));
}

const checked = (reference: Record<string, number> | null, options: WorldOptions): World =>
  makeWorld({ ...options, check: { draw: DRAW, reference } });

function turnsOf(count: number, world: World): Archive[] {
  const turns = [planNextStep(newArchive('run', world.search.task), world.search)];
  while (turns.length < count) {
    const folded = foldStep(turns.at(-1) ?? newArchive('run', world.search.task), world);
    turns.push(planNextStep(folded, world.search));
  }
  return turns;
}

/** As it is when it was stored and read in between. */
const stored = (archive: Archive): Archive => archiveSchema.parse(JSON.parse(JSON.stringify(archive)));

describe.each(strategies)('the check of a scheduled run under %s', (strategy) => {
  const optimizer = { strategy, generations: 2 };

  it('runs the baseline on all of validation at the fresh draw, and ends the run where the score is within noise', () => {
    const options = { validation: 40, start: 0.5, optimizer };

    const { turns, last, totals } = play(checked(scoresAt(4, options), options), undefined, stored);

    expect(turns).toHaveLength(2);
    const [first] = turns;
    const requests = first?.step?.kind === 'score' ? first.step.items.flatMap(({ rollouts }) => rollouts) : [];
    expect(first?.step?.purpose).toBe('check');
    expect(requests.map(({ exampleId }) => exampleId)).toEqual(makeWorld(options).search.validationIds);
    expect(new Set(requests.map(({ candidateId, draw }) => `${candidateId} ${draw}`))).toEqual(new Set(['baseline 7']));
    expect(last).toMatchObject({ turn: 2, step: null, stopReason: 'unchanged', scores: [], winnerId: null });
    expect(last.check).toMatchObject({ scores: scoresAt(DRAW, options), changed: false, delta: { n: 40 } });
    expect(last.check?.delta?.mean).not.toBe(0);
    expect(totals.taskCalls).toBe(40);
    expect(last.spend.rollouts).toBe(40);
  });

  it('begins the search where the score has moved, as if nothing had been but the spend', () => {
    const options = { start: 0.2, gain: 0.2, extra: { calls: 400 }, optimizer };

    const [asked, begun] = turnsOf(2, checked(all(1, options), { ...options, extra: { calls: 408 } }));
    const [plain] = turnsOf(1, makeWorld(options));

    expect(asked?.step?.purpose).toBe('check');
    expect(begun?.check).toMatchObject({ reference: 1, changed: true, delta: { n: 8 } });
    expect(begun?.check?.delta?.ci95[1]).toBeLessThan(0);
    expect(begun?.spend.rollouts).toBe(8);
    expect({ ...begun, turn: 1, check: null, spend: plain?.spend }).toEqual(plain);
  });

  it('is unchanged where nobody has looked before: there is nothing to compare with', () => {
    const { last } = play(checked(null, { optimizer }));

    expect(last).toMatchObject({ stopReason: 'unchanged', check: { reference: null, delta: null, changed: false } });
    expect(last.check?.mean).not.toBeNull();
  });

  it('is left out where it does not fit beside a search, and takes no room of one', () => {
    const options = { optimizer, weather: 'greedy' as const };
    const [poor, enough] = [7, 8 + 3].map((calls) => play(checked(null, { ...options, extra: { calls } })));

    expect(poor?.turns[0]?.step?.purpose).not.toBe('check');
    expect(poor?.last.check).toBeNull();
    const leases = enough?.turns[0]?.step?.items.map(({ lease }) => lease) ?? [];
    expect(enough?.turns[0]?.step?.purpose).toBe('check');
    expect(granted(leases).calls).toBe(8 + 3);
  });
});

describe('the check of a scheduled run', () => {
  it('ends in the same search as a run that asks nothing', () => {
    const options = { start: 0.2, gain: 0.2, extra: { calls: 400 } };

    const played = play(checked(all(1, options), { ...options, extra: { calls: 408 } }), undefined, stored);
    const plain = play(makeWorld(options));

    expect(purposes(played)).toEqual(['check', ...purposes(plain)]);
    expect(played.last.candidates).toEqual(plain.last.candidates);
    expect(played.last.scores).toEqual(plain.last.scores);
    expect(played.last).toMatchObject({ winnerId: plain.last.winnerId, stopReason: plain.last.stopReason });
    expect(played.last.spend.rollouts).toBe(plain.last.spend.rollouts + 8);
  });

  it.each([
    ['unchanged', false],
    ['changed', true],
  ])('goes by what was scored where most calls fail: %s', (_, changed) => {
    const options = { validation: 60, start: 0.5, refusals: 0.7 };
    const reference = changed ? all(0, options) : scoresAt(4, options);

    const check = turnsOf(2, checked(reference, options)).at(-1)?.check;

    expect(check?.changed).toBe(changed);
    expect(check?.failures).toBeGreaterThan(20);
    expect(check?.delta?.n).toBe(60 - (check?.failures ?? 0));
    expect(Object.keys(check?.scores ?? {})).toHaveLength(check?.delta?.n ?? 0);
  });

  it.each<[string, WorldOptions]>([
    ['the model is out of reach', { weather: 'dead' }],
    ['it answers nothing', { refusals: 1 }],
  ])('fails where %s: nothing can be said', (_, options) => {
    expect(() => play(checked(all(1, options), options))).toThrow(ModelUnavailableError);
  });

  it('takes several steps where one cannot hold it, within its caps, and picks up where it was', () => {
    const options = {
      validation: 200,
      timeoutSeconds: 300,
      start: 0.5,
      extra: { calls: 200 + 9 },
      optimizer: { concurrency: 1 },
    };

    const played = play(checked(scoresAt(4, options), options), undefined, stored);

    const { turns, last } = played;
    expect(purposes(played)).toEqual(['check', 'check', undefined]);
    const sizes = turns.map(({ step }) =>
      step?.kind === 'score' ? step.items.reduce((sum, { rollouts }) => sum + rollouts.length, 0) : 0,
    );
    expect(sizes).toEqual([128, 72, 0]);
    expect(granted(turns[0]?.step?.items.map(({ lease }) => lease) ?? []).calls).toBe(128 + 9);
    expect(last.check?.delta?.n).toBe(200);
  });

  it('ends with what it has when the time is up', () => {
    const options = { validation: 200, timeoutSeconds: 300, start: 0.5, optimizer: { concurrency: 1 } };
    const world = checked(scoresAt(4, options), { ...options, budget: { minutes: 1 } });
    const first = planNextStep(newArchive('run', world.search.task), world.search);

    const last = planNextStep({ ...foldStep(first, world), elapsedMs: 60_000 }, world.search);

    expect(last).toMatchObject({ step: null, stopReason: 'unchanged', check: { changed: false, delta: { n: 128 } } });
  });
});

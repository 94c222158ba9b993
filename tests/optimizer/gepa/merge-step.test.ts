import { describe, expect, it } from 'vitest';
import type { Archive, Candidate, ScoreRow } from '../../../lambdas/contracts/artifacts.ts';
import { frontierTypes } from '../../../lambdas/contracts/task.ts';
import { BASELINE_ID, candidateOf, componentsOf, newArchive, store } from '../../../lambdas/optimizer/archive.ts';
import { mergeStep, withJudgedMerge } from '../../../lambdas/optimizer/gepa/merge-step.ts';
import { foldStep, granted, type Played, play } from './player.ts';
import { makeWorld, type World, type WorldOptions } from './world.ts';

const VALIDATION = 20;
const MERGE = 'g1-m';
/** Validation examples on which each scores 1; the baseline on none. */
const solved = { 'g1-s0': [0, 8], 'g1-s1': [8, 14] } as const;

/** The end of a first generation: two children that changed a component each. */
function twoChildren(options: WorldOptions = {}): { archive: Archive; world: World } {
  const world = makeWorld({ validation: VALIDATION, freeComponents: 2, ...options });
  let archive = { ...newArchive('run', world.search.task), generation: 1 };
  const [baseline] = archive.candidates;
  if (baseline === undefined) throw new Error('There is no baseline.');
  for (const [slot, component] of ['system', 'rules0'].entries()) {
    const text = `Better ${component}.`;
    const { parts, texts } = store({ ...world.search.task.prompt, [component]: text }, archive.texts);
    const origin = 'mutation';
    const child = {
      ...baseline,
      id: `g1-s${slot}`,
      parents: [BASELINE_ID],
      generation: 1,
      slot,
      origin,
      component,
      parts,
    };
    archive = { ...archive, texts, candidates: [...archive.candidates, child as Candidate] };
  }
  const rows = archive.candidates.flatMap(({ id }) =>
    world.search.validationIds.map((exampleId, i): ScoreRow => {
      const [from, to] = id in solved ? solved[id as keyof typeof solved] : [0, 0];
      const score = i >= from && i < to ? 1 : 0;
      return [id, 'validation', exampleId, 0, score, score];
    }),
  );
  const summary = { proposed: 0, accepted: 0, rejected: 0, bestValidation: null, rollouts: 0, reasons: {} };
  const generations = [
    { ...summary, generation: 0 },
    { ...summary, generation: 1, proposed: 2, accepted: 2 },
  ];
  return { world, archive: { ...archive, scores: rows, generations } };
}

/** The archive as if the merge's sample had been scored so. */
function withSample(archive: Archive, scoreOf: (exampleId: string, i: number) => number | null): Archive {
  const { minibatch } = candidateOf(archive, MERGE);
  const rows = (minibatch?.exampleIds ?? []).map((exampleId, i): ScoreRow => {
    const score = scoreOf(exampleId, i);
    return score === null
      ? [MERGE, 'validation', exampleId, 0, null]
      : [MERGE, 'validation', exampleId, 0, score, score];
  });
  return { ...archive, scores: [...archive.scores, ...rows] };
}

function merged(options: WorldOptions = {}): { archive: Archive; world: World } {
  const { archive, world } = twoChildren(options);
  const next = mergeStep(archive, world.search);
  if (next === null) throw new Error('There is no merge.');
  return { archive: next, world };
}

/** Whether either child solves it: what a good merge would do. */
const isSolved = (exampleId: string): number => (Number(exampleId.slice(1)) < 14 ? 1 : 0);

describe('mergeStep', () => {
  it('joins what two lineages changed, and tries it on a sample of validation first', () => {
    const { archive } = merged();

    const child = candidateOf(archive, MERGE);
    expect(child).toMatchObject({ origin: 'merge', parents: ['g1-s0', 'g1-s1'], status: 'accepted', component: null });
    expect(componentsOf(archive, child)).toMatchObject({ system: 'Better system.', rules0: 'Better rules0.' });
    expect(archive.generations[1]).toMatchObject({ proposed: 3, accepted: 3, rejected: 0 });
    if (archive.step?.kind !== 'score') throw new Error('This is no score step.');
    const asked = archive.step.items.flatMap(({ rollouts }) => rollouts);
    expect(asked.map(({ exampleId }) => exampleId).sort()).toEqual(child.minibatch?.exampleIds.toSorted());
    expect(asked.map(({ candidateId, draw }) => [candidateId, draw])).toEqual(
      Array.from({ length: 5 }, () => [MERGE, 0]),
    );
  });

  it.each<[string, WorldOptions, (archive: Archive) => Archive]>([
    ['the task has merges off', { optimizer: { merge: false } }, (archive) => archive],
    ['one component is free', { freeComponents: 1 }, (archive) => archive],
    ['no child was accepted', {}, (archive) => ({ ...archive, generation: 2 })],
    ['there was one in this generation', {}, withMerge],
    ['five were tried', {}, withFiveMerges],
    ['a prompt is perfect', {}, asIfPerfect],
    ['the budget has no room for its validation', { extra: { calls: VALIDATION - 1 } }, afterBaseline],
    ['the text was tried before', {}, withTwin],
  ])('makes no merge when %s', (_, options, change) => {
    const { archive, world } = twoChildren(options);

    expect(mergeStep(change(archive), world.search)).toBeNull();
  });

  it('makes a merge with room for its validation and no more', () => {
    const { archive, world } = twoChildren({ extra: { calls: VALIDATION } });

    const next = mergeStep(afterBaseline(archive), world.search);

    expect(granted(next?.step?.items.map(({ lease }) => lease) ?? []).calls).toBe(5);
  });
});

describe('withJudgedMerge', () => {
  it('keeps a merge that does as well as the better parent on the sample', () => {
    const { archive } = merged();

    const good = candidateOf(withJudgedMerge(withSample(archive, isSolved)), MERGE);
    const equal = candidateOf(withJudgedMerge(withSample(archive, (id) => (Number(id.slice(1)) < 8 ? 1 : 0))), MERGE);

    for (const { status, minibatch } of [good, equal]) {
      expect(status).toBe('accepted');
      expect(minibatch?.before).toHaveLength(5);
    }
    expect(good.minibatch?.after.filter((score) => score === 1)).toHaveLength(4);
  });

  it('rejects one that does worse, or that nobody answered, and says so in the summary', () => {
    const { archive } = merged();
    const reason = 'worse than a parent on a sample of validation';

    for (const score of [0, null]) {
      const judged = withJudgedMerge(withSample(archive, () => score));
      expect(candidateOf(judged, MERGE)).toMatchObject({ status: 'rejected', reason });
      expect(judged.generations[1]).toMatchObject({ accepted: 2, rejected: 1, reasons: { [reason]: 1 } });
      expect(withJudgedMerge(judged)).toEqual(judged);
    }
  });

  it('compares on what was answered', () => {
    const { archive } = merged();
    const failing = withSample(archive, (id, i) => (i === 0 ? null : isSolved(id)));

    expect(candidateOf(withJudgedMerge(failing), MERGE).status).toBe('accepted');
  });

  it('waits for the sample', () => {
    const { archive } = merged();

    expect(withJudgedMerge(archive)).toBe(archive);
  });
});

describe('a run with merges', () => {
  /** Two evals, each served by an idea of its own: lineages that are good at different things. */
  const options = (seed: number, merge: boolean): WorldOptions => ({
    seed,
    evals: 2,
    ideas: 2,
    freeComponents: 2,
    train: 40,
    validation: 24,
    luck: 0,
    start: 0.2,
    gain: 0.5,
    extra: { calls: 3_000 },
    optimizer: { generations: 1, proposals: 6, minibatchSize: 6, finalists: 0, merge },
  });
  const ideasOf = (archive: Archive, id: string): number =>
    new Set(JSON.stringify(componentsOf(archive, candidateOf(archive, id))).match(/idea \d+/g)).size;
  const bestOf = ({ last }: Played): number => last.generations.at(-1)?.bestValidation ?? 0;

  it('joins the gains of two components, at the price of a validation and of no reflection', () => {
    let merges = 0;
    for (const frontierType of frontierTypes) {
      for (let seed = 0; seed < 12; seed += 1) {
        const [without, played] = [false, true].map((merge) => {
          const given = options(seed, merge);
          return play(makeWorld({ ...given, optimizer: { ...given.optimizer, frontierType } }));
        });
        if (without === undefined || played === undefined) throw new Error('There is no run.');
        const { last } = played;
        const merge = last.candidates.find(({ id }) => id === MERGE);
        if (merge === undefined) continue;
        merges += 1;

        expect(merge).toMatchObject({ status: 'accepted', reason: null });
        expect([...merge.parents, MERGE].map((id) => ideasOf(last, id))).toEqual([1, 1, 2]);
        expect(last.winnerId).toBe(MERGE);
        expect(bestOf(played)).toBeGreaterThan(bestOf(without) + 0.1);
        expect(played.totals.reflectionCalls).toBe(without.totals.reflectionCalls);
        expect(played.last.spend.rollouts).toBe(without.last.spend.rollouts + 24);
      }
    }
    expect(merges).toBeGreaterThan(10);
  });

  it('stops at five merges, one a generation', () => {
    const optimizer = { generations: 40, proposals: 3, minibatchSize: 3 };
    for (const seed of [1, 2]) {
      const luck = { luck: 1, ideas: 1_000, start: 0.2, gain: 0.04, freeComponents: 4, validation: 12 };
      const { last } = play(makeWorld({ ...options(seed, true), ...luck, extra: { calls: 4_000 }, optimizer }));

      const merges = last.candidates.filter(({ origin }) => origin === 'merge');
      expect(merges).toHaveLength(5);
      expect(new Set(merges.map(({ generation }) => generation)).size).toBe(5);
      expect(last.generation).toBeGreaterThan(Math.max(...merges.map(({ generation }) => generation)) + 5);
    }
  });

  it('tells no score of a sample as the best so far', () => {
    const { archive, world } = merged({ start: 1 });

    const next = foldStep(archive, world);

    expect(next.scores.filter(([id]) => id === MERGE).map(([, , , , score]) => score)).toEqual([1, 1, 1, 1, 1]);
    expect(next.generations.at(-1)?.bestValidation).toBe(0.4);
  });
});

/** What the baseline took is in the spend; its children were free. */
function afterBaseline(archive: Archive): Archive {
  return { ...archive, spend: { ...archive.spend, modelCalls: VALIDATION, rollouts: VALIDATION } };
}

function withMerge(archive: Archive): Archive {
  const [first] = archive.candidates;
  if (first === undefined) throw new Error('There is nobody.');
  const { parts } = store({ system: 'Another.' }, {});
  return {
    ...archive,
    candidates: [
      ...archive.candidates,
      { ...first, id: MERGE, generation: 1, origin: 'merge', parts, status: 'rejected', reason: 'worse' },
    ],
  };
}

function withFiveMerges(archive: Archive): Archive {
  const { candidates } = withMerge(archive);
  const last = candidates.at(-1);
  if (last === undefined) throw new Error('There is nobody.');
  const merges = Array.from({ length: 5 }, (_, i) => ({ ...last, id: `g0-m${i}`, generation: 0 }));
  return { ...archive, candidates: [...archive.candidates, ...merges] };
}

function asIfPerfect(archive: Archive): Archive {
  const scores = archive.scores.map(
    ([id, split, exampleId, draw, score]): ScoreRow =>
      id === 'g1-s0' ? [id, split, exampleId, draw, 1, 1] : [id, split, exampleId, draw, score, score ?? 0],
  );
  return { ...archive, scores };
}

/** A rejected child that had the very text that the merge comes to. */
function withTwin(archive: Archive): Archive {
  const [first, second] = ['g1-s0', 'g1-s1'].map((id) => candidateOf(archive, id));
  if (first === undefined || second === undefined) throw new Error('There is nobody.');
  const parts = { ...first.parts, rules0: second.parts.rules0 ?? '' };
  const twin: Candidate = { ...first, id: 'g1-s2', slot: 2, parts, status: 'rejected', reason: 'no better' };
  return { ...archive, candidates: [...archive.candidates, twin] };
}

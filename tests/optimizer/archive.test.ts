import { describe, expect, it } from 'vitest';
import { type Archive, archiveSchema, type Candidate, type ScoreRow } from '../../lambdas/contracts/artifacts.ts';
import {
  BASELINE_ID,
  candidateOf,
  componentsOf,
  judgedScores,
  newArchive,
  nextDraws,
  sameParts,
  store,
  validationScores,
} from '../../lambdas/optimizer/archive.ts';
import { makeWorld } from './gepa/world.ts';

function archiveWith(scores: ScoreRow[], children: Partial<Candidate>[] = []): Archive {
  const archive = newArchive('run', makeWorld().search.task);
  const baseline = candidateOf(archive, BASELINE_ID);
  const candidates = children.map((child, i): Candidate => ({ ...baseline, id: `c${i}`, ...child }));
  return { ...archive, scores, candidates: [baseline, ...candidates] };
}

const row = (id: string, example: string, draw: number, score: number | null): ScoreRow =>
  score === null ? [id, 'validation', example, draw, null] : [id, 'validation', example, draw, score, score];

describe('newArchive', () => {
  it('holds the baseline alone and is of the contract', () => {
    const archive = newArchive('run', makeWorld({ freeComponents: 2 }).search.task);

    expect(archiveSchema.parse(archive)).toEqual(archive);
    expect(archive.candidates.map(({ id }) => id)).toEqual([BASELINE_ID]);
    expect(componentsOf(archive, candidateOf(archive, BASELINE_ID))).toEqual({
      rules0: 'Rule 0.',
      system: 'Decide the case.',
      user: '{{input}}',
    });
  });
});

describe('store', () => {
  it('keeps equal texts once and names them alike', () => {
    const first = store({ system: 'A', user: 'B' }, {});

    const second = store({ system: 'A', user: 'A' }, first.texts);

    expect(second.texts).toEqual(first.texts);
    expect(second.parts.user).toBe(first.parts.system);
    expect(sameParts(first.parts, second.parts)).toBe(false);
    expect(sameParts(first.parts, store({ user: 'B', system: 'A' }, {}).parts)).toBe(true);
  });
});

describe('validationScores', () => {
  it('takes the mean over the draws that were scored, of accepted candidates, on validation', () => {
    const archive = archiveWith(
      [
        row(BASELINE_ID, 'v0', 0, 1),
        row(BASELINE_ID, 'v0', 1, 0.5),
        row(BASELINE_ID, 'v1', 0, null),
        [BASELINE_ID, 'train', 't0', 0, 0, 0],
        row('c0', 'v0', 0, 1),
      ],
      [{ status: 'rejected', reason: 'no better' }],
    );

    const scores = validationScores(archive, ['right']);

    expect(scores).toEqual([
      { id: BASELINE_ID, scores: new Map([['v0', 0.75]]), objectives: new Map([['v0', { right: 0.75 }]]) },
    ]);
  });
});

describe('judgedScores', () => {
  it('leaves out candidates of whose rollouts less than half were scored', () => {
    const archive = archiveWith(
      [
        ...[1, 1, null, null].map((score, i) => row(BASELINE_ID, `v${i}`, 0, score)),
        ...[1, null, null, null].map((score, i) => row('c0', `v${i}`, 0, score)),
      ],
      [{}, {}],
    );

    expect(judgedScores(archive, ['right']).map(({ id }) => id)).toEqual([BASELINE_ID]);
  });
});

describe('nextDraws', () => {
  it('counts the draws of a prompt on a training example, whatever candidates they were made for', () => {
    const archive = archiveWith(
      [
        [BASELINE_ID, 'train', 't0', 0, 1, 1],
        [BASELINE_ID, 'train', 't0', 1, null],
        ['c0', 'train', 't1', 5, 1, 1],
        [BASELINE_ID, 'validation', 't2', 3, 1, 1],
      ],
      [{ status: 'rejected', reason: 'the same prompt as baseline' }, { parts: { system: 'other' } }],
    );

    const next = nextDraws(archive);

    const draw = (candidateId: string, exampleId: string): number => next({ candidateId, exampleId });
    expect([draw(BASELINE_ID, 't0'), draw(BASELINE_ID, 't0')]).toEqual([2, 3]);
    expect([draw(BASELINE_ID, 't1'), draw('c0', 't1')]).toEqual([6, 7]);
    expect(draw(BASELINE_ID, 't2')).toBe(0);
    expect(draw('c1', 't0')).toBe(0);
  });
});

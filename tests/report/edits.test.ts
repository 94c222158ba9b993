import { describe, expect, it } from 'vitest';
import { play } from '../../bench/play.ts';
import { simulate } from '../../bench/worlds/simulate.ts';
import { newArchive } from '../../lambdas/optimizer/archive.ts';
import { unpackWhole } from '../../lambdas/optimizer/units/diff.ts';
import { editsOf } from '../../lambdas/report/edits.ts';

const sizes = { train: 40, validation: 20, test: 20 };

describe('the edits of a report', () => {
  it('are none under gepa', () => {
    const { task } = play(simulate('null', 1, sizes), { rollouts: 150, strategy: 'gepa' });

    expect(editsOf(newArchive('run', task))).toEqual([]);
  });

  it('tell every unit once, in the order of the prompt, the kept ones being the best prompt', () => {
    const { archive, best } = play(simulate('rewording', 1, sizes), { rollouts: 400, strategy: 'attribution' });

    const edits = editsOf(archive);

    expect(new Set(edits.map(({ id }) => id)).size).toBe(edits.length);
    const kept = edits.filter(({ status }) => status === 'kept').map(({ text }) => text);
    expect(best.system?.trim().split('\n')).toEqual(kept);
    for (const edit of edits.filter(({ generation }) => generation > 0))
      expect(edit.exampleIds.length).toBeGreaterThan(0);
  });

  it('leave out a rewrite that was adopted and taken apart, and tell its lines', () => {
    const { archive } = play(simulate('rewriting', 1, sizes), { rollouts: 400, strategy: 'attribution' });
    const { attribution } = archive;
    const whole = attribution?.pool.units.find((unit) => unit.whole);
    if (attribution === null || whole === undefined) throw new Error('the run brought no rewrite');
    const { pool, units } = unpackWhole(attribution.pool, whole.id);

    const told = editsOf({ ...archive, attribution: { ...attribution, pool } }).map(({ id }) => id);

    expect(told).not.toContain(whole.id);
    expect(told).toEqual(expect.arrayContaining(units));
  });
});

import { describe, expect, it } from 'vitest';
import { play } from '../../bench/play.ts';
import { simulate } from '../../bench/worlds/simulate.ts';
import { newArchive } from '../../lambdas/optimizer/archive.ts';
import { addReply, unpackWhole } from '../../lambdas/optimizer/units/diff.ts';
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
    const { archive } = play(simulate('additive', 1, sizes), { rollouts: 400, strategy: 'attribution' });
    const { attribution } = archive;
    if (attribution === null) throw new Error('the run kept no units');
    const reply = 'Zwölf Boxkämpfer jagen Viktor.\nQuer über den Sylter Deich.\nFranz jagt im Taxi.';
    const seed = new Set(attribution.pool.units.filter(({ origins }) => origins.length === 0).map(({ id }) => id));
    const added = addReply(attribution.pool, seed, 'system', reply, {
      generation: 1,
      slot: 0,
      exampleIds: ['train-1'],
    });
    const [whole = ''] = added.touched;
    const { pool, units } = unpackWhole(added.pool, whole);

    const told = editsOf({ ...archive, attribution: { ...attribution, pool } }).map(({ id }) => id);

    expect(added.rewrote).toBe(true);
    expect(units).toHaveLength(3);
    expect(told).not.toContain(whole);
    expect(told).toEqual(expect.arrayContaining(units));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeComponent } from '../../../lambdas/optimizer/units/compose.ts';
import { addReply, unpackWhole } from '../../../lambdas/optimizer/units/diff.ts';
import { excludes, unitOf } from '../../../lambdas/optimizer/units/pool.ts';
import { allOf, origin, poolOf, SETTINGS } from './support.ts';
import { anyText } from './texts.ts';

const text = 'Sort the mail.\nBe kind to customers.\nAsk when in doubt.\nMail: {{input}}\nStop.\n';
const rewrite = 'You triage messages for a shop.\n\n- Message: {{input}}\n- Pick a queue. Say why.';

function rewritten() {
  const seed = poolOf(text);
  const pending = addReply(seed, allOf(seed), 'system', text.replace('Stop.', 'Stop.\nThank them.'), origin(0)).pool;
  return { seed, ...addReply(pending, allOf(seed), 'system', `\n${rewrite}\n`, origin(1)) };
}

describe('a reply that leaves little of its parent', () => {
  it('is one unit that excludes all of the parent', () => {
    const { pool, seed, touched, rewrote } = rewritten();

    expect(rewrote).toBe(true);
    expect(touched).toEqual(['u6']);
    expect(unitOf(pool, 'u6')).toMatchObject({
      whole: true,
      text: rewrite,
      roots: [...allOf(seed)],
      status: 'on_trial',
    });
    expect(pool.components.system?.order.at(-1)).toBe('u6');
    expect(composeComponent(pool, 'system', new Set(['u6']))).toBe(`${rewrite}\n`);
  });

  it.each([
    ['loses a placeholder', rewrite.replace('{{input}}', 'none'), []],
    ['loses a text to keep', rewrite, ['Be kind']],
  ])('is dropped when it %s', (_, reply, keep) => {
    const seed = poolOf(text, keep);

    expect(addReply(seed, allOf(seed), 'system', reply, origin(0), keep)).toMatchObject({ touched: [], rewrote: true });
  });

  it('is the same unit when another reply comes to it', () => {
    const { pool, seed } = rewritten();

    const again = addReply(pool, allOf(seed), 'system', rewrite.toUpperCase().replace('INPUT', 'input'), origin(2));

    expect(again.touched).toEqual(['u6']);
    expect(unitOf(again.pool, 'u6').origins).toEqual([origin(1), origin(2)]);
  });

  it('is none when most units are only reworded', () => {
    const seed = poolOf(text);
    const reworded = text
      .replace('Sort', 'Sort all')
      .replace('kind', 'very kind')
      .replace('when', 'if')
      .replace('Stop', 'Halt');

    expect(addReply(seed, allOf(seed), 'system', reworded, origin(0)).rewrote).toBe(false);
  });

  it('is none for a short parent', () => {
    const seed = poolOf('Sort it.\nStop.');

    expect(addReply(seed, allOf(seed), 'system', 'Wholly other words.', origin(0)).rewrote).toBe(false);
  });
});

describe('unpackWhole', () => {
  it('makes kept units that compose to the rewrite, and retires what it excludes', () => {
    const { pool } = rewritten();
    const excluded = pool.units.filter((unit) => excludes(unit, unitOf(pool, 'u6')));

    const { pool: now, units } = unpackWhole(pool, 'u6');

    expect(composeComponent(now, 'system', new Set(units))).toBe(`${rewrite}\n`);
    for (const id of units) {
      expect(unitOf(now, id)).toMatchObject({ status: 'kept', roots: [id], whole: false, origins: [origin(1)] });
    }
    expect(units.map((id) => unitOf(now, id).protected)).toEqual([false, true, false]);
    for (const { id } of excluded) expect(unitOf(now, id).status).toBe('out');
    expect(unitOf(now, 'u6').status).toBe('out');
    expect(unitOf(now, 'u5').status).toBe('on_trial');
  });

  it('loses nothing of any rewrite', () => {
    fc.assert(
      fc.property(anyText, (reply) => {
        const seed = poolOf('Sort the mail.\nBe kind to customers.\nAsk when in doubt.\nStop.');
        const { pool, touched, rewrote } = addReply(seed, allOf(seed), 'system', reply, origin(0));
        fc.pre(rewrote && touched.length === 1);

        const { pool: now, units } = unpackWhole(pool, touched[0] ?? '');

        expect(composeComponent(now, 'system', new Set(units))).toBe(reply.trim());
      }),
      SETTINGS,
    );
  });

  it('refuses a unit that is no rewrite', () => {
    expect(() => unpackWhole(poolOf('Sort it.'), 'u0')).toThrow(RangeError);
    expect(() => unpackWhole(poolOf('Sort it.'), 'u7')).toThrow(RangeError);
  });
});

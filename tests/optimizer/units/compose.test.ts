import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBits, toBits } from '../../../lambdas/optimizer/units/bits.ts';
import { composeAll, composeComponent, composePrompt } from '../../../lambdas/optimizer/units/compose.ts';
import { addReply } from '../../../lambdas/optimizer/units/diff.ts';
import { mayTouch, mustBreak } from '../../../lambdas/optimizer/units/kinds.ts';
import { excludes, hasConflict, newPool, unitsOf } from '../../../lambdas/optimizer/units/pool.ts';
import { corpus } from './corpus.ts';
import { allOf, origin, plainPrompt, poolOf, SETTINGS, sentence, textOf } from './support.ts';
import { anyText } from './texts.ts';

/** A prompt and replies to it, all in one pool. */
const grown = fc
  .tuple(plainPrompt.map(textOf), fc.array(plainPrompt.map(textOf), { maxLength: 4 }))
  .map(([text, replies]) => {
    const seed = poolOf(text);
    const parent = allOf(seed);
    const pools = [seed];
    for (const [slot, reply] of replies.entries()) {
      pools.push(addReply(pools.at(-1) ?? seed, parent, 'system', `${text}\n${reply}`, origin(slot)).pool);
    }
    return pools;
  });

describe('composing', () => {
  it.each(Object.entries(corpus))('gives the prompt %s back when all its units are in', (_, text) => {
    const pool = newPool({ system: text, user: corpus.tags ?? '', frozen: 'x' }, ['user', 'system'], []);

    expect(composePrompt(pool, allOf(pool))).toEqual({ system: text, user: corpus.tags });
  });

  it('gives any text back that is not blank', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const pool = poolOf(text);
        expect(composeComponent(pool, 'system', allOf(pool))).toBe(text.trim() === '' ? '' : text);
      }),
      SETTINGS,
    );
  });

  it('is empty without units', () => {
    expect(composeComponent(poolOf(corpus.facility ?? ''), 'system', new Set())).toBe('');
  });

  it('never glues two units of any subset together, and gives blocks lines of their own', () => {
    fc.assert(
      fc.property(anyText, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (text, choice) => {
        const pool = poolOf(text);
        const chosen = unitsOf(pool, 'system').filter((_, index) => choice[index] ?? true);

        let rest = composeComponent(pool, 'system', new Set(chosen.map(({ id }) => id)));

        for (const [index, unit] of chosen.entries()) {
          const at = rest.indexOf(unit.text);
          const left = chosen[index - 1];
          const space = rest.slice(0, at);
          expect(space.trim()).toBe('');
          if (left !== undefined && mustBreak(left.text, unit.text)) expect(space).toContain('\n');
          else if (left !== undefined && !mayTouch(left.text, unit.text)) expect(space).not.toBe('');
          rest = rest.slice(at + unit.text.length);
        }
      }),
      SETTINGS,
    );
  });

  it.each([
    ['a paragraph', 'A.\n\nB.\n\nC.', [1], 'A.\n\nC.'],
    ['the last sentence of a line', 'A. B.\nC.', [1], 'A.\nC.'],
    ['what ends one paragraph and begins the next', 'One. Two.\n\nThree. Four.', [1, 2], 'One.\n\nFour.'],
    ['the last item', '- a\n- b\n\nEnd.', [1], '- a\n\nEnd.'],
    ['a wide sentence', '甲。乙。丙。', [1], '甲。丙。'],
    ['a line in a text with CRLF', 'A.\r\nB.\r\n', [0], 'B.\r\n'],
  ])('leaves the paragraphs as they are without %s', (_, text, out, expected) => {
    const pool = poolOf(text.replaceAll('A.', 'Ask.').replaceAll('B.', 'Be.').replaceAll('C.', 'Check.'));
    const included = new Set(pool.units.filter((_, index) => !out.includes(index)).map(({ id }) => id));
    const wanted = expected.replaceAll('A.', 'Ask.').replaceAll('B.', 'Be.').replaceAll('C.', 'Check.');

    expect(composeComponent(pool, 'system', included)).toBe(wanted);
  });

  it('refuses units that exclude each other', () => {
    const seed = poolOf('Sort the mail quickly.');
    const { pool } = addReply(seed, allOf(seed), 'system', 'Sort the mail slowly.', origin(0));

    expect(() => composeComponent(pool, 'system', allOf(pool))).toThrow(RangeError);
    expect(() => composePrompt(pool, allOf(pool))).toThrow('exclude');
  });

  it('throws exactly for subsets with a conflict', () => {
    fc.assert(
      fc.property(grown, fc.infiniteStream(fc.boolean()), (pools, choice) => {
        const pool = pools.at(-1) ?? poolOf('');
        const chosen = pool.units.filter(() => choice.next().value);
        const conflict = chosen.some((one) => chosen.some((other) => excludes(one, other)));

        expect(hasConflict(chosen)).toBe(conflict);
        const compose = () => composePrompt(pool, new Set(chosen.map(({ id }) => id)));
        if (conflict) expect(compose).toThrow(RangeError);
        else expect(compose).not.toThrow();
      }),
      SETTINGS,
    );
  });

  it('never changes what old units compose to while the pool grows, nor their bits', () => {
    fc.assert(
      fc.property(grown, fc.array(fc.boolean(), { maxLength: 60 }), (pools, choice) => {
        const last = pools.at(-1) ?? poolOf('');
        for (const pool of pools) {
          const chosen: typeof pool.units = [];
          for (const [index, unit] of pool.units.entries()) {
            if ((choice[index] ?? true) && !chosen.some((other) => excludes(unit, other))) chosen.push(unit);
          }
          const ids = new Set(chosen.map(({ id }) => id));
          const bits = toBits(pool, ids);

          expect(composePrompt(last, ids)).toEqual(composePrompt(pool, ids));
          expect(fromBits(last, bits)).toEqual(ids);
          expect(toBits(last, ids)).toBe(bits);
          expect(bits).not.toMatch(/0$/);
        }
      }),
      SETTINGS,
    );
  });

  it('composes the longest prompt that can still come out of all edits', () => {
    const seed = poolOf('Sort the mail.\nBe kind.');
    const { pool } = addReply(seed, allOf(seed), 'system', 'Sort the mail very quickly.\nBe kind.\nStop.', origin(0));

    expect(composeAll(pool)).toEqual({ system: 'Sort the mail very quickly.\nBe kind.\nStop.' });
  });

  it('composes thousands of prompts a second', () => {
    const [text = ''] = fc
      .sample(fc.array(sentence, { minLength: 100, maxLength: 100 }), { seed: 1, numRuns: 1 })
      .map((lines) => lines.join('\n'));
    const pool = poolOf(text);
    const included = allOf(pool);

    const start = performance.now();
    for (let run = 0; run < 1000; run++) composePrompt(pool, included);

    expect(pool.units).toHaveLength(100);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('bits', () => {
  it('has the first units in the first digit', () => {
    const pool = poolOf('a\nb\nc\nd\ne\nf');

    expect(toBits(pool, new Set(['u0', 'u5']))).toBe('12');
    expect(toBits(pool, new Set())).toBe('');
    expect([...fromBits(pool, '12')]).toEqual(['u0', 'u5']);
  });

  it.each(['x', '004', 'F'])('refuses %j', (hex) => {
    expect(() => fromBits(poolOf('a\nb'), hex)).toThrow(RangeError);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UnitPool } from '../../../lambdas/contracts/attribution.ts';
import { unitPoolSchema } from '../../../lambdas/contracts/attribution.ts';
import { composeComponent } from '../../../lambdas/optimizer/units/compose.ts';
import { addReply, unpackWhole } from '../../../lambdas/optimizer/units/diff.ts';
import { excludes, hasConflict, unitOf } from '../../../lambdas/optimizer/units/pool.ts';
import { corpus } from './corpus.ts';
import { allOf, origin, plainPrompt, poolOf, SETTINGS, sentence, textOf, withEdits } from './support.ts';
import { anyText } from './texts.ts';

/** The reply to a whole seed, and what all its edits make of it. */
function replyTo(text: string, reply: string, keep: readonly string[] = []) {
  const seed = poolOf(text, keep);
  const before = JSON.stringify(seed);
  const added = addReply(seed, allOf(seed), 'system', reply, origin(0), keep);
  expect(JSON.stringify(seed)).toBe(before);
  const included = withEdits(added.pool, seed, allOf(seed), added.touched);
  return { ...added, seed, composed: composeComponent(added.pool, 'system', included) };
}

const fresh = (pool: UnitPool, seed: UnitPool) => pool.units.slice(seed.units.length);

type Parts = readonly (readonly [string, string])[];
/**
 * Inserts, replaces and takes out units; white space between the others stays. What two kinds of break stand around is
 * only taken out of the seed: what is left then depends on which of its neighbours were written for each other.
 */
function edited(
  parts: Parts,
  edits: readonly (readonly [number, 'put' | 'swap' | 'cut', string])[],
  isSeed: boolean,
): Parts {
  const now = parts.map(([text, space]) => ({ text, space, fixed: false }));
  for (const [where, kind, text] of edits) {
    const at = where % now.length;
    const here = now[at];
    // Of two equal units nobody can tell which one is new.
    if (here === undefined || here.fixed || now.some((other) => other.text === text)) continue;
    if (kind === 'put') now.splice(at + 1, 0, { text, space: here.space, fixed: true });
    else if (kind === 'swap') now[at] = { ...here, text, fixed: true };
    else if (now.length > 1) {
      const left = now[at - 1];
      const right = now[at + 1];
      const breaks = (space: string): number => space.split('\n').length;
      if (left !== undefined && right !== undefined && left.space !== here.space) {
        if (!isSeed || left.fixed || right.fixed) continue;
        if (breaks(here.space) > breaks(left.space)) left.space = here.space;
      }
      now.splice(at, 1);
    }
  }
  return now.map(({ text, space }) => [text, space]);
}

const edits = fc.array(
  fc.tuple(
    fc.nat(30),
    fc.constantFrom('put', 'swap', 'cut'),
    sentence.map((text) => `${text.slice(0, -1)} anew.`),
  ),
  { minLength: 1, maxLength: 6 },
);

describe('addReply', () => {
  it('gives the reply when all its edits are done to the parent, generation after generation', () => {
    fc.assert(
      fc.property(plainPrompt, fc.array(edits, { minLength: 1, maxLength: 3 }), (prompt, rounds) => {
        let parts: Parts = prompt;
        let pool = poolOf(textOf(prompt));
        let included = allOf(pool);
        for (const [round, changes] of rounds.entries()) {
          parts = edited(parts, changes, round === 0);
          const reply = textOf(parts);

          const added = addReply(pool, included, 'system', reply, origin(0, round + 1));
          const now = withEdits(added.pool, pool, included, added.touched);

          // A twin of an older unit stands in its own place with its own words.
          const fused = added.touched.some((id) => !included.has(id) && Number(id.slice(1)) < pool.units.length);
          // Of a reply that says most in other words only the new lines are tried.
          fc.pre(!fused && !added.reworded);
          expect(composeComponent(added.pool, 'system', now)).toBe(reply);
          // As a run does with a rewrite that it adopts.
          const unpacked = added.rewrote ? unpackWhole(added.pool, [...now][0] ?? '') : null;
          pool = unpacked?.pool ?? added.pool;
          included = unpacked === null ? now : new Set(unpacked.units);
          expect(composeComponent(pool, 'system', included)).toBe(reply);
        }
      }),
      { ...SETTINGS, numRuns: 1000 },
    );
  });

  it('makes a sound pool of any reply, and does nothing for the parent itself', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, reply) => {
        const seed = poolOf(text, ['Word']);
        const { pool, touched } = addReply(seed, allOf(seed), 'system', reply, origin(0), ['Word']);

        expect(unitPoolSchema.parse(pool)).toEqual(pool);
        expect([...(pool.components.system?.order ?? [])].sort()).toEqual(pool.units.map(({ id }) => id).sort());
        for (const unit of pool.units) expect(unit.protected && unit.status === 'on_trial').toBe(false);
        const included = withEdits(pool, seed, allOf(seed), touched);
        expect(hasConflict([...included].map((id) => unitOf(pool, id)))).toBe(false);
        expect(addReply(seed, allOf(seed), 'system', text, origin(0)).touched).toEqual([]);
      }),
      SETTINGS,
    );
  });

  it('finds no edit in any mixture that is given back as it is', () => {
    fc.assert(
      fc.property(anyText, anyText, fc.array(fc.boolean()), (text, reply, choice) => {
        const seed = poolOf(text);
        const { pool } = addReply(seed, allOf(seed), 'system', reply, origin(0));
        const chosen: typeof pool.units = [];
        for (const [index, unit] of pool.units.entries()) {
          if ((choice[index] ?? true) && !chosen.some((other) => excludes(unit, other))) chosen.push(unit);
        }
        const included = new Set(chosen.map(({ id }) => id));

        const again = addReply(pool, included, 'system', composeComponent(pool, 'system', included), origin(1));

        expect(again.touched).toEqual([]);
      }),
      SETTINGS,
    );
  });

  it.each<[string, string, string, [string, string[]]]>([
    ['an insertion', 'Sort it.\nStop.', 'Sort it.\nThank them.\nStop.', ['Thank them.', []]],
    ['a replacement', 'Sort the mail.\nStop.', 'Sort the old mail.\nStop.', ['Sort the old mail.', ['u0']]],
    [
      'equal first words',
      'Sort the mail by age.\nStop.',
      'Sort the mail, which is not as easy as it looks.\nStop.',
      ['Sort the mail, which is not as easy as it looks.', ['u0']],
    ],
    [
      'a moved unit',
      'Sort it.\nAsk me.\nBe kind to all.\nStop.',
      'Be kind to all.\nSort it.\nAsk me.\nStop.',
      ['Be kind to all.', ['u2']],
    ],
  ])('takes %s as one new unit on trial', (_, text, reply, [expected, replaces]) => {
    const { pool, seed, touched, composed } = replyTo(text, reply);

    const units = fresh(pool, seed);
    expect(units).toHaveLength(1);
    expect(units[0]).toMatchObject({
      text: expected,
      replaces,
      status: 'on_trial',
      protected: false,
      origins: [origin(0)],
    });
    expect(units[0]?.roots).toEqual(replaces.length === 0 ? [units[0]?.id] : replaces);
    expect(touched).toContain(units[0]?.id);
    expect(composed).toBe(reply);
  });

  it('tries without a unit that the reply left out', () => {
    const { pool, touched, composed } = replyTo('Sort it.\nBe kind.\nStop.', 'Sort it.\nStop.');

    expect(touched).toEqual(['u1']);
    expect(unitOf(pool, 'u1')).toMatchObject({ status: 'on_trial', deletions: [origin(0)] });
    expect(composed).toBe('Sort it.\nStop.');
  });

  it('replaces the unit that is most alike and takes a new one in beside it', () => {
    const reply = 'Sort it.\nGreet them first.\nAnswer angry customers very kindly.\nStop.';
    const { pool, seed, composed } = replyTo('Sort it.\nAnswer angry customers kindly.\nStop.', reply);

    expect(fresh(pool, seed).map(({ text, replaces }) => [text, replaces])).toEqual([
      ['Greet them first.', []],
      ['Answer angry customers very kindly.', ['u1']],
    ]);
    expect(composed).toBe(reply);
  });

  it('puts insertions of several replies at one place in the order of the replies', () => {
    const seed = poolOf('Sort it.\nStop.');
    const first = addReply(seed, allOf(seed), 'system', 'Sort it.\nThank them.\nStop.', origin(0)).pool;
    const second = addReply(first, allOf(seed), 'system', 'Sort it.\nGreet the boss.\nStop.', origin(1)).pool;

    expect(composeComponent(second, 'system', allOf(second))).toBe('Sort it.\nThank them.\nGreet the boss.\nStop.');
  });

  it('keeps tags that came in together together', () => {
    const reply = 'Sort it.\n<tone>\nBe kind.\n</tone>\nStop.';
    const { pool, seed, touched } = replyTo('Sort it.\nStop.', reply);

    expect(fresh(pool, seed).map(({ text }) => text)).toEqual(['<tone>\nBe kind.\n</tone>']);
    const parent = new Set([...allOf(seed), ...touched]);
    expect(addReply(pool, parent, 'system', `${reply}\nSmile.`, origin(1)).touched).toHaveLength(1);
  });

  it('reads wide sentences inserted in the middle of a line', () => {
    expect(replyTo('甲を見る。\n乙を書く。', '甲を見る。丙を聞く。\n乙を書く。').composed).toBe(
      '甲を見る。丙を聞く。\n乙を書く。',
    );
  });

  it('does nothing for an empty reply', () => {
    expect(replyTo('Sort it.\nStop.', ' \n')).toMatchObject({ touched: [], rewrote: false });
  });

  it('takes units into an empty component', () => {
    expect(replyTo('', 'Sort it. Be kind.\n- now').composed).toBe('Sort it. Be kind.\n- now');
  });
});

describe('protected units', () => {
  const prompt = 'Sort the mail.\nMail: {{input}}\nReply with one word.\nNever say sorry.';

  it('are never tried without', () => {
    const { pool, touched } = replyTo(prompt, 'Sort the mail.', ['sorry']);

    expect(touched).toEqual([]);
    expect(pool.units.map(({ status }) => status)).toEqual(['kept', 'kept', 'kept', 'kept']);
  });

  it.each([
    ['Reply with one label.', 'Reply with one word.', 1],
    ['Reply kindly to one word.', 'Reply with one word.', 0],
    ['E-mail: {{input}}', 'Mail: {{input}}', 1],
    ['Mail: {{other}}', 'Mail: {{input}}', 0],
    ['Never say sorry twice.', 'Never say sorry.', 0],
  ])('are replaced only by what does the same: %s', (now, old, replacements) => {
    const { pool, seed } = replyTo(prompt, prompt.replace(old, now), ['sorry']);

    expect(fresh(pool, seed)).toHaveLength(replacements);
  });
});

describe('twins', () => {
  const base = 'Sort the mail.\nStop.';
  const slots = (...lines: string[]) => {
    const seed = poolOf(base);
    let pool = seed;
    const touched: string[] = [];
    for (const [slot, line] of lines.entries()) {
      const added = addReply(pool, allOf(seed), 'system', `Sort the mail.\n${line}\nStop.`, origin(slot));
      ({ pool } = added);
      touched.push(...added.touched);
    }
    return { pool, touched, units: fresh(pool, seed) };
  };

  it.each([
    ['Refunds over 50 € go to billing.', '- refunds over 50 € go to BILLING'],
    ['Send every unpaid invoice to the billing queue.', 'Send every unpaid invoice to billing queue!'],
    ['Escalate angry customers to a manager quickly.', 'Escalate angry customer to a manager quickly.'],
  ])('are one unit with two origins: %s | %s', (first, second) => {
    const { units, touched } = slots(first, second);

    expect(units).toHaveLength(1);
    expect(units[0]?.origins).toEqual([origin(0), origin(1)]);
    expect(touched).toEqual(['u2', 'u2']);
  });

  it.each([
    ['Refunds over 50 euros go to the billing queue.', 'Refunds over 60 euros go to the billing queue.'],
    ['Always do mention the price in the first line.', 'Always do not mention the price in the first line.'],
    ['Mark leaks near electric equipment as high urgency.', 'Mark leaks near electric equipment as low urgency.'],
    ['Call the label "bug" whenever the app is broken.', 'Call the label "bag" whenever the app is broken.'],
    ['Use the code AB1 for orders of loyal customers.', 'Use the code AB2 for orders of loyal customers.'],
    ['Set the temperature to 1.5 degrees.', 'Set the temperature to 1-5 degrees.'],
    ['Use it when the score is < 5 points.', 'Use it when the score is > 5 points.'],
    ['---', '***'],
  ])('are not: %s | %s', (first, second) => {
    expect(slots(first, second).units).toHaveLength(2);
  });

  it('that are out stay out', () => {
    const seed = poolOf('Sort the mail.\nBe kind.\nStop.');
    const units = seed.units.map((unit) => (unit.id === 'u1' ? { ...unit, status: 'out' as const } : unit));
    const pool = { ...seed, units };

    const { pool: now, touched } = addReply(
      pool,
      new Set(['u0', 'u2']),
      'system',
      'Sort the mail.\nBe kind!\nStop.',
      origin(3),
    );

    expect(touched).toEqual(['u1']);
    expect(unitOf(now, 'u1')).toMatchObject({ status: 'out', origins: [origin(3)] });
  });

  it('of a unit that replaces nothing leave the old one to be tried without', () => {
    const seed = poolOf('Sort the mail.\nGreet all customers warmly.\nStop.');
    const parent = allOf(seed);
    const line = 'Greet all customers warmly and by name.';
    const { pool } = addReply(
      seed,
      parent,
      'system',
      `Sort the mail.\nGreet all customers warmly.\nStop.\n${line}`,
      origin(0),
    );

    const { touched } = addReply(pool, parent, 'system', `Sort the mail.\n${line}\nStop.`, origin(1));

    expect(touched).toEqual(['u3', 'u1']);
  });
});

describe('addReply on real prompts', () => {
  it.each(Object.entries(corpus))('takes a line into %s and leaves the rest', (_, text) => {
    const lines = `${text.trimEnd()}\nMention the weather.`;
    const { pool, seed, touched, composed } = replyTo(text, lines);

    expect(fresh(pool, seed).map((unit) => unit.text)).toEqual(['Mention the weather.']);
    expect(touched).toHaveLength(1);
    expect(composed).toBe(lines + text.slice(text.trimEnd().length));
  });
});

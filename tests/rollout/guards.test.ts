import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Example } from '../../lambdas/contracts/dataset.ts';
import { type GuardContext, guardText } from '../../lambdas/rollout/guards.ts';

const parentText = 'Answer kindly.\n{{input}}\n';

function guard(text: string, changes: Partial<GuardContext> = {}): string | null {
  return guardText(text, { parentText, maxChars: 1_000, triedAs: () => null, examples: [], ...changes });
}

/** Words that repeat nowhere, so that a copy is only found where it is. */
const prose = (length: number, salt = 'w'): string =>
  Array.from({ length }, (_, i) => `${salt}${i}`)
    .join(' ')
    .slice(0, length);
const example = (input: Example['input']): Example => ({ id: 'x-1', input });

describe('guardText', () => {
  it.each([
    { case: 'a small edit', text: 'Answer kindly and briefly.\n{{input}}\n', reason: null },
    { case: 'an empty text', text: ' \n', reason: 'the text is empty' },
    { case: 'the same text', text: parentText, reason: 'the text is unchanged' },
    {
      case: 'a text that is too long',
      text: `{{input}}${'x'.repeat(992)}`,
      reason: 'the text has 1001 characters, more than 1000',
    },
    { case: 'a text that is just short enough', text: `{{input}}${'x'.repeat(991)}`, reason: null },
    { case: 'a lost placeholder', text: 'Answer kindly.', reason: 'the text lost {{input}}' },
    {
      case: 'a new placeholder',
      text: 'Dear {{name}}: {{input}} {{> rules}}',
      reason: 'the text has the unknown {{> rules}}, {{name}}',
    },
    { case: 'a section for a variable', text: '{{#input}}x{{/input}}', reason: 'the text lost {{input}}' },
    {
      case: 'a broken placeholder',
      text: 'Answer {{input',
      reason: 'the placeholders do not parse (Unclosed tag at 14)',
    },
    { case: 'the placeholder written with spaces', text: 'Answer {{ input }}', reason: null },
  ])('says of $case: $reason', ({ text, reason }) => {
    expect(guard(text)).toBe(reason);
  });

  it('names the candidate that had the text already', () => {
    const triedAs = (text: string): string | null => (text.startsWith('Old') ? 'g1-s2' : null);

    expect(guard('Old {{input}}', { triedAs })).toBe('the text was already tried (g1-s2)');
    expect(guard('New {{input}}', { triedAs })).toBeNull();
  });

  it('finds every copy of 80 characters of an input, and none of 79, wherever it stands', () => {
    const source = prose(400);
    const place = fc.record({
      from: fc.integer({ min: 0, max: 320 }),
      before: fc.integer({ min: 0, max: 40 }),
      after: fc.integer({ min: 0, max: 40 }),
    });
    fc.assert(
      fc.property(place, ({ from, before, after }) => {
        const around = (copy: string): string => `${'<'.repeat(before)}${copy}${'>'.repeat(after)}`;
        const rule = (copy: string): string | null =>
          guard(around(copy), { parentText: 'x', examples: [example('other'), example(source)] });
        // A blank at an end would be trimmed away, and the copy with it.
        const copy = source.slice(from, from + 80);
        fc.pre(copy.trim() === copy);

        expect(rule(copy)).toMatch(/^the text copies a training input word for word \("/);
        expect(rule(copy.slice(0, 79))).toBeNull();
      }),
    );
  });

  it('sees through line breaks', () => {
    const copy = prose(90).replaceAll(' ', '\n  ');

    expect(guard(copy, { parentText: 'x', examples: [example(prose(90))] })).toContain('copies a training input');
  });

  it.each([
    { case: 'a field', input: { a: 'short', b: prose(120) } },
    { case: 'a nested field', input: { a: [{ b: { c: prose(120) } }] } },
  ] as { case: string; input: Example['input'] }[])('looks into $case of an input', ({ input }) => {
    const options = { parentText: 'x', examples: [example(input)] };

    expect(guard(`For example: ${prose(120)}`, options)).toContain('copies a training input');
    expect(guard(`For example: ${JSON.stringify(input)}`, options)).toContain('copies a training input');
    expect(guard(`For example: ${prose(120, 'v')}`, options)).toBeNull();
  });

  it('lets stand what the parent has word for word', () => {
    const parent = `Like this: ${prose(200)}`;

    expect(guard(`${parent}\nBe brief.`, { parentText: parent, examples: [example(prose(200))] })).toBeNull();
  });
});

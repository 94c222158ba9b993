import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { componentNames, diffComponents, diffText, type Hunk, type Segment } from '../../lambdas/report/diff.ts';

const join = (hunks: Hunk[], ...changes: Segment['change'][]) =>
  hunks
    .flatMap((hunk) => hunk.segments)
    .filter((segment) => changes.includes(segment.change))
    .map((segment) => segment.text)
    .join('');

/** `[-removed-]{+added+}` inline. */
const show = (hunks: Hunk[]) =>
  hunks
    .flatMap((hunk) => hunk.segments)
    .map(({ change, text }) => (change === 'same' ? text : change === 'added' ? `{+${text}+}` : `[-${text}-]`))
    .join('');

const text = fc
  .array(
    fc.oneof(
      fc.constantFrom('the', 'label', ' ', ' ', '\n', '. ', 'urgent', '日本', 'é', 'e\u0301', '👩‍👧', '- '),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join('').replaceAll('\r', ''));

describe('diffText', () => {
  it('gives back both texts', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const hunks = diffText(before, after);
        expect(join(hunks, 'same', 'removed')).toBe(`${before}\n`);
        expect(join(hunks, 'same', 'added')).toBe(`${after}\n`);
      }),
    );
  });

  it('finds no change in the same text', () => {
    fc.assert(
      fc.property(text, (same) => {
        expect(diffText(same, same).some((hunk) => hunk.changed)).toBe(false);
      }),
    );
  });

  it.each([
    ['a word', 'Sort the mail.', 'Sort the support mail.', 'Sort the {+support +}mail.\n'],
    ['a phrase', 'Do not add other keys', 'Add no other keys', '[-Do not add-]{+Add no+} other keys\n'],
    ['punctuation', 'Read it before', 'Read it, all of it, before', 'Read it{+, all of it,+} before\n'],
    ['two words as one edit', 'a red cat', 'a blue dog', 'a [-red cat-]{+blue dog+}\n'],
    ['a new last line', 'a', 'a\nb', 'a\n{+b\n+}'],
    ['Greek by words', 'το παλιό κείμενο', 'το νέο κείμενο', 'το [-παλιό-]{+νέο+} κείμενο\n'],
    ['Chinese by characters', '请用中文回答', '请用英文回答', '请用[-中-]{+英+}文回答\n'],
    ['emoji whole', 'ok 👨‍👩‍👧', 'ok 👨‍👩‍👦', 'ok [-👨‍👩‍👧-]{+👨‍👩‍👦+}\n'],
    ['line ends as no change', 'a\r\nb', 'a\nb', 'a\nb\n'],
  ])('shows %s', (_, before, after, expected) => {
    expect(show(diffText(before, after))).toBe(expected);
  });

  it('shows one replaced block where two long texts have nothing in common', () => {
    const before = Array.from({ length: 3000 }, (_, index) => `a${index}`).join(' ');
    const after = Array.from({ length: 3000 }, (_, index) => `b${index}`).join(' ');

    const hunks = diffText(before, after);

    expect(hunks.flatMap((hunk) => hunk.segments).filter((segment) => segment.change !== 'same')).toHaveLength(2);
  });
});

describe('diffComponents', () => {
  it('tells new, removed, changed and unchanged components apart, system and user first', () => {
    const before = { rules: 'Be kind.', user: '{{input}}', system: 'Sort.', old: 'x' };
    const after = { zebra: 'new text', system: 'Sort mail.', user: '{{input}}', rules: 'Be kind.' };

    const diffs = diffComponents(before, after);

    expect(diffs.map(({ component, change }) => [component, change])).toEqual([
      ['system', 'changed'],
      ['user', 'same'],
      ['old', 'removed'],
      ['rules', 'same'],
      ['zebra', 'added'],
    ]);
    expect(diffs.map(({ wordsAdded, wordsRemoved }) => [wordsAdded, wordsRemoved])).toEqual([
      [1, 0],
      [0, 0],
      [0, 1],
      [0, 0],
      [2, 0],
    ]);
  });

  it('takes names that every object has for what they are', () => {
    expect(diffComponents({ system: 'a' }, { system: 'a', constructor: 'x' })[1]).toMatchObject({
      component: 'constructor',
      change: 'added',
    });
    expect(componentNames({ b: '', a: '' }, { system: '', c: '' })).toEqual(['system', 'a', 'b', 'c']);
  });
});

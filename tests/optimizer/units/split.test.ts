import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitText } from '../../../lambdas/optimizer/units/split.ts';
import { corpus } from './corpus.ts';
import { SETTINGS } from './support.ts';
import { anyText } from './texts.ts';

const join = (text: string): string => {
  const { prefix, units, tail } = splitText(text);
  return prefix + units.map((unit) => unit.text + unit.end).join('') + tail;
};
const unitsOf = (text: string): string[] => splitText(text).units.map((unit) => unit.text);

describe('splitText', () => {
  it.each(Object.entries(corpus))('loses nothing of the prompt %s', (_, text) => {
    expect(join(text)).toBe(text);
  });

  it('loses nothing of any text, and keeps white space out of units', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { units } = splitText(text);

        expect(join(text)).toBe(text);
        for (const [index, unit] of units.entries()) {
          expect(unit.text.trimEnd()).toBe(unit.text);
          expect(unit.text).not.toBe('');
          expect(unit.lead).toBe(units[index - 1]?.end ?? '');
          expect((unit.lead + unit.end).trim()).toBe('');
        }
        expect(units.at(-1)?.end ?? '').toBe('');
      }),
      SETTINGS,
    );
  });

  it.each(['', ' ', '\n\r\n\t'])('finds no unit in blank text %j', (text) => {
    expect(splitText(text)).toMatchObject({ prefix: text, tail: '', units: [] });
  });

  it.each([
    ['sentences', 'Read it. Then sort it! Why? Because.', ['Read it.', 'Then sort it!', 'Why?', 'Because.']],
    [
      'no abbreviation',
      'Ask Dr. Smith, e.g. The boss, i.e. J. Doe. Go.',
      ['Ask Dr. Smith, e.g. The boss, i.e. J. Doe.', 'Go.'],
    ],
    ['no decimal or address', 'Pay 2.5 at https://a.b/c?d. Then go.', ['Pay 2.5 at https://a.b/c?d.', 'Then go.']],
    ['yes or no', 'Say yes or no. 5 words. See no. 5 too.', ['Say yes or no. 5 words.', 'See no. 5 too.']],
    ['wide stops', '甲。乙！丙', ['甲。', '乙！', '丙']],
    ['no quotation', 'Say "Hi. Bye." Then stop.', ['Say "Hi. Bye."', 'Then stop.']],
    ['no placeholder', 'Read {{a. B}} now. Go.', ['Read {{a. B}} now.', 'Go.']],
    ['an inline section whole', '{{#a}}One. Two.{{/a}} Three.', ['{{#a}}One. Two.{{/a}} Three.']],
    ['steps', 'Go to step 2. Then rest.', ['Go to step 2. Then rest.']],
    ['no inline list', 'Do: 1. Read. 2. Write.', ['Do: 1. Read. 2. Write.']],
    ['no lone emoji', 'Be warm. 😀', ['Be warm. 😀']],
  ])('cuts prose at the ends of sentences: %s', (_, text, expected) => {
    expect(unitsOf(text)).toEqual(expected);
  });

  it.each([
    ['headings', '# A b. C\nText.', ['# A b. C', 'Text.']],
    ['items with their lines', '- a. B\n  more\n\n  and more\n- b', ['- a. B\n  more\n\n  and more', '- b']],
    ['nested items', '- a\n  - b\n    - c', ['- a', '  - b', '    - c']],
    ['a fence under an item', '- a\n  ```\nx\n- y\n  ```\n- b', ['- a\n  ```\nx\n- y\n  ```', '- b']],
    ['fences', '````\n```\n# no. No\n````\nAfter.', ['````\n```\n# no. No\n````', 'After.']],
    ['tables', '| a | b |\n|---|---|\n| c | d |\nAfter.', ['| a | b |\n|---|---|\n| c | d |', 'After.']],
    ['JSON', 'As {\n "a": "}",\n "b": [\n1\n]\n}\nAfter.', ['As {\n "a": "}",\n "b": [\n1\n]\n}', 'After.']],
    ['example tags', '<example id="1">\nA. B.\n</example>\nC.', ['<example id="1">\nA. B.\n</example>', 'C.']],
    ['no section tags', '<rules>\nAsk. Be.\n</rules>', ['<rules>', 'Ask.', 'Be.', '</rules>']],
    ['sections', '{{#a}}\nA. B.\n{{/a}}\nC.', ['{{#a}}\nA. B.\n{{/a}}', 'C.']],
    ['an unclosed fence as lines', '```\nAsk. Be.', ['```', 'Ask.', 'Be.']],
    ['an unclosed section as lines', '{{#a}}\nAsk. Be.', ['{{#a}}', 'Ask.', 'Be.']],
  ])('keeps blocks whole: %s', (_, text, expected) => {
    expect(unitsOf(text)).toEqual(expected);
  });

  it('tells which line end the text has', () => {
    expect(splitText(corpus.crlf ?? '').newline).toBe('\r\n');
    expect(splitText('a\nb\r\n').newline).toBe('\n');
  });

  it('is quick on a long text that opens everything and closes nothing', () => {
    const text = '- <example>\n{{#a}} [\n```\n( " “ ** {\n'.repeat(300);

    const start = performance.now();
    splitText(text);

    expect(performance.now() - start).toBeLessThan(5000);
  });
});

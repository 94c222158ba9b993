import { describe, expect, it } from 'vitest';
import { parse, parseDocument, YAMLSeq } from 'yaml';
import { editedText } from '../../local/spec/edited-text.ts';

const TEXT = `# top
description: >-
  a long text that is
  folded by hand

# before the list
examples:
  # real
  - one # from a letter
  - "two"
  # end of the list
tone:   Friendly. # in one word
flow: { a: [ 1,2 ] }
`;

function edited(text: string, changes: Record<string, unknown>): string {
  const document = parseDocument(text);
  for (const [name, value] of Object.entries(changes)) {
    const node: unknown = document.get(name, true);
    if (node instanceof YAMLSeq) node.items.push(document.createNode(value));
    else document.set(name, value);
  }
  return editedText(text, document, Object.keys(changes));
}

describe('a text with a field changed', () => {
  const cases: [string, Record<string, unknown>, string, string][] = [
    ['a text', { tone: 'Kind: and short.' }, 'tone:   Friendly. # in', 'tone: "Kind: and short." # in'],
    ['a text of two lines', { tone: 'a\nb' }, 'tone:   Friendly. # in', 'tone: a\n\n  b # in'],
    ['a list', { examples: 'three' }, '  - "two"\n', '  - "two"\n  - three\n'],
    ['a folded text', { description: 'another' }, 'a long text that is\n  folded by hand', 'another'],
    ['a field that was not there', { more: ['x'] }, '2 ] }\n', '2 ] }\nmore:\n  - x\n'],
  ];
  it.each(cases)('is the same in every other character: %s', (_, changes, before, after) => {
    const text = edited(TEXT, changes);

    expect(text).toBe(TEXT.replace(before, after));
  });

  it.each([
    ['{"tone":"Friendly.","a":1}', { tone: 'Kind.', b: '2' }, { tone: 'Kind.', a: 1, b: '2' }],
    ['  tone: Friendly.\n  a: 1', { b: '2' }, { tone: 'Friendly.', a: 1, b: '2' }],
    ['tone: |\n  Friendly.\n\n  Kind.\na: 1\n', { tone: 'x\ny' }, { tone: 'x\ny', a: 1 }],
  ])('holds what it should, however %j was written', (text, changes, value) => {
    expect(parse(edited(text, changes))).toEqual(value);
  });
});

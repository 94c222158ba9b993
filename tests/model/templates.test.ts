import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../lambdas/contracts/dataset.ts';
import { partialsOf, placeholdersOf, renderMessages, variablesOf } from '../../lambdas/model/templates.ts';

/** What Mustache, HTML, JSON or String.replace could stumble over. */
const character = fc.constantFrom(...'{}#/^>&!=<"\'`$\\\n a\u0301\uD83D\uFFFD');

/** What a `system` template becomes. */
function render(template: string, input: string | Record<string, Json>, partials: Record<string, string> = {}): string {
  const [message] = renderMessages({ system: template, user: '-', ...partials }, { input });
  return message?.role === 'system' ? message.content : '';
}

describe('renderMessages', () => {
  it.each([
    { case: 'no variable', template: 'Hello.', input: 'x', text: 'Hello.' },
    { case: 'the input', template: 'A: {{input}}', input: 'x', text: 'A: x' },
    { case: 'the input as JSON', template: '{{input}}', input: { a: [1, null] }, text: '{"a":[1,null]}' },
    { case: 'a field', template: '{{a}} and {{b}}', input: { a: 'x', b: 2 }, text: 'x and 2' },
    { case: 'a field called input', template: '{{input}}', input: { input: 'own' }, text: 'own' },
    { case: 'a nested field', template: '{{a.b.c}}', input: { a: { b: { c: 'x' } } }, text: 'x' },
    { case: 'an item by its number', template: '{{a.1}}', input: { a: ['x', 'y'] }, text: 'y' },
    { case: 'an object as JSON', template: '{{a}}', input: { a: { b: '<"x">' } }, text: '{"b":"<\\"x\\">"}' },
    { case: 'a list as JSON', template: '{{a}}', input: { a: [1, { b: 2 }] }, text: '[1,{"b":2}]' },
    { case: 'a nested object as JSON', template: '{{a.b}}', input: { a: { b: [true] } }, text: '[true]' },
    { case: 'zero and false', template: '{{a}} {{b}}', input: { a: 0, b: false }, text: '0 false' },
    { case: 'null as nothing', template: '[{{a}}]', input: { a: null }, text: '[]' },
    { case: 'an unknown variable as nothing', template: '[{{zzz}}]', input: 'x', text: '[]' },
    { case: 'no HTML escapes', template: '{{a}}', input: { a: `<b>&"'/\`=` }, text: `<b>&"'/\`=` },
    { case: 'three braces alike', template: '{{{a}}} {{&a}}', input: { a: '<b>' }, text: '<b> <b>' },
    { case: 'three braces and an object', template: '{{{a}}}', input: { a: { b: 1 } }, text: '{"b":1}' },
    {
      case: 'a section of a list',
      template: '{{#a}}<{{b}}>{{/a}}',
      input: { a: [{ b: 1 }, { b: 2 }] },
      text: '<1><2>',
    },
    { case: 'a section of plain items', template: '{{#a}}{{.}};{{/a}}', input: { a: ['x', 3] }, text: 'x;3;' },
    {
      case: 'a section of objects named whole',
      template: '{{#a}}{{.}}{{/a}}',
      input: { a: [{ b: 1 }] },
      text: '{"b":1}',
    },
    { case: 'a section of a true field', template: '{{#a}}yes{{/a}}{{^a}}no{{/a}}', input: { a: 'x' }, text: 'yes' },
    { case: 'the else of an empty list', template: '{{#a}}yes{{/a}}{{^a}}no{{/a}}', input: { a: [] }, text: 'no' },
    { case: 'a comment as nothing', template: 'a{{! not for the model }}b', input: 'x', text: 'ab' },
    {
      case: 'a partial',
      template: '{{> rules}}',
      partials: { rules: 'Be {{a}}.' },
      input: { a: 'kind' },
      text: 'Be kind.',
    },
    {
      case: 'a partial in a partial',
      template: '{{> p}}',
      partials: { p: '<{{> q}}>', q: '{{input}}' },
      input: 'x',
      text: '<x>',
    },
    { case: 'an unknown partial as nothing', template: '[{{> zzz}}]', input: 'x', text: '[]' },
    { case: 'an inherited name of a partial as nothing', template: '[{{> constructor}}]', input: 'x', text: '[]' },
  ] as {
    case: string;
    template: string;
    partials?: Record<string, string>;
    input: string | Record<string, Json>;
    text: string;
  }[])('renders $case', ({ template, input, partials, text }) => {
    expect(render(template, input, partials)).toBe(text);
  });

  it.each([
    '{{system}} {{> rules}} {{input}}',
    '{{#a}}x{{/a}}',
    '{{{secret}}}',
    '{{=<% %>=}}<% input %>',
    '{{',
    '}} {{/a}}',
    '$& $1 $$',
  ])('takes the value %s as data and never renders it again', (value) => {
    const components = { system: 'S {{input}} {{> rules}}', user: '{{input}}', rules: 'R {{input}}' };

    expect(renderMessages(components, { input: value })).toEqual([
      { role: 'system', content: `S ${value} R ${value}` },
      { role: 'user', content: value },
    ]);
    expect(render('{{a}} {{#l}}{{.}}{{/l}} {{o}}', { a: value, l: [value], o: { v: value } })).toBe(
      `${value} ${value} ${JSON.stringify({ v: value })}`,
    );
  });

  it('leaves every value as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: character }), (value) => {
        expect(render('>{{input}}<', value)).toBe(`>${value}<`);
        expect(render('>{{a}}<', { a: value })).toBe(`>${value}<`);
      }),
    );
  });

  it('sends system before user, and neither other components nor empty messages', () => {
    const components = { rules: 'R', user: 'U', system: 'S' };

    expect(renderMessages(components, { input: 'x' })).toEqual([
      { role: 'system', content: 'S' },
      { role: 'user', content: 'U' },
    ]);
    expect(renderMessages({ system: ' \n', user: '{{input}}' }, { input: 'x' })).toEqual([
      { role: 'user', content: 'x' },
    ]);
  });

  it('sends the plain input where there is no user component', () => {
    expect(renderMessages({ system: 'S' }, { input: { a: 1 } })).toEqual([
      { role: 'system', content: 'S' },
      { role: 'user', content: '{"a":1}' },
    ]);
  });

  it.each(['{{#a}}x', 'x {{', '{{/a}}', '{{#a}}{{#b}}{{/a}}{{/b}}', '{{=x}}'])(
    'refuses the broken template %s',
    (broken) => {
      expect(() => render(broken, 'x')).toThrow();
      expect(() => placeholdersOf(broken)).toThrow();
    },
  );
});

describe('placeholdersOf', () => {
  it.each([
    { text: 'nothing', placeholders: [] },
    { text: '{{b}} {{ a }} {{b}}', placeholders: ['{{a}}', '{{b}}'] },
    { text: '{{{a}}} {{&b}}', placeholders: ['{{a}}', '{{b}}'] },
    { text: '{{#a}}{{b.c}}{{/a}}{{^d}}{{/d}}', placeholders: ['{{#a}}', '{{^d}}', '{{b.c}}'] },
    { text: '{{>rules}} {{> more }}', placeholders: ['{{> more}}', '{{> rules}}'] },
    { text: '{{! a }}', placeholders: [] },
    { text: '{{=<% %>=}}<% a %> {{b}}', placeholders: ['{{a}}'] },
    { text: 'JSON like {"a": {"b": 1}} is text', placeholders: [] },
  ])('finds in $text: $placeholders', ({ text, placeholders }) => {
    expect(placeholdersOf(text)).toEqual(placeholders);
  });

  it('tells variables from partials', () => {
    const text = '{{#a}}{{b.c}}{{/a}}{{^d}}{{/d}}{{> rules}}{{&e}}';

    expect(variablesOf(text)).toEqual(['a', 'd', 'b.c', 'e']);
    expect(partialsOf(text)).toEqual(['rules']);
  });
});

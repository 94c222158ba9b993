import { describe, expect, it } from 'vitest';
import { newPool } from '../../../lambdas/optimizer/units/pool.ts';
import { isProtected } from '../../../lambdas/optimizer/units/protect.ts';
import { poolOf } from './support.ts';

describe('isProtected', () => {
  it.each([
    ...['Read {{input}} first.', '{{#a}}x{{/a}}', '{{> rules}}', 'Return only the label.', 'Return a list of names.'],
    ...[
      'Answer in JSON with these keys:',
      'Respond with one word.',
      'Reply in German.',
      'Respond only with yes or no.',
    ],
    ...[
      'Answer with the label alone.',
      '## Output format',
      'Output exactly three lines.',
      'Your answer must be a number.',
    ],
    ...['Use the following format:', 'One label, nothing else.', 'Do it without any explanation.', 'Answer yes or no.'],
    ...['Choose one of: billing, bug, other.', 'Put the label in <label> tags.', 'Label:', '<rules>', '</rules>'],
    ...['```json\n{}\n```', '{\n  "a": 1\n}', 'End with "Final answer: x".', '只输出标签。', 'Write valid XML.'],
  ])('holds for %j', (text) => {
    expect(isProtected(text, [])).toBe(true);
  });

  it.each([
    ...['Be careful when you answer angry customers.', 'Return requests go to billing.', 'Respond with empathy.'],
    ...[
      'Answer in a friendly tone.',
      'Customers often return broken items.',
      'Read the whole e-mail.',
      '- bug: it crashes',
    ],
    ...['An answer that is late helps nobody.', 'Customers send JSON logs; skip them.', 'Use the <b>bold</b> words.'],
    ...[
      'Never output without thinking.',
      'The first word matters.',
      'Set every category that applies to true.',
      'a < b > c',
    ],
  ])('does not hold for %j', (text) => {
    expect(isProtected(text, [])).toBe(false);
  });

  it('holds for what the task keeps', () => {
    expect(isProtected('Never say sorry.', ['sorry'])).toBe(true);
  });
});

describe('newPool', () => {
  it('protects all units of a line that holds a text to keep, and of lines that it goes over', () => {
    const pool = poolOf('Sort it. Be kind.\nAsk twice.\nStop.\nGo home.', ['kind.\nAsk', 'home']);

    expect(pool.units.map((unit) => unit.protected)).toEqual([true, true, true, false, true]);
  });

  it('has the units of free components by name', () => {
    const pool = newPool({ user: 'x', system: 'Sort it.\nStop.', rules: 'a\nb' }, ['system', 'rules'], []);

    expect(pool.units.map(({ id, component, status }) => `${id} ${component} ${status}`)).toEqual([
      'u0 rules kept',
      'u1 rules kept',
      'u2 system kept',
      'u3 system kept',
    ]);
  });

  it('refuses a component that the prompt does not have', () => {
    expect(() => newPool({ system: 'x' }, ['toString'], [])).toThrow(RangeError);
  });
});

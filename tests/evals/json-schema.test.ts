import { describe, expect, it, vi } from 'vitest';
import { problemOf } from '../../lambdas/evals/registry.ts';
import { evalOf, scoreOf } from './scoring.ts';

const person = {
  type: 'object',
  properties: { name: { type: 'string', minLength: 1 }, age: { type: 'integer', minimum: 0 } },
  required: ['name'],
  additionalProperties: false,
};
/** Lists and objects of any depth. */
const tree = {
  $ref: '#/$defs/node',
  $defs: {
    node: {
      type: ['array', 'object', 'number'],
      items: { $ref: '#/$defs/node' },
      additionalProperties: { $ref: '#/$defs/node' },
    },
  },
};
const draft07 = 'http://json-schema.org/draft-07/schema#';
const problem = (value: object) =>
  problemOf(evalOf({ type: 'json_schema', value }), { modelName: 'm', hasTools: false, prices: {} });

interface Case {
  readonly case: string;
  readonly value: object;
  readonly answer: string;
  readonly score: 0 | 1;
}

describe('json_schema', () => {
  it.each<Case>([
    { case: 'what it allows', value: person, answer: '{"name":"Ä","age":0}', score: 1 },
    { case: 'what it allows, in a fence', value: person, answer: '```json\n{"name":"A"}\n```', score: 1 },
    { case: 'a field that is missing', value: person, answer: '{"age":5}', score: 0 },
    { case: 'a field too much', value: person, answer: '{"name":"A","x":1}', score: 0 },
    { case: 'another type', value: person, answer: '{"name":"A","age":"5"}', score: 0 },
    { case: 'a whole number written as a fraction', value: person, answer: '{"name":"A","age":5.0}', score: 1 },
    { case: 'what is no JSON', value: person, answer: 'A, 5', score: 0 },
    { case: 'NaN', value: {}, answer: 'NaN', score: 0 },
    { case: 'a number too large to hold', value: { type: 'number' }, answer: '1e999', score: 1 },
    { case: 'an empty answer', value: {}, answer: '', score: 0 },
    { case: 'anything, when it says nothing', value: {}, answer: 'null', score: 1 },
    { case: 'anything, when it allows nothing', value: { not: {} }, answer: '1', score: 0 },
    { case: 'two texts of which one must be', value: { enum: ['a', null] }, answer: 'null', score: 1 },
    { case: 'emoji, which are one character', value: { maxLength: 1 }, answer: '"\u{1F600}"', score: 1 },
    { case: 'a family of five characters', value: { maxLength: 1 }, answer: '"\u{1F468}\u200d\u{1F467}"', score: 0 },
    { case: 'another Unicode form', value: { const: 'caf\u00e9' }, answer: '"cafe\u0301"', score: 0 },
    { case: 'a list by place, 2020-12', value: { prefixItems: [{ type: 'string' }] }, answer: '[1]', score: 0 },
    {
      case: 'a list by place, 07',
      value: { $schema: draft07, items: [{ type: 'string' }, {}] },
      answer: '["a",1]',
      score: 1,
    },
    { case: 'a date', value: { format: 'date' }, answer: '"2024-02-29"', score: 1 },
    { case: 'a day that is none', value: { format: 'date' }, answer: '"2023-02-29"', score: 0 },
    { case: 'a format that nobody knows', value: { format: 'idn-email' }, answer: '"x"', score: 1 },
    { case: 'one of two patterns', value: { allOf: [{ pattern: '^a' }, { pattern: 'b$' }] }, answer: '"ax"', score: 0 },
    {
      case: 'both of two patterns',
      value: { allOf: [{ pattern: '^a' }, { pattern: 'b$' }] },
      answer: '"ab"',
      score: 1,
    },
    { case: 'a Unicode property in a pattern', value: { pattern: '^\\p{Lu}.$' }, answer: '"Ä\u{1F600}"', score: 1 },
    {
      case: 'names by a pattern',
      value: {
        patternProperties: { '^n_': { type: 'number' }, '^t_': { type: 'string' } },
        additionalProperties: false,
      },
      answer: '{"n_a":1,"t_a":"x"}',
      score: 1,
    },
    { case: 'names that every object inherits', value: { required: ['constructor'] }, answer: '{}', score: 0 },
    { case: 'a prototype that every object has', value: { required: ['__proto__'] }, answer: '{}', score: 0 },
    {
      case: 'nothing where an inherited value has another type',
      value: { properties: { constructor: { type: 'string' }, toString: { type: 'string' } } },
      answer: '{}',
      score: 1,
    },
    {
      case: 'own fields of inherited names',
      value: { required: ['constructor', 'toString', '__proto__'] },
      answer: '{"constructor":1,"toString":2,"__proto__":3}',
      score: 1,
    },
    { case: 'a __proto__ too much', value: { additionalProperties: false }, answer: '{"__proto__":{}}', score: 0 },
    { case: 'the same item twice', value: { uniqueItems: true }, answer: '[{"a":1,"b":2},{"b":2,"a":1}]', score: 0 },
    {
      case: 'the same key twice: the last counts',
      value: { properties: { a: { const: 1 } } },
      answer: '{"a":2,"a":1}',
      score: 1,
    },
  ])('gives $score for $case', async ({ value, answer, score }) => {
    expect(await scoreOf({ type: 'json_schema', value }, undefined, answer)).toMatchObject({ score });
  });

  it.each([
    {
      value: person,
      answer: '{"name":"","x":1}',
      told: 'it must NOT have additional properties ("x"); name must NOT have fewer than 1 characters',
    },
    {
      value: { items: { properties: { 'a/b~': { enum: ['x', 1] } } } },
      answer: '[{},{"a/b~":2}]',
      told: '1.a/b~ must be equal to one of the allowed values (["x",1])',
    },
    { value: { const: 'yes' }, answer: '"no"', told: 'it must be equal to constant ("yes")' },
    {
      value: { unevaluatedProperties: false },
      answer: '{"a":1}',
      told: 'it must NOT have unevaluated properties ("a")',
    },
    {
      value: { items: { type: 'string' } },
      answer: '[1,2,3,4,5,6,7]',
      told: '0 must be string; 1 must be string; 2 must be string; 3 must be string; 4 must be string; and 2 more',
    },
  ])('says of $answer that $told', async ({ value, answer, told }) => {
    const { feedback } = await scoreOf({ type: 'json_schema', value }, undefined, answer);

    expect(feedback).toBe(`The schema does not allow the answer: ${told}.`);
  });

  it('tells the first of very many problems, and no more of them than are shown', async () => {
    const value = { items: { enum: Array.from({ length: 500 }, (_, i) => `value ${i}`) } };
    const answer = JSON.stringify(Array.from({ length: 5_000 }, () => 'x'));
    const stringify = vi.spyOn(JSON, 'stringify');

    const { score, feedback } = await scoreOf({ type: 'json_schema', value }, undefined, answer);

    const lists = stringify.mock.calls.filter(([one]) => Array.isArray(one) && one.length === 500);
    stringify.mockRestore();
    expect(score).toBe(0);
    expect(feedback).toMatch(/^The schema does not allow the answer: 0 must be equal to one of the allowed values/);
    expect(lists).toHaveLength(5);
  });

  it('says that an answer was cut off', async () => {
    const { feedback } = await scoreOf({ type: 'json_schema', value: {} }, undefined, { text: '{"a', truncated: true });

    expect(feedback).toMatch(
      /^The answer is not JSON \(.*\)\. The answer was cut off.* It must be JSON that the schema allows\.$/,
    );
  });

  it('turned round, says what must not be', async () => {
    const { feedback } = await scoreOf({ type: 'json_schema', value: { type: 'array' }, not: true }, undefined, '[]');

    expect(feedback).toBe('The answer must not be JSON that the schema allows, but was "[]".');
  });

  it('checks a part of the answer', async () => {
    const settings = { type: 'json_schema', value: { minItems: 2 }, answerPath: 'a.list' };

    expect(await scoreOf(settings, undefined, '{"a":{"list":[1,2]}}')).toMatchObject({ score: 1 });
    expect(await scoreOf(settings, undefined, '{"a":{"list":[1]}}')).toMatchObject({ score: 0 });
  });

  it.each([
    { where: 'a pattern', value: { items: { pattern: '^(a+)+$' } }, answer: [`${'a'.repeat(60)}!`] },
    {
      where: 'a pattern of names',
      value: { patternProperties: { '^(a+)+$': {} } },
      answer: { [`${'a'.repeat(60)}!`]: 1 },
    },
  ])(
    'ends catastrophic repetition in $where with an error that names it, not with a score',
    async ({ value, answer }) => {
      await expect(scoreOf({ type: 'json_schema', value }, undefined, JSON.stringify(answer))).rejects.toThrow(
        '/^(a+)+$/u did not end within 500 ms on an answer.',
      );
      expect(await scoreOf({ type: 'json_schema', value }, undefined, '["aaa"]')).toMatchObject({ score: 1 });
    },
  );

  it('ends any other check that takes for ever with an error, not with a score', async () => {
    const answer = JSON.stringify(Array.from({ length: 40_000 }, (_, i) => ({ i })));

    await expect(scoreOf({ type: 'json_schema', value: { uniqueItems: true } }, undefined, answer)).rejects.toThrow(
      'The check of an answer against the schema did not end within 500 ms.',
    );
  });

  it('tries a pattern on many texts', async () => {
    const texts = Array.from({ length: 80_000 }, () => 'abc');

    const result = await scoreOf(
      { type: 'json_schema', value: { items: { pattern: '^a' } } },
      undefined,
      JSON.stringify(texts),
    );

    expect(result).toMatchObject({ score: 1 });
  });

  it.each([
    { case: 'lists', answer: `${'['.repeat(100_000)}${']'.repeat(100_000)}` },
    { case: 'objects', answer: `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}` },
  ])('takes $case nested 100,000 deep as a bad answer, not as an error', async ({ answer }) => {
    expect(await scoreOf({ type: 'json_schema', value: tree }, undefined, answer)).toEqual({
      score: 0,
      feedback: 'The schema does not allow the answer: it is nested too deeply to be checked.',
    });
    expect(
      await scoreOf({ type: 'json_schema', value: { type: ['array', 'object'] } }, undefined, answer),
    ).toMatchObject({ score: 1 });
    expect(await scoreOf({ type: 'json_schema', value: { const: [[1]] } }, undefined, answer)).toMatchObject({
      score: 0,
    });
  });

  it.each([
    'date-time',
    'duration',
    'uri',
    'uri-reference',
    'email',
    'hostname',
    'ipv6',
    'regex',
    'json-pointer',
    'byte',
  ])('reads %s in texts of 100,000 characters', async (format) => {
    const units = ['a', 'a.', '/', '1:', '%20', 'a@'];
    const texts = units.map((unit) => `${unit.repeat(Math.ceil(100_000 / unit.length))}!`);

    const result = await scoreOf(
      { type: 'json_schema', value: { items: { format } } },
      undefined,
      JSON.stringify(texts),
    );

    expect(result.feedback).not.toBe('');
  });

  it('prints nothing', async () => {
    const methods = ['log', 'warn', 'error'] as const;
    const spies = methods.map((method) => vi.spyOn(console, method).mockReturnValue());

    await scoreOf({ type: 'json_schema', value: { format: 'nobody-knows', unknownKeyword: 1 } }, undefined, '"x"');

    for (const spy of spies) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
  });

  it.each([
    {
      case: 'is no schema',
      value: { type: 'text' },
      message: /^is no JSON Schema: schema is invalid: data\/type must be/,
    },
    { case: 'has a pattern that is none', value: { pattern: '(' }, message: /Invalid regular expression/ },
    {
      case: 'refers to another document',
      value: { $ref: 'https://example.com/a' },
      message: /can't resolve reference/,
    },
    { case: 'refers to nothing', value: { $ref: '#/$defs/a' }, message: /can't resolve reference/ },
    { case: 'is of another draft', value: { $schema: 'http://json-schema.org/draft-04/schema#' }, message: /draft-04/ },
    { case: 'answers later: a promise is no verdict', value: { $async: true, type: 'string' }, message: /\$async/ },
  ])('is refused when it $case, with what to do', ({ value, message }) => {
    expect(problem(value)).toEqual({
      field: 'value',
      message: expect.stringMatching(message),
      remedy: 'Mend the schema (draft 2020-12, or 07 by its $schema); https://json-schema.org has the reference.',
    });
  });
});

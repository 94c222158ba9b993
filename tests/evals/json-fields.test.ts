import { describe, expect, it } from 'vitest';
import type { Json } from '../../lambdas/contracts/dataset.ts';
import { scoreOf } from './scoring.ts';

interface Case {
  readonly case: string;
  readonly expected: Json;
  readonly answer: string;
  readonly score: number;
  readonly fields?: readonly string[];
}

/** As a dataset's JSON has it: `__proto__` is a field of its own. */
const parsed = (text: string): Json => JSON.parse(text) as Json;
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('json_fields', () => {
  it.each<Case>([
    { case: 'all fields', expected: { a: 1, b: 'x' }, answer: '{"b":"x","a":1}', score: 1 },
    { case: 'half of the fields', expected: { a: 1, b: 'x' }, answer: '{"a":1,"b":"y"}', score: 0.5 },
    { case: 'a field that is missing', expected: { a: 1, b: 'x' }, answer: '{"a":1}', score: 0.5 },
    { case: 'fields that nobody asked for', expected: { a: 1 }, answer: '{"a":1,"z":2}', score: 1 },
    {
      case: 'fields that are not compared',
      expected: { a: 1, b: 2 },
      fields: ['a'],
      answer: '{"a":1,"b":9}',
      score: 1,
    },
    { case: 'a nested field', expected: { a: { b: 1, c: 2 } }, fields: ['a.b'], answer: '{"a":{"b":1}}', score: 1 },
    { case: 'a key with a dot', expected: { 'a.b': 1 }, fields: ['a.b'], answer: '{"a.b":1}', score: 1 },
    {
      case: 'shares of a nested object',
      expected: { a: { b: 1, c: 2 }, d: 3 },
      answer: '{"a":{"b":1,"c":9},"d":3}',
      score: 0.75,
    },
    { case: 'text for a nested object', expected: { a: { b: 1 }, d: 3 }, answer: '{"a":"b","d":3}', score: 0.5 },
    { case: 'an empty object', expected: { a: {} }, answer: '{"a":{}}', score: 1 },
    { case: 'a list', expected: { a: [1, { b: 2 }] }, answer: '{"a":[1,{"b":2}]}', score: 1 },
    { case: 'a list in another order', expected: { a: [1, 2] }, answer: '{"a":[2,1]}', score: 0 },
    { case: 'null', expected: { a: null }, answer: '{"a":null}', score: 1 },
    { case: 'nothing for null', expected: { a: null }, answer: '{}', score: 0 },
    { case: 'null for text', expected: { a: 'x' }, answer: '{"a":null}', score: 0 },
    { case: 'a number as text', expected: { a: 1 }, answer: '{"a":"1"}', score: 0 },
    { case: 'a number written otherwise', expected: { a: 100 }, answer: '{"a":1.0e2}', score: 1 },
    { case: 'minus nothing', expected: { a: 0 }, answer: '{"a":-0}', score: 1 },
    { case: 'a number too large to hold', expected: { a: 1 }, answer: '{"a":1e999}', score: 0 },
    { case: 'text in another Unicode form', expected: { a: 'caf\u00e9' }, answer: '{"a":"cafe\u0301"}', score: 1 },
    { case: 'text in another case', expected: { a: 'x' }, answer: '{"a":"X"}', score: 0 },
    { case: 'a fence', expected: { a: 1 }, answer: '```json\n{"a":1}\n```', score: 1 },
    { case: 'a fence with Windows line ends', expected: { a: 1 }, answer: '```\r\n{"a":1}\r\n```\r\n', score: 1 },
    { case: 'a fence that does not end', expected: { a: 1 }, answer: '```json\n{"a":1}', score: 0 },
    { case: 'words before the JSON', expected: { a: 1 }, answer: 'Here it is: {"a":1}', score: 0 },
    { case: 'words around a fence', expected: { a: 1 }, answer: 'Here:\n```json\n{"a":1}\n```\nDone.', score: 0 },
    { case: 'two fences', expected: { a: 1 }, answer: '```\n{"a":1}\n```\n```\n{"a":2}\n```', score: 0 },
    { case: 'an empty answer', expected: { a: 1 }, answer: ' \n', score: 0 },
    { case: 'an answer cut in the middle', expected: { a: 1 }, answer: '{"a":1,"b":"hel', score: 0 },
    { case: 'a list of objects', expected: { a: 1 }, answer: '[{"a":1}]', score: 0 },
    { case: 'text', expected: { a: 1 }, answer: '"a"', score: 0 },
    { case: 'null as the answer', expected: { a: 1 }, answer: 'null', score: 0 },
    { case: 'the same key twice: the last counts', expected: { a: 1 }, answer: '{"a":2,"a":1}', score: 1 },
    { case: 'what every object inherits', expected: parsed('{"constructor":1,"toString":2}'), answer: '{}', score: 0 },
    {
      case: 'own fields of inherited names',
      expected: parsed('{"__proto__":1,"constructor":2}'),
      answer: '{"__proto__":1,"constructor":2}',
      score: 1,
    },
    {
      case: 'an inherited prototype for an own field',
      expected: parsed('{"__proto__":{"a":1}}'),
      answer: '{"a":1}',
      score: 0,
    },
  ])('gives $score for $case', async ({ expected, answer, score, fields }) => {
    const settings = { type: 'json_fields', ...(fields ? { fields } : {}) };

    expect(await scoreOf(settings, expected, answer)).toMatchObject({ score });
  });

  it('says which field was wrong and what was expected', async () => {
    const expected = { urgency: 'high', topics: { billing: true, login: false }, note: 'n', ok: 1 };
    const answer = '{"urgency":"low","topics":{"billing":false,"login":false},"ok":1}';

    const { feedback } = await scoreOf({ type: 'json_fields' }, expected, answer);

    expect(feedback).toBe(
      'urgency: was "low", expected "high"; topics.billing: was false, expected true; note: is missing, expected "n"',
    );
  });

  it.each([
    { answer: 'No.', feedback: /^The answer is not JSON \(Unexpected token.*\)\. Expected a JSON object with a, b\.$/ },
    { answer: '', feedback: /^The answer was empty\. Expected a JSON object with a, b\.$/ },
    { answer: '[]', feedback: /^The answer is JSON but no object\. Expected a JSON object with a, b\.$/ },
    { answer: '{"a":"y","b":1}', feedback: /^a: was "y", expected an object with x$/ },
    { answer: '{"a":{"x":1},"b":1}', feedback: /^All fields are right\.$/ },
  ])('tells a person what to do about $answer', async ({ answer, feedback }) => {
    const result = await scoreOf({ type: 'json_fields' }, { a: { x: 1 }, b: 1 }, answer);

    expect(result.feedback).toMatch(feedback);
  });

  it('says that an answer was cut off', async () => {
    const { feedback } = await scoreOf({ type: 'json_fields' }, { a: 1 }, { text: '{"a":', truncated: true });

    expect(feedback).toContain(
      'cut off at the output limit: a shorter answer is needed. Expected a JSON object with a.',
    );
  });

  it('takes an answer of any depth as a bad answer, not as an error', async () => {
    const { score, feedback } = await scoreOf(
      { type: 'json_fields' },
      { a: 1, b: 2 },
      `{"a":${nested(200_000)},"b":2}`,
    );

    expect(score).toBe(0.5);
    expect(feedback).toBe('a: was a value that is nested too deeply to be shown, expected 1');
  });

  it.each<{ case: string; settings: object; expected: Json; answer: string; score: number }>([
    {
      case: 'fields below a path',
      settings: { path: 'x' },
      expected: { x: { a: 1, b: 2 } },
      answer: '{"a":1}',
      score: 0.5,
    },
    {
      case: 'named fields below a path',
      settings: { path: 'x', fields: ['b.c'] },
      expected: { x: { b: { c: 2 } } },
      answer: '{"b":{"c":2}}',
      score: 1,
    },
    {
      case: 'a part of the answer',
      settings: { answerPath: 'r' },
      expected: { a: 1 },
      answer: '{"r":{"a":1}}',
      score: 1,
    },
    { case: 'half, turned round', settings: { not: true }, expected: { a: 1, b: 2 }, answer: '{"a":1}', score: 0.5 },
    { case: 'all, turned round', settings: { not: true }, expected: { a: 1 }, answer: '{"a":1}', score: 0 },
    { case: 'what is no JSON, turned round', settings: { not: true }, expected: { a: 1 }, answer: 'NaN', score: 1 },
  ])('gives $score for $case', async ({ settings, expected, answer, score }) => {
    expect(await scoreOf({ type: 'json_fields', ...settings }, expected, answer)).toMatchObject({ score });
  });

  it('turned round, says what must not be', async () => {
    const { feedback } = await scoreOf({ type: 'json_fields', not: true }, { a: 1 }, '{"a":1}');

    expect(feedback).toBe(
      'The answer must not be a JSON object with the expected a, but was "{\\"a\\":1}". (All fields are right.)',
    );
  });

  it.each([
    { settings: { path: 'x' }, missing: 'json_fields needs an object as `expected.x`.' },
    { settings: { path: 'a' }, missing: 'json_fields needs at least one field in `expected.a`.' },
    { settings: { path: 'b', fields: ['c'] }, missing: 'json_fields compares c, which `expected.b` does not have.' },
  ])('says of $settings: $missing', async ({ settings, missing }) => {
    const expected = { a: {}, b: { d: 1 } };

    await expect(scoreOf({ type: 'json_fields', ...settings }, expected, '{}')).rejects.toThrow(missing);
  });

  it('compares two deep values', async () => {
    const settings = { type: 'json_fields' };
    const expected = { a: parsed(nested(500)) };

    expect(await scoreOf(settings, expected, `{"a":${nested(500)}}`)).toMatchObject({ score: 1 });
    expect(await scoreOf(settings, expected, `{"a":${nested(501)}}`)).toMatchObject({ score: 0 });
  });

  it('reads an answer of endless white space after a fence in a time that grows no faster than the answer', async () => {
    // Quadratic, this is hours and the test never ends.
    const answer = `\`\`\`json${'\n'.repeat(3_000_000)}x`;

    expect(await scoreOf({ type: 'json_fields' }, { a: 1 }, answer)).toMatchObject({ score: 0 });
  });

  it('bounds its feedback however many fields are wrong', async () => {
    const expected = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`field${i}`, 'x'.repeat(300)]));

    const { score, feedback } = await scoreOf({ type: 'json_fields' }, expected, '{}');

    expect(score).toBe(0);
    expect(feedback.length).toBeLessThanOrEqual(1501);
  });
});

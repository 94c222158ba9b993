import { describe, expect, it } from 'vitest';
import type { Json } from '../../lambdas/contracts/dataset.ts';
import { scoreOf } from './scoring.ts';

const composed = 'caf\u00e9';
const decomposed = 'cafe\u0301';

interface Case {
  readonly case: string;
  readonly expected: Json;
  readonly answer: string;
  readonly score: 0 | 1;
  readonly ignoreCase?: boolean;
}

describe('exact_match', () => {
  it.each<Case>([
    { case: 'the same text', expected: 'refund', answer: 'refund', score: 1 },
    { case: 'white space around it', expected: ' refund\n', answer: '\t refund  \r\n', score: 1 },
    { case: 'white space inside it', expected: 'a b', answer: 'a  b', score: 0 },
    { case: 'another case', expected: 'Refund', answer: 'refund', score: 0 },
    { case: 'another case that does not count', expected: 'Refund', answer: 'rEFUND', score: 1, ignoreCase: true },
    { case: 'another Unicode form', expected: composed, answer: decomposed, score: 1 },
    {
      case: 'another Unicode form and case',
      expected: composed.toUpperCase(),
      answer: decomposed,
      score: 1,
      ignoreCase: true,
    },
    { case: 'a letter without its accent', expected: composed, answer: 'cafe', score: 0 },
    { case: 'a sentence around it', expected: 'refund', answer: 'The label is refund', score: 0 },
    { case: 'an empty answer', expected: 'refund', answer: '', score: 0 },
    { case: 'an empty answer to an empty text', expected: '', answer: '  ', score: 1 },
    { case: 'a number', expected: 5, answer: '5.0', score: 1 },
    { case: 'a number as text', expected: 5, answer: '"5"', score: 0 },
    { case: 'minus nothing', expected: 0, answer: '-0', score: 1 },
    { case: 'another number', expected: 0.1, answer: '0.10000001', score: 0 },
    { case: 'true', expected: true, answer: ' true ', score: 1 },
    { case: 'null', expected: null, answer: 'null', score: 1 },
    { case: 'null for an empty answer', expected: null, answer: '', score: 0 },
    { case: 'null for what is no JSON', expected: null, answer: 'none', score: 0 },
    { case: 'an object in another order', expected: { a: 1, b: [2] }, answer: '{"b":[2],"a":1}', score: 1 },
    { case: 'an object in a fence', expected: { a: 1 }, answer: '```json\n{"a": 1}\n```', score: 1 },
    { case: 'an object with one field more', expected: { a: 1 }, answer: '{"a":1,"b":2}', score: 0 },
    { case: 'an object with one field less', expected: { a: 1, b: null }, answer: '{"a":1}', score: 0 },
    { case: 'a list in another order', expected: [1, 2], answer: '[2,1]', score: 0 },
    { case: 'a list for an object', expected: { 0: 'a' }, answer: '["a"]', score: 0 },
    { case: 'an object for a list', expected: ['a'], answer: '{"0":"a"}', score: 0 },
    { case: 'text inside in another Unicode form', expected: [composed], answer: `["${decomposed}"]`, score: 1 },
    { case: 'text inside in another case', expected: ['A'], answer: '["a"]', score: 1, ignoreCase: true },
    { case: 'a key that objects inherit', expected: { a: {} }, answer: '{"a":{"constructor":1}}', score: 0 },
    {
      case: 'an inherited value for an own field',
      expected: JSON.parse('{"__proto__":{}}') as Json,
      answer: '{"a":1}',
      score: 0,
    },
    { case: 'JSON with words around it', expected: { a: 1 }, answer: 'Here: {"a":1}', score: 0 },
  ])('gives $score for $case', async ({ expected, answer, score, ignoreCase = false }) => {
    expect(await scoreOf({ type: 'exact_match', ignoreCase }, expected, answer)).toMatchObject({ score });
  });

  it.each([
    { case: 'the own value before expected', settings: { value: 'a' }, expected: 'b', answer: 'a', score: 1 },
    { case: 'the value null', settings: { value: null }, expected: 'b', answer: 'null', score: 1 },
    {
      case: 'the value at a path',
      settings: { path: 'a.0.b' },
      expected: { a: [{ b: [1] }] },
      answer: '[1]',
      score: 1,
    },
    { case: 'a part of the answer', settings: { answerPath: 'a' }, expected: 'x', answer: '{"a":"x "}', score: 1 },
    { case: 'another part of the answer', settings: { answerPath: 'a' }, expected: [2], answer: '{"a":[1]}', score: 0 },
    { case: 'the value, turned round', settings: { not: true }, expected: 'a', answer: 'a', score: 0 },
    { case: 'an empty answer, turned round', settings: { not: true }, expected: 'a', answer: '', score: 1 },
    { case: 'NaN for null', settings: {}, expected: null, answer: 'NaN', score: 0 },
    { case: 'Infinity', settings: {}, expected: 'Infinity', answer: 'Infinity', score: 1 },
    {
      case: 'a family without a member',
      settings: {},
      expected: '\u{1F468}\u200d\u{1F467}',
      answer: '\u{1F468}',
      score: 0,
    },
    { case: 'ß in upper case', settings: { ignoreCase: true }, expected: ['STRASSE'], answer: '["straße"]', score: 1 },
  ])('gives $score for $case', async ({ settings, expected, answer, score }) => {
    expect(await scoreOf({ type: 'exact_match', ...settings }, expected as Json, answer)).toMatchObject({ score });
  });

  it('takes an answer nested 100,000 deep as a bad answer, not as an error', async () => {
    const answer = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

    expect(await scoreOf({ type: 'exact_match' }, [[1]], answer)).toMatchObject({ score: 0 });
  });

  it('says at which path the value is missing', async () => {
    await expect(scoreOf({ type: 'exact_match', path: 'constructor' }, { a: 1 }, 'a')).rejects.toThrow(
      'Example x-1: exact_match needs `expected.constructor`.',
    );
  });

  it('turned round, says what must not be', async () => {
    const { feedback } = await scoreOf({ type: 'exact_match', not: true }, 'refund', 'refund');

    expect(feedback).toBe('The answer must not be "refund", but was "refund".');
  });

  it('says what was given and what was expected', async () => {
    const { feedback } = await scoreOf({ type: 'exact_match' }, 'refund', ' "billing" ');

    expect(feedback).toBe('The answer was "\\"billing\\"", expected "refund".');
  });

  it('says that the answer was cut off', async () => {
    const { feedback } = await scoreOf({ type: 'exact_match' }, 'refund', { text: 'ref', truncated: true });

    expect(feedback).toBe(
      'The answer was "ref", expected "refund". The answer was cut off at the output limit: a shorter answer is needed.',
    );
  });

  it('cuts long answers in its feedback, and never through a character', async () => {
    const { feedback } = await scoreOf({ type: 'exact_match' }, 'short', `xy${'\u{1F600}'.repeat(100_000)}`);

    expect(feedback.length).toBeLessThan(400);
    expect(feedback).toContain('(200004 characters)');
    expect(feedback.isWellFormed()).toBe(true);
  });
});

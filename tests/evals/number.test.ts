import { describe, expect, it } from 'vitest';
import type { Json } from '../../lambdas/contracts/dataset.ts';
import { scoreOf } from './scoring.ts';

interface Case {
  readonly case: string;
  readonly settings?: object;
  readonly expected?: Json;
  readonly answer: string;
  readonly score: 0 | 1;
}

describe('number', () => {
  it.each<Case>([
    { case: 'the number', expected: 42, answer: '42', score: 1 },
    { case: 'another', expected: 42, answer: '43', score: 0 },
    { case: 'white space around it', expected: 42, answer: ' 42\n', score: 1 },
    { case: 'a full stop after it', expected: 42, answer: '42.', score: 1 },
    { case: 'a fraction of nothing', expected: 42, answer: '42.00', score: 1 },
    { case: 'no digit before the point', expected: 0.5, answer: '.5', score: 1 },
    { case: 'minus', expected: -5, answer: '-5', score: 1 },
    { case: 'the minus of typesetters', expected: -5, answer: '\u22125', score: 1 },
    { case: 'plus', expected: 5, answer: '+5', score: 1 },
    { case: 'minus nothing', expected: 0, answer: '-0', score: 1 },
    { case: 'an exponent', expected: 1500, answer: '1.5e3', score: 1 },
    { case: 'thousands', expected: 1234567.5, answer: '1,234,567.5', score: 1 },
    { case: 'groups that are no thousands', expected: 1234, answer: '12,34', score: 0 },
    { case: 'dollars', expected: 1200, answer: '$1,200', score: 1 },
    { case: 'euros after it', expected: 1200, answer: '1200 €', score: 1 },
    { case: 'per cent', expected: 12.5, answer: '12.5 %', score: 1 },
    { case: 'words around it', expected: 42, answer: 'It is 42', score: 0 },
    { case: 'two numbers', expected: 42, answer: '42 42', score: 0 },
    { case: 'digits of another script', expected: 42, answer: '\u0664\u0662', score: 0 },
    { case: 'wide digits', expected: 42, answer: '\uff14\uff12', score: 0 },
    { case: 'digits in emoji', expected: 1, answer: '1\ufe0f\u20e3', score: 0 },
    { case: 'a hexadecimal number', expected: 16, answer: '0x10', score: 0 },
    { case: 'an empty answer', expected: 0, answer: '', score: 0 },
    { case: 'an empty answer to nothing, last', settings: { extract: 'last' }, expected: 0, answer: ' ', score: 0 },
    { case: 'NaN', expected: 0, answer: 'NaN', score: 0 },
    { case: 'Infinity', expected: 1e308, answer: 'Infinity', score: 0 },
    { case: 'a number too large to hold', expected: 1e308, answer: '1e999', score: 0 },
    { case: 'a number too small to hold', expected: 0, answer: '1e-999', score: 1 },
    { case: 'the number as JSON text', expected: 42, answer: '"42"', score: 0 },
    { case: 'expected as text', expected: ' $1,200.50 ', answer: '1200.5', score: 1 },
    { case: 'the own value before expected', settings: { value: 7 }, expected: 8, answer: '7', score: 1 },
    { case: 'the value nothing', settings: { value: 0 }, expected: 8, answer: '0', score: 1 },
    { case: 'the number at a path', settings: { path: 'sums.1' }, expected: { sums: [1, '2'] }, answer: '2', score: 1 },
    { case: 'a field of the answer', settings: { answerPath: 'sum' }, expected: 3, answer: '{"sum": 3.0}', score: 1 },
    {
      case: 'a text in a field of the answer',
      settings: { answerPath: 'sum' },
      expected: 3,
      answer: '{"sum": "3"}',
      score: 1,
    },
    { case: 'another number, turned round', settings: { not: true }, expected: 3, answer: '4', score: 1 },
    { case: 'the number, turned round', settings: { not: true }, expected: 3, answer: '3', score: 0 },
  ])('gives $score for $case', async ({ settings = {}, expected, answer, score }) => {
    expect(await scoreOf({ type: 'number', ...settings }, expected, answer)).toMatchObject({ score });
  });

  it.each<Case>([
    { case: 'what binary fractions cannot hold', expected: 0.3, answer: String(0.1 + 0.2), score: 1 },
    { case: 'a small difference', expected: 0.3, answer: '0.3000001', score: 0 },
    { case: 'the edge', settings: { tolerance: 0.1 }, expected: 0.3, answer: '0.2', score: 1 },
    { case: 'beyond the edge', settings: { tolerance: 0.1 }, expected: 0.3, answer: '0.19999', score: 0 },
    { case: 'a share', settings: { relativeTolerance: 0.29 }, expected: 100, answer: '129', score: 1 },
    { case: 'beyond a share', settings: { relativeTolerance: 0.29 }, expected: 100, answer: '130', score: 0 },
    {
      case: 'a share of a negative number',
      settings: { relativeTolerance: 0.1 },
      expected: -100,
      answer: '-109',
      score: 1,
    },
    { case: 'a share of nothing', settings: { relativeTolerance: 0.5 }, expected: 0, answer: '0.1', score: 0 },
    {
      case: 'the wider of two',
      settings: { tolerance: 1, relativeTolerance: 0.1 },
      expected: 100,
      answer: '91',
      score: 1,
    },
    {
      case: 'a share that overflows',
      settings: { relativeTolerance: 1e308 },
      expected: 1e308,
      answer: '-1e308',
      score: 1,
    },
    {
      case: 'a difference that overflows',
      settings: { tolerance: 1 },
      expected: 1.7e308,
      answer: '-1.7e308',
      score: 0,
    },
    { case: 'long whole numbers that differ by 2', expected: 9007199254740991, answer: '9007199254740989', score: 0 },
    { case: 'a long whole number', expected: 9007199254740991, answer: '9,007,199,254,740,991', score: 1 },
  ])('with tolerance gives $score for $case', async ({ settings = {}, expected, answer, score }) => {
    expect(await scoreOf({ type: 'number', ...settings }, expected, answer)).toMatchObject({ score });
  });

  it.each([
    { text: 'From 3 to 7.', first: 3, last: 7 },
    { text: '10-20', first: 10, last: 20 },
    { text: 'It costs $1,234.50, not €99.', first: 1234.5, last: 99 },
    { text: '2024-01-15', first: 2024, last: 15 },
    { text: '- 5 and -6', first: 5, last: -6 },
    { text: 'x=-1e3;y=2', first: -1000, last: 2 },
    { text: 'v2 is 4', first: 4, last: 4 },
    { text: 'version 1.2.3', first: 1.2, last: 1.2 },
    { text: '1,2345', first: 1, last: 2345 },
    { text: '**42**', first: 42, last: 42 },
    { text: '\u{1F600}5\u{1F600}', first: 5, last: 5 },
    { text: '1e999 then 8', first: 8, last: 8 },
  ])('finds in "$text" $first first and $last last', async ({ text, first, last }) => {
    expect(await scoreOf({ type: 'number', extract: 'first' }, first, text)).toMatchObject({ score: 1 });
    expect(await scoreOf({ type: 'number', extract: 'last' }, last, text)).toMatchObject({ score: 1 });
  });

  it.each([
    { settings: {}, answer: '41', feedback: 'The answer was 41, expected 42.' },
    {
      settings: { tolerance: 0.1 + 0.2 },
      answer: '41',
      feedback: 'The answer was 41, expected 42 (give or take 0.3).',
    },
    {
      settings: {},
      answer: 'some',
      feedback: 'The answer holds no number where one was asked for, but was "some"; expected 42.',
    },
    {
      settings: { not: true, relativeTolerance: 0.5 },
      answer: '42',
      feedback: 'The answer must not be the number 42 (give or take 21), but was "42".',
    },
  ])('says: $feedback', async ({ settings, answer, feedback }) => {
    expect(await scoreOf({ type: 'number', ...settings }, 42, answer)).toMatchObject({ feedback });
  });

  it.each([
    { case: 'a digit', unit: '1' },
    { case: 'thousands', unit: '111,' },
    { case: 'thousands that end badly', unit: ',1111' },
    { case: 'exponents', unit: '1e' },
    { case: 'points', unit: '1.' },
    { case: 'signs', unit: '-' },
    { case: 'white space', unit: '1 ' },
  ])('reads $case over 500,000 characters', async ({ unit }) => {
    for (const extract of ['whole', 'last']) {
      const result = await scoreOf({ type: 'number', extract }, 5, `${unit.repeat(Math.ceil(500_000 / unit.length))}x`);

      expect(result).toMatchObject({ score: 0 });
    }
  });

  it.each([[undefined], [null], [true], ['about 5'], ['1,5'], ['0x10'], ['NaN'], ['Infinity'], [''], [[5]]] as [
    Json | undefined,
  ][])('refuses to score against %j: that is an error and no score', async (expected) => {
    await expect(scoreOf({ type: 'number' }, expected, '5')).rejects.toThrow(
      'Example x-1: number needs `value` in the eval or a number as `expected`.',
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1])('has no tolerance of %s', async (tolerance) => {
    await expect(scoreOf({ type: 'number', tolerance }, 1, '1')).rejects.toThrow(/tolerance/);
  });
});

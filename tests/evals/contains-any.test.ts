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

describe('contains_any', () => {
  it.each<Case>([
    { case: 'one of them', expected: ['a', 'b'], answer: 'b', score: 1 },
    { case: 'all of them', expected: ['a', 'b'], answer: 'ab', score: 1 },
    { case: 'none of them', expected: ['a', 'b'], answer: 'x', score: 0 },
    { case: 'an empty answer', expected: ['a'], answer: '', score: 0 },
    { case: 'another case', expected: ['Sorry'], answer: 'sorry', score: 0 },
    {
      case: 'another case that does not count',
      settings: { ignoreCase: true },
      expected: ['Sorry'],
      answer: 'SORRY',
      score: 1,
    },
    {
      case: 'a Greek word at its end and inside one',
      settings: { ignoreCase: true },
      expected: ['ΟΔΟΣ'],
      answer: 'ΟΔΟΣΑ',
      score: 1,
    },
    {
      case: 'a letter that has no composed upper case',
      settings: { ignoreCase: true },
      expected: ['H\u0331'],
      answer: '\u1e96',
      score: 1,
    },
    { case: 'another Unicode form', expected: ['x', 'cafe\u0301'], answer: 'caf\u00e9', score: 1 },
    { case: 'half of an emoji', expected: ['\u{1F600}'], answer: '\uD83D', score: 0 },
    { case: 'the own value before expected', settings: { value: ['x'] }, expected: ['y'], answer: 'y', score: 0 },
    { case: 'the list at a path', settings: { path: 'a.1' }, expected: { a: [[], ['x']] }, answer: 'x', score: 1 },
    {
      case: 'a field of the answer',
      settings: { answerPath: 'r.0' },
      expected: ['a'],
      answer: '{"r":["a"]}',
      score: 1,
    },
    {
      case: 'a field that the answer does not have, turned round',
      settings: { answerPath: 'r', not: true },
      expected: ['a'],
      answer: '{}',
      score: 0,
    },
    { case: 'none of them, turned round', settings: { not: true }, expected: ['a'], answer: 'x', score: 1 },
    { case: 'one of them, turned round', settings: { not: true }, expected: ['a', 'b'], answer: 'b', score: 0 },
    { case: 'an empty answer, turned round', settings: { not: true }, expected: ['a'], answer: '', score: 1 },
  ])('gives $score for $case', async ({ settings = {}, expected, answer, score }) => {
    expect(await scoreOf({ type: 'contains_any', ...settings }, expected, answer)).toMatchObject({ score });
  });

  it('says of what one must be there', async () => {
    const { feedback } = await scoreOf({ type: 'contains_any' }, ['sorry', 'apologies'], 'Well.');

    expect(feedback).toBe('The answer must contain one of "sorry", "apologies", but was "Well.".');
  });

  it('turned round, says what must not be there', async () => {
    const settings = { type: 'contains_any', value: ['refund', 'compensation'], not: true };

    const { feedback } = await scoreOf(settings, undefined, 'A refund.');

    expect(feedback).toBe('The answer must not contain one of "refund", "compensation", but was "A refund.".');
  });

  it('bounds its feedback however many texts there are', async () => {
    const texts = Array.from({ length: 3_000 }, (_, i) => `text ${i}`);

    const { feedback } = await scoreOf({ type: 'contains_any' }, texts, 'x'.repeat(500_000));

    expect(feedback.length).toBeLessThanOrEqual(1501);
  });

  it.each([[undefined], ['a'], [[]], [['']], [[null]]] as [Json | undefined][])(
    'refuses to score against %j: that is an error and no score',
    async (expected) => {
      await expect(scoreOf({ type: 'contains_any' }, expected, 'a')).rejects.toThrow(
        'Example x-1: contains_any needs `value` in the eval or a list of texts as `expected`.',
      );
    },
  );
});

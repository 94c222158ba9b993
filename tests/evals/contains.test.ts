import { describe, expect, it } from 'vitest';
import { scoreOf } from './scoring.ts';

describe('contains', () => {
  it.each([
    { case: 'the text inside', settings: {}, expected: 'refund', answer: 'It is a refund.', score: 1 },
    { case: 'the text alone', settings: {}, expected: 'refund', answer: 'refund', score: 1 },
    { case: 'another text', settings: {}, expected: 'refund', answer: 'It is billing.', score: 0 },
    { case: 'an empty answer', settings: {}, expected: 'refund', answer: '', score: 0 },
    { case: 'another case', settings: {}, expected: 'Refund', answer: 'a refund', score: 0 },
    {
      case: 'another case that does not count',
      settings: { ignoreCase: true },
      expected: 'RefunD',
      answer: 'a REFUND',
      score: 1,
    },
    { case: 'another Unicode form', settings: {}, expected: 'caf\u00e9', answer: 'the cafe\u0301 here', score: 1 },
    { case: 'what would be a pattern', settings: {}, expected: 'a.c', answer: 'abc', score: 0 },
    {
      case: "the eval's own value before expected",
      settings: { value: 'Regards' },
      expected: 'x',
      answer: 'Regards, A',
      score: 1,
    },
    { case: 'expected where the value counts', settings: { value: 'Regards' }, expected: 'x', answer: 'x', score: 0 },
  ])('gives $score for $case', ({ settings, expected, answer, score }) => {
    expect(scoreOf({ type: 'contains', ...settings }, expected, answer).score).toBe(score);
  });

  it('finds a text at the end of a huge answer', () => {
    expect(scoreOf({ type: 'contains' }, 'needle', `${'hay '.repeat(500_000)}needle`).score).toBe(1);
  });

  it('says what must be there', () => {
    const { feedback } = scoreOf({ type: 'contains' }, 'refund', 'billing', true);

    expect(feedback).toBe(
      'The answer must contain "refund", but was "billing". The answer was cut off at the output limit: a shorter answer is needed.',
    );
  });

  it.each([{ expected: undefined }, { expected: 5 }, { expected: '' }])(
    'refuses to score against $expected: that is an error and no score',
    ({ expected }) => {
      expect(() => scoreOf({ type: 'contains' }, expected, 'undefined 5')).toThrow(/x-1: contains needs `value`/);
    },
  );
});

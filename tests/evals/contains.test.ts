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
    {
      case: 'a family of emoji',
      settings: {},
      expected: '\u{1F468}\u200d\u{1F467}',
      answer: 'a \u{1F468}\u200d\u{1F467}!',
      score: 1,
    },
    { case: 'half of an emoji', settings: {}, expected: '\u{1F600}', answer: '\uD83D', score: 0 },
    {
      case: 'another case that is longer',
      settings: { ignoreCase: true },
      expected: 'STRASSE',
      answer: 'die Straße',
      score: 1,
    },
    {
      case: 'the text at a path',
      settings: { path: 'say.0' },
      expected: { say: ['x'] },
      answer: 'x',
      score: 1,
    },
    {
      case: 'a field of the answer',
      settings: { answerPath: 'a' },
      expected: 'x',
      answer: '{"a":"y","b":"x"}',
      score: 0,
    },
    { case: 'the text, turned round', settings: { not: true }, expected: 'x', answer: 'xy', score: 0 },
    { case: 'another text, turned round', settings: { not: true }, expected: 'x', answer: '', score: 1 },
    { case: 'expected where the value counts', settings: { value: 'Regards' }, expected: 'x', answer: 'x', score: 0 },
  ])('gives $score for $case', async ({ settings, expected, answer, score }) => {
    expect(await scoreOf({ type: 'contains', ...settings }, expected, answer)).toMatchObject({ score });
  });

  it('finds a text at the end of a huge answer', async () => {
    expect((await scoreOf({ type: 'contains' }, 'needle', `${'hay '.repeat(500_000)}needle`)).score).toBe(1);
  });

  it('says what must not be there', async () => {
    const { feedback } = await scoreOf({ type: 'contains', not: true }, 'refund', {
      text: 'a refund',
      truncated: true,
    });

    expect(feedback).toBe(
      'The answer must not contain "refund", but was "a refund". The answer was cut off at the output limit: a shorter answer is needed.',
    );
  });

  it('says what must be there', async () => {
    const { feedback } = await scoreOf({ type: 'contains' }, 'refund', { text: 'billing', truncated: true });

    expect(feedback).toBe(
      'The answer must contain "refund", but was "billing". The answer was cut off at the output limit: a shorter answer is needed.',
    );
  });

  it.each([{ expected: undefined }, { expected: 5 }, { expected: '' }])(
    'refuses to score against $expected: that is an error and no score',
    async ({ expected }) => {
      await expect(scoreOf({ type: 'contains' }, expected, 'undefined 5')).rejects.toThrow(
        /x-1: contains needs `value`/,
      );
    },
  );
});

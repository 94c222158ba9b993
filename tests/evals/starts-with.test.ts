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

describe('starts_with', () => {
  it.each<Case>([
    { case: 'the text at the beginning', expected: 'Dear', answer: 'Dear Ms. A', score: 1 },
    { case: 'the text alone', expected: 'Dear', answer: 'Dear', score: 1 },
    { case: 'the text later', expected: 'Dear', answer: 'Oh Dear', score: 0 },
    { case: 'the beginning of the text', expected: 'Dear', answer: 'Dea', score: 0 },
    { case: 'white space before it', expected: ' Dear', answer: '\n\t\u00a0\ufeffDear', score: 1 },
    { case: 'white space at the end of the text, which counts', expected: 'Dear ', answer: 'Dear', score: 0 },
    { case: 'an empty answer', expected: 'Dear', answer: '', score: 0 },
    { case: 'another case', expected: 'Dear', answer: 'dear', score: 0 },
    {
      case: 'another case that does not count',
      settings: { ignoreCase: true },
      expected: 'ÉÇ',
      answer: 'éç!',
      score: 1,
    },
    { case: 'another Unicode form', expected: 'caf\u00e9', answer: 'cafe\u0301s', score: 1 },
    { case: 'a letter that goes on with an accent', expected: 'cafe', answer: 'cafe\u0301', score: 0 },
    { case: 'an emoji that another begins with', expected: '\u{1F468}', answer: '\u{1F468}\u200d\u{1F467}', score: 1 },
    { case: 'what would be a pattern', expected: '.*', answer: 'abc', score: 0 },
    { case: 'the own value before expected', settings: { value: 'x' }, expected: 'y', answer: 'xy', score: 1 },
    {
      case: 'the text at a path',
      settings: { path: 'constructor' },
      expected: { constructor: 'x' },
      answer: 'x',
      score: 1,
    },
    {
      case: 'a field of the answer',
      settings: { answerPath: 'a.b' },
      expected: 'x',
      answer: '```json\n{"a.b":"xy"}\n```',
      score: 1,
    },
    {
      case: 'a number in the answer, as text',
      settings: { answerPath: 'n' },
      expected: '4',
      answer: '{"n":42}',
      score: 1,
    },
    { case: 'another beginning, turned round', settings: { not: true }, expected: 'As an AI', answer: 'Yes', score: 1 },
  ])('gives $score for $case', async ({ settings = {}, expected, answer, score }) => {
    expect(await scoreOf({ type: 'starts_with', ...settings }, expected, answer)).toMatchObject({ score });
  });

  it('says what must come first', async () => {
    const { feedback } = await scoreOf({ type: 'starts_with' }, 'Dear', 'Hi');

    expect(feedback).toBe('The answer must start with "Dear", but was "Hi".');
  });

  it('turned round, says what must not', async () => {
    const { feedback } = await scoreOf({ type: 'starts_with', value: 'Dear', not: true }, undefined, 'Dear A');

    expect(feedback).toBe('The answer must not start with "Dear", but was "Dear A".');
  });

  it('reads a huge answer, of white space too', async () => {
    const settings = { type: 'starts_with', ignoreCase: true };

    expect(await scoreOf(settings, 'x', `${' '.repeat(500_000)}X`)).toMatchObject({ score: 1 });
    expect(await scoreOf(settings, 'x'.repeat(500_000), 'x'.repeat(499_999))).toMatchObject({ score: 0 });
  });

  it.each([{ expected: undefined }, { expected: 5 }, { expected: '' }, { expected: ' \n' }, { expected: ['x'] }])(
    'refuses to score against $expected, with which every answer or none begins',
    async ({ expected }) => {
      await expect(scoreOf({ type: 'starts_with' }, expected, 'undefined')).rejects.toThrow(
        'Example x-1: starts_with needs `value` in the eval or a text as `expected`.',
      );
    },
  );
});

import { describe, expect, it } from 'vitest';
import type { Json } from '../../lambdas/contracts/dataset.ts';
import { scoreOf } from './scoring.ts';

const family = '\u{1F468}\u200d\u{1F469}\u200d\u{1F467}';

interface Case {
  readonly case: string;
  readonly settings?: object;
  readonly expected?: Json;
  readonly answer: string;
  readonly score: number;
}

describe('contains_all', () => {
  it.each<Case>([
    { case: 'all of them', expected: ['a', 'b'], answer: 'b and a', score: 1 },
    { case: 'half of them', expected: ['a', 'b'], answer: 'a', score: 0.5 },
    { case: 'a third of them', expected: ['a', 'b', 'c'], answer: 'c', score: 1 / 3 },
    { case: 'none of them', expected: ['a', 'b'], answer: 'x', score: 0 },
    { case: 'an empty answer', expected: ['a'], answer: '', score: 0 },
    { case: 'one text in another', expected: ['refund', 'refunds'], answer: 'refunds', score: 1 },
    { case: 'the same text twice in the list', expected: ['a', 'a', 'b'], answer: 'a', score: 2 / 3 },
    { case: 'another case', expected: ['Refund'], answer: 'refund', score: 0 },
    {
      case: 'another case that does not count',
      settings: { ignoreCase: true },
      expected: ['Ä', 'ß'],
      answer: 'äSS',
      score: 1,
    },
    { case: 'another Unicode form', expected: ['caf\u00e9', '\u1e69'], answer: 'cafe\u0301 s\u0323\u0307', score: 1 },
    { case: 'emoji', expected: [family, '\u{1F600}'], answer: `x${family}`, score: 0.5 },
    { case: 'a member of a family: the text is in the text', expected: ['\u{1F469}'], answer: family, score: 1 },
    { case: 'white space as a text', expected: ['\n\n'], answer: 'a\n\nb', score: 1 },
    { case: 'the own value before expected', settings: { value: ['x'] }, expected: ['y'], answer: 'x', score: 1 },
    {
      case: 'the list at a path',
      settings: { path: 'must.say' },
      expected: { must: { say: ['x', 'y'] } },
      answer: 'x',
      score: 0.5,
    },
    { case: 'inherited names as texts', expected: ['__proto__', 'constructor'], answer: 'constructor', score: 0.5 },
    {
      case: 'a field of the answer',
      settings: { answerPath: 'reply' },
      expected: ['a'],
      answer: '{"reply":"b","x":"a"}',
      score: 0,
    },
    { case: 'half of them, turned round', settings: { not: true }, expected: ['a', 'b'], answer: 'a', score: 0.5 },
  ])('gives $score for $case', async ({ settings = {}, expected, answer, score }) => {
    const result = await scoreOf({ type: 'contains_all', ...settings }, expected, answer);

    expect(result.score).toBeCloseTo(score, 12);
  });

  it('names what is not there, and only that', async () => {
    const { feedback } = await scoreOf({ type: 'contains_all' }, ['name', 'date', 'sum'], {
      text: 'the date',
      truncated: true,
    });

    expect(feedback).toBe(
      'The answer must also contain "name", "sum", but was "the date". The answer was cut off at the output limit: a shorter answer is needed.',
    );
  });

  it('turned round, says what must not be there and what was missing of it', async () => {
    const { feedback } = await scoreOf({ type: 'contains_all', not: true }, ['a', 'b'], 'a');

    expect(feedback).toBe(
      'The answer must not contain all of "a", "b", but was "a". (The answer must also contain "b", but was "a".)',
    );
  });

  it('looks for many texts in a huge answer', async () => {
    const texts = Array.from({ length: 100 }, (_, i) => `needle${i}.`);

    const { score } = await scoreOf({ type: 'contains_all' }, texts, `${'hay '.repeat(125_000)}needle7.`);

    expect(score).toBeCloseTo(0.01, 12);
  });

  it.each([[undefined], ['a'], [[]], [['a', '']], [['a', 5]], [{ 0: 'a' }]] as [Json | undefined][])(
    'refuses to score against %j: that is an error and no score',
    async (expected) => {
      await expect(scoreOf({ type: 'contains_all' }, expected, 'a')).rejects.toThrow(
        'Example x-1: contains_all needs `value` in the eval or a list of texts as `expected`.',
      );
    },
  );

  it('says at which path the list is missing', async () => {
    await expect(scoreOf({ type: 'contains_all', path: 'must.say' }, { must: 'x' }, 'a')).rejects.toThrow(
      'as `expected.must.say`.',
    );
  });
});

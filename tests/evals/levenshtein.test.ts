import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../lambdas/contracts/dataset.ts';
import { similarity } from '../../lambdas/evals/levenshtein.ts';
import { scoreOf } from './scoring.ts';

const family = '\u{1F468}\u200d\u{1F469}\u200d\u{1F467}';
/** What RapidFuzz says; `reference_vectors.py` makes them. */
const reference: { levenshtein: [a: string, b: string, similarity: number][] } = JSON.parse(
  readFileSync(new URL('reference-vectors.json', import.meta.url), 'utf-8'),
);

interface Case {
  readonly case: string;
  readonly settings?: object;
  readonly expected?: Json;
  readonly answer: string;
  readonly score: number;
}

describe('levenshtein', () => {
  it.each<Case>([
    { case: 'the text', expected: 'kitten', answer: 'kitten', score: 1 },
    { case: 'three edits of seven', expected: 'kitten', answer: 'sitting', score: 1 - 3 / 7 },
    { case: 'nothing in common', expected: 'abc', answer: 'xyz', score: 0 },
    { case: 'an empty answer', expected: 'abc', answer: '', score: 0 },
    { case: 'an empty answer to an empty text', expected: '', answer: ' \n', score: 1 },
    { case: 'something for an empty text', expected: '', answer: 'abc', score: 0 },
    { case: 'white space around it', expected: ' abc', answer: 'abc\n', score: 1 },
    { case: 'white space inside it', expected: 'a c', answer: 'a  c', score: 0.75 },
    { case: 'another case', expected: 'abc', answer: 'ABC', score: 0 },
    {
      case: 'another case that does not count',
      settings: { ignoreCase: true },
      expected: 'äbc',
      answer: 'ÄBC',
      score: 1,
    },
    { case: 'another Unicode form', expected: 'caf\u00e9', answer: 'cafe\u0301', score: 1 },
    { case: 'a letter without its accent', expected: 'caf\u00e9', answer: 'cafe', score: 0.75 },
    { case: 'one emoji of two: one character each', expected: '\u{1F600}\u{1F601}', answer: '\u{1F600}x', score: 0.5 },
    { case: 'emoji whose halves are alike', expected: '\u{1F600}', answer: '\u{1F601}', score: 0 },
    {
      case: 'a family without its child, which is five code points',
      expected: family,
      answer: '\u{1F468}\u200d\u{1F469}',
      score: 0.6,
    },
    { case: 'half of an emoji', expected: 'a\u{1F600}', answer: 'a\uD83D', score: 0.5 },
    { case: 'the own value before expected', settings: { value: 'ab' }, expected: 'x', answer: 'ab', score: 1 },
    { case: 'the empty value', settings: { value: '' }, expected: 'x', answer: 'x', score: 0 },
    { case: 'the text at a path', settings: { path: 'a.b' }, expected: { a: { b: 'ab' } }, answer: 'ac', score: 0.5 },
    { case: 'a field of the answer', settings: { answerPath: 'a' }, expected: 'ab', answer: '{"a":"ab"}', score: 1 },
    { case: 'one of four, turned round', settings: { not: true }, expected: 'abcd', answer: 'abcx', score: 0.25 },
  ])('gives $score for $case', async ({ settings = {}, expected, answer, score }) => {
    const result = await scoreOf({ type: 'levenshtein', ...settings }, expected, answer);

    expect(result.score).toBeCloseTo(score, 12);
  });

  it('says how like it was, and what was expected', async () => {
    const { feedback } = await scoreOf({ type: 'levenshtein' }, 'kitten', { text: 'sitting', truncated: true });

    expect(feedback).toBe(
      'The answer is 57 % like the expected text: it was "sitting", expected "kitten". The answer was cut off at the output limit: a shorter answer is needed.',
    );
  });

  it('turned round, says what it must not be like', async () => {
    const { feedback } = await scoreOf({ type: 'levenshtein', not: true }, 'abc', 'abc');

    expect(feedback).toBe('The answer must not be close to "abc", but was "abc".');
  });

  it('is what RapidFuzz says of random texts', () => {
    expect(reference.levenshtein).toHaveLength(200);
    for (const [a, b, expected] of reference.levenshtein)
      expect(Math.abs(similarity(a, b) - expected)).toBeLessThan(1e-9);
  });

  it('is the same both ways, in [0, 1], and 1 for the same text alone', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\u00e9', '\u{1F600}', '\u{1F601}', '\uD83D', '\u200d') });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const value = similarity(a, b);

        expect(value).toBe(similarity(b, a));
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
        expect(value === 1).toBe(a === b);
      }),
    );
  });

  it.each([
    { case: 'the same text', a: 'ab'.repeat(250_000), b: 'ab'.repeat(250_000), at: 0.04 },
    { case: 'a short text', a: 'a'.repeat(500_000), b: 'aaaaa', at: 1e-5 },
    { case: 'emoji', a: family.repeat(50_000), b: 'x', at: 0 },
  ])('gives a lower bound in time for $case of 500,000 characters', ({ a, b, at }) => {
    expect(similarity(a, b)).toBeCloseTo(at, 12);
  });

  it.each([[undefined], [null], [5], [['a']]] as [Json | undefined][])(
    'refuses to score against %j: that is an error and no score',
    async (expected) => {
      await expect(scoreOf({ type: 'levenshtein' }, expected, 'a')).rejects.toThrow(
        'Example x-1: levenshtein needs `value` in the eval or a text as `expected`.',
      );
    },
  );
});

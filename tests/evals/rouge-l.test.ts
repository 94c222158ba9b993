import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../lambdas/contracts/dataset.ts';
import { rougeLScore } from '../../lambdas/evals/rouge-l.ts';
import { scoreOf } from './scoring.ts';

/** What rouge-score says; `reference_vectors.py` makes them. */
const reference: { rougeL: [answer: string, reference: string, fMeasure: number][] } = JSON.parse(
  readFileSync(new URL('reference-vectors.json', import.meta.url), 'utf-8'),
);

interface Case {
  readonly case: string;
  readonly settings?: object;
  readonly expected?: Json;
  readonly answer: string;
  readonly score: number;
}

describe('rouge_l', () => {
  it.each<Case>([
    { case: 'the text', expected: 'the cat sat', answer: 'the cat sat', score: 1 },
    { case: 'another case and punctuation', expected: 'The cat sat.', answer: '"the CAT" -- sat!', score: 1 },
    { case: 'two of three in order', expected: 'the cat sat', answer: 'the dog sat', score: 2 / 3 },
    { case: 'another order', expected: 'police killed the gunman', answer: 'the gunman killed police', score: 0.5 },
    { case: 'words too many', expected: 'a b', answer: 'x a y b', score: 2 / 3 },
    { case: 'a word twice', expected: 'a', answer: 'a a a', score: 0.5 },
    { case: 'nothing in common', expected: 'a b', answer: 'c d', score: 0 },
    { case: 'an empty answer', expected: 'a', answer: '', score: 0 },
    { case: 'an empty answer to an empty text, which has no words to keep', expected: '', answer: '', score: 0 },
    { case: 'punctuation alone', expected: 'a', answer: '... --', score: 0 },
    { case: 'numbers', expected: '1,000.50', answer: '1 000 50', score: 1 },
    { case: 'a part of a word', expected: 'refund', answer: 'refunds', score: 0 },
    { case: 'a line below, which parts words', expected: 'snake case', answer: 'snake_case', score: 1 },
    { case: 'words of other scripts', expected: 'Ёлка große عربي', answer: 'ёлка GROßE عربي', score: 1 },
    { case: 'another Unicode form', expected: 'caf\u00e9', answer: 'cafe\u0301', score: 1 },
    { case: 'a letter without its accent', expected: 'caf\u00e9', answer: 'cafe', score: 0 },
    { case: 'emoji, which are no words', expected: 'a \u{1F600}', answer: '\u{1F468}\u200d\u{1F467} a', score: 1 },
    { case: 'letters beyond the first plane', expected: '\u{10400} b', answer: '\u{10428} b', score: 1 },
    { case: 'inherited names', expected: '__proto__ constructor', answer: 'proto constructor', score: 1 },
    { case: 'the own value before expected', settings: { value: 'a' }, expected: 'b', answer: 'a', score: 1 },
    { case: 'the text at a path', settings: { path: 'a.0' }, expected: { a: ['x y'] }, answer: 'x', score: 2 / 3 },
    { case: 'a field of the answer', settings: { answerPath: 'a' }, expected: 'x', answer: '{"a":"x"}', score: 1 },
    { case: 'one of four, turned round', settings: { not: true }, expected: 'a b c d', answer: 'a x y z', score: 0.75 },
  ])('gives $score for $case', async ({ settings = {}, expected, answer, score }) => {
    const result = await scoreOf({ type: 'rouge_l', ...settings }, expected, answer);

    expect(result.score).toBeCloseTo(score, 12);
  });

  it('says how many words were shared, and what was expected', async () => {
    const { feedback } = await scoreOf({ type: 'rouge_l' }, 'the cat sat', { text: 'the dog sat', truncated: true });

    expect(feedback).toBe(
      'The answer shares 67 % of its words in order with the expected text: it was "the dog sat", expected "the cat sat". The answer was cut off at the output limit: a shorter answer is needed.',
    );
  });

  it('turned round, says what it must not say', async () => {
    const { feedback } = await scoreOf({ type: 'rouge_l', not: true }, 'a b', 'A, b.');

    expect(feedback).toBe('The answer must not say the same as "a b", but was "A, b.".');
  });

  it('is what rouge-score says of random texts', () => {
    expect(reference.rougeL).toHaveLength(200);
    for (const [answer, wanted, expected] of reference.rougeL)
      expect(Math.abs(rougeLScore(answer, wanted) - expected)).toBeLessThan(1e-9);
  });

  it('is the same both ways, in [0, 1], and 1 for the same words alone', () => {
    const words = fc.array(fc.constantFrom('a', 'b', 'c', '\u00e9', '漢'), { maxLength: 12 });
    fc.assert(
      fc.property(words, words, (a, b) => {
        const value = rougeLScore(a.join(' '), b.join(' '));

        expect(value).toBe(rougeLScore(b.join(', '), a.join('\n')));
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
        expect(value === 1).toBe(a.length > 0 && a.join() === b.join());
      }),
    );
  });

  it.each([
    { case: 'many words', answer: 'a b '.repeat(125_000), wanted: 'a b '.repeat(125_000), score: 1 },
    { case: 'one word', answer: 'x'.repeat(500_000), wanted: 'x', score: 0 },
    { case: 'punctuation', answer: '.'.repeat(500_000), wanted: 'x', score: 0 },
    { case: 'accents', answer: `x${'\u0301'.repeat(500_000)}`, wanted: 'x', score: 0 },
  ])('reads $case over 500,000 characters', async ({ answer, wanted, score }) => {
    expect(await scoreOf({ type: 'rouge_l' }, wanted, answer)).toMatchObject({ score });
  });

  it.each([[undefined], [null], [5], [['a']]] as [Json | undefined][])(
    'refuses to score against %j: that is an error and no score',
    async (expected) => {
      await expect(scoreOf({ type: 'rouge_l' }, expected, 'a')).rejects.toThrow(
        'Example x-1: rouge_l needs `value` in the eval or a text as `expected`.',
      );
    },
  );
});

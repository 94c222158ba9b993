import { describe, expect, it } from 'vitest';
import { problemOf } from '../../lambdas/evals/registry.ts';
import { evalOf, scoreOf } from './scoring.ts';

const family = '\u{1F468}\u200d\u{1F469}\u200d\u{1F467}';
const problem = (settings: object) =>
  problemOf(evalOf({ type: 'length', ...settings }), { modelName: 'm', hasTools: false, prices: {} });

describe('length', () => {
  it.each([
    { case: 'the most words', settings: { max: 3 }, answer: 'one two, three.', score: 1 },
    { case: 'one word too many', settings: { max: 3 }, answer: 'one two three four', score: 0.75 },
    { case: 'twice the most', settings: { max: 1 }, answer: 'one two', score: 0.5 },
    { case: 'the least words', settings: { min: 3 }, answer: 'one two three', score: 1 },
    { case: 'one word too few', settings: { min: 4 }, answer: 'one two three', score: 0.75 },
    { case: 'an empty answer where some is wanted', settings: { min: 4 }, answer: '', score: 0 },
    { case: 'an empty answer where none is needed', settings: { max: 4 }, answer: '', score: 1 },
    { case: 'an empty answer where none is allowed', settings: { max: 0 }, answer: ' \n', score: 1 },
    { case: 'a word where none is allowed', settings: { max: 0 }, answer: 'no', score: 0 },
    { case: 'a range of one', settings: { min: 2, max: 2 }, answer: 'a b', score: 1 },
    { case: 'below a range', settings: { min: 2, max: 4 }, answer: 'a', score: 0.5 },
    { case: 'above a range', settings: { min: 2, max: 4 }, answer: 'a b c d e', score: 0.8 },
    { case: 'emoji, which are no words', settings: { max: 1 }, answer: `a ${family} \u{1F600}`, score: 1 },
    {
      case: 'several words without white space between them',
      settings: { min: 4, max: 9 },
      answer: '私は昨日パンを食べた',
      score: 1,
    },
    { case: 'a family, one character', settings: { unit: 'characters', max: 1 }, answer: family, score: 1 },
    { case: 'a flag, one character', settings: { unit: 'characters', max: 1 }, answer: '\u{1F1E9}\u{1F1EA}', score: 1 },
    {
      case: 'a letter and its accent, one character',
      settings: { unit: 'characters', max: 4 },
      answer: 'cafe\u0301',
      score: 1,
    },
    { case: 'a Windows line end, one character', settings: { unit: 'characters', max: 3 }, answer: 'a\r\nb', score: 1 },
    { case: 'half of an emoji, one character', settings: { unit: 'characters', max: 1 }, answer: '\uD83D', score: 1 },
    { case: 'characters too many', settings: { unit: 'characters', max: 3 }, answer: '1234', score: 0.75 },
    { case: 'tokens', settings: { unit: 'tokens', min: 2, max: 2 }, answer: 'hello world', score: 1 },
    { case: 'tokens too many', settings: { unit: 'tokens', max: 1 }, answer: 'hello world', score: 0.5 },
    { case: 'no tokens', settings: { unit: 'tokens', max: 0 }, answer: '', score: 1 },
    {
      case: "what looks like a token of the model's own",
      settings: { unit: 'tokens', min: 2 },
      answer: '<|endoftext|>',
      score: 1,
    },
    { case: 'a field of the answer', settings: { max: 1, answerPath: 'a' }, answer: '{"a":"x","b":"y z"}', score: 1 },
    {
      case: 'a number too large to count to',
      settings: { min: Number.MAX_SAFE_INTEGER },
      answer: 'a',
      score: 1 / Number.MAX_SAFE_INTEGER,
    },
    { case: 'one word too many, turned round', settings: { max: 3, not: true }, answer: 'a b c d', score: 0.25 },
  ])('gives $score for $case', async ({ settings, answer, score }) => {
    const result = await scoreOf({ type: 'length', ...settings }, undefined, answer);

    expect(result.score).toBeCloseTo(score, 15);
  });

  it.each([
    { settings: { max: 1 }, feedback: 'The answer has 2 words; it must have at most 1.' },
    { settings: { min: 3 }, feedback: 'The answer has 2 words; it must have at least 3.' },
    { settings: { min: 3, max: 5 }, feedback: 'The answer has 2 words; it must have 3 to 5.' },
    { settings: { unit: 'characters', max: 1 }, feedback: 'The answer has 3 characters; it must have at most 1.' },
    { settings: { unit: 'tokens', max: 1 }, feedback: 'The answer has 2 tokens; it must have at most 1.' },
    { settings: { max: 2 }, feedback: 'Right.' },
    { settings: { max: 2, not: true }, feedback: 'The answer must not have at most 2 words, but was "a b".' },
  ])('says: $feedback', async ({ settings, feedback }) => {
    expect(await scoreOf({ type: 'length', ...settings }, undefined, 'a b')).toMatchObject({ feedback });
  });

  it('says that the answer was cut off', async () => {
    const { feedback } = await scoreOf({ type: 'length', max: 1 }, undefined, { text: 'a b', truncated: true });

    expect(feedback).toContain('The answer was cut off at the output limit: a shorter answer is needed.');
  });

  it.each([
    { case: 'one word', answer: 'a'.repeat(500_000), words: 1, characters: 500_000 },
    { case: 'white space', answer: ' '.repeat(500_000), words: 0, characters: 500_000 },
    { case: 'families', answer: family.repeat(62_500), words: 0, characters: 62_500 },
    { case: 'accents', answer: '\u0301'.repeat(500_000), words: 0, characters: 1 },
  ])('counts $case over 500,000 characters', async ({ answer, words, characters }) => {
    const counts = { words, characters };
    for (const [unit, count] of Object.entries(counts)) {
      expect(await scoreOf({ type: 'length', unit, min: count, max: count }, undefined, answer)).toMatchObject({
        score: 1,
      });
    }
  });

  it.each([
    { case: 'one word', text: 'a'.repeat(500_000) },
    { case: 'white space', text: ' '.repeat(500_000) },
    { case: 'line ends', text: '\n'.repeat(500_000) },
    { case: 'punctuation', text: '!'.repeat(500_000) },
    { case: 'emoji', text: '\u{1F600}'.repeat(250_000) },
  ])(
    'counts the tokens of $case over 500,000 characters in a time that grows no faster than the answer',
    async ({ text }) => {
      // Quadratic, this is minutes and the test never ends.
      const { score } = await scoreOf({ type: 'length', unit: 'tokens', max: 1 }, undefined, text);

      expect(score).toBeGreaterThan(0);
      expect(score).toBeLessThan(0.01);
    },
  );

  it('counts the tokens of usual texts as the tokenizer does', async () => {
    const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
    const text =
      `Dear Ms. Müller,\r\n\r\nyour heating's valve (no. 12-345) — 漢字 \u{1F600} — works again.\n${'-'.repeat(80)}\n`.repeat(
        50,
      );
    const count = countTokens(text);

    expect(await scoreOf({ type: 'length', unit: 'tokens', min: count, max: count }, undefined, text)).toMatchObject({
      score: 1,
    });
  });

  it.each([
    {
      settings: {},
      field: 'max',
      message: 'is missing: a length without a limit says nothing.',
      remedy: 'Give `max`, `min` or both.',
    },
    { settings: { min: 3, max: 2 }, field: 'min', message: 'is 3, above `max`, 2.', remedy: 'No answer can be both.' },
  ])('is refused with $settings, with what to do', ({ settings, ...expected }) => {
    expect(problem(settings)).toEqual(expected);
  });

  it.each([{ min: 0 }, { max: 0 }, { min: 2, max: 2 }])('is not refused with %j', (settings) => {
    expect(problem(settings)).toBeNull();
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('has no limit of %s', (max) => {
    expect(() => evalOf({ type: 'length', max })).toThrow(/max/);
  });
});

import { describe, expect, it } from 'vitest';
import { problemOf, scoreAnswer } from '../../lambdas/evals/registry.ts';
import { evalOf, noServices, scoreOf } from './scoring.ts';

describe('regex', () => {
  it.each([
    { case: 'a match anywhere', pattern: 'ref(und)?', flags: '', answer: 'my refund', score: 1 },
    { case: 'no match', pattern: '^refund$', flags: '', answer: 'my refund', score: 0 },
    { case: 'an empty answer', pattern: '.', flags: '', answer: '', score: 0 },
    { case: 'an empty answer that may be empty', pattern: '^$', flags: '', answer: '', score: 1 },
    { case: 'another case', pattern: '^REFUND$', flags: 'i', answer: 'refund', score: 1 },
    { case: 'a line of many', pattern: '^b$', flags: 'm', answer: 'a\nb\nc', score: 1 },
    { case: 'a dot over lines', pattern: 'a.b', flags: 's', answer: 'a\nb', score: 1 },
    { case: 'a Unicode property', pattern: '^\\p{Lu}', flags: 'u', answer: 'Émile', score: 1 },
    { case: 'a set operation', pattern: '^[\\w--\\d]$', flags: 'v', answer: '5', score: 0 },
    {
      case: 'the answer as it is, in its own Unicode form',
      pattern: 'caf\u00e9',
      flags: '',
      answer: 'cafe\u0301',
      score: 0,
    },
  ])('gives $score for $case', async ({ pattern, flags, answer, score }) => {
    expect(await scoreOf({ type: 'regex', pattern, flags }, undefined, answer)).toMatchObject({ score });
  });

  it('scores the same answer alike however often it is asked', async () => {
    const evals = [evalOf({ type: 'regex', pattern: 'a' })];
    const answer = { text: 'a', truncated: false };
    const asked = Array.from({ length: 4 }, () => scoreAnswer(evals, { id: 'x', input: '' }, answer, noServices));

    expect((await Promise.all(asked)).map(({ score }) => score)).toEqual([1, 1, 1, 1]);
  });

  it.each([
    { case: 'the last character', pattern: 'x$', answer: `${'a'.repeat(500_000)}x`, score: 1 },
    { case: 'a group over all of it', pattern: '^(?:a|b)*$', answer: 'ab'.repeat(250_000), score: 1 },
    { case: 'white space before its end', pattern: '^\\s*$', answer: `${' '.repeat(500_000)}x`, score: 0 },
  ])('gives $score for $case of 500,000 characters', async ({ pattern, answer, score }) => {
    expect(await scoreOf({ type: 'regex', pattern }, undefined, answer)).toMatchObject({ score });
  });

  it.each([
    { case: 'a part of the answer', settings: { answerPath: 'a' }, answer: '{"a":"xx"}', score: 1 },
    { case: 'a match, turned round', settings: { not: true }, answer: 'xx', score: 0 },
    { case: 'no match, turned round', settings: { not: true }, answer: '', score: 1 },
  ])('gives $score for $case', async ({ settings, answer, score }) => {
    expect(await scoreOf({ type: 'regex', pattern: '^x+$', ...settings }, undefined, answer)).toMatchObject({ score });
  });

  it('turned round, says what must not match', async () => {
    const { feedback } = await scoreOf({ type: 'regex', pattern: 'a', not: true }, undefined, 'abc');

    expect(feedback).toBe('The answer must not match /a/, but was "abc".');
  });

  it.each([
    { pattern: '(', flags: '', problem: /Unterminated group/ },
    { pattern: '\\p{Nobody}', flags: 'u', problem: /Invalid property name/ },
    { pattern: 'a', flags: 'uv', problem: /Invalid flags/ },
    { pattern: 'a', flags: 'ii', problem: /Invalid flags/ },
    { pattern: 'a', flags: 'imsu', problem: null },
  ])('is refused as /$pattern/$flags: $problem', ({ pattern, flags, problem }) => {
    const found = problemOf(evalOf({ type: 'regex', pattern, flags }), { modelName: 'm', hasTools: false, prices: {} });

    if (problem === null) expect(found).toBeNull();
    else {
      const message = expect.stringMatching(problem);
      expect(found).toEqual({ field: 'pattern', message, remedy: 'Write it as JavaScript would.' });
    }
  });

  it.each(['g', 'y', 'd', 'x'])('has no flag %s', (flags) => {
    expect(() => evalOf({ type: 'regex', pattern: 'a', flags })).toThrow(/may hold the flags i, m, s, u, v/);
  });

  it('says what must match', async () => {
    const { feedback } = await scoreOf({ type: 'regex', pattern: '^[A-Z]+$', flags: 'm' }, undefined, 'abc');

    expect(feedback).toBe('The answer must match /^[A-Z]+$/m, but was "abc".');
  });

  it('ends a catastrophic pattern with an error that names it, not with a score', async () => {
    const answer = `${'a'.repeat(60)}!`;

    await expect(scoreOf({ type: 'regex', pattern: '^(a+)+$' }, undefined, answer)).rejects.toThrow(
      '/^(a+)+$/ did not end within 250 ms on an answer. Nested repetition like (a+)+ does that; write it without.',
    );
    await expect(scoreOf({ type: 'regex', pattern: '^(a+)+$', not: true }, undefined, answer)).rejects.toThrow(
      '250 ms',
    );
    expect(await scoreOf({ type: 'regex', pattern: '^a' }, undefined, 'abc')).toMatchObject({ score: 1 });
  });
});

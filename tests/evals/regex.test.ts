import { describe, expect, it } from 'vitest';
import { scoreOf } from './scoring.ts';

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
  ])('gives $score for $case', ({ pattern, flags, answer, score }) => {
    expect(scoreOf({ type: 'regex', pattern, flags }, undefined, answer).score).toBe(score);
  });

  it('scores the same answer alike however often it is asked', () => {
    const scores = Array.from({ length: 4 }, () => scoreOf({ type: 'regex', pattern: 'a' }, undefined, 'a').score);

    expect(scores).toEqual([1, 1, 1, 1]);
  });

  it('says what must match', () => {
    const { feedback } = scoreOf({ type: 'regex', pattern: '^[A-Z]+$', flags: 'm' }, undefined, 'abc');

    expect(feedback).toBe('The answer must match /^[A-Z]+$/m, but was "abc".');
  });

  it('ends a catastrophic pattern with an error that names it, not with a score', () => {
    const answer = `${'a'.repeat(60)}!`;

    expect(() => scoreOf({ type: 'regex', pattern: '^(a+)+$' }, undefined, answer)).toThrow(
      '/^(a+)+$/ did not end within 250 ms on an answer. Nested repetition like (a+)+ does that; write it without.',
    );
    expect(scoreOf({ type: 'regex', pattern: '^a' }, undefined, 'abc').score).toBe(1);
  });
});

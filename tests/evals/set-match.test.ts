import { describe, expect, it } from 'vitest';
import type { Json } from '../../lambdas/contracts/dataset.ts';
import { scoreOf } from './scoring.ts';

interface Case {
  readonly case: string;
  readonly settings?: object;
  readonly expected?: Json;
  readonly answer: string;
  readonly score: number;
}

describe('set_match', () => {
  it.each<Case>([
    { case: 'the items', expected: ['a', 'b'], answer: '["a","b"]', score: 1 },
    { case: 'another order', expected: ['a', 'b'], answer: 'b, a', score: 1 },
    { case: 'repetitions', expected: ['a', 'b', 'a'], answer: 'b\na\nb', score: 1 },
    { case: 'one of two', expected: ['a', 'b'], answer: 'a', score: 2 / 3 },
    { case: 'one too many', expected: ['a', 'b'], answer: 'a, b, c', score: 0.8 },
    { case: 'other items', expected: ['a', 'b'], answer: 'c', score: 0 },
    { case: 'an empty answer', expected: ['a'], answer: '', score: 0 },
    { case: 'an empty answer to an empty list', expected: [], answer: ' ', score: 1 },
    { case: 'an empty list', expected: [], answer: '[]', score: 1 },
    { case: 'something for an empty list', expected: [], answer: 'a', score: 0 },
    {
      case: 'bullets and numbers before the items',
      expected: ['a', 'b', 'c', 'd'],
      answer: '- a\n* b\n3. c\r\n\u2022 d\n',
      score: 1,
    },
    { case: 'a minus that is no bullet', expected: ['-5', '1.5'], answer: '-5\n1.5', score: 1 },
    { case: 'a fence', expected: ['a'], answer: '```json\n["a"]\n```', score: 1 },
    { case: 'numbers and truths', expected: [1, true, null], answer: '[true, null, 1.0]', score: 1 },
    { case: 'numbers as text', expected: [1, 2], answer: '2, 1', score: 1 },
    {
      case: 'objects in another order of keys',
      expected: [{ a: 1, b: { c: 2, d: 3 } }],
      answer: '[{"b":{"d":3,"c":2},"a":1}]',
      score: 1,
    },
    {
      case: 'objects of inherited names',
      expected: [JSON.parse('{"__proto__":1}') as Json],
      answer: '[{"__proto__":1},{}]',
      score: 2 / 3,
    },
    { case: 'inherited names', expected: ['__proto__', 'constructor'], answer: 'constructor, toString', score: 0.5 },
    { case: 'another case', expected: ['A'], answer: 'a', score: 0 },
    {
      case: 'another case that does not count',
      settings: { ignoreCase: true },
      expected: ['Straße', 'a'],
      answer: 'STRASSE, A, a',
      score: 1,
    },
    { case: 'another Unicode form', expected: ['caf\u00e9'], answer: 'cafe\u0301', score: 1 },
    {
      case: 'families of emoji',
      expected: ['\u{1F468}\u200d\u{1F467}', '\u{1F600}'],
      answer: '\u{1F600}, \u{1F468}',
      score: 0.5,
    },
    { case: 'a text that is split as the answer is', expected: 'a, b', answer: '["b","a"]', score: 1 },
    { case: 'a separator', settings: { separator: ';' }, expected: 'a, b; c', answer: 'c;a, b;', score: 1 },
    {
      case: 'a separator that would be a pattern',
      settings: { separator: '|' },
      expected: ['a', 'b'],
      answer: 'a|b',
      score: 1,
    },
    { case: 'blank items', expected: ['a', ' ', ''], answer: 'a,,', score: 1 },
    { case: 'the own value before expected', settings: { value: ['x', 5] }, expected: ['y'], answer: '5, x', score: 1 },
    {
      case: 'the list at a path',
      settings: { path: 'a.tags' },
      expected: { a: { tags: ['x'] } },
      answer: 'x',
      score: 1,
    },
    {
      case: 'a field of the answer',
      settings: { answerPath: 'tags' },
      expected: ['x'],
      answer: '{"tags":["x"]}',
      score: 1,
    },
    { case: 'one of two, turned round', settings: { not: true }, expected: ['a', 'b'], answer: 'a', score: 1 / 3 },
  ])('gives $score for $case', async ({ settings = {}, expected, answer, score }) => {
    const result = await scoreOf({ type: 'set_match', ...settings }, expected, answer);

    expect(result.score).toBeCloseTo(score, 12);
  });

  it.each([
    { answer: 'a, b', equal: 1, subset: 1, superset: 1 },
    { answer: 'a', equal: 0, subset: 1, superset: 0 },
    { answer: 'a, b, c', equal: 0, subset: 0, superset: 1 },
    { answer: 'a, c', equal: 0, subset: 0, superset: 0 },
    { answer: '', equal: 0, subset: 1, superset: 0 },
  ])('gives "$answer" $equal as equal, $subset as subset, $superset as superset', async ({ answer, ...scores }) => {
    for (const [mode, score] of Object.entries(scores)) {
      expect(await scoreOf({ type: 'set_match', mode }, ['a', 'b'], answer)).toMatchObject({ score });
    }
  });

  it.each([
    {
      mode: 'f1',
      feedback:
        'The list is not right: missing "b"; not wanted "c", "d". The answer was cut off at the output limit: a shorter answer is needed.',
    },
    {
      mode: 'equal',
      feedback:
        'The list is not right: missing "b"; not wanted "c", "d". The answer was cut off at the output limit: a shorter answer is needed.',
    },
    {
      mode: 'subset',
      feedback:
        'The list is not right: not wanted "c", "d". The answer was cut off at the output limit: a shorter answer is needed.',
    },
    {
      mode: 'superset',
      feedback:
        'The list is not right: missing "b". The answer was cut off at the output limit: a shorter answer is needed.',
    },
  ])('says what was wrong as $mode', async ({ mode, feedback }) => {
    const answer = { text: 'a, c, d', truncated: true };

    expect(await scoreOf({ type: 'set_match', mode }, ['a', 'b'], answer)).toMatchObject({ feedback });
  });

  it('turned round, says which list must not be', async () => {
    const settings = { type: 'set_match', mode: 'superset', value: ['a', 'b'], not: true };

    const { feedback } = await scoreOf(settings, undefined, 'b,a');

    expect(feedback).toBe('The answer must not list all of "a", "b", but was "b,a".');
  });

  it('shows ten items at most', async () => {
    const { feedback } = await scoreOf({ type: 'set_match' }, ['a'], `a,${Array.from({ length: 12 }, (_, i) => i)}`);

    expect(feedback).toBe(
      'The list is not right: not wanted "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" and 2 more.',
    );
  });

  it.each([
    { case: 'lists', answer: `[${'['.repeat(100_000)}${']'.repeat(100_000)},"a"]` },
    { case: 'objects', answer: `[${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)},"a"]` },
  ])('takes $case nested 100,000 deep as a wrong item, not as an error', async ({ answer }) => {
    const { score, feedback } = await scoreOf({ type: 'set_match' }, ['a'], answer);

    expect(score).toBeCloseTo(2 / 3, 12);
    expect(feedback).toBe('The list is not right: not wanted "a value that is nested too deeply to be shown".');
  });

  it.each([
    { case: 'different items', answer: Array.from({ length: 80_000 }, (_, i) => i).join(), score: 2 / 80_001 },
    { case: 'the same item', answer: '1,'.repeat(250_000), score: 1 },
    { case: 'white space', answer: ' '.repeat(500_000), score: 0 },
    { case: 'bullets', answer: '- '.repeat(250_000), score: 0 },
    { case: 'one item', answer: 'x'.repeat(500_000), score: 0 },
  ])('reads $case over 500,000 characters', async ({ answer, score }) => {
    expect((await scoreOf({ type: 'set_match' }, [1], answer)).score).toBeCloseTo(score, 12);
  });

  it.each([[undefined], [null], [5], [{ 0: 'a' }]] as [Json | undefined][])(
    'refuses to score against %j: that is an error and no score',
    async (expected) => {
      await expect(scoreOf({ type: 'set_match' }, expected, 'a')).rejects.toThrow(
        'Example x-1: set_match needs `value` in the eval or a list as `expected`.',
      );
    },
  );
});

import { describe, expect, it } from 'vitest';
import { scoreOf } from './scoring.ts';

describe('is_json', () => {
  it.each([
    { case: 'an object', answer: '{"a": [1, null]}', score: 1 },
    { case: 'a list', answer: '[]', score: 1 },
    { case: 'a text', answer: '"a"', score: 1 },
    { case: 'a number', answer: '-0.5e3', score: 1 },
    { case: 'a number too large to hold', answer: '1e999', score: 1 },
    { case: 'null', answer: 'null', score: 1 },
    { case: 'false', answer: ' false\n', score: 1 },
    { case: 'a byte order mark before it', answer: '\ufeff{}', score: 1 },
    { case: 'a fence', answer: '```json\n{"a":1}\n```', score: 1 },
    { case: 'a fence without a language', answer: '```\r\n[1]\r\n```', score: 1 },
    { case: 'a fence with nothing in it', answer: '```json\n```', score: 0 },
    { case: 'words around it', answer: 'Here: {"a":1}', score: 0 },
    { case: 'words after a fence', answer: '```json\n{}\n```\nDone.', score: 0 },
    { case: 'two values', answer: '{} {}', score: 0 },
    { case: 'a comma too much', answer: '[1,]', score: 0 },
    { case: 'single quotes', answer: "{'a': 1}", score: 0 },
    { case: 'a comment', answer: '{} // yes', score: 0 },
    { case: 'NaN', answer: 'NaN', score: 0 },
    { case: 'Infinity', answer: '[-Infinity]', score: 0 },
    { case: 'a line break in a text', answer: '"a\nb"', score: 0 },
    { case: 'an escaped half of an emoji', answer: '"\\ud83d"', score: 1 },
    { case: 'emoji', answer: '"\u{1F468}\u200d\u{1F467}"', score: 1 },
    { case: 'inherited names', answer: '{"__proto__": 1, "constructor": 2}', score: 1 },
    { case: 'an empty answer', answer: '', score: 0 },
    { case: 'white space', answer: ' \n\t', score: 0 },
    { case: 'an object cut in the middle', answer: '{"a":', score: 0 },
  ])('gives $score for $case', async ({ answer, score }) => {
    expect(await scoreOf({ type: 'is_json' }, undefined, answer)).toMatchObject({ score });
    expect(await scoreOf({ type: 'is_json', not: true }, undefined, answer)).toMatchObject({ score: 1 - score });
  });

  it.each([
    { answer: '', feedback: /^The answer was empty\. It must be JSON and nothing else\.$/ },
    {
      answer: 'Yes.',
      feedback: /^The answer is not JSON \(Unexpected token 'Y'.*\)\. It must be JSON and nothing else\.$/,
    },
    { answer: '1', feedback: /^Right\.$/ },
  ])('says of "$answer" what to do', async ({ answer, feedback }) => {
    expect((await scoreOf({ type: 'is_json' }, undefined, answer)).feedback).toMatch(feedback);
  });

  it('says that the answer was cut off', async () => {
    const { feedback } = await scoreOf({ type: 'is_json' }, undefined, { text: '{"a":', truncated: true });

    expect(feedback).toMatch(
      /cut off at the output limit: a shorter answer is needed\. It must be JSON and nothing else\.$/,
    );
  });

  it('turned round, says that it must not be', async () => {
    const { feedback } = await scoreOf({ type: 'is_json', not: true }, undefined, '{}');

    expect(feedback).toBe('The answer must not be JSON, but was "{}".');
  });

  it('reads a part of the answer', async () => {
    const settings = { type: 'is_json', answerPath: 'inner' };

    expect(await scoreOf(settings, undefined, '{"inner":"{\\"a\\":1}"}')).toMatchObject({ score: 1 });
    expect(await scoreOf(settings, undefined, '{"inner":"no"}')).toMatchObject({ score: 0 });
    expect(await scoreOf(settings, undefined, '{}')).toEqual({ score: 0, feedback: 'The answer has no field inner.' });
  });

  it.each([
    { case: 'lists nested 100,000 deep', answer: `${'['.repeat(100_000)}${']'.repeat(100_000)}`, score: 1 },
    { case: 'objects nested 100,000 deep', answer: `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, score: 1 },
    { case: 'lists that never close', answer: '['.repeat(500_000), score: 0 },
    { case: 'a text of 500,000 characters', answer: `"${'x'.repeat(500_000)}"`, score: 1 },
    { case: 'words of 500,000 characters', answer: 'word '.repeat(100_000), score: 0 },
    { case: 'a fence without end', answer: `\`\`\`json\n${'`'.repeat(500_000)}`, score: 0 },
  ])('gives $score for $case', async ({ answer, score }) => {
    expect(await scoreOf({ type: 'is_json' }, undefined, answer)).toMatchObject({ score });
  });
});

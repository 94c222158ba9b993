import { describe, expect, it } from 'vitest';
import type { Json } from '../../lambdas/contracts/dataset.ts';
import { callsOfEvals, scoreAnswer } from '../../lambdas/evals/registry.ts';
import type { Answer } from '../../lambdas/evals/scorer.ts';
import { evalOf, noServices, scoreOf } from './scoring.ts';

/** What the eval says where the answer and the wanted text have these embeddings, and what was asked for. */
async function compare(
  given: readonly number[],
  wanted: readonly number[],
  settings: object = {},
  answer: Partial<Answer> = {},
) {
  const asked: [model: string, text: string][] = [];
  const embed = async (model: string, text: string): Promise<readonly number[]> => {
    asked.push([model, text]);
    return text === 'wanted' ? wanted : given;
  };
  const evals = [evalOf({ type: 'similarity', ...settings })];
  const example = { id: 'x', input: '', expected: 'wanted' };
  const { score, evals: results } = await scoreAnswer(
    evals,
    example,
    { text: 'given', truncated: false, ...answer },
    { ...noServices, embed },
  );
  return { score, feedback: results[0]?.feedback, asked };
}

describe('similarity', () => {
  it.each([
    { case: 'the same direction', given: [1, 2], wanted: [1, 2], score: 1 },
    { case: 'the same direction at another length', given: [1, 2, 3], wanted: [2, 4, 6], score: 1 },
    { case: 'a right angle', given: [1, 0], wanted: [0, 1], score: 0 },
    { case: 'the opposite', given: [1, 0], wanted: [-1, 0], score: 0 },
    { case: 'half', given: [1, 0], wanted: [1, Math.sqrt(3)], score: 0.5 },
    { case: 'no direction at all', given: [0, 0], wanted: [1, 0], score: 0 },
    { case: 'tiny numbers', given: [1e-150, 0], wanted: [1e-150, 0], score: 1 },
    { case: 'half, turned round', settings: { not: true }, given: [1, 0], wanted: [1, Math.sqrt(3)], score: 0.5 },
  ])('gives $score for $case', async ({ settings = {}, given, wanted, score }) => {
    expect((await compare(given, wanted, settings)).score).toBeCloseTo(score, 9);
  });

  it('embeds the answer and the wanted text by the named model', async () => {
    const { asked } = await compare([1], [1], { model: 'm', answerPath: 'a' }, { text: '{"a":"part"}' });

    expect(asked).toEqual([
      ['m', 'part'],
      ['m', 'wanted'],
    ]);
  });

  it('says how similar it was, and what was expected', async () => {
    const { feedback } = await compare([1, 0], [1, 1], {}, { truncated: true });

    expect(feedback).toBe(
      'The answer is 71 % similar in meaning to what was expected: it was "given", expected "wanted". The answer was cut off at the output limit: a shorter answer is needed.',
    );
  });

  it('takes rounding for right', async () => {
    const vector = [0.1, 0.2, 0.7];

    expect(
      await compare(
        vector,
        vector.map((x) => x * 3),
      ),
    ).toMatchObject({ score: 1, feedback: 'Right.' });
  });

  it.each(['', ' \n'])('gives 0 for the empty answer %j, and asks nobody', async (text) => {
    expect(await compare([1], [1], {}, { text })).toEqual({
      score: 0,
      feedback: 'The answer was empty, expected "wanted".',
      asked: [],
    });
  });

  it.each([
    { case: 'of different models', given: [1, 2], wanted: [1], message: 'similarity: embeddings of 2 and 1 numbers.' },
    { case: 'that overflow', given: [1e200, 1], wanted: [1e200, 1], message: /too large to compare/ },
    { case: 'with NaN', given: [Number.NaN], wanted: [1], message: /or NaN/ },
  ])('ends embeddings $case with an error, not with a score', async ({ given, wanted, message }) => {
    await expect(compare(given, wanted)).rejects.toThrow(message);
  });

  it('ends with an error when there is no embedding, not with a score', async () => {
    await expect(scoreOf({ type: 'similarity' }, 'a', 'b')).rejects.toThrow('This eval asks nobody.');
  });

  it('waits for the other embedding when one fails: it is paid for', async () => {
    let isEmbedded = false;
    const embed = async (_model: string, text: string): Promise<readonly number[]> => {
      if (text === 'given') throw new Error('The server refused.');
      await new Promise((resolve) => setTimeout(resolve, 20));
      isEmbedded = true;
      return [1];
    };
    const example = { id: 'x', input: '', expected: 'wanted' };
    const answer = { text: 'given', truncated: false };

    const scored = scoreAnswer([evalOf({ type: 'similarity' })], example, answer, { ...noServices, embed });

    await expect(scored).rejects.toThrow('The server refused.');
    expect(isEmbedded).toBe(true);
  });

  it('plans one embedding of the answer and one of what it is compared with', () => {
    const evals = [evalOf({ type: 'similarity', value: 'äb', model: 'm' })];

    expect(callsOfEvals(evals, { modelName: 'x', hasTools: false, prices: {} })).toEqual([
      { model: 'm', times: 1, outputTokens: 0, timeoutSeconds: 30, promptBytes: 0, withExample: false },
      { model: 'm', times: 1, outputTokens: 0, timeoutSeconds: 30, promptBytes: 3, withExample: true },
    ]);
  });

  it.each([[undefined], [null], [5], [''], [['a']]] as [Json | undefined][])(
    'refuses to score against %j: that is an error and no score',
    async (expected) => {
      await expect(scoreOf({ type: 'similarity' }, expected, 'a')).rejects.toThrow(
        'Example x-1: similarity needs `value` in the eval or a text as `expected`.',
      );
    },
  );
});

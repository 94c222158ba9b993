import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Example, Json } from '../../lambdas/contracts/dataset.ts';
import { missingFor, scoreAnswer } from '../../lambdas/evals/registry.ts';
import { evalOf } from './scoring.ts';

const json = fc.jsonValue() as fc.Arbitrary<Json>;
const record = fc.dictionary(fc.string(), json, { minKeys: 1 }) as fc.Arbitrary<Record<string, Json>>;
/** Answers that come near the expected value, and any others. */
const answerTo = (expected: Json): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom(...'{}[]",:`\n\\ aé\u0301\uD83D') }),
    json.map((value) => JSON.stringify(value)),
    fc.constant(typeof expected === 'string' ? expected : JSON.stringify(expected)),
    fc.constant(`\`\`\`json\n${JSON.stringify(expected)}\n\`\`\``),
  );
const weight = fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true });
const types = fc.constantFrom(
  { type: 'exact_match', ignoreCase: true },
  { type: 'exact_match' },
  { type: 'contains', value: 'a' },
  { type: 'regex', pattern: '^[a-f]' },
  { type: 'json_fields' },
);
const yes = { type: 'regex', pattern: '^' };
const no = { type: 'regex', pattern: '(?!)' };

describe('scoreAnswer', () => {
  it('gives scores in [0, 1] and words, whatever the answer and the weights', () => {
    const cases = record.chain((expected) =>
      fc.record({
        expected: fc.constant(expected),
        text: answerTo(expected),
        truncated: fc.boolean(),
        evals: fc.array(fc.tuple(types, weight), { minLength: 1, maxLength: 5 }),
      }),
    );
    fc.assert(
      fc.property(cases, ({ expected, text, truncated, evals }) => {
        const settings = evals.map(([type, share], i) => evalOf({ name: `e${i}`, weight: share, ...type }));

        const { score, evals: results } = scoreAnswer(settings, { id: 'x', input: '', expected }, { text, truncated });

        for (const one of [score, ...results.map((result) => result.score)]) {
          expect(one).toBeGreaterThanOrEqual(0);
          expect(one).toBeLessThanOrEqual(1);
        }
        for (const { feedback } of results) expect(feedback.length).toBeGreaterThan(0);
        expect(results.map(({ name }) => name)).toEqual(settings.map(({ name }) => name));
        if (results.every((result) => result.score === 1)) expect(score).toBe(1);
        if (results.every((result) => result.score === 0)) expect(score).toBe(0);
      }),
    );
  });

  it('gives 1 for the expected JSON itself and for the same in a fence', () => {
    fc.assert(
      fc.property(record, fc.boolean(), (expected, fenced) => {
        const text = JSON.stringify(expected);
        const answer = { text: fenced ? `\`\`\`json\n${text}\n\`\`\`` : text, truncated: false };

        const evals = [evalOf({ name: 'whole', type: 'exact_match' }), evalOf({ name: 'fields', type: 'json_fields' })];

        expect(scoreAnswer(evals, { id: 'x', input: '', expected }, answer).score).toBe(1);
      }),
    );
  });

  it.each([
    { case: 'one eval', weights: [[yes, 7]], score: 1 },
    {
      case: 'equal weights',
      weights: [
        [yes, 1],
        [no, 1],
      ],
      score: 0.5,
    },
    {
      case: 'a larger weight',
      weights: [
        [yes, 3],
        [no, 1],
      ],
      score: 0.75,
    },
    {
      case: 'a smaller weight',
      weights: [
        [yes, 0.25],
        [no, 0.75],
      ],
      score: 0.25,
    },
    {
      case: 'the largest weights',
      weights: [
        [yes, Number.MAX_VALUE],
        [no, Number.MAX_VALUE],
      ],
      score: 0.5,
    },
    {
      case: 'the smallest weights',
      weights: [
        [yes, Number.MIN_VALUE],
        [no, Number.MIN_VALUE],
      ],
      score: 0.5,
    },
  ] as { case: string; weights: [object, number][]; score: number }[])('weighs $case', ({ weights, score }) => {
    const evals = weights.map(([type, share], i) => evalOf({ name: `e${i}`, weight: share, ...type }));

    expect(scoreAnswer(evals, { id: 'x', input: '' }, { text: '', truncated: false }).score).toBeCloseTo(score, 12);
  });
});

describe('missingFor', () => {
  it.each([
    { type: 'exact_match', expected: undefined, missing: 'exact_match needs `expected`' },
    { type: 'exact_match', expected: null, missing: null },
    { type: 'exact_match', expected: '', missing: null },
    { type: 'contains', expected: undefined, missing: 'contains needs `value` in the eval or a text as `expected`' },
    { type: 'contains', expected: { a: 1 }, missing: 'contains needs `value` in the eval or a text as `expected`' },
    { type: 'contains', expected: 'x', missing: null },
    { type: 'contains', value: 'y', expected: undefined, missing: null },
    { type: 'regex', pattern: 'x', expected: undefined, missing: null },
    { type: 'json_fields', expected: 'x', missing: 'json_fields needs an object as `expected`' },
    { type: 'json_fields', expected: [1], missing: 'json_fields needs an object as `expected`' },
    { type: 'json_fields', expected: {}, missing: 'json_fields needs at least one field in `expected`' },
    { type: 'json_fields', expected: { a: null }, missing: null },
    {
      type: 'json_fields',
      fields: ['a', 'b.c'],
      expected: { a: 1, b: {} },
      missing: 'json_fields compares b.c, which `expected` does not have',
    },
    {
      type: 'json_fields',
      fields: ['constructor'],
      expected: { a: 1 },
      missing: 'json_fields compares constructor, which `expected` does not have',
    },
    { type: 'json_fields', fields: ['b.c'], expected: { b: { c: null } }, missing: null },
  ] as { type: string; expected: Json | undefined; missing: string | null }[])(
    'says of $expected what $type lacks: $missing',
    ({ expected, missing, ...settings }) => {
      const example: Example = { id: 'x', input: '', ...(expected === undefined ? {} : { expected }) };
      const evals = [evalOf(settings)];

      expect(evals.map((one) => missingFor(one, example))).toEqual([missing]);
      const score = (): unknown => scoreAnswer(evals, example, { text: '', truncated: false });
      if (missing === null) expect(score).not.toThrow();
      else expect(score).toThrow(`Example x: ${missing}.`);
    },
  );
});

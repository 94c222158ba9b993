import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Example, Json } from '../../lambdas/contracts/dataset.ts';
import { evalSchema, missingFor, passes, scoreAnswer, thresholdOf } from '../../lambdas/evals/registry.ts';
import type { Answer } from '../../lambdas/evals/scorer.ts';
import { evalOf, noServices, scoreOf } from './scoring.ts';

const json = fc.jsonValue() as fc.Arbitrary<Json>;
const record = fc.dictionary(fc.string(), json, { minKeys: 1 }) as fc.Arbitrary<Record<string, Json>>;
/** Answers that come near the expected value, and any others. */
const answerTo = (expected: Json): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom(...'{}[]",:`\n\\ aé\u0301\uD83D\uDE00\u200d-1.,e') }),
    json.map((value) => JSON.stringify(value)),
    fc.constant(typeof expected === 'string' ? expected : JSON.stringify(expected)),
    fc.constant(`\`\`\`json\n${JSON.stringify(expected)}\n\`\`\``),
    fc.constantFrom('a', 'b, a', '5', 'NaN', '1e999', 'I cannot help with that.', '["a", "b"]', '{"part": "a"}'),
  );
const toolCall = fc.record({ name: fc.constantFrom('f', 'constructor'), arguments: json });
/** All that may be known of an answer. */
const answerOf = (text: fc.Arbitrary<string>): fc.Arbitrary<Answer> =>
  fc.record(
    {
      text,
      truncated: fc.boolean(),
      latencyMs: fc.double({ min: 0, noNaN: true }),
      costUsd: fc.double({ min: 0, noNaN: true }),
      refused: fc.boolean(),
      toolCalls: fc.array(toolCall, { maxLength: 4 }),
    },
    { requiredKeys: ['text', 'truncated', 'latencyMs', 'costUsd'] },
  );
/** Every type that needs nothing but the answer, in each way that its settings make it score. */
const settingsByType: Record<string, readonly object[]> = {
  exact_match: [{}, { ignoreCase: true }, { value: ['a'] }, { value: '' }],
  contains: [{ value: 'a' }, { value: 'É', ignoreCase: true }],
  contains_all: [{ value: ['a', 'b', 'é'] }, { value: ['A'], ignoreCase: true }],
  contains_any: [{ value: ['a', 'é'] }, { value: ['A'], ignoreCase: true }],
  starts_with: [{ value: 'a' }, { value: '{', ignoreCase: true }],
  regex: [{ pattern: '^[a-f]' }, { pattern: '^\\p{L}$', flags: 'v' }],
  is_json: [{}],
  json_schema: [{ value: { type: ['object', 'string'], propertyNames: { pattern: '^a' } } }],
  json_fields: [{}],
  number: [
    { value: 5 },
    { value: -1.5, extract: 'first', tolerance: 2 },
    { value: 1, extract: 'last', relativeTolerance: 1 },
  ],
  set_match: [
    { value: ['a', 'b'] },
    { value: [], mode: 'equal' },
    { value: ['a'], mode: 'subset', separator: 'e' },
    { value: [1], mode: 'superset', ignoreCase: true },
  ],
  levenshtein: [{ value: 'aé{1}' }, { value: '', ignoreCase: true }],
  rouge_l: [{ value: 'a b 1' }, { value: '' }],
  length: [{ max: 3 }, { min: 2, max: 5, unit: 'characters' }, { max: 0, unit: 'tokens' }],
  is_refusal: [{}],
  tool_calls: [
    { value: [{ name: 'f' }] },
    { value: [], mode: 'equal' },
    { value: [{ name: 'f', arguments: {} }], mode: 'superset', arguments: 'subset' },
    { value: [{ name: 'f' }, { name: 'constructor' }], ordered: true },
  ],
  latency: [{ maxMs: 1_000 }, { maxMs: Number.MIN_VALUE }],
  cost: [{ maxUsd: 0.001 }, { maxUsd: Number.MAX_VALUE }],
};
const types = fc.constantFrom(
  ...Object.entries(settingsByType).flatMap(([type, all]) =>
    all.flatMap((settings) => [
      { type, ...settings },
      { type, ...settings, not: true },
      { type, ...settings, answerPath: 'part' },
    ]),
  ),
);
const weight = fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true });
const yes = { type: 'regex', pattern: '^' };
const no = { type: 'regex', pattern: '(?!)' };

describe('scoreAnswer', () => {
  it('gives scores in [0, 1] and words, whatever the answer, the types and the weights', async () => {
    const cases = record.chain((expected) =>
      fc.record({
        expected: fc.constant(expected),
        answer: answerOf(answerTo(expected)),
        evals: fc.array(fc.tuple(types, weight), { minLength: 1, maxLength: 8 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ({ expected, answer, evals }) => {
        const settings = evals.map(([type, share], i) => evalOf({ name: `e${i}`, weight: share, ...type }));

        const { score, evals: results } = await scoreAnswer(
          settings,
          { id: 'x', input: '', expected },
          answer,
          noServices,
        );

        for (const one of [score, ...results.map((result) => result.score)]) {
          expect(one).toBeGreaterThanOrEqual(0);
          expect(one).toBeLessThanOrEqual(1);
        }
        for (const { feedback } of results) expect(feedback).toMatch(/\p{L}/u);
        expect(results.map(({ name }) => name)).toEqual(settings.map(({ name }) => name));
        if (results.every((result) => result.score === 1)) expect(score).toBe(1);
        if (results.every((result) => result.score === 0)) expect(score).toBe(0);
      }),
    );
  });

  it('gives 1 for the expected JSON itself and for the same in a fence', async () => {
    await fc.assert(
      fc.asyncProperty(record, fc.boolean(), async (expected, fenced) => {
        const text = JSON.stringify(expected);
        const answer = { text: fenced ? `\`\`\`json\n${text}\n\`\`\`` : text, truncated: false };

        const evals = [evalOf({ name: 'whole', type: 'exact_match' }), evalOf({ name: 'fields', type: 'json_fields' })];

        expect((await scoreAnswer(evals, { id: 'x', input: '', expected }, answer, noServices)).score).toBe(1);
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
  ] as { case: string; weights: [object, number][]; score: number }[])('weighs $case', async ({ weights, score }) => {
    const evals = weights.map(([type, share], i) => evalOf({ name: `e${i}`, weight: share, ...type }));

    const result = await scoreAnswer(evals, { id: 'x', input: '' }, { text: '', truncated: false }, noServices);

    expect(result.score).toBeCloseTo(score, 12);
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
    async ({ expected, missing, ...settings }) => {
      const example: Example = { id: 'x', input: '', ...(expected === undefined ? {} : { expected }) };
      const evals = [evalOf(settings)];

      expect(evals.map((one) => missingFor(one, example))).toEqual([missing]);
      const scoring = scoreAnswer(evals, example, { text: '', truncated: false }, noServices);
      if (missing === null) await expect(scoring).resolves.toMatchObject({ score: expect.any(Number) });
      else await expect(scoring).rejects.toThrow(`Example x: ${missing}.`);
    },
  );
});

describe('a part of the answer', () => {
  it.each([
    { answer: '{"a":{"b":"x"}}', answerPath: 'a.b', score: 1 },
    { answer: '{"a.b":"x","a":{"b":"y"}}', answerPath: 'a.b', score: 1 },
    { answer: '[["x"]]', answerPath: '0.0', score: 1 },
    { answer: '["x"]', answerPath: 'length', score: 0 },
    { answer: '["x"]', answerPath: '-1', score: 0 },
    { answer: '```json\n{"a":"x"}\n```', answerPath: 'a', score: 1 },
    { answer: '{"__proto__":{"a":"x"}}', answerPath: 'a', score: 0 },
    { answer: '{"__proto__":{"a":"x"}}', answerPath: '__proto__.a', score: 1 },
    { answer: '{}', answerPath: 'constructor.name', score: 0 },
    { answer: '{"a":null}', answerPath: 'a', score: 0 },
    { answer: 'x', answerPath: 'a', score: 0 },
    { answer: '', answerPath: 'a', score: 0 },
  ])('of $answer at $answerPath scores $score', async ({ answer, answerPath, score }) => {
    expect(await scoreOf({ type: 'exact_match', answerPath }, 'x', answer)).toMatchObject({ score });
  });

  it('is scored as JSON where it is no text', async () => {
    const settings = { type: 'exact_match', answerPath: 'a' };

    expect(await scoreOf(settings, { b: [1] }, '{"a":{"b":[1]}}')).toMatchObject({ score: 1 });
    expect(await scoreOf(settings, 5, '{"a":5.0}')).toMatchObject({ score: 1 });
  });

  it.each([
    { text: '{"b":1}', feedback: 'The answer has no field a.' },
    { text: '', feedback: 'The answer was empty.' },
  ])('that $text does not have gives 0, turned round too: $feedback', async ({ text, feedback }) => {
    for (const not of [true, false]) {
      const cut = ' The answer was cut off at the output limit: a shorter answer is needed.';

      expect(await scoreOf({ type: 'contains', answerPath: 'a', not }, 'x', { text, truncated: true })).toEqual({
        score: 0,
        feedback: `${feedback}${cut}`,
      });
    }
  });
});

describe('passes', () => {
  it.each([
    { settings: { type: 'exact_match' }, threshold: 1 },
    { settings: { type: 'json_fields' }, threshold: 1 },
    { settings: { type: 'contains_all', value: ['a'] }, threshold: 1 },
    { settings: { type: 'set_match' }, threshold: 1 },
    { settings: { type: 'length', max: 1 }, threshold: 1 },
    { settings: { type: 'levenshtein' }, threshold: 0.75 },
    { settings: { type: 'rouge_l' }, threshold: 0.75 },
    { settings: { type: 'similarity' }, threshold: 0.75 },
    { settings: { type: 'similarity', threshold: 0.9 }, threshold: 0.9 },
    { settings: { type: 'exact_match', threshold: 0 }, threshold: 0 },
  ])('from $threshold with $settings', ({ settings, threshold }) => {
    const one = evalOf(settings);

    expect(thresholdOf(one)).toBe(threshold);
    expect(passes(one, 1)).toBe(true);
    expect(passes(one, threshold)).toBe(true);
    expect(passes(one, threshold - 1e-12)).toBe(true);
    expect(passes(one, threshold - 1e-6)).toBe(false);
    expect(passes(one, Number.NaN)).toBe(false);
  });

  it('whatever rounding made of a score', () => {
    expect(passes(evalOf({ type: 'exact_match', threshold: 0.3 }), 0.1 + 0.1 + 0.1)).toBe(true);
  });
});

describe('the types', async () => {
  const folder = new URL('../../lambdas/evals/', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  const isDefinition = (value: unknown): value is { schema: (typeof evalSchema.options)[number] } =>
    typeof value === 'object' && value !== null && 'schema' in value && 'scorer' in value;
  const modules = await Promise.all(
    files.map(async (file) => ({ file, exported: (await import(new URL(file, folder).href)) as object })),
  );
  const defined = modules.flatMap(({ file, exported }) =>
    Object.values(exported)
      .filter(isDefinition)
      .map(({ schema }) => ({ file, schema, type: schema.shape.type })),
  );

  it('are all that there are files of, and each is in the registry', () => {
    expect(defined.length).toBeGreaterThan(15);
    expect(new Set(evalSchema.options)).toEqual(new Set(defined.map(({ schema }) => schema)));
    expect(evalSchema.options).toHaveLength(defined.length);
  });

  it.each(defined)('are called as their files: $file', ({ file, schema, type }) => {
    const name = file.slice(0, -'.ts'.length).replaceAll('-', '_');

    expect(type?.safeParse(name).success).toBe(true);
    expect(evalSchema.options.filter((option) => option === schema)).toHaveLength(1);
  });

  it('are all among those whose scores the property above looks at, but for those that ask others', () => {
    const asking = ['similarity', 'llm_judge', 'custom'];
    const names = defined.map(({ file }) => file.slice(0, -'.ts'.length).replaceAll('-', '_'));

    expect([...Object.keys(settingsByType), ...asking].sort()).toEqual(names.sort());
  });
});

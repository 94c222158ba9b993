import { describe, expect, it } from 'vitest';
import { describeProblem } from '../../lambdas/contracts/errors.ts';
import { describeIssues } from '../../lambdas/contracts/issues.ts';
import { executionInputSchema, taskFileSchema } from '../../lambdas/evals/task-schema.ts';

const task = {
  name: 'tickets',
  prompt: { system: 'S' },
  model: { name: 'm' },
  reflection: { name: 'r' },
  datasets: { train: 'train.jsonl', test: 'test.jsonl' },
  evals: [{ name: 'label', type: 'exact_match' }],
};
const types =
  'Choose one of exact_match, contains, contains_all, contains_any, starts_with, regex, is_json, json_schema, json_fields, number, set_match, levenshtein, rouge_l, length, is_refusal, tool_calls, latency, cost, similarity, llm_judge, custom.';
const anEval = { name: 'label', type: 'exact_match' };

/** What a user is told of `task.yaml`. */
function told(value: unknown): string[] {
  const parsed = taskFileSchema.safeParse(value);
  if (parsed.success) return [];
  return describeIssues(parsed.error, value, taskFileSchema).map(({ problem }) => describeProblem(problem));
}

/** What a user is told of an execution's input. */
function toldOfInput(value: unknown): string[] {
  const parsed = executionInputSchema.safeParse(value);
  if (parsed.success) return [];
  return describeIssues(parsed.error, value, executionInputSchema).map(({ problem }) => describeProblem(problem));
}

describe('the problems of a task', () => {
  it('are none when it is right', () => {
    expect(told(task)).toEqual([]);
  });

  it.each([
    { at: 'the task', change: { promt: 1 }, text: 'promt: is not a known field. Did you mean `prompt`?' },
    {
      at: 'the model',
      change: { model: { name: 'm', outputTokens: 1 } },
      text: 'model.outputTokens: is not a known field. Did you mean `maxOutputTokens`?',
    },
    {
      at: 'the model, by how it begins',
      change: { model: { name: 'm', temp: 1 } },
      text: 'model.temp: is not a known field. Did you mean `temperature`?',
    },
    {
      at: 'reflection',
      change: { reflection: { name: 'r', timeout: 1 } },
      text: 'reflection.timeout: is not a known field. Did you mean `timeoutSeconds`?',
    },
    {
      at: 'an optional section',
      change: { judge: { nam: 'j', name: 'j' } },
      text: 'judge.nam: is not a known field. Did you mean `name`?',
    },
    {
      at: 'a section with defaults',
      change: { optimizer: { MINIBATCHSIZE: 1 } },
      text: 'optimizer.MINIBATCHSIZE: is not a known field. Did you mean `minibatchSize`?',
    },
    {
      at: 'the budget',
      change: { budget: { rollout: 1 } },
      text: 'budget.rollout: is not a known field. Did you mean `rollouts`?',
    },
    {
      at: 'the datasets',
      change: { datasets: { ...task.datasets, valid: 'x' } },
      text: 'datasets.valid: is not a known field. Did you mean `validation`?',
    },
    {
      at: 'the output',
      change: { output: { schema: {}, schma: 1 } },
      text: 'output.schma: is not a known field. Did you mean `schema`?',
    },
    {
      at: 'an eval',
      change: { evals: [anEval, { ...anEval, ignorecase: true }] },
      text: 'evals.1.ignorecase: is not a known field. Did you mean `ignoreCase`?',
    },
    {
      at: 'an eval of another type',
      change: { evals: [{ name: 'j', type: 'json_fields', field: [] }] },
      text: 'evals.0.field: is not a known field. Did you mean `fields`?',
    },
    {
      at: 'an eval, its own type alone',
      change: { evals: [{ ...anEval, pattern: 'x' }] },
      text: 'evals.0.pattern: is not a known field. Known here: name, weight, guard, not, threshold, answerPath, path, type, value, ignoreCase.',
    },
    {
      at: 'a guard',
      change: { evals: [{ ...anEval, guard: { maxDrop: 0, maxdrp: 1 } }] },
      text: 'evals.0.guard.maxdrp: is not a known field. Did you mean `maxDrop`?',
    },
    {
      at: 'a price',
      change: { prices: { 'my.model': { input: 1, output: 1, outputs: 2 } } },
      text: 'prices.my.model.outputs: is not a known field. Did you mean `output`?',
    },
    {
      at: 'a section, far from any name',
      change: { budget: { zzzzzzzzzzzz: 1 } },
      text: 'budget.zzzzzzzzzzzz: is not a known field. Known here: rollouts, tokens, costUsd, minutes, generations.',
    },
    {
      at: 'a section, by an inherited name',
      change: { prices: { m: { input: 1, output: 1, constructor: 2 } } },
      text: 'prices.m.constructor: is not a known field. Known here: input, output.',
    },
  ])('name the nearest known field in $at', ({ change, text }) => {
    expect(told({ ...task, ...change })).toEqual([text]);
  });

  it.each([
    {
      case: 'of a type that there is not',
      given: { name: 'e', type: 'exact_mach' },
      text: 'evals.0.type: "exact_mach" is not an eval type. Did you mean `exact_match`?',
    },
    {
      case: 'of a type far from any',
      given: { name: 'e', type: 'llm_as_a_judge_of_tone' },
      text: `evals.0.type: "llm_as_a_judge_of_tone" is not an eval type. ${types}`,
    },
    {
      case: 'without a type',
      given: { name: 'e' },
      text: `evals.0.type: is missing. ${types}`,
    },
    {
      case: 'with a number as its type',
      given: { name: 'e', type: 5 },
      text: `evals.0.type: 5 is not an eval type. ${types}`,
    },
    {
      case: 'by an inherited name',
      given: { name: 'e', type: 'constructor' },
      text: /^evals\.0\.type: "constructor" is not an eval type\./,
    },
    { case: 'that is text', given: 'exact_match', text: 'evals.0: must be an object, not text.' },
    { case: 'without a name', given: { type: 'exact_match' }, text: 'evals.0.name: is missing.' },
    {
      case: 'with a name that is none',
      given: { ...anEval, name: 'my label' },
      text: 'evals.0.name: must be 1 to 64 letters, digits, _ or -, and not __proto__.',
    },
    { case: 'with no weight', given: { ...anEval, weight: 0 }, text: 'evals.0.weight: must be above 0.' },
    { case: 'with a negative weight', given: { ...anEval, weight: -1 }, text: 'evals.0.weight: must be above 0.' },
    {
      case: 'with a weight that is no number',
      given: { ...anEval, weight: Number.NaN },
      text: /^evals\.0\.weight: must be a number, not NaN\.$/,
    },
    {
      case: 'with a weight in words',
      given: { ...anEval, weight: 'high' },
      text: 'evals.0.weight: must be a number, not text.',
    },
    {
      case: 'with flags that there are not',
      given: { name: 'r', type: 'regex', pattern: 'a', flags: 'g' },
      text: 'evals.0.flags: may hold the flags i, m, s, u, v.',
    },
    { case: 'without its pattern', given: { name: 'r', type: 'regex' }, text: 'evals.0.pattern: is missing.' },
    {
      case: 'without fields',
      given: { name: 'j', type: 'json_fields', fields: [] },
      text: 'evals.0.fields: must have at least 1 item.',
    },
  ])('are told of an eval $case', ({ given, text }) => {
    expect(told({ ...task, evals: [given] })).toEqual([typeof text === 'string' ? text : expect.stringMatching(text)]);
  });

  it.each([
    { change: { name: undefined }, text: 'name: is missing.' },
    { change: { name: 'My Task' }, text: 'name: must be 1 to 64 of a-z, 0-9 and -.' },
    { change: { model: undefined }, text: 'model: is missing.' },
    { change: { model: null }, text: 'model: must be an object, not nothing (null).' },
    { change: { model: 'gpt-5' }, text: 'model: must be an object, not text.' },
    { change: { model: { name: '' } }, text: 'model.name: must have at least 1 character.' },
    { change: { model: { name: 'm', temperature: 3 } }, text: 'model.temperature: must be at most 2.' },
    {
      change: { model: { name: 'm', maxOutputTokens: 0.5 } },
      text: 'model.maxOutputTokens: must be a whole number, not 0.5.',
    },
    {
      change: { model: { name: 'm', maxOutputTokens: '512' } },
      text: 'model.maxOutputTokens: must be a number, not text.',
    },
    { change: { prompt: undefined }, text: 'prompt: is missing.' },
    { change: { prompt: 'Be kind.' }, text: 'prompt: must be an object, not text.' },
    { change: { prompt: { system: ['a'] } }, text: 'prompt.system: must be text, not a list.' },
    { change: { prompt: { rules: 'R' } }, text: 'prompt: needs a system or a user component.' },
    {
      change: { prompt: { system: 'S', '1st': 'x' } },
      text: 'prompt.1st: must start with a letter and hold letters, digits, _ or -.',
    },
    { change: { freeze: 'user' }, text: 'freeze: must be a list, not text.' },
    { change: { datasets: { train: 'a.jsonl' } }, text: 'datasets.test: is missing.' },
    { change: { output: { schema: 5 } }, text: 'output.schema: must be text or an object, not a number.' },
    { change: { evals: undefined }, text: 'evals: is missing.' },
    { change: { evals: [] }, text: 'evals: needs at least one eval.' },
    { change: { evals: anEval }, text: 'evals: must be a list, not an object.' },
    {
      change: { optimizer: { strategy: 'gpea' } },
      text: 'optimizer.strategy: "gpea" is not known here. Did you mean `gepa`?',
    },
    {
      change: { optimizer: { frontierType: 'every' } },
      text: 'optimizer.frontierType: "every" is not known here. Choose one of instance, objective, hybrid, cartesian.',
    },
    { change: { optimizer: { seed: -1 } }, text: 'optimizer.seed: must be at least 0.' },
    { change: { budget: { rollouts: 100_001 } }, text: 'budget.rollouts: must be at most 100000.' },
    { change: { budget: { costUsd: 0 } }, text: 'budget.costUsd: must be above 0.' },
    { change: { prices: { m: { input: 1 } } }, text: 'prices.m.output: is missing.' },
  ])('say $text', ({ change, text }) => {
    expect(told({ ...task, ...change })).toEqual([text]);
  });

  it.each([null, 'text', 5, []])('are told of what is no task at all: %j', (value) => {
    expect(told(value)).toEqual([expect.stringMatching(/^task: must be an object, not /)]);
  });

  it('are all told at once, each with its path', () => {
    const value = { ...task, promt: 1, budget: { rollouts: 0 }, evals: [anEval, { ...anEval, type: 'x' }] };
    const parsed = taskFileSchema.safeParse(value);
    if (parsed.success) throw new Error('It was taken.');

    expect(describeIssues(parsed.error, value, taskFileSchema).map(({ path }) => path)).toEqual([
      ['evals', 1, 'type'],
      ['budget', 'rollouts'],
      ['promt'],
    ]);
  });
});

describe("the problems of an execution's input", () => {
  const inline = { ...task, datasets: { train: [{ id: 'a', input: 'x' }], test: 's3://bucket/test.jsonl' } };

  it('are none when it is right', () => {
    expect(toldOfInput({ task: inline, notice: 'x' })).toEqual([]);
  });

  it.each([
    { input: { tsk: inline }, texts: ['task: is missing.', 'tsk: is not a known field. Did you mean `task`?'] },
    { input: { task: { ...inline, promt: 1 } }, texts: ['task.promt: is not a known field. Did you mean `prompt`?'] },
    {
      input: { task: { ...inline, evals: [{ name: 'e', type: 'exact' }] } },
      texts: ['task.evals.0.type: "exact" is not an eval type. Did you mean `exact_match`?'],
    },
    {
      input: { task: { ...inline, evals: [{ ...anEval, wieght: 1 }] } },
      texts: ['task.evals.0.wieght: is not a known field. Did you mean `weight`?'],
    },
    {
      input: { task: { ...inline, datasets: { ...inline.datasets, test: 'test.jsonl' } } },
      texts: ['task.datasets.test: must be s3://bucket/key.'],
    },
    {
      input: { task: { ...inline, datasets: { ...inline.datasets, test: 5 } } },
      texts: ['task.datasets.test: must be text or a list, not a number.'],
    },
    {
      input: { task: { ...inline, datasets: { train: inline.datasets.train } } },
      texts: ['task.datasets.test: is missing.'],
    },
    {
      input: {
        task: {
          ...inline,
          datasets: { ...inline.datasets, test: [{ id: 'b' }, { id: 'c', input: 'x', expcted: 'y' }] },
        },
      },
      texts: [
        'task.datasets.test.0.input: is missing.',
        'task.datasets.test.1.expcted: is not a known field. Did you mean `expected`?',
      ],
    },
    { input: { task: inline, notice: 'x'.repeat(501) }, texts: ['notice: must have at most 500 characters.'] },
  ])('say $texts', ({ input, texts }) => {
    expect(toldOfInput(input)).toEqual(texts);
  });
});

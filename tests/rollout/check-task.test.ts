import { describe, expect, it } from 'vitest';
import type { Example, Json } from '../../lambdas/contracts/dataset.ts';
import type { InputProblem } from '../../lambdas/contracts/errors.ts';
import { checkTask } from '../../lambdas/rollout/check-task.ts';
import type { GivenSplits } from '../../lambdas/rollout/given-splits.ts';
import { taskOf } from './task.ts';

const examples = (prefix: string, count: number, changes: Partial<Example> = {}): Example[] =>
  Array.from({ length: count }, (_, i) => ({ id: `${prefix}-${i}`, input: 'in', expected: 'out', ...changes }));

interface Given {
  readonly task?: Record<string, unknown>;
  readonly splits?: Partial<GivenSplits>;
  /** The input of every example. */
  readonly input?: Example['input'];
}

function check({ task = {}, splits = {}, input = 'in' }: Given = {}): InputProblem[] {
  return checkTask(taskOf(task), {
    train: { file: 'train.jsonl', examples: examples('train', 4, { input }) },
    test: { file: 'test.jsonl', examples: examples('test', 3, { input }) },
    ...splits,
  });
}

describe('checkTask', () => {
  it('has nothing to say of a task that is right', () => {
    expect(check()).toEqual([]);
  });

  it.each([
    {
      case: 'two evals of one name',
      task: {
        evals: [
          { name: 'a', type: 'exact_match' },
          { name: 'a', type: 'exact_match' },
        ],
      },
      problem: { field: 'evals.1.name', message: '"a" is used twice.', remedy: 'Give each eval a name of its own.' },
    },
    {
      case: 'a pattern that does not parse',
      task: {
        evals: [
          { name: 'a', type: 'exact_match' },
          { name: 'r', type: 'regex', pattern: 'a(b' },
        ],
      },
      problem: {
        field: 'evals.1.pattern',
        message: 'Invalid regular expression: /a(b/: Unterminated group.',
        remedy: 'Write it as JavaScript would.',
      },
    },
    {
      case: 'a pattern with flags that exclude each other',
      task: { evals: [{ name: 'r', type: 'regex', pattern: 'a', flags: 'uv' }] },
      problem: {
        field: 'evals.0.pattern',
        message: expect.stringContaining('Invalid flags'),
        remedy: 'Write it as JavaScript would.',
      },
    },
    {
      case: 'a frozen component that is none',
      task: { freeze: ['user', 'rules'] },
      problem: {
        field: 'freeze',
        message: 'names "rules", which is no component of the prompt.',
        remedy: 'Components: system, user.',
      },
    },
    {
      case: 'a prompt that is frozen whole',
      task: { freeze: ['user', 'system'] },
      problem: {
        field: 'freeze',
        message: 'freezes every component, so that nothing can be improved.',
        remedy: 'Leave at least one component free.',
      },
    },
    {
      case: 'a variable that no example has',
      task: { prompt: { system: 'For {{customer}}: {{input}}' } },
      problem: {
        field: 'prompt.system',
        message: 'uses {{customer}}, which no example has.',
        remedy: 'Examples have {{input}}.',
      },
    },
    {
      case: 'a variable that no object has',
      task: { prompt: { system: 'S', user: '{{subjct}}' } },
      input: { subject: 'x', to: { name: 'y' } },
      problem: {
        field: 'prompt.user',
        message: 'uses {{subjct}}, which no example has.',
        remedy: 'Examples have {{input}}, {{subject}}, {{to}}, {{to.name}}.',
      },
    },
    {
      case: 'a variable that every object inherits',
      task: { prompt: { system: '{{constructor}}' } },
      input: { a: 1 },
      problem: {
        field: 'prompt.system',
        message: 'uses {{constructor}}, which no example has.',
        remedy: 'Examples have {{input}}, {{a}}.',
      },
    },
    {
      case: 'a field of the items of a list, outside of its section',
      task: { prompt: { system: '{{l.d}}' } },
      input: { l: [{ d: 1 }] },
      problem: {
        field: 'prompt.system',
        message: 'uses {{l.d}}, which no example has.',
        remedy: 'Examples have {{input}}, {{l}}.',
      },
    },
    {
      case: 'a field with a dot in its name, which Mustache cannot name',
      task: { prompt: { system: '{{a.b}}' } },
      input: { 'a.b': 1 },
      problem: {
        field: 'prompt.system',
        message: 'uses {{a.b}}, which no example has.',
        remedy: 'Examples have {{input}}.',
      },
    },
    {
      case: 'a partial that is none',
      task: { prompt: { system: '{{> rules}}' } },
      problem: {
        field: 'prompt.system',
        message: 'includes {{> rules}}, which is no component of the prompt.',
        remedy: 'Add prompt.rules or take it out.',
      },
    },
    {
      case: 'a partial by the name of what every object inherits',
      task: { prompt: { system: '{{> constructor}}' } },
      problem: {
        field: 'prompt.system',
        message: 'includes {{> constructor}}, which is no component of the prompt.',
        remedy: 'Add prompt.constructor or take it out.',
      },
    },
    {
      case: 'a prompt that shows the model no input',
      task: { prompt: { system: 'Answer. {{> rules}}', user: 'Go on.', rules: 'Be brief.' } },
      problem: {
        field: 'prompt.user',
        message: 'has no place for the input, nor has any other component.',
        remedy:
          'Write {{input}} where the input belongs, or leave prompt.user out: the input is then the user message.',
      },
    },
    {
      case: 'a template that does not parse',
      task: { prompt: { system: 'S', user: '{{#input}}' } },
      problem: {
        field: 'prompt.user',
        message: 'is no Mustache template: Unclosed section "input" at 10.',
        remedy: 'Close every {{…}} and every section.',
      },
    },
    {
      case: 'a partial that includes itself',
      task: { prompt: { system: '{{> a}}', a: 'A {{> a}}' } },
      problem: { field: 'prompt.a', message: 'includes itself.', remedy: 'Take the circle out of the partials.' },
    },
    {
      case: 'a split without examples',
      splits: { test: { file: 'test.jsonl', examples: [] } },
      problem: {
        file: 'test.jsonl',
        field: 'datasets.test',
        message: 'has no examples.',
        remedy: 'Give at least one.',
      },
    },
    {
      case: 'one training example and no validation set',
      splits: { train: { file: 'train.jsonl', examples: examples('train', 1) } },
      problem: {
        file: 'train.jsonl',
        field: 'datasets.train',
        message: 'has one example, too few to carve validation from.',
        remedy: 'Give at least two, or a validation set.',
      },
    },
    {
      case: 'an example in two splits',
      splits: { test: { file: 'test.jsonl', examples: examples('train', 1), lineOf: () => 17 } },
      problem: {
        file: 'test.jsonl',
        line: 17,
        field: 'datasets.test',
        message: 'has the example "train-0", which train has too.',
        remedy: 'An example may be in one split only: what is tested must not have been seen.',
      },
    },
    {
      case: 'an example in golden that is tested',
      splits: { golden: { file: 'golden.jsonl', examples: examples('test', 1) } },
      problem: {
        file: 'golden.jsonl',
        field: 'datasets.golden',
        message: 'has the example "test-0", which test has too.',
        remedy: 'An example may be in one split only: what is tested must not have been seen.',
      },
    },
    {
      case: 'an example without what an eval compares with',
      task: { evals: [{ name: 'fields', type: 'json_fields', fields: ['label'] }] },
      splits: {
        train: { file: 'train.jsonl', examples: examples('train', 2, { expected: { label: 'x' } }) },
        test: {
          file: 'test.jsonl',
          examples: [
            ...examples('test', 2, { expected: { label: 'x' } }),
            ...examples('late', 2, { expected: { lable: 'x' } }),
          ],
          lineOf: (id: string) => (id === 'late-0' ? 3 : undefined),
        },
      },
      problem: {
        file: 'test.jsonl',
        line: 3,
        field: 'datasets.test',
        message: 'example "late-0": json_fields compares label, which `expected` does not have.',
        remedy: 'Add it, or change the eval "fields".',
      },
    },
    {
      case: 'a cost cap without prices',
      task: { budget: { costUsd: 1 }, model: { name: 'mine' }, reflection: { name: 'gpt-5.1' } },
      problem: {
        field: 'budget.costUsd',
        message: 'caps the cost, but the price of "mine" is not known.',
        remedy: 'Add it in US dollars for a million tokens: prices: { "mine": { input: 0.4, output: 1.6 } }.',
      },
    },
    {
      case: 'a budget below baseline and test',
      // 2 of 4 training examples become validation, and 3 test examples run twice: 8.
      task: { budget: { rollouts: 7 } },
      problem: {
        field: 'budget.rollouts',
        message:
          'is 7, too small for the baseline and the sealed test: 2 validation examples once and 3 test examples twice need 8 rollouts.',
        remedy: 'Give at least 8, or smaller datasets; an improvement needs several times as much.',
      },
    },
    {
      case: 'tokens below the worst case',
      task: { budget: { tokens: 100 } },
      problem: {
        field: 'budget.tokens',
        message: expect.stringMatching(/^is 100, too small .* need \d+ tokens at the worst\.$/),
        remedy: expect.stringMatching(/^Give at least \d+, or smaller datasets/),
      },
    },
    {
      case: 'money below the worst case',
      task: { budget: { costUsd: 1e-9 }, model: { name: 'gpt-5' }, reflection: { name: 'gpt-5' } },
      problem: {
        field: 'budget.costUsd',
        message: expect.stringMatching(/^is 1e-9, too small .* need 0\.\d+ US dollars at the worst\.$/),
        remedy: expect.stringMatching(/^Give at least 0\.\d+, or smaller datasets/),
      },
    },
  ] as (Given & { case: string; problem: object })[])('refuses $case', ({ problem, ...given }) => {
    expect(check(given)).toEqual([problem]);
  });

  it.each([
    { case: 'the least that is named', task: { budget: { rollouts: 8 } } },
    { case: 'a frozen user component that is there by default', task: { prompt: { system: 'S' }, freeze: ['user'] } },
    {
      case: 'two components of which one is free',
      task: { prompt: { system: '{{> rules}}', rules: 'R' }, freeze: ['system', 'user'] },
    },
    {
      case: 'partials in partials, twice the same',
      task: { prompt: { system: '{{> a}}{{> b}}', a: '{{> b}}', b: 'B {{input}}' } },
    },
    {
      case: 'fields, nested fields and sections',
      task: {
        prompt: {
          system: '{{a}} {{b.c}} {{#b}}{{c}}{{/b}} {{#l}}{{d}} {{.}}{{/l}} {{^a}}none{{/a}} {{l.0.d}}',
          user: '{{input}}',
        },
      },
      input: { a: 1, b: { c: 2 }, l: [{ d: 3 }] } as Record<string, Json>,
    },
    {
      case: 'one training example with a validation set',
      splits: {
        train: { examples: examples('train', 1) },
        validation: { examples: examples('validation', 1) },
      },
    },
    { case: 'golden examples without expected values', splits: { golden: { examples: [{ id: 'g', input: 'x' }] } } },
  ] as (Given & { case: string })[])('takes $case', (given) => {
    expect(check(given)).toEqual([]);
  });

  it('takes a variable that only some examples have', () => {
    const splits = { test: { examples: examples('test', 1, { input: { rare: 1 } }) } };

    expect(check({ task: { prompt: { system: '{{rare}}' } }, splits })).toEqual([]);
  });

  it('looks into inputs of any depth', () => {
    const deep = Array.from({ length: 200 }).reduce<Json>((inner) => ({ a: inner }), { bottom: 1 });

    expect(check({ task: { prompt: { system: '{{#a}}{{bottom}}{{/a}}' } }, input: { top: deep } })).toEqual([]);
    expect(check({ task: { prompt: { system: '{{nowhere}}' } }, input: { top: deep } })).toHaveLength(1);
  });

  it('names every circle of partials', () => {
    const prompt = { system: '{{> a}}', a: '{{> b}}', b: '{{> a}}' };

    expect(check({ task: { prompt } }).map(({ field }) => field)).toEqual(['prompt.a', 'prompt.b']);
  });

  it('refuses a free component that no message includes, and takes a frozen one', () => {
    const prompt = { system: '{{> a}}', a: '{{> b}}', b: 'B', lost: 'L' };

    expect(check({ task: { prompt } })).toMatchObject([
      { field: 'prompt.lost', message: 'is not part of any message.' },
    ]);
    expect(check({ task: { prompt, freeze: ['user', 'lost'] } })).toEqual([]);
  });

  it('says all that is wrong at once, and of each eval and split the first example', () => {
    const bare = (prefix: string): Example[] => examples(prefix, 3).map(({ id, input }) => ({ id, input }));

    const problems = check({
      task: { prompt: { system: '{{zzz}}' }, freeze: ['nobody'], budget: { rollouts: 1 } },
      splits: { train: { examples: bare('train') }, test: { examples: bare('test') } },
    });

    expect(problems.map(({ field, message }) => `${field} ${message}`)).toEqual([
      'freeze names "nobody", which is no component of the prompt.',
      'prompt.system uses {{zzz}}, which no example has.',
      'datasets.train example "train-0": exact_match needs `expected`.',
      'datasets.test example "test-0": exact_match needs `expected`.',
    ]);
  });
});

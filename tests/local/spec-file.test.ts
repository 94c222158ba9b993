import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { InvalidInputError } from '../../lambdas/contracts/errors.ts';
import { meaningOf } from '../../lambdas/contracts/spec.ts';
import { criteriaOf } from '../../lambdas/synthesis/spec-types.ts';
import { besideSpec, loadSpec, loadSpecs } from '../../local/spec-file.ts';
import { oneOfEachType, specOfType, TASK, writeSpec } from '../support/specs.ts';

const folder = mkdtempSync(join(tmpdir(), 'prompt-optimizer-specs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

/** Problems in words, with files by their names alone. */
function problemsOf(load: () => unknown): string[] {
  try {
    load();
  } catch (error) {
    if (error instanceof InvalidInputError) return error.message.replaceAll(/\S*[/\\](?=\w)/g, '').split('\n');
    throw error;
  }
  return [];
}

describe('a spec', () => {
  it('has one of 17 types', () => expect(oneOfEachType).toHaveLength(17));

  it.each(oneOfEachType)('of the type %s loads, and its judge is told all that it says', (type, written) => {
    const { spec } = loadSpec(writeSpec(folder, written));

    expect(spec).toMatchObject({ type, task: { synthesis: { topics: 15, inputsPerTopic: 20 } } });
    expect(Object.keys(meaningOf(spec)).length).toBeGreaterThan(0);
    for (const value of Object.values(meaningOf(spec)).flat()) expect(criteriaOf(spec)).toContain(value);
  });

  it('takes overrides of any of its fields', () => {
    const path = writeSpec(folder, specOfType('tone'));

    const { spec } = loadSpec(path, ['task.synthesis.topics=6', 'toneDescription=Kind.']);

    expect(spec).toMatchObject({ toneDescription: 'Kind.', task: { synthesis: { topics: 6 } } });
  });

  it('is told apart from what is kept beside it', () => {
    expect(besideSpec('a/polite.spec.yaml')).toEqual(besideSpec('a/polite.yaml'));
    expect(besideSpec('a/polite.spec.yaml').golden).toBe(join('a', 'polite.golden.jsonl'));
  });

  const wrong: [string, Record<string, unknown>, RegExp][] = [
    ['an unknown type', { type: 'tome' }, /^x\.spec\.yaml:2, type: "tome" is not known here\. Did you mean `tone`\?$/],
    ['a field of another type', { tabooExamples: ['a'] }, /^x\.spec\.yaml:10, tabooExamples: is not a known field\./],
    ['an empty text', { toneDescription: ' ' }, /^x\.spec\.yaml:3, toneDescription: must have at least 1 character\./],
    [
      'a prompt that is a plain text',
      { task: { ...TASK, prompt: 'Answer.' } },
      /:5, task\.prompt: must be an object, not text\./,
    ],
    ['no task', { task: undefined }, /^x\.spec\.yaml, task: is missing\.$/],
    [
      'no JSON Schema',
      { task: { ...TASK, input: { schema: { type: 'objekt' } } } },
      /, task\.input\.schema: is no JSON Schema: /,
    ],
    [
      'a sample that is no object',
      { task: { ...TASK, input: { schema: { type: 'object' } }, sample: { input: 'hi' } } },
      /:\d+, task\.sample\.input: must be an object, as task\.input\.schema says\./,
    ],
    [
      'a sample that does not fit',
      { task: { ...TASK, input: { schema: { required: ['id'] } }, sample: { input: { no: 1 } } } },
      /task\.sample\.input: does not fit task\.input\.schema: it must have required property 'id'\./,
    ],
    [
      'a template of a field that inputs have not',
      { task: { ...TASK, prompt: { user: '{{customer}}' } } },
      /task\.prompt\.user: uses \{\{customer\}\}, which no example has\./,
    ],
    [
      'a capped cost without a price',
      { task: { ...TASK, synthesis: { budget: { costUsd: 1 } } } },
      /task\.synthesis\.budget\.costUsd: caps the cost, but the price of "task-model" is not known\./,
    ],
  ];
  it.each(wrong)('is refused with line and field for %s', (_, changes, message) => {
    const path = writeSpec(folder, { ...specOfType('tone'), ...changes });

    const problems = problemsOf(() => loadSpec(path));

    expect(problems).toEqual([expect.stringMatching(message)]);
  });

  it('is refused where it is no YAML, holds nothing or is not there', () => {
    expect(problemsOf(() => loadSpec(write('bad.yaml', 'a: 1\nb: [')))[0]).toMatch(/^bad\.yaml:2: is not YAML/);
    expect(problemsOf(() => loadSpec(write('empty.yaml', '')))[0]).toMatch(/^empty\.yaml:1: holds no fields\./);
    expect(problemsOf(() => loadSpec(join(folder, 'none.yaml')))[0]).toMatch(/^none\.yaml: does not exist\./);
    const override = problemsOf(() => loadSpec(writeSpec(folder, specOfType('bias')), ['task.model.name=7']));
    expect(override).toEqual([expect.stringMatching(/^--set, task\.model\.name: must be text, not a number/)]);
  });
});

describe('a task in a file of its own', () => {
  it('is shared, with JSON Schemas beside it', () => {
    write('in.json', '{"type":"object","properties":{"question":{"type":"string"}}}');
    write('shared.yaml', stringify({ ...TASK, prompt: { user: '{{question}}' }, input: { schema: 'in.json' } }));
    const specs = (['tone', 'bias'] as const).map((type) =>
      writeSpec(folder, { ...specOfType(type), task: 'shared.yaml' }, `${type}.spec.yaml`),
    );

    const [first, second] = loadSpecs(specs, ['task.synthesis.topics=3']);

    expect(first?.spec.task).toEqual(second?.spec.task);
    expect(first?.spec.task).toMatchObject({ input: { schema: { type: 'object' } }, synthesis: { topics: 3 } });
  });

  it('has its problems told with its own name and lines', () => {
    write('wrong.yaml', 'prompt: { system: Hi }\nmodel: { name: m, temperature: 9 }\n');
    const path = writeSpec(folder, { ...specOfType('tone'), task: 'wrong.yaml' });

    expect(problemsOf(() => loadSpec(path))).toEqual(['wrong.yaml:2, model.temperature: must be at most 2.']);
    const missing = writeSpec(folder, { ...specOfType('tone'), task: 'gone.yaml' });
    expect(problemsOf(() => loadSpec(missing))[0]).toMatch(/^x\.spec\.yaml:4, task: gone\.yaml does not exist\./);
    write('schema.yaml', stringify({ ...TASK, output: { schema: 'gone.json' } }));
    const schema = writeSpec(folder, { ...specOfType('tone'), task: 'schema.yaml' });
    expect(problemsOf(() => loadSpec(schema))[0]).toMatch(
      /^schema\.yaml:\d+, output\.schema: gone\.json does not exist\./,
    );
  });
});

describe('specs of one dataset', () => {
  it('must be of one task and have names of their own; what is wrong names both files', () => {
    const other = { ...TASK, model: { name: 'another' } };
    const a = writeSpec(folder, specOfType('tone'), 'a.yaml');
    const b = writeSpec(folder, { ...specOfType('bias'), name: 'tone', task: other }, 'b.yaml');

    const problems = problemsOf(() => loadSpecs([a, b]));

    expect(problems).toEqual([
      expect.stringMatching(/^b\.yaml:1, name: "tone" is the name of a\.yaml too\./),
      expect.stringMatching(/^b\.yaml:\d, task: is another task than that of a\.yaml: it differs in model\./),
    ]);
  });
});

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { main } from '../../local/optimize.ts';
import { type RuleTask, writeRuleTask } from '../support/rule-task.ts';

let task: RuleTask;
let errors: string[];
const write = console.error;
beforeAll(() => {
  // Nothing may be asked of a model: a call to this address would fail the run with exit code 1.
  process.env.OPENAI_BASE_URL = 'http://127.0.0.1:9/v1';
  console.error = (...words: unknown[]) => errors.push(words.join(' '));
});
beforeEach(() => {
  task = writeRuleTask({ seed: 1 });
  errors = [];
  return () => task.remove();
});
afterAll(() => {
  console.error = write;
});

type Fields = Record<string, never> & Record<string, Record<string, unknown>>;

/** Changes the task file's fields. */
const change = (edit: (fields: Fields) => void) => (): void => {
  const fields = parse(readFileSync(task.taskPath, 'utf-8')) as Fields;
  edit(fields);
  writeFileSync(task.taskPath, stringify(fields));
};

/** Changes the lines of a dataset. */
const lines = (name: string, edit: (all: string[]) => string[]) => (): void => {
  const path = join(task.folder, name);
  writeFileSync(path, edit(readFileSync(path, 'utf-8').trimEnd().split('\n')).join('\n'));
};

const cases: [name: string, damage: () => void, says: RegExp[], args?: string[]][] = [
  [
    'YAML that does not parse',
    () => writeFileSync(task.taskPath, 'name: a\nprompt: {\n'),
    [/task\.yaml:\d+: is not YAML/, /indentation/],
  ],
  [
    'an unknown field',
    change((f) => Object.assign(f, { modle: {} })),
    [/task\.yaml:\d+, modle: is not a known field/, /Did you mean `model`\?/],
  ],
  [
    'an unknown field inside',
    change((f) => Object.assign(f.optimizer ?? {}, { minibatchsize: 3 })),
    [/optimizer\.minibatchsize: is not a known field/, /minibatchSize/],
  ],
  [
    'a broken line 17',
    lines('train.jsonl', (all) => all.with(16, '{"id": "x", ')),
    [/train\.jsonl:17: is not JSON/, /one JSON object/],
  ],
  ['a line without input', lines('train.jsonl', (all) => all.with(4, '{"id": "x"}')), [/train\.jsonl:5, input/]],
  [
    'duplicate ids',
    lines('test.jsonl', (all) => all.with(9, all[2] ?? '')),
    [/test\.jsonl:10, id: repeats the id "test-2" of line 3/],
  ],
  ['an empty split', lines('test.jsonl', () => []), [/datasets\.test: has no examples/, /at least one/]],
  [
    'an example in train and in test',
    lines('test.jsonl', (all) => all.with(7, '{"id":"train-3","input":"x","expected":"y"}')),
    [/test\.jsonl:8, datasets\.test: .*"train-3", which train has too/],
  ],
  [
    'a variable that no example has',
    change((f) => Object.assign(f.prompt ?? {}, { user: '{{subject}}' })),
    [/task\.yaml:\d+, prompt\.user: uses \{\{subject\}\}, which no example has/, /\{\{input\}\}/],
  ],
  [
    'a template that does not close',
    change((f) => Object.assign(f.prompt ?? {}, { system: 'a {{#b}} c' })),
    [/prompt\.system: is no Mustache template/],
  ],
  [
    'a weight that is not positive',
    change((f) => Object.assign(f, { evals: [{ name: 'a', type: 'exact_match', weight: 0 }] })),
    [/task\.yaml:\d+, evals\.0\.weight: must be above 0/],
  ],
  [
    'an unknown eval type',
    change((f) => Object.assign(f, { evals: [{ name: 'a', type: 'exact_mach' }] })),
    [/evals\.0\.type: "exact_mach" is not an eval type/, /exact_match/],
  ],
  [
    'a budget too small for baseline and test',
    () => {},
    [/--set, budget\.rollouts: is 159, too small/, /at least 160/],
    ['--set', 'budget.rollouts=159'],
  ],
  [
    'a missing dataset',
    () => rmSync(join(task.folder, 'train.jsonl')),
    [/task\.yaml:\d+, datasets\.train: train\.jsonl does not exist/],
  ],
  ['a missing task', () => rmSync(task.taskPath), [/task\.yaml: does not exist/]],
  ['a missing field', change((f) => Reflect.deleteProperty(f, 'reflection')), [/reflection: is missing/]],
  [
    'a CSV without input',
    () => {
      writeFileSync(join(task.folder, 'train.csv'), 'id,text,expected\n1,a,b\n2,c,d\n');
      change((f) => Object.assign(f.datasets ?? {}, { train: 'train.csv' }))();
    },
    [/train\.csv:1, input: has no column "input"/, /"text"/],
  ],
  [
    'a cost cap without a price',
    () => {},
    [/budget\.costUsd: caps the cost, but the price of "task-model" is not known/, /prices:/],
    ['--set', 'budget.costUsd=1'],
  ],
  [
    'examples without what the eval needs',
    lines('train.jsonl', (all) => all.with(0, '{"id":"a","input":"b"}')),
    [/train\.jsonl:1, datasets\.train: .*needs `expected`/],
  ],
  ['a run id that is none', () => {}, [/--run-id: "a b" is no run id/], ['--run-id', 'a b']],
  [
    'an output folder that is a file',
    () => writeFileSync(join(task.folder, 'file'), ''),
    [/--out: .* is a file/],
    ['--out', 'FILE'],
  ],
  ['an unknown option', () => {}, [/--nope/, /--help/], ['--nope']],
  ['an override that is none', () => {}, [/--set: "budget" is not of the form path=value/], ['--set', 'budget']],
];

describe('input that is wrong', () => {
  it.each(cases)('ends with exit code 2 and names the place: %s', async (_name, damage, says, args = []) => {
    damage();
    const out = join(task.folder, 'out');
    const named = args.map((arg) => (arg === 'FILE' ? join(task.folder, 'file') : arg));
    const code = await main([task.taskPath, ...(named.includes('--out') ? [] : ['--out', out]), ...named]);
    expect(code).toBe(2);
    for (const pattern of says) expect(errors.join('\n')).toMatch(pattern);
  });

  it('refuses a run id that belongs to another task, and leaves that run as it is', async () => {
    const out = join(task.folder, 'out');
    mkdirSync(out);
    expect(await main([task.taskPath, '--out', out, '--run-id', 'r', '--json'])).toBe(1);
    expect(await main([task.taskPath, '--out', out, '--run-id', 'r', '--set', 'optimizer.seed=9'])).toBe(2);
    expect(errors.join('\n')).toContain('was started with another task');
  });
});

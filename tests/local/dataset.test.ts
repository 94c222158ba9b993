import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import type { Example } from '../../lambdas/contracts/dataset.ts';
import { main } from '../../local/dataset.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'prompt-optimizer-dataset-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the command in the folder; paths in what it says are relative to it. */
async function run(...args: string[]): Promise<{ code: number; out: string; errors: string[] }> {
  const out: string[] = [];
  const errors: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((text: string) => void out.push(`${text}\n`));
  vi.spyOn(console, 'error').mockImplementation((text: string) => void errors.push(text.replaceAll(`${folder}/`, '')));
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
  const code = await main(args);
  vi.restoreAllMocks();
  return { code, out: out.join('').replaceAll(`${folder}/`, ''), errors };
}

const at = (name: string): string => join(folder, name);
const write = (name: string, text: string): string => {
  writeFileSync(at(name), text);
  return at(name);
};
const read = (name: string): Example[] =>
  readFileSync(at(name), 'utf-8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Example);

/** Texts that have nothing in common. */
const words = (i: number): string =>
  [1, 2, 3, 4, 5].map((k) => (((i + 1) * 7919 * k * k) % 999_983).toString(36)).join(' ');
const rows = (n: number): string =>
  Array.from({ length: n }, (_, i) => `${words(i)},${i % 2 === 0 ? 'a' : 'b'},web\n`).join('');
const csv = (n: number): string => write('data.csv', `question,label,channel\n${rows(n)}`);
const mapping = ['--map', 'input=question', '--map', 'expected=label'];

function writeTask(datasets: Record<string, readonly object[]>): string {
  for (const [name, examples] of Object.entries(datasets)) {
    write(`${name}.jsonl`, examples.map((one) => `${JSON.stringify(one)}\n`).join(''));
  }
  const task = {
    name: 'tickets',
    prompt: { system: 'Classify.', user: '{{input}}' },
    model: { name: 'm' },
    reflection: { name: 'r' },
    datasets: Object.fromEntries(Object.keys(datasets).map((name) => [name, `${name}.jsonl`])),
    evals: [{ name: 'label', type: 'exact_match' }],
    budget: { rollouts: 5000 },
  };
  return write('task.yaml', stringify(task));
}
const examples = (prefix: string, from: number, n: number): Example[] =>
  Array.from({ length: n }, (_, i) => ({
    id: `${prefix}-${i}`,
    input: words(from + i),
    expected: i % 2 === 0 ? 'a' : 'b',
  }));

describe('dataset import', () => {
  it('maps columns, makes ids, and writes splits of exact sizes', async () => {
    const { code, out } = await run('import', csv(40), '--out', at('data'), ...mapping);

    expect(code).toBe(0);
    expect(out).toContain('Imported 40 of 40 rows from data.csv.');
    const sizes = ['train', 'validation', 'test', 'golden'].map((name) => read(`data/${name}.jsonl`).length);
    expect(sizes).toEqual([16, 10, 10, 4]);
    expect(read('data/train.jsonl')[0]).toEqual({
      id: expect.stringMatching(/^x-[0-9a-f]{12}$/),
      input: expect.any(String),
      expected: expect.stringMatching(/^[ab]$/),
      metadata: { channel: 'web' },
    });
  });

  it('gives the same files for the same seed, and others for another', async () => {
    const file = csv(30);
    await run('import', file, '--out', at('one'), ...mapping);
    await run('import', file, '--out', at('two'), ...mapping);
    await run('import', file, '--out', at('three'), ...mapping, '--seed', '1');

    expect(read('two/test.jsonl')).toEqual(read('one/test.jsonl'));
    expect(read('three/test.jsonl')).not.toEqual(read('one/test.jsonl'));
  });

  it('keeps near neighbours in one split', async () => {
    const pairs = Array.from(
      { length: 20 },
      (_, i) => `${words(i)} ${words(i + 50)} one\n${words(i)} ${words(i + 50)} two\n`,
    );
    const file = write('data.csv', `input\n${pairs.join('')}`);

    const { code, out } = await run('import', file, '--out', at('data'), '--split', 'train=50,test=50');

    expect(code).toBe(0);
    expect(out).toContain('40 examples have near neighbours: 20 groups, the largest of 2, each kept in one split.');
    const stems = (name: string): string[] => read(name).map(({ input }) => String(input).replace(/ \w+$/, ''));
    expect(stems('data/train.jsonl').filter((stem) => stems('data/test.jsonl').includes(stem))).toEqual([]);
    expect(read('data/train.jsonl')).toHaveLength(20);
  });

  it('says when a group is too large for exact sizes', async () => {
    const alike = Array.from({ length: 8 }, (_, i) => `${words(1)} ${words(2)} ${i}\n`).join('');
    const file = write('data.csv', `input\n${alike}${words(7)}\n${words(8)}\n`);

    const { out } = await run('import', file, '--out', at('data'), '--split', 'train=50,test=50');

    expect(out).toContain(
      'Groups of near neighbours are too large for exact sizes: train 8 instead of 5, test 2 instead of 5.',
    );
  });

  it('takes splits from tags, which stay, or from a column, which does not', async () => {
    const tagged = write(
      't.jsonl',
      '{"id":"a","input":"x","tags":["vip","train_tone"]}\n{"id":"b","input":"y","tags":["test_tone"]}\n',
    );
    const column = write('c.csv', 'id,input,part\na,x,train\nb,y,Test\n');

    expect((await run('import', tagged, '--out', at('t'), '--split-by', 'tags')).code).toBe(0);
    expect((await run('import', column, '--out', at('c'), '--split-by', 'part')).code).toBe(0);

    expect(read('t/train.jsonl')).toEqual([{ id: 'a', input: 'x', tags: ['vip', 'train_tone'] }]);
    expect(read('c/test.jsonl')).toEqual([{ id: 'b', input: 'y' }]);
    expect(readdirSync(at('c')).sort()).toEqual(['test.jsonl', 'train.jsonl']);
  });

  it('names every bad row and writes nothing', async () => {
    const schema = write('schema.json', JSON.stringify({ type: 'object', properties: { n: { type: 'number' } } }));
    const file = write(
      'bad.jsonl',
      [
        '{"id":"a","input":{"n":1},"part":"train"}',
        '{"id":"b"',
        '{"id":"c","part":"train"}',
        '{"id":"a","input":{"n":"x"},"part":"dev"}',
      ].join('\n'),
    );

    const { code, errors } = await run('import', file, '--out', at('data'), '--split-by', 'part', '--schema', schema);

    expect(code).toBe(2);
    expect(errors).toEqual([
      expect.stringMatching(/^bad\.jsonl:2: is not JSON: .* Each line must be one JSON object\.$/),
      expect.stringMatching(/^bad\.jsonl:3, input: is missing\. A line has/),
      'bad.jsonl:4, part: names no split: "dev". Use train, validation, test, golden, also with more behind it, as in train_billing.',
      'bad.jsonl:4, input: n must be number. schema.json says what an input must be.',
      'bad.jsonl:4, id: repeats the id "a" of bad.jsonl:1. Give each example an id of its own, or none at all.',
      '3 of 4 rows are bad, so nothing was written. Mend them, or leave them out with --skip-bad.',
    ]);
    expect(existsSync(at('data'))).toBe(false);
  });

  it('leaves bad rows out when asked to, and says so', async () => {
    const file = write('bad.csv', 'id,input,expected\na,x,1\nb,y\nc,z,2\n');

    const { code, out, errors } = await run('import', file, '--out', at('data'), '--split', 'train=1', '--skip-bad');

    expect(code).toBe(0);
    expect(errors).toEqual([
      'bad.csv:3: has 2 cells, but the header has 3. Quote fields that hold commas, quotes or line breaks.',
    ]);
    expect(out).toContain('Imported 2 of 3 rows');
    expect(out).toContain('Left out 1 bad row, named above.');
    expect(read('data/train.jsonl').map(({ id }) => id)).toEqual(['a', 'c']);
  });

  it('writes over files only when told to', async () => {
    const file = csv(12);
    await run('import', file, '--out', at('data'), ...mapping);
    const before = read('data/train.jsonl');

    const refused = await run('import', file, '--out', at('data'), ...mapping, '--split', 'train=1,test=1');
    expect(refused.code).toBe(2);
    expect(refused.errors[0]).toBe('data/train.jsonl: exists. Choose another --out, or write over it with --force.');
    expect(read('data/train.jsonl')).toEqual(before);

    const forced = await run('import', file, '--out', at('data'), ...mapping, '--split', 'train=1,test=1', '--force');
    expect(forced.code).toBe(0);
    expect(forced.out).toContain('data/golden.jsonl is older than this import and was left as it is');
    expect(read('data/train.jsonl')).toHaveLength(6);
  });

  it.each<{ args: string[]; says: RegExp }>([
    {
      args: ['--map', 'input=qestion'],
      says: /has no column "qestion", which --map names\. Did you mean `question`\?/,
    },
    { args: [], says: /has no column "input" \(it has "question", "label", "channel"\)\. Say which/ },
    { args: [...mapping, '--split', 'trian=1'], says: /^--split: "trian" is no split\. Did you mean `train`\?/ },
    { args: [...mapping, '--split', 'train=x'], says: /^--split train: "x" is not a number/ },
    { args: [...mapping, '--split', 'train'], says: /^--split: "train" is not of the form SPLIT=SHARE/ },
    {
      args: [...mapping, '--split-by', 'lable'],
      says: /has no column "lable", which --split-by names\. Did you mean `label`\?/,
    },
    { args: [...mapping, '--split', 'train=1', '--split-by', 'label'], says: /^--split-by: does not go with --split/ },
    {
      args: [...mapping, '--schema', 'none.json'],
      says: /^none\.json: does not exist\. Give the path of a JSON Schema/,
    },
    { args: [...mapping, '--format', 'xml'], says: /^--format: "xml" is no format\. Choose one of csv, jsonl/ },
    { args: [...mapping, '--split', 'train=1000,test=1'], says: /^test: would get none of the 8 examples/ },
    { args: [...mapping, '--bogus'], says: /Unknown option '--bogus'/ },
  ])('refuses $args', async ({ args, says }) => {
    const { code, errors } = await run('import', csv(8), '--out', at('data'), ...args);

    expect(code).toBe(2);
    expect(errors).toEqual([expect.stringMatching(says)]);
    expect(existsSync(at('data'))).toBe(false);
  });
});

describe('dataset export', () => {
  it('gives back what was there when its CSV is imported', async () => {
    const train: Example[] = [
      { id: '=1+1', input: '=cmd|x', expected: -5, tags: ['a b'], metadata: { source: '@x', 'n:json': 1 } },
      { id: 'b', input: "'=already", expected: '-5', metadata: { source: 'line\nbreak, "quoted"', 'n:json': 2 } },
      { id: 'c', input: '{{x}} 👩‍🚀', expected: { a: ['=1'] } },
    ];
    const task = writeTask({ train, test: examples('e', 0, 2) });

    const { code, out } = await run('export', task, '--split', 'train', '--format', 'csv');
    expect(code).toBe(0);
    const imported = await run('import', write('back.csv', out), '--out', at('back'), '--split', 'train=1');

    expect(imported.code).toBe(0);
    expect(read('back/train.jsonl')).toEqual(train);
  });

  it('writes a file in the format of its name, and over another only when told to', async () => {
    const task = writeTask({ train: examples('t', 0, 2), test: examples('e', 5, 3) });

    expect((await run('export', task, '--split', 'test', '--out', at('x.csv'))).out).toBe(
      'Wrote 3 examples of test to x.csv.\n',
    );
    expect(readFileSync(at('x.csv'), 'utf-8')).toMatch(/^id,input,expected\ne-0,/);
    expect((await run('export', task, '--split', 'train', '--out', at('x.csv'))).errors).toEqual([
      'x.csv: exists. Choose another --out, or write over it with --force.',
    ]);
  });

  it('names a split that the task does not have', async () => {
    const task = writeTask({ train: examples('t', 0, 2), test: examples('e', 5, 3) });

    expect((await run('export', task, '--split', 'golden')).errors).toEqual([
      'task.yaml, datasets.golden: is not in the task. It has train, test.',
    ]);
    expect((await run('export', task, '--split', 'tset')).errors).toEqual([
      '--split: "tset" is no split. Did you mean `test`?',
    ]);
  });
});

it('is a command of the project', () => {
  const said = execFileSync(process.execPath, ['local/main.mjs', 'dataset', '--help'], {
    cwd: join(import.meta.dirname, '../..'),
    encoding: 'utf-8',
  });

  expect(said).toMatch(/^Usage: npm run -s dataset -- check\|import\|export/);
});

describe('dataset check', () => {
  it('ends with 0 and says what the test set can show', async () => {
    const task = writeTask({ train: examples('t', 0, 20), test: examples('e', 100, 30) });

    const { code, out } = await run('check', task);

    expect(code).toBe(0);
    expect(out).toMatch(/^Datasets of tickets: 20 train, 30 test\.\n/);
    expect(out).toMatch(
      /warning .*test\.jsonl: 30 test examples can show a gain of \d+ points or more; a gain of 5 points needs \d+\./,
    );
    expect(out).toMatch(/1 warning\.\n$/);
  });

  it('ends with 2 for an exact leak, and lists all as JSON', async () => {
    const test = examples('e', 100, 30);
    const task = writeTask({ train: [...examples('t', 0, 20), { ...test[3], id: 'leak' }], test });

    const { code, out } = await run('check', task, '--json');

    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      schema: 'prompt-optimizer.dataset-check.v1',
      counts: { error: 1 },
      findings: [{ level: 'error', kind: 'leak', split: 'train', id: 'leak', line: 21 }, {}],
    });
  });

  it('says what is wrong with the task, and still looks at its data', async () => {
    const test = examples('e', 100, 30);
    const task = writeTask({
      train: [
        { id: 'leak', input: test[0]?.input },
        { id: 'u', input: 'x' },
      ],
      test,
    });

    const { code, out } = await run('check', task);

    expect(code).toBe(2);
    expect(out).toMatch(/^error .*train\.jsonl:1, datasets\.train: example "leak": .*expected/m);
    expect(out).toMatch(/^error .*train\.jsonl:1: "leak" has the same input as "e-0" of test/m);
  });

  it.each<{ args: string[]; says: RegExp }>([
    { args: ['check', 'no.yaml'], says: /no\.yaml: does not exist/ },
    { args: ['check'], says: /^Give one task file, not 0\. See npm run -s dataset -- --help\./ },
    {
      args: ['check', 'a.yaml', '--duplicate-threshold', '7'],
      says: /^--duplicate-threshold: "7" is not a number from 0\.1 to 1/,
    },
    { args: ['chekc'], says: /^There is no dataset "chekc"\. Did you mean `check`\?/ },
    { args: [], says: /^Say what to do with the data\. Choose one of check, import, export\./ },
  ])('refuses $args', async ({ args, says }) => {
    const { code, errors } = await run(...args);

    expect(code).toBe(2);
    expect(errors).toEqual([expect.stringMatching(says)]);
  });
});

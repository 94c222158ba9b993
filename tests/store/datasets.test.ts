import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Example, exampleSchema, MAX_EXAMPLES_PER_SPLIT } from '../../lambdas/contracts/dataset.ts';
import { describeProblem, type InputProblem } from '../../lambdas/contracts/errors.ts';
import { parseDataset } from '../../lambdas/store/datasets.ts';

const jsonl = (text: string) => parseDataset('train.jsonl', text);
const csv = (text: string) => parseDataset('train.csv', text);
const line = (id: string): string => JSON.stringify({ id, input: `in ${id}`, expected: 'out' });
const lines = (count: number): string[] => Array.from({ length: count }, (_, i) => line(`t-${i + 1}`));
const examples = (dataset: ReturnType<typeof parseDataset>): Example[] => dataset.lines.map(({ example }) => example);
const said = (problems: readonly InputProblem[]): string[] => problems.map(describeProblem);

const lineRemedy = 'A line has `id`, `input` (text or object) and, optional, `expected`, `tags`, `metadata`.';

describe('a JSONL dataset', () => {
  it('has one example a line, each with its line', () => {
    const text =
      '{"id":"a","input":"x"}\n\n{"id":"b","input":{"q":[1]},"expected":null,"tags":["vip"],"metadata":{"k":1}}\n';

    expect(jsonl(text)).toEqual({
      lines: [
        { example: { id: 'a', input: 'x' }, line: 1 },
        { example: { id: 'b', input: { q: [1] }, expected: null, tags: ['vip'], metadata: { k: 1 } }, line: 3 },
      ],
      problems: [],
    });
  });

  it.each([
    { case: 'a byte order mark', text: `\uFEFF${line('a')}` },
    { case: 'Windows line ends', text: `${line('a')}\r\n` },
    { case: 'blank lines', text: `\n  \n${line('a')}\n\n` },
    { case: 'blanks around a line', text: `  ${line('a')}\t` },
  ])('may have $case', ({ text }) => {
    const { problems, ...dataset } = jsonl(text);

    expect(problems).toEqual([]);
    expect(dataset.lines.map(({ example }) => example.id)).toEqual(['a']);
  });

  it('may hold separators of Unicode within a text', () => {
    expect(examples(jsonl('{"id":"a","input":"x\u2028y\u0085z"}'))).toEqual([{ id: 'a', input: 'x\u2028y\u0085z' }]);
  });

  it('names a broken line 17 and reads the others', () => {
    const text = lines(20).with(16, '{"id":"t-17","input":"unfinished').join('\n');

    const { problems, ...dataset } = jsonl(text);

    expect(dataset.lines).toHaveLength(19);
    expect(said(problems)).toEqual([
      expect.stringMatching(
        /^train\.jsonl:17: is not JSON: Unterminated string in JSON at position \d+ .*\. Each line must be one JSON object like/,
      ),
    ]);
  });

  it.each([
    { case: 'no id', text: '{"input":"x"}', problem: 'train.jsonl:1, id: is missing.' },
    {
      case: 'an empty id',
      text: '{"id":"","input":"x"}',
      problem: 'train.jsonl:1, id: must have at least 1 character.',
    },
    { case: 'a number as id', text: '{"id":7,"input":"x"}', problem: 'train.jsonl:1, id: must be text, not a number.' },
    { case: 'no input', text: '{"id":"a"}', problem: 'train.jsonl:1, input: is missing.' },
    {
      case: 'a list as input',
      text: '{"id":"a","input":[1]}',
      problem: 'train.jsonl:1, input: must be text or an object, not a list.',
    },
    {
      case: 'text as tags',
      text: '{"id":"a","input":"x","tags":"vip"}',
      problem: 'train.jsonl:1, tags: must be a list, not text.',
    },
    { case: 'a list', text: '["a"]', problem: 'train.jsonl:1: must be an object, not a list.' },
  ])('refuses $case', ({ text, problem }) => {
    const { problems, ...dataset } = jsonl(text);

    expect(dataset.lines).toEqual([]);
    expect(said(problems)).toEqual([`${problem} ${lineRemedy}`]);
  });

  it('names each unknown field with the one that was meant', () => {
    expect(said(jsonl('{"id":"a","input":"x","expeted":"y","zzzzzzzzzzzz":1}').problems)).toEqual([
      'train.jsonl:1, expeted: is not a known field. Did you mean `expected`?',
      'train.jsonl:1, zzzzzzzzzzzz: is not a known field. Known here: id, input, expected, tags, metadata, output, ratings.',
    ]);
  });

  it('names both lines of an id that is there twice', () => {
    const text = [...lines(3), line('t-2'), line('t-2')].join('\n');

    expect(said(jsonl(text).problems)).toEqual([
      'train.jsonl:4, id: repeats the id "t-2" of line 2. Give each example an id of its own.',
      'train.jsonl:5, id: repeats the id "t-2" of line 2. Give each example an id of its own.',
    ]);
  });

  it('refuses what is nested too deeply to be checked, with its line', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

    expect(said(jsonl(`${line('a')}\n{"id":"b","input":{"q":${deep}}}`).problems)).toEqual([
      `train.jsonl:2: is nested too deeply. ${lineRemedy}`,
    ]);
  });

  it('takes as many examples as are allowed and not one more', () => {
    const most = lines(MAX_EXAMPLES_PER_SPLIT);

    expect(jsonl(most.join('\n')).problems).toEqual([]);
    for (const more of [[line('x')], [line('x'), line('y'), 'no JSON']]) {
      expect(said(jsonl([...most, ...more].join('\n')).problems)).toEqual([
        'train.jsonl: has more than 10000 examples, which are the most that are allowed. Give a random sample of them.',
      ]);
    }
  });

  it.each([
    { case: 'JSONL', file: 'x.jsonl', text: 'x\n'.repeat(100_000), line: 1_001 },
    { case: 'CSV', file: 'x.csv', text: `input,tags:json\n${'a,1\n'.repeat(100_000)}`, line: 1_002 },
  ])('stops reading $case in which nothing is right', ({ file, text, line }) => {
    const { problems } = parseDataset(file, text);

    expect(problems).toHaveLength(1_001);
    expect(problems.at(-1)).toMatchObject({ line, message: expect.stringMatching(/^is where reading stopped/) });
  });

  it('is read as CSV no further than it may be long', () => {
    const { problems } = csv(`input\n${'a\n'.repeat(MAX_EXAMPLES_PER_SPLIT + 2)}"broken`);

    expect(said(problems)).toEqual([expect.stringMatching(/^train.csv: has more than 10000 examples/)]);
    expect(csv(`input\n${'a\n'.repeat(MAX_EXAMPLES_PER_SPLIT)}`).problems).toEqual([]);
  });

  it('gives back every example that was written', () => {
    const json = fc.jsonValue({ maxDepth: 3 });
    const written = fc.uniqueArray(
      fc.record(
        {
          id: fc.string({ minLength: 1, maxLength: 20 }),
          input: fc.oneof(fc.string(), fc.dictionary(fc.string(), json)),
          expected: json,
          tags: fc.array(fc.string()),
        },
        { requiredKeys: ['id', 'input'] },
      ),
      { selector: ({ id }) => id, maxLength: 5 },
    );
    fc.assert(
      fc.property(written, fc.constantFrom('\n', '\r\n'), (values, end) => {
        const text = values.map((value) => JSON.stringify(value)).join(end);

        expect(jsonl(text)).toEqual({
          // -0 is written as 0.
          lines: values.map((value, i) => ({
            example: exampleSchema.parse(JSON.parse(JSON.stringify(value))),
            line: i + 1,
          })),
          problems: [],
        });
      }),
    );
  });
});

describe('a CSV dataset', () => {
  it('has id, input, expected and tags; all other columns are metadata', () => {
    const text = 'id,input,expected,tags,channel,note\nt-1,Hello,refund,vip; new |,web,\nt-2,Hi,,,mail,x\n';

    expect(csv(text)).toEqual({
      lines: [
        {
          example: {
            id: 't-1',
            input: 'Hello',
            expected: 'refund',
            tags: ['vip', 'new'],
            metadata: { channel: 'web', note: '' },
          },
          line: 2,
        },
        { example: { id: 't-2', input: 'Hi', metadata: { channel: 'mail', note: 'x' } }, line: 3 },
      ],
      problems: [],
    });
  });

  it.each([
    { case: 'quoted commas, quotes and line breaks', text: 'id,input\na,"x, ""y""\nz"', input: 'x, "y"\nz' },
    { case: 'Windows line ends', text: 'id,input\r\na,x\r\n', input: 'x' },
    { case: 'Windows line ends within quotes', text: 'id,input\r\na,"x\r\ny"\r\n', input: 'x\r\ny' },
    { case: 'a byte order mark', text: '\uFEFFid,input\na,x', input: 'x' },
    { case: 'a byte order mark and a quoted header', text: '\uFEFF"id","input"\na,x', input: 'x' },
    { case: 'blanks around the names of columns', text: 'id , input\na,x', input: 'x' },
    { case: 'blanks around a value, which stay', text: 'id,input\na, x ', input: ' x ' },
    { case: 'an empty input', text: 'id,input\na,', input: '' },
    { case: 'JSON as input, which stays text', text: 'id,input\na,"{""q"":1}"', input: '{"q":1}' },
    { case: 'columns in another order', text: 'input,id\nx,a', input: 'x' },
  ])('may have $case', ({ text, input }) => {
    expect(csv(text)).toEqual({ lines: [{ example: { id: 'a', input }, line: 2 }], problems: [] });
  });

  it.each([
    { cell: 'refund', expected: 'refund' },
    { cell: '5', expected: '5' },
    { cell: '"{""a"":[1,null]}"', expected: { a: [1, null] } },
    { cell: '" [1] "', expected: [1] },
    { cell: '{not JSON}', expected: '{not JSON}' },
    { cell: '"[1"', expected: '[1' },
  ])('reads the expected value $cell', ({ cell, expected }) => {
    expect(examples(csv(`id,input,expected\na,x,${cell}`))).toEqual([{ id: 'a', input: 'x', expected }]);
  });

  it('numbers the rows of a file without ids', () => {
    expect(examples(csv('input\nx\ny\n')).map(({ id }) => id)).toEqual(['row-1', 'row-2']);
  });

  it('names the line on which a row begins, whatever rows before it hold', () => {
    const text = 'id,input\na,"1\n2\r\n3"\n\nb,x\na,"4\n5"\n';

    const { lines: found, problems } = csv(text);

    expect(found.map((one) => one.line)).toEqual([2, 6, 7]);
    expect(said(problems)).toEqual([
      'train.csv:7, id: repeats the id "a" of line 2. Give each example an id of its own.',
    ]);
  });

  it.each([
    { case: 'no input', text: 'id,text,expected\na,x,y', found: 'it has "id", "text", "expected"' },
    { case: 'semicolons', text: 'id;input\na;x', found: 'it has "id;input"' },
    { case: 'nothing but its header', text: 'id,text\n', found: 'it has "id", "text"' },
    { case: 'nothing at all', text: '', found: 'it has none' },
  ])('needs a column input, and says what it has: $case', ({ text, found }) => {
    expect(said(csv(text).problems)).toEqual([
      `train.csv:1, input: has no column "input" (${found}). Name the column that goes into the prompt \`input\`; \`id\`, \`expected\` and \`tags\` are optional.`,
    ]);
  });

  it('may be empty but for its header; an empty split is refused elsewhere', () => {
    expect(csv('id,"input"\n')).toEqual({ lines: [], problems: [] });
  });

  it.each([
    {
      case: 'a row with too many cells',
      row: 'x,y,z',
      reason: /Invalid Record Length: expect 2, got 3\.$/,
    },
    {
      case: 'a row with too few cells',
      row: 'x',
      reason: /Invalid Record Length: expect 2, got 1\.$/,
    },
    {
      case: 'a quote in the middle',
      row: 'x,y"z',
      reason: /Invalid Opening Quote: a quote is found on field 1, value is "y"\.$/,
    },
    {
      case: 'a quote that does not end',
      row: 'x,"y',
      reason: /Quote Not Closed: the parsing is finished with an opening quote\.$/,
    },
  ])('names a broken line 17: $case', ({ row, reason }) => {
    const rows = ['id,input', ...Array.from({ length: 20 }, (_, i) => `t-${i},in`)];

    const { problems } = csv(rows.with(16, row).join('\n'));

    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ file: 'train.csv', line: 17, message: expect.stringMatching(reason) });
    expect(problems[0]?.remedy).toBe('Quote fields that hold commas, quotes or line breaks.');
  });

  it('refuses a column that is there twice, of which one would be lost', () => {
    expect(said(csv('id,input,input\na,x,y').problems)).toEqual([
      'train.csv:1, input: has the column "input" more than once. Give each column a name of its own.',
    ]);
  });

  it('is told by its name in any case', () => {
    expect(examples(parseDataset('s3://bucket/Data.CSV', 'id,input\na,x'))).toEqual([{ id: 'a', input: 'x' }]);
  });
});

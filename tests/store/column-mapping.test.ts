import { describe, expect, it } from 'vitest';
import { describeProblem } from '../../lambdas/contracts/errors.ts';
import { checkColumns, mapRecord, readMappings } from '../../lambdas/store/column-mapping.ts';
import { contentId } from '../../lambdas/store/content-id.ts';
import { readCsvRecords, readJsonlRecords } from '../../lambdas/store/records.ts';
import { splitOfCell } from '../../lambdas/store/split-column.ts';

const said = (problems: Parameters<typeof describeProblem>[0][]): string[] => problems.map(describeProblem);

/** The first record of a file, mapped. */
function mapped(text: string, ...maps: string[]) {
  const { mappings, problems } = readMappings(maps);
  expect(problems).toEqual([]);
  const read = text.startsWith('{') ? readJsonlRecords('f', text) : readCsvRecords('f', text);
  const [record] = read.records;
  if (record === undefined) throw new Error('no record');
  return mapRecord('f', record, mappings);
}

describe('a mapping of columns', () => {
  it.each([
    {
      case: 'takes columns for fields, and the rest for metadata',
      text: 'question,label,channel\nHi,refund,web',
      maps: ['input=question', 'expected=label'],
      value: { input: 'Hi', expected: 'refund', metadata: { channel: 'web' } },
    },
    {
      case: 'puts an object input together, whose cells stay text',
      text: 'n,a\nAda,5',
      maps: ['input.name=n', 'input.age=a'],
      value: { input: { name: 'Ada', age: '5' } },
    },
    {
      case: 'reads cells as JSON where it says so',
      text: 'n,a\nAda,5',
      maps: ['input.name=n', 'input.age:json=a'],
      value: { input: { name: 'Ada', age: 5 } },
    },
    {
      case: 'reads objects and lists as expected values, and numbers as text',
      text: 'q,a,b\nx,"[1]",5',
      maps: ['input=q', 'expected.list=a', 'expected.number=b'],
      value: { input: 'x', expected: { list: [1], number: '5' } },
    },
    {
      case: 'parts tags, and takes ratings for what they are',
      text: 'q,t,stars,ok\nx,a; b,4,pass',
      maps: ['input=q', 'tags=t', 'ratings.helpful=stars', 'ratings.safe=ok'],
      value: { input: 'x', tags: ['a', 'b'], ratings: { helpful: 4, safe: 'pass' } },
    },
    {
      case: 'keeps a column whose field another one fills',
      text: 'input,question\nold,new',
      maps: ['input=question'],
      value: { input: 'new', metadata: { input: 'old' } },
    },
    {
      case: 'follows a path into JSON, and keeps what else is there',
      text: '{"q":{"text":"x","lang":"de"},"answer":{"text":"y"}}',
      maps: ['input=q.text', 'expected=answer.text'],
      value: { input: 'x', expected: 'y', metadata: { q: { lang: 'de' } } },
    },
    {
      case: 'takes a number as id',
      text: '{"key":7,"input":"x"}',
      maps: ['id=key'],
      value: { id: '7', input: 'x' },
    },
    {
      case: 'names fields of the metadata',
      text: 'input,src\nx,a',
      maps: ['metadata.source=src'],
      value: { input: 'x', metadata: { source: 'a' } },
    },
    {
      case: 'lets a template be text',
      text: 'q\n{{x}}',
      maps: ['input=q'],
      value: { input: '{{x}}' },
    },
  ])('$case', ({ text, maps, value }) => {
    expect(mapped(text, ...maps)).toEqual({ value, problems: [] });
  });

  it('names the row whose cell is not the JSON that it should be', () => {
    expect(said(mapped('q,a\nx,five', 'input=q', 'expected:json=a').problems)).toEqual([
      expect.stringMatching(/^f:2, a: is not JSON: .* Leave `:json` out of the mapping to take the cell as text\.$/),
    ]);
  });

  it.each([
    { map: ['question'], says: '--map question: is not of the form FIELD=COLUMN.' },
    { map: ['input='], says: '--map input=: is not of the form FIELD=COLUMN.' },
    { map: ['inptu=q'], says: '--map inptu=q: fills "inptu", which no example has. Did you mean `input`?' },
    { map: ['id.x=q'], says: '--map id.x=q: fills "id.x", which no example has.' },
    { map: ['input=a', 'input.b=c'], says: '--map input.b=c: fills what another --map fills.' },
  ])('refuses $map', ({ map, says }) => {
    expect(said(readMappings(map).problems)).toEqual([expect.stringContaining(says)]);
  });

  it('names a column that is not there once for the file, with the nearest that is', () => {
    const { mappings } = readMappings(['input=qestion']);

    expect(said(checkColumns('f.csv', readCsvRecords('f.csv', 'question,label\nx,y\nz,w'), mappings))).toEqual([
      'f.csv: has no column "qestion", which --map names. Did you mean `question`?',
    ]);
    expect(said(checkColumns('f.csv', readCsvRecords('f.csv', 'question,label\nx,y'), []))).toEqual([
      'f.csv: has no column "input" (it has "question", "label"). Say which column goes into the prompt: --map input=COLUMN.',
    ]);
  });
});

describe('an id from the content', () => {
  it('is the same whatever the order of fields, and another for other content', () => {
    const id = (example: Record<string, unknown>): string => contentId(example, new Set());

    expect(id({ input: { a: 1, b: 2 }, expected: 'x' })).toBe(id({ expected: 'x', input: { b: 2, a: 1 } }));
    expect(id({ input: 'x' })).not.toBe(id({ input: 'x', expected: '' }));
    expect(id({ input: { a: ['b'] } })).not.toBe(id({ input: [['a', ['b']]] }));
  });

  it('counts what is there twice', () => {
    const taken = new Set<string>();
    const first = contentId({ input: 'x' }, taken);

    expect(contentId({ input: 'x' }, taken)).toBe(`${first}-2`);
    expect(contentId({ input: 'x' }, taken)).toBe(`${first}-3`);
  });
});

describe('a cell that names a split', () => {
  it.each([
    { given: 'test', split: 'test' },
    { given: ' Train ', split: 'train' },
    { given: 'validation_billing', split: 'validation' },
    { given: ['vip', 'golden_tone'], split: 'golden' },
    { given: 'vip; train', split: 'train' },
    { given: 'training', split: { message: 'names no split: "training".' } },
    { given: '', split: { message: 'names no split: it is empty.' } },
    { given: ['train', 'test_x'], split: { message: 'names several splits: train, test.' } },
  ])('$given', ({ given, split }) => {
    const found = splitOfCell(given);

    if (typeof split === 'string') expect(found).toBe(split);
    else expect(found).toMatchObject(split);
  });
});

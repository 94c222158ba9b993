import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Example, exampleSchema } from '../../lambdas/contracts/dataset.ts';
import { mapRecord } from '../../lambdas/store/column-mapping.ts';
import { readCsv, writeCsv } from '../../lambdas/store/csv.ts';
import { parseDataset } from '../../lambdas/store/datasets.ts';
import { readCsvRecords } from '../../lambdas/store/records.ts';
import { writeDataset } from '../../lambdas/store/write-dataset.ts';

/** What texts of strangers hold: formulas, quotes, separators, line ends, markup, templates, halves of emoji. */
const hostile = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '=1+1',
    '+49 30 123',
    '-5',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    "'=1",
    "''=1",
    "'quoted' text",
    ' =1',
    '＝1',
    '"',
    'a,"b"\r\nc',
    'a;b|c',
    '{{x}}',
    '{"a":1}',
    '[1]',
    '[1',
    '5',
    'null',
    'true',
    '👩‍🚀',
    '\ud83d',
    '\uFEFFx',
    'x\u2028y',
    '<script>alert(1)</script>',
    '__proto__x',
  ),
  fc.string({ maxLength: 8 }),
  fc.string({
    maxLength: 6,
    unit: fc.constantFrom('=', "'", '"', ',', '\n', '\r', '\t', ' ', '-', '@', ';', 'a', 'é', '\ud83d'),
  }),
);
const names = fc.oneof(
  hostile,
  fc.constantFrom(
    'id',
    'input',
    'input.x',
    'metadata',
    'metadata.x',
    'tags',
    'expected:json',
    'source',
    'output',
    'ratings.good',
  ),
);
const json = fc.oneof(
  hostile,
  fc.constantFrom<Example['expected'][]>(-5, 5, 0.1, null, true, [], {}, ['=1'], { a: '-1' }),
);
const examples = fc
  .uniqueArray(
    fc.record(
      {
        id: hostile.filter((text) => text !== ''),
        input: fc.oneof(
          { weight: 2, arbitrary: hostile },
          { weight: 1, arbitrary: fc.dictionary(names, json, { maxKeys: 2 }) },
        ),
        expected: json,
        tags: fc.array(hostile, { maxLength: 2 }),
        metadata: fc.dictionary(names, json, { maxKeys: 2 }),
        output: hostile,
        ratings: fc.dictionary(names, fc.constantFrom(-1, 4, true, 'pass'), { maxKeys: 2 }),
      },
      { requiredKeys: ['id', 'input'] },
    ),
    { selector: ({ id }) => id, maxLength: 3 },
  )
  .map((all) => all.map((one) => exampleSchema.parse(JSON.parse(JSON.stringify(one)))));

/** Through bytes, as a file goes. */
const throughFile = (text: string): string => Buffer.from(text, 'utf-8').toString('utf-8');
const read = (file: string, text: string) => {
  const { lines, problems } = parseDataset(file, throughFile(text));
  return { examples: lines.map(({ example }) => example), problems };
};
const example = (fields: Partial<Example>): Example => ({ id: 'a', input: 'x', ...fields });

describe('cells of CSV', () => {
  it('never begin as a formula does, and are read as they were', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 3 }), (cells) => {
        const written = throughFile(writeCsv([['id', 'x', 'y', 'z'], ['1', ...cells, '', ''].slice(0, 4)]));

        const wellFormed = ['1', ...cells.map((cell) => cell.toWellFormed()), '', ''].slice(0, 4);
        expect(readCsv(written)).toMatchObject({ rows: [{}, { cells: wellFormed }] });
        // As a program reads it that knows nothing of the apostrophe.
        for (const cell of parse(written)[1] ?? []) expect(cell).not.toMatch(/^\s*[=+\-@]|^[\t\r\n]/);
      }),
    );
  });

  it.each([
    { cell: '=1+1', written: "'=1+1" },
    { cell: "'=1+1", written: "''=1+1" },
    { cell: '-5', written: "'-5" },
    { cell: "it's = 1", written: "it's = 1" },
    { cell: "'tis", written: "'tis" },
    { cell: '=HYPERLINK("x","y")', written: `"'=HYPERLINK(""x"",""y"")"` },
    { cell: 'a\tb', written: 'a\tb' },
  ])('hold $cell as $written', ({ cell, written }) => {
    expect(writeCsv([[cell]])).toBe(`${written}\n`);
  });
});

describe('a dataset that is written', () => {
  it.each(['csv', 'jsonl'] as const)('gives back the same examples as %s', (format) => {
    fc.assert(
      fc.property(examples, (all) => {
        expect(read(`data.${format}`, writeDataset(all, format))).toEqual({ examples: all, problems: [] });
      }),
      { numRuns: 300 },
    );
  });

  it('is imported with the same examples', () => {
    fc.assert(
      fc.property(examples, (all) => {
        const { records } = readCsvRecords('data.csv', throughFile(writeDataset(all, 'csv')), 'ragged');

        expect(records.map((record) => mapRecord('data.csv', record, []).value)).toEqual(all);
      }),
    );
  });

  it('is plain where texts are plain: tags joined, metadata in columns of their own', () => {
    const all = [
      example({ expected: 'refund', tags: ['vip', 'new'], metadata: { channel: 'web', id: '7' } }),
      example({ id: 'b', metadata: { channel: 'mail', id: '8' } }),
    ];

    expect(writeDataset(all, 'csv')).toBe(
      'id,input,expected,tags,channel,metadata.id\na,x,refund,"vip;new",web,7\nb,x,,,mail,8\n',
    );
  });

  it('holds JSON in a column where a text would not say which value it was', () => {
    const all = [example({ input: { q: 'x' }, expected: -5 }), example({ id: 'b', input: { q: 'y' }, expected: '5' })];

    expect(writeDataset(all, 'csv')).toBe(
      `id,input:json,expected:json\na,"{""q"":""x""}",'-5\nb,"{""q"":""y""}","""5"""\n`,
    );
  });

  it('holds the metadata as a whole where a name can be none of a column', () => {
    expect(writeDataset([example({ metadata: { ' ': 1 } })], 'csv')).toBe('id,input,metadata:json\na,x,"{"" "":1}"\n');
  });
});

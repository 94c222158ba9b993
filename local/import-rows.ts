/** Rows of files to examples: mapped, checked one by one, with an id each and, where the data says it, a split. */
import type { Example, SplitName } from '../lambdas/contracts/dataset.ts';
import { type InputProblem, InvalidInputError } from '../lambdas/contracts/errors.ts';
import { nearest } from '../lambdas/contracts/issues.ts';
import { compileSchema } from '../lambdas/evals/json-schema.ts';
import { cellAt, checkColumns, type Mapping, mapRecord } from '../lambdas/store/column-mapping.ts';
import { targetOfColumn } from '../lambdas/store/columns.ts';
import { contentId } from '../lambdas/store/content-id.ts';
import { checkExample } from '../lambdas/store/datasets.ts';
import {
  type DataRecord,
  type DatasetFormat,
  formatOf,
  type Records,
  readCsvRecords,
  readJsonlRecords,
} from '../lambdas/store/records.ts';
import { splitOfCell } from '../lambdas/store/split-column.ts';
import { readFile, refuse } from './dataset-arguments.ts';

export interface ImportOptions {
  readonly mappings: readonly Mapping[];
  /** Column, or `tags`, that names the split. */
  readonly by?: string | undefined;
  readonly format?: DatasetFormat | undefined;
  /** JSON Schema of inputs. */
  readonly schemaFile?: string | undefined;
}

export interface ImportedRow {
  readonly example: Example;
  /** What the data says; undefined where nobody asked. */
  readonly split?: SplitName | undefined;
}

export interface ReadRows {
  readonly rows: readonly ImportedRow[];
  /** What is wrong with the rows that are not among them. */
  readonly problems: readonly InputProblem[];
  /** How many these are. */
  readonly bad: number;
}

/** @throws InvalidInputError when a file as a whole cannot be read */
export function readRows(files: readonly string[], options: ImportOptions): ReadRows {
  const checkInput = options.schemaFile === undefined ? () => [] : inputCheck(options.schemaFile);
  const read = files.map((file) => ({ file, ...readFileRecords(file, options.format) }));
  const broken = read.flatMap((one) => [
    ...(one.isBroken ? one.problems : []),
    ...(one.isBroken ? [] : checkColumns(one.file, one, options.mappings)),
    ...(one.isBroken || options.by === undefined ? [] : checkSplitColumn(one.file, one, options.by)),
  ]);
  if (broken.length > 0) throw new InvalidInputError(broken);

  const problems = read.flatMap((one) => one.problems);
  const mapped = read.flatMap(({ file, records }) =>
    records.map((record) => ({
      file,
      record,
      ...mapRecord(file, record, options.mappings, ignoredColumn(options.by)),
    })),
  );
  const taken = new Set(mapped.flatMap(({ value }) => (typeof value.id === 'string' ? [value.id] : [])));
  const seen = new Map<string, string>();
  const rows: ImportedRow[] = [];
  for (const { file, record, value, problems: found } of mapped) {
    const { line } = record;
    const id = value.id ?? contentId(value, taken);
    const checked = checkExample({ id, ...value }, file, line);
    const isExample = 'example' in checked;
    const split = options.by === undefined ? undefined : splitIn(options.by, file, record, value);
    const all = [
      ...found,
      ...(isExample ? [] : checked.problems),
      ...(split === undefined || typeof split === 'string' ? [] : [split]),
      ...(isExample ? checkInput(checked.example, file, line) : []),
      ...(isExample ? repeatedId(checked.example.id, file, line, seen) : []),
    ];
    problems.push(...all);
    if (isExample && all.length === 0) {
      rows.push({ example: checked.example, split: typeof split === 'string' ? split : undefined });
    }
  }
  const bad = new Set(problems.map(({ file, line }) => `${file}:${line}`)).size;
  return { rows, problems: inOrder(files, problems), bad };
}

function readFileRecords(file: string, format: DatasetFormat = formatOf(file)): Records {
  const text = readFile(file, 'Give the path of a CSV or JSONL file.');
  return format === 'csv' ? readCsvRecords(file, text, 'ragged') : readJsonlRecords(file, text);
}

function checkSplitColumn(file: string, { columns, records }: Records, by: string): InputProblem[] {
  const isThere = by === 'tags' || columns.includes(by) || records.some((record) => cellAt(record, by) !== undefined);
  if (isThere || records.length === 0) return [];
  return [
    {
      file,
      message: `has no column ${JSON.stringify(by)}, which --split-by names.`,
      remedy: nearest(by, columns) ?? `It has ${columns.join(', ')}; \`tags\` takes the split from the tags.`,
    },
  ];
}

/** A column that says nothing but the split would be noise in the metadata. */
function ignoredColumn(by: string | undefined): string | undefined {
  return by !== undefined && targetOfColumn(by, false).field === 'metadata' ? by : undefined;
}

function splitIn(
  by: string,
  file: string,
  record: DataRecord,
  value: Record<string, unknown>,
): SplitName | InputProblem {
  const cell = cellAt(record, by);
  const given = by === 'tags' ? value.tags : cell === undefined ? undefined : 'json' in cell ? cell.json : cell.text;
  const split = splitOfCell(given);
  return typeof split === 'string' ? split : { file, line: record.line, field: by, ...split };
}

/** @returns what the schema of inputs does not allow of an example */
function inputCheck(schemaFile: string): (example: Example, file: string, line: number) => InputProblem[] {
  const compile = (): ReturnType<typeof compileSchema> => {
    const text = readFile(schemaFile, 'Give the path of a JSON Schema.');
    try {
      const schema: unknown = JSON.parse(text);
      if (typeof schema === 'object' && schema !== null && !Array.isArray(schema)) return compileSchema(schema);
    } catch (error) {
      const message = `is no JSON Schema: ${error instanceof Error ? error.message : String(error)}.`;
      return refuse({ file: schemaFile, message, remedy: 'Mend it (draft 2020-12, or 07 by its $schema).' });
    }
    return refuse({ file: schemaFile, message: 'is no JSON Schema.', remedy: 'It must hold a JSON object.' });
  };
  const problemsOf = compile();
  const remedy = `${schemaFile} says what an input must be.`;
  return ({ input }, file, line) => {
    const { count, told } = problemsOf(input);
    const more = count > told.length ? `; and ${count - told.length} more` : '';
    return count === 0 ? [] : [{ file, line, field: 'input', message: `${told.join('; ')}${more}.`, remedy }];
  };
}

/** @param seen where each id was first; the new one is added */
function repeatedId(id: string, file: string, line: number, seen: Map<string, string>): InputProblem[] {
  const first = seen.get(id);
  if (first === undefined) {
    seen.set(id, `${file}:${line}`);
    return [];
  }
  const message = `repeats the id ${JSON.stringify(id)} of ${first}.`;
  return [{ file, line, field: 'id', message, remedy: 'Give each example an id of its own, or none at all.' }];
}

function inOrder(files: readonly string[], problems: readonly InputProblem[]): InputProblem[] {
  const order = ({ file = '' }: InputProblem): number => files.indexOf(file);
  return problems.toSorted((a, b) => order(a) - order(b) || (a.line ?? 0) - (b.line ?? 0));
}

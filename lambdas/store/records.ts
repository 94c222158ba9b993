/** CSV and JSONL to records of cells by column, each with its line. What they mean is said elsewhere. Pure. */
import type { Json } from '../contracts/dataset.ts';
import type { InputProblem } from '../contracts/errors.ts';
import { type Cell, isObject, overlap, readColumnName, targetOfColumn } from './columns.ts';
import { readCsv } from './csv.ts';

export type DatasetFormat = 'csv' | 'jsonl';

/** One row or line. */
export interface DataRecord {
  /** 1-based line on which it begins. */
  readonly line: number;
  readonly cells: ReadonlyMap<string, Cell>;
}

export interface Records {
  /** Names of the columns, without `:json`. */
  readonly columns: readonly string[];
  readonly records: readonly DataRecord[];
  readonly problems: readonly InputProblem[];
  /** True when a problem is of the file as a whole: it cannot be read, or its header cannot be meant so. */
  readonly isBroken: boolean;
}

export function formatOf(file: string): DatasetFormat {
  return file.toLowerCase().endsWith('.csv') ? 'csv' : 'jsonl';
}

/** What follows a byte order mark. */
export const withoutMark = (text: string): string => text.replace(/^\uFEFF/, '');

/** JSON, or why it is none. */
export function parseJson(raw: string): { json: Json } | { reason: string } {
  try {
    const json: Json = JSON.parse(raw);
    return { json };
  } catch (error) {
    return { reason: sentence((error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ')) };
  }
}

/**
 * A CSV file with a header.
 * @param rows `ragged`: a row with too few or too many cells is a problem of its own, and the others are read
 * @param most records that are read; what comes after them is not looked at
 */
export function readCsvRecords(file: string, text: string, rows: 'even' | 'ragged' = 'even', most?: number): Records {
  const read = readCsv(withoutMark(text), rows, most === undefined ? undefined : most + 1);
  if (read.rows === null) {
    const message = `is not CSV: ${sentence(read.reason)}`;
    return { columns: [], records: [], problems: [{ file, line: read.line, message, remedy: QUOTE }], isBroken: true };
  }
  const [header, ...body] = read.rows;
  const columns = header?.cells.map(readColumnName) ?? [];
  const repeated = repeatedColumns(file, columns);
  const problems = [...repeated];
  const records: DataRecord[] = [];
  for (const { cells, line } of body) {
    const found: InputProblem[] = [];
    if (cells.length !== columns.length) {
      const message = `has ${cells.length} cell${cells.length === 1 ? '' : 's'}, but the header has ${columns.length}.`;
      found.push({ file, line, message, remedy: QUOTE });
    }
    const record = new Map<string, Cell>();
    for (const [i, { name, isJson }] of columns.entries()) {
      const cell = isJson ? jsonCell(cells[i] ?? '') : { text: cells[i] ?? '' };
      if (cell !== null && 'reason' in cell) {
        const remedy = 'A column whose name ends with `:json` holds JSON: texts stand in double quotes.';
        found.push({ file, line, field: name, message: `is not JSON: ${cell.reason}`, remedy });
      } else if (cell !== null) record.set(name, cell);
    }
    problems.push(...found);
    if (found.length === 0) records.push({ line, cells: record });
  }
  return { columns: columns.map(({ name }) => name), records, problems, isBroken: repeated.length > 0 };
}

/** A file of one JSON object a line. */
export function readJsonlRecords(file: string, text: string): Records {
  const records: DataRecord[] = [];
  const problems: InputProblem[] = [];
  for (const [i, raw] of withoutMark(text).split(/\r?\n/).entries()) {
    if (raw.trim() === '') continue;
    const line = i + 1;
    const parsed = parseJson(raw);
    const remedy = 'Each line must be one JSON object.';
    if ('reason' in parsed) problems.push({ file, line, message: `is not JSON: ${parsed.reason}`, remedy });
    else if (!isObject(parsed.json)) problems.push({ file, line, message: 'is no JSON object.', remedy });
    else records.push({ line, cells: new Map(Object.entries(parsed.json).map(([name, json]) => [name, { json }])) });
  }
  const columns = [...new Set(records.flatMap(({ cells }) => [...cells.keys()]))];
  return { columns, records, problems, isBroken: false };
}

/** A cell of JSON; null when it is empty. */
export function jsonCell(text: string): { json: Json } | { reason: string } | null {
  return text.trim() === '' ? null : parseJson(text);
}

/** Of two columns for one thing only the last would be read. */
function repeatedColumns(file: string, columns: readonly { name: string; isJson: boolean }[]): InputProblem[] {
  const targets = columns.map(({ name, isJson }) => targetOfColumn(name, isJson));
  return columns.flatMap(({ name }, i): InputProblem[] => {
    const first = targets.findIndex((target) => targets[i] !== undefined && overlap(target, targets[i]));
    const other = columns[first]?.name;
    if (first === i || other === undefined) return [];
    const at = { file, line: 1, field: name || undefined };
    return other === name
      ? [
          {
            ...at,
            message: `has the column ${JSON.stringify(name)} more than once.`,
            remedy: 'Give each column a name of its own.',
          },
        ]
      : [
          {
            ...at,
            message: `is a column beside ${JSON.stringify(other)}, which fills the same field.`,
            remedy: 'Leave one of them out.',
          },
        ];
  });
}

const QUOTE = 'Quote fields that hold commas, quotes or line breaks.';

export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

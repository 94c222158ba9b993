/** CSV text to rows, each with the line on which it begins, and back. No cell that is written is a formula. Pure. */
import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';

/** Cells of a row and the 1-based line on which it begins; the header is the first row. */
export interface CsvRow {
  readonly cells: readonly string[];
  readonly line: number;
}

export type CsvRows =
  | { readonly rows: readonly CsvRow[] }
  | { readonly rows: null; readonly line: number; readonly reason: string };

/**
 * RFC 4180 with any line ends; blank lines are skipped. The apostrophe that keeps a cell from being a formula is taken off.
 * @param rows `even`: every row must have as many cells as the header; `ragged`: the caller checks that, row by row
 * @param most rows that are read, the header among them; what comes after them is not looked at
 */
export function readCsv(text: string, rows: 'even' | 'ragged' = 'even', most?: number): CsvRows {
  const isRagged = rows === 'ragged';
  const lineAfter = lineCounter(text);
  try {
    let end = 0;
    return {
      rows: records(text, isRagged, most).map(({ record, info }): CsvRow => {
        const line = lineAfter(end);
        end = info.bytes;
        return { cells: record.map(unguarded), line };
      }),
    };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    // csv-parse says where it stopped, which may be the end of the file: the broken row is the one after the last good one.
    const good = Number(Reflect.get(error, 'records') ?? 0);
    const last = good === 0 ? undefined : records(text, isRagged, good).at(-1);
    return { rows: null, line: lineAfter(last?.info.bytes ?? 0), reason: reasonOf(error) };
  }
}

/** Rows of cells as CSV, the header first. What `readCsv` reads of it are the same cells. */
export function writeCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `${cells.map((cell) => quoted(guarded(cell))).join(',')}\n`).join('');
}

/**
 * What a spreadsheet takes for a formula (OWASP, "CSV Injection"), with the blanks that some skip before it, and any
 * apostrophes before that. One apostrophe more makes it text, and one less gives back what it was.
 */
const formulaLike = /^'*(?:\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|[\t\r\n])/;

function guarded(cell: string): string {
  return formulaLike.test(cell) ? `'${cell}` : cell;
}

function unguarded(cell: string): string {
  return cell.startsWith("'") && formulaLike.test(cell) ? cell.slice(1) : cell;
}

function quoted(cell: string): string {
  return /^\s|\s$|[",;\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** A record of csv-parse with `info`, of which its types do not speak. `bytes`: where in the UTF-8 text the record ends. */
const recordsSchema = z.array(z.object({ record: z.array(z.string()), info: z.object({ bytes: z.number() }) }));
type CsvRecord = z.infer<typeof recordsSchema>[number];

function records(text: string, isRagged: boolean, most?: number): CsvRecord[] {
  const options = {
    info: true,
    skip_empty_lines: true,
    relax_column_count: isRagged,
    ...(most === undefined ? {} : { to: most }),
  };
  return recordsSchema.parse(parse(text, options));
}

/** What is wrong, without csv-parse's own idea of the line (it counts a line end within quotes twice). */
function reasonOf(error: CsvError): string {
  return error.message.replace(/ (on|at) line \d+/, '');
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** Tells the line of the first byte at or after a position that is no line end; positions must not go back. */
function lineCounter(text: string): (position: number) => number {
  const bytes = Buffer.from(text, 'utf-8');
  let at = 0;
  let line = 1;
  const isBreak = (byte: number | undefined): boolean => byte === LINE_FEED || byte === CARRIAGE_RETURN;
  return (position) => {
    for (; at < bytes.length && (at < position || isBreak(bytes[at])); at += 1) {
      const isHalf = bytes[at] === CARRIAGE_RETURN && bytes[at + 1] === LINE_FEED;
      if (isBreak(bytes[at]) && !isHalf) line += 1;
    }
    return line;
  };
}

/** Dataset text to examples: JSONL or CSV, with every problem named by line. Pure. */
import { parse as parseCsv } from 'csv-parse/sync';
import { z } from 'zod';
import { type Example, exampleSchema, type Json, MAX_EXAMPLES_PER_SPLIT } from '../contracts/dataset.ts';
import type { InputProblem } from '../contracts/errors.ts';

/** An example and the 1-based line it came from. */
export interface DatasetLine {
  readonly example: Example;
  readonly line: number;
}

export interface ParsedDataset {
  readonly lines: DatasetLine[];
  readonly problems: InputProblem[];
}

/** Columns with a meaning; all others go to `metadata`. */
const csvColumns = new Set(['id', 'input', 'expected', 'tags']);

/** @param file how the user knows the dataset; `.csv` is read as CSV, anything else as JSONL */
export function parseDataset(file: string, text: string): ParsedDataset {
  const withoutMark = text.replace(/^\uFEFF/, '');
  const parsed = file.toLowerCase().endsWith('.csv') ? parseCsvText(file, withoutMark) : parseJsonl(file, withoutMark);
  const problems = [...parsed.problems, ...duplicateIds(file, parsed.lines)];
  if (parsed.lines.length > MAX_EXAMPLES_PER_SPLIT) {
    problems.push({
      file,
      message: `has ${parsed.lines.length} examples; at most ${MAX_EXAMPLES_PER_SPLIT} are allowed.`,
      remedy: 'Give a random sample of them.',
    });
  }
  return { lines: parsed.lines, problems };
}

function parseJsonl(file: string, text: string): ParsedDataset {
  const lines: DatasetLine[] = [];
  const problems: InputProblem[] = [];
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    if (raw.trim() === '') continue;
    const line = i + 1;
    let value: unknown;
    try {
      value = JSON.parse(raw);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      problems.push({
        file,
        line,
        message: `is not JSON: ${reason.replace(/\s+/g, ' ')}`,
        remedy: 'Each line must be one JSON object like {"id":"t-1","input":"…","expected":"…"}.',
      });
      continue;
    }
    keep(value, file, line, lines, problems);
  }
  return { lines, problems };
}

function parseCsvText(file: string, text: string): ParsedDataset {
  let rows: { record: Record<string, string>; info: { lines: number } }[];
  try {
    rows = parseCsv(text, { columns: true, info: true, skip_empty_lines: true, relax_column_count: false }) as never;
  } catch (error) {
    const { message, lines: line } = error as Error & { lines?: number };
    return {
      lines: [],
      problems: [
        {
          file,
          line,
          message: `is not CSV: ${message}`,
          remedy: 'Quote fields that hold commas, quotes or line breaks.',
        },
      ],
    };
  }
  const header = text.split(/\r?\n/, 1)[0] ?? '';
  const columns = Object.keys(
    rows[0]?.record ?? Object.fromEntries(header.split(',').map((name) => [name.trim(), ''])),
  );
  if (!columns.includes('input')) {
    return {
      lines: [],
      problems: [
        {
          file,
          line: 1,
          field: 'input',
          message: `has no column "input" (it has ${columns.map((name) => JSON.stringify(name)).join(', ') || 'none'}).`,
          remedy: 'Name the column that goes into the prompt `input`; `id`, `expected` and `tags` are optional.',
        },
      ],
    };
  }
  const lines: DatasetLine[] = [];
  const problems: InputProblem[] = [];
  for (const [i, { record, info }] of rows.entries()) {
    const metadata = Object.fromEntries(Object.entries(record).filter(([name]) => !csvColumns.has(name)));
    const tags = (record.tags ?? '')
      .split(/[;|]/)
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '');
    const example = {
      id: record.id?.trim() || `row-${i + 1}`,
      input: record.input,
      ...(record.expected === undefined || record.expected === '' ? {} : { expected: expectedOf(record.expected) }),
      ...(tags.length === 0 ? {} : { tags }),
      ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    };
    keep(example, file, info.lines, lines, problems);
  }
  return { lines, problems };
}

/** A cell that holds a JSON object or list is one; anything else is text. */
function expectedOf(cell: string): Json {
  if (!/^\s*[[{]/.test(cell)) return cell;
  try {
    return JSON.parse(cell) as Json;
  } catch {
    return cell;
  }
}

function keep(value: unknown, file: string, line: number, lines: DatasetLine[], problems: InputProblem[]): void {
  const parsed = exampleSchema.safeParse(value);
  if (parsed.success) {
    lines.push({ example: parsed.data, line });
    return;
  }
  const issue = parsed.error.issues[0];
  const field = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.');
  problems.push({
    file,
    line,
    field: field || undefined,
    message:
      issue?.code === 'unrecognized_keys'
        ? 'is not a field of a dataset line.'
        : (issue?.message ?? z.prettifyError(parsed.error)),
    remedy: 'A line has `id`, `input` (text or object) and, optional, `expected`, `tags`, `metadata`.',
  });
}

function duplicateIds(file: string, lines: readonly DatasetLine[]): InputProblem[] {
  const first = new Map<string, number>();
  const problems: InputProblem[] = [];
  for (const { example, line } of lines) {
    const earlier = first.get(example.id);
    if (earlier === undefined) first.set(example.id, line);
    else
      problems.push({
        file,
        line,
        field: 'id',
        message: `repeats the id ${JSON.stringify(example.id)} of line ${earlier}.`,
        remedy: 'Give each example an id of its own.',
      });
  }
  return problems;
}

/** Dataset text to examples: JSONL or CSV, with every problem named by line. Pure. */
import type { z } from 'zod';
import { type Example, exampleSchema, type Json, MAX_EXAMPLES_PER_SPLIT } from '../contracts/dataset.ts';
import type { InputProblem } from '../contracts/errors.ts';
import { describeIssues } from '../contracts/issues.ts';
import { readCsv } from './csv.ts';

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
        message: `is not JSON: ${sentence(reason.replace(/\s+/g, ' '))}`,
        remedy: 'Each line must be one JSON object like {"id":"t-1","input":"…","expected":"…"}.',
      });
      continue;
    }
    keep(value, file, line, lines, problems);
  }
  return { lines, problems };
}

function parseCsvText(file: string, text: string): ParsedDataset {
  const refuse = (problem: Omit<InputProblem, 'file'>): ParsedDataset => ({
    lines: [],
    problems: [{ file, ...problem }],
  });
  const read = readCsv(text);
  if (read.rows === null) {
    return refuse({
      line: read.line,
      message: `is not CSV: ${sentence(read.reason)}`,
      remedy: 'Quote fields that hold commas, quotes or line breaks.',
    });
  }
  const [header, ...rows] = read.rows;
  const columns = header?.cells.map((name) => name.trim()) ?? [];
  if (!columns.includes('input')) {
    const names = columns.map((name) => JSON.stringify(name)).join(', ');
    return refuse({
      line: header?.line ?? 1,
      field: 'input',
      message: `has no column "input" (it has ${names || 'none'}).`,
      remedy: 'Name the column that goes into the prompt `input`; `id`, `expected` and `tags` are optional.',
    });
  }
  const lines: DatasetLine[] = [];
  const problems = repeatedColumns(file, columns);
  for (const [i, { cells, line }] of rows.entries()) {
    const record = new Map(columns.map((name, column) => [name, cells[column] ?? '']));
    const expected = record.get('expected') ?? '';
    const tags = (record.get('tags') ?? '')
      .split(/[;|]/)
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '');
    const metadata = Object.fromEntries([...record].filter(([name]) => !csvColumns.has(name)));
    const example = {
      id: record.get('id')?.trim() || `row-${i + 1}`,
      input: record.get('input'),
      ...(expected === '' ? {} : { expected: expectedOf(expected) }),
      ...(tags.length === 0 ? {} : { tags }),
      ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    };
    keep(example, file, line, lines, problems);
  }
  return { lines, problems };
}

/** Of two columns of one name only the last would be read. */
function repeatedColumns(file: string, columns: readonly string[]): InputProblem[] {
  const repeated = columns.filter((name, i) => columns.indexOf(name) !== i);
  return [...new Set(repeated)].map((name) => ({
    file,
    line: 1,
    field: name || undefined,
    message: `has the column ${JSON.stringify(name)} more than once.`,
    remedy: 'Give each column a name of its own.',
  }));
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
  const remedy = 'A line has `id`, `input` (text or object) and, optional, `expected`, `tags`, `metadata`.';
  let parsed: z.ZodSafeParseResult<Example>;
  try {
    parsed = exampleSchema.safeParse(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    problems.push({ file, line, message: 'is nested too deeply.', remedy });
    return;
  }
  if (parsed.success) lines.push({ example: parsed.data, line });
  else
    for (const { path, problem } of describeIssues(parsed.error, value, exampleSchema)) {
      problems.push({
        file,
        line,
        ...problem,
        field: path.length === 0 ? undefined : problem.field,
        remedy: problem.remedy ?? remedy,
      });
    }
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
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

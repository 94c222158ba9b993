/** Dataset text to examples: JSONL or CSV, with every problem named by line. Pure. */
import type { z } from 'zod';
import { type Example, exampleSchema, MAX_EXAMPLES_PER_SPLIT } from '../contracts/dataset.ts';
import type { InputProblem } from '../contracts/errors.ts';
import { describeIssues } from '../contracts/issues.ts';
import { assemble, readCell, readTarget, targetOfColumn } from './columns.ts';
import { formatOf, parseJson, readCsvRecords, withoutMark } from './records.ts';

/** An example and the 1-based line it came from. */
export interface DatasetLine {
  readonly example: Example;
  readonly line: number;
}

export interface ParsedDataset {
  readonly lines: DatasetLine[];
  readonly problems: InputProblem[];
}

/** With so many problems nobody needs the next one: reading stops. A file of short wrong lines has millions of them. */
const MOST_PROBLEMS = 1_000;
/** Lines that are read: one more than a dataset may have says that it has too many. */
const MOST_LINES = MAX_EXAMPLES_PER_SPLIT + 1;

/** @param file how the user knows the dataset; `.csv` is read as CSV, anything else as JSONL */
export function parseDataset(file: string, text: string): ParsedDataset {
  const parsed = formatOf(file) === 'csv' ? parseCsvText(file, text) : parseJsonl(file, text);
  const problems = [...parsed.problems, ...duplicateIds(file, parsed.lines)];
  if (parsed.lines.length > MAX_EXAMPLES_PER_SPLIT) {
    problems.push({
      file,
      message: `has more than ${MAX_EXAMPLES_PER_SPLIT} examples, which are the most that are allowed.`,
      remedy: 'Give a random sample of them.',
    });
  }
  return { lines: parsed.lines, problems };
}

function parseJsonl(file: string, text: string): ParsedDataset {
  const lines: DatasetLine[] = [];
  const problems: InputProblem[] = [];
  for (const [i, raw] of withoutMark(text).split(/\r?\n/).entries()) {
    if (raw.trim() === '') continue;
    if (lines.length === MOST_LINES) break;
    const line = i + 1;
    if (problems.length >= MOST_PROBLEMS) return { lines, problems: [...problems, stoppedAt(file, line)] };
    const parsed = parseJson(raw);
    if ('json' in parsed) keep(parsed.json, file, line, lines, problems);
    else {
      const remedy = 'Each line must be one JSON object like {"id":"t-1","input":"…","expected":"…"}.';
      problems.push({ file, line, message: `is not JSON: ${parsed.reason}`, remedy });
    }
  }
  return { lines, problems };
}

function parseCsvText(file: string, text: string): ParsedDataset {
  const { columns, records, problems: found, isBroken } = readCsvRecords(file, text, 'even', MOST_LINES);
  const problems = found.slice(0, MOST_PROBLEMS);
  const lines: DatasetLine[] = [];
  if (isBroken) return { lines, problems };
  if (!columns.some((name) => readTarget(name)?.field === 'input')) {
    const names = columns.map((name) => JSON.stringify(name)).join(', ');
    const message = `has no column "input" (it has ${names || 'none'}).`;
    const remedy = 'Name the column that goes into the prompt `input`; `id`, `expected` and `tags` are optional.';
    return { lines, problems: [{ file, line: 1, field: 'input', message, remedy }] };
  }
  for (const [i, { cells, line }] of records.entries()) {
    if (problems.length >= MOST_PROBLEMS) return { lines, problems: [...problems, stoppedAt(file, line)] };
    const values = [...cells].map(([name, cell]) => {
      const target = targetOfColumn(name, 'json' in cell);
      return [target, readCell(target, cell)] as const;
    });
    keep({ id: `row-${i + 1}`, ...assemble(values) }, file, line, lines, problems);
  }
  return { lines, problems };
}

function stoppedAt(file: string, line: number): InputProblem {
  return { file, line, message: 'is where reading stopped: too much was wrong before.', remedy: 'Mend that first.' };
}

function keep(value: unknown, file: string, line: number, lines: DatasetLine[], problems: InputProblem[]): void {
  const checked = checkExample(value, file, line);
  if ('example' in checked) lines.push({ example: checked.example, line });
  else problems.push(...checked.problems);
}

/** An example, or what is wrong with it. */
export function checkExample(
  value: unknown,
  file: string,
  line: number,
): { example: Example } | { problems: InputProblem[] } {
  const remedy = 'A line has `id`, `input` (text or object) and, optional, `expected`, `tags`, `metadata`.';
  let parsed: z.ZodSafeParseResult<Example>;
  try {
    parsed = exampleSchema.safeParse(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { problems: [{ file, line, message: 'is nested too deeply.', remedy }] };
  }
  if (parsed.success) return { example: parsed.data };
  return {
    problems: describeIssues(parsed.error, value, exampleSchema).map(({ path, problem }) => ({
      file,
      line,
      ...problem,
      field: path.length === 0 ? undefined : problem.field,
      remedy: problem.remedy ?? remedy,
    })),
  };
}

function duplicateIds(file: string, lines: readonly DatasetLine[]): InputProblem[] {
  const first = new Map<string, number>();
  const problems: InputProblem[] = [];
  for (const { example, line } of lines) {
    const earlier = first.get(example.id);
    if (earlier === undefined) first.set(example.id, line);
    else if (problems.length === MOST_PROBLEMS) return problems;
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

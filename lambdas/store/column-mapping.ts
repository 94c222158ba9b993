/** Which column fills which field of an example, as `--map input=question` says it. Pure. */
import type { Json } from '../contracts/dataset.ts';
import type { InputProblem } from '../contracts/errors.ts';
import { nearest } from '../contracts/issues.ts';
import {
  assemble,
  type Cell,
  isObject,
  overlap,
  readCell,
  readColumnName,
  readTarget,
  type Target,
  targetForms,
  targetOfColumn,
} from './columns.ts';
import { type DataRecord, jsonCell, type Records } from './records.ts';

export interface Mapping {
  readonly target: Target;
  /** `--map expected:json=label`: the column's cells are JSON. */
  readonly isJson: boolean;
  /** A column; in JSONL also a path into an object, dotted. */
  readonly column: string;
}

/** Reads what was given to `--map`, each `FIELD=COLUMN`. */
export function readMappings(given: readonly string[]): { mappings: Mapping[]; problems: InputProblem[] } {
  const mappings: Mapping[] = [];
  const problems: InputProblem[] = [];
  for (const text of given) {
    const fail = (message: string, remedy: string): unknown =>
      problems.push({ file: `--map ${text}`, message, remedy });
    const equals = text.indexOf('=');
    const { name, isJson } = readColumnName(text.slice(0, Math.max(equals, 0)));
    const column = text.slice(equals + 1).trim();
    const target = readTarget(name);
    if (equals < 1 || column === '') fail('is not of the form FIELD=COLUMN.', 'For example: --map input=question.');
    else if (target === null) {
      fail(
        `fills ${JSON.stringify(name)}, which no example has.`,
        nearest(name, targetForms) ?? `Use ${targetForms.join(', ')}.`,
      );
    } else if (mappings.some((other) => overlap(other.target, target))) {
      fail('fills what another --map fills.', 'Map each field once; an object by its fields alone.');
    } else mappings.push({ target, isJson, column });
  }
  return { mappings, problems };
}

/** What must hold of a file as a whole, so that not every row says it again. */
export function checkColumns(
  file: string,
  { columns, records }: Records,
  mappings: readonly Mapping[],
): InputProblem[] {
  if (columns.length === 0) return [];
  const problems = mappings
    .filter(
      ({ column }) => !columns.includes(column) && !records.some((record) => cellAt(record, column) !== undefined),
    )
    .map(({ column }) => ({
      file,
      message: `has no column ${JSON.stringify(column)}, which --map names.`,
      remedy: nearest(column, columns) ?? `It has ${columns.join(', ')}.`,
    }));
  const fillsInput = (target: Target | null): boolean => target?.field === 'input';
  if (!mappings.some(({ target }) => fillsInput(target)) && !columns.some((name) => fillsInput(readTarget(name)))) {
    problems.push({
      file,
      message: `has no column "input" (it has ${columns.map((name) => JSON.stringify(name)).join(', ')}).`,
      remedy: 'Say which column goes into the prompt: --map input=COLUMN.',
    });
  }
  return problems;
}

/**
 * One record as an example, not checked yet. Columns that no mapping names go where their names say, or to metadata.
 * @param ignored a column that is read for something else
 */
export function mapRecord(
  file: string,
  record: DataRecord,
  mappings: readonly Mapping[],
  ignored?: string,
): { value: Record<string, unknown>; problems: InputProblem[] } {
  const problems: InputProblem[] = [];
  const values: [Target, Json | undefined][] = [];
  const rest = new Map(record.cells);
  if (ignored !== undefined) rest.delete(ignored);
  for (const { target, isJson, column } of mappings) {
    const cell = cellAt(record, column);
    if (cell === undefined) continue;
    const typed = isJson && 'text' in cell ? jsonCell(cell.text) : cell;
    takeOut(rest, column);
    if (typed === null) continue;
    if ('reason' in typed) {
      const remedy = 'Leave `:json` out of the mapping to take the cell as text.';
      problems.push({ file, line: record.line, field: column, message: `is not JSON: ${typed.reason}`, remedy });
    } else values.push([target, readCell(target, typed)]);
  }
  for (const [name, cell] of rest) {
    const byName = targetOfColumn(name, 'json' in cell);
    const isTaken = mappings.some(({ target }) => overlap(target, byName));
    const target: Target = isTaken ? { field: 'metadata', name } : byName;
    values.push([target, readCell(target, cell)]);
  }
  return { value: assemble(values), problems };
}

/** The cell of a column, or of a path into an object of JSON. */
export function cellAt({ cells }: Pick<DataRecord, 'cells'>, column: string): Cell | undefined {
  const whole = cells.get(column);
  if (whole !== undefined) return whole;
  const [first = '', ...path] = column.split('.');
  const cell = cells.get(first);
  if (cell === undefined || 'text' in cell) return undefined;
  const json = path.reduce<Json | undefined>(
    (inner, name) => (isObject(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined),
    cell.json,
  );
  return json === undefined ? undefined : { json };
}

/** Takes a column out, or what a path leads to; of an object that is empty then nothing stays. */
function takeOut(cells: Map<string, Cell>, column: string): void {
  if (cells.delete(column)) return;
  const [first = '', ...path] = column.split('.');
  const cell = cells.get(first);
  if (cell === undefined || 'text' in cell) return;
  const json = without(cell.json, path);
  if (isObject(json) && Object.keys(json).length === 0) cells.delete(first);
  else cells.set(first, { json });
}

function without(json: Json, [name, ...deeper]: readonly string[]): Json {
  if (name === undefined || !isObject(json)) return json;
  const entries = Object.entries(json).flatMap(([key, value]): [string, Json][] => {
    if (key !== name) return [[key, value]];
    const left = deeper.length === 0 ? {} : without(value, deeper);
    return isObject(left) && Object.keys(left).length === 0 ? [] : [[key, left]];
  });
  return Object.fromEntries(entries);
}

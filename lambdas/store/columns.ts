/** What the columns of a dataset mean, and how a value stands in a cell: one place for reading and for writing. Pure. */
import type { Json } from '../contracts/dataset.ts';

/** Fields of an example that a column can fill. */
const fields = ['id', 'input', 'expected', 'tags', 'output', 'ratings', 'metadata'] as const;
type Field = (typeof fields)[number];
/** Fields that may be objects, each of whose own fields can come from a column of its own: `input.name`. */
const objects: readonly Field[] = ['input', 'expected', 'ratings', 'metadata'];

/** Where a cell goes: a field of the example, or a field of that one (`name`) when it is an object. */
export interface Target {
  readonly field: Field;
  readonly name: string | null;
}

/** A cell of CSV is text; a value of JSONL, and a cell of a column `NAME:json`, is JSON. */
export type Cell = { readonly text: string } | { readonly json: Json };

const JSON_MARK = ':json';

/** `expected:json` is the column `expected`, whose cells are JSON. */
export function readColumnName(header: string): { name: string; isJson: boolean } {
  const trimmed = header.trim();
  const isJson = trimmed.endsWith(JSON_MARK);
  return { name: isJson ? trimmed.slice(0, -JSON_MARK.length).trim() : trimmed, isJson };
}

export function columnName(name: string, isJson: boolean): string {
  return isJson ? `${name}${JSON_MARK}` : name;
}

/** `input`, `input.name`, `metadata.source`, …; null when it is none of these. */
export function readTarget(text: string): Target | null {
  const [first = ''] = text.split('.', 1);
  const field = fields.find((one) => one === first);
  if (field === undefined) return null;
  if (first === text) return { field, name: null };
  const name = text.slice(first.length + 1);
  return objects.includes(field) && name !== '' ? { field, name } : null;
}

/** All that `readTarget` takes, as the user would write it. */
export const targetForms = fields.flatMap((field) => [field, ...(objects.includes(field) ? [`${field}.FIELD`] : [])]);

/** Where a column goes by its name alone: what is no field of an example is metadata. */
export function targetOfColumn(name: string, isJson: boolean): Target {
  const target = readTarget(name);
  // Text is no object, so a plain column of that name is one like any other.
  const isPlainMetadata = target?.field === 'metadata' && target.name === null && !isJson;
  return target === null || isPlainMetadata ? { field: 'metadata', name } : target;
}

/** Whether two targets are one, or one a part of the other; metadata as a whole takes further parts. */
export function overlap(a: Target, b: Target): boolean {
  if (a.field !== b.field) return false;
  return a.name === b.name || (a.field !== 'metadata' && (a.name === null || b.name === null));
}

/** The value of a cell; undefined when the cell is empty and the field is left out then. */
export function readCell({ field, name }: Target, cell: Cell): Json | undefined {
  if ('json' in cell) {
    if (field === 'id' && typeof cell.json === 'number') return String(cell.json);
    return field === 'tags' && typeof cell.json === 'string' ? tagsOf(cell.json) : cell.json;
  }
  const { text } = cell;
  switch (field) {
    case 'id':
      return text.trim() || undefined;
    case 'tags':
      return tagsOf(text);
    case 'expected':
      return text === '' ? undefined : parsedWhere(text, /^\s*[[{]/);
    case 'ratings':
      return text.trim() === '' ? undefined : parsedWhere(text, name === null ? /^\s*\{/ : /^\s*(?:[-\d]|true|false)/);
    case 'output':
      return text === '' ? undefined : text;
    default:
      return text;
  }
}

/**
 * The text that stands for a value in a column whose cells are text; null when `readCell` would not give it back, so that
 * the column must be one of JSON.
 */
export function writeCell(target: Target, value: Json | undefined): string | null {
  const text =
    value === undefined
      ? ''
      : target.field === 'tags' && Array.isArray(value)
        ? value.join(';')
        : typeof value === 'string'
          ? value
          : JSON.stringify(value);
  // Half a surrogate pair does not survive UTF-8; JSON writes it as an escape.
  return text.isWellFormed() && JSON.stringify(readCell(target, { text })) === JSON.stringify(value) ? text : null;
}

/** Cells put together; of a field that two cells fill the last counts. What comes out is not checked. */
export function assemble(values: Iterable<readonly [Target, Json | undefined]>): Record<string, unknown> {
  const whole = new Map<string, unknown>();
  const parts = new Map<string, Map<string, Json>>();
  for (const [{ field, name }, value] of values) {
    if (value === undefined) continue;
    const named = parts.get(field) ?? new Map<string, Json>();
    if (name !== null) parts.set(field, named.set(name, value));
    else if (field === 'metadata' && isObject(value)) {
      for (const entry of Object.entries(value)) named.set(...entry);
      parts.set(field, named);
    } else whole.set(field, value);
  }
  for (const [field, named] of parts) if (!whole.has(field)) whole.set(field, Object.fromEntries(named));
  return Object.fromEntries(whole);
}

export function isObject(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function tagsOf(text: string): string[] | undefined {
  const tags = text
    .split(/[;|]/)
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  return tags.length === 0 ? undefined : tags;
}

/** JSON, where the text begins like the kind of JSON that is meant and is JSON; else the text. */
function parsedWhere(text: string, begins: RegExp): Json {
  if (!begins.test(text)) return text;
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

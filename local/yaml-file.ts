/** A YAML (or JSON) file that a user has written: its fields, the line of each, and what is wrong with it in words. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { type Document, isMap, isPair, isScalar, LineCounter, parse, parseDocument } from 'yaml';
import { InvalidInputError } from '../lambdas/contracts/errors.ts';

/** Path of a field: names, and indexes from 0. */
export type FieldPath = readonly (string | number)[];

export interface YamlText {
  /** The file with its comments. */
  readonly document: Document;
  readonly value: unknown;
  /** 1-based line of a field, or of the nearest one around it that is there. */
  readonly lineOf: (path: FieldPath) => number | undefined;
}

/**
 * Text of a file.
 * @param shown how the user knows the file
 * @throws InvalidInputError when there is no such file
 */
export function readText(shown: string, path: string, remedy: string): string {
  if (!existsSync(path) || !statSync(path).isFile()) {
    throw new InvalidInputError([{ file: shown, message: 'does not exist.', remedy }]);
  }
  return readFileSync(path, 'utf-8');
}

/** @throws InvalidInputError when it is not YAML, with the lines */
export function parseYaml(file: string, text: string): YamlText {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new InvalidInputError(
      document.errors.map((error) => ({
        file,
        line: counter.linePos(error.pos[0]).line,
        message: `is not YAML: ${error.message.replace(/\s+/g, ' ')}.`,
        remedy: 'Check the indentation and the quotes there.',
      })),
    );
  }
  const lineOf = (path: FieldPath): number | undefined => {
    // The nearest enclosing field stands for one that is missing.
    for (let length = path.length; length > 0; length -= 1) {
      const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
      const pair = isMap(parent)
        ? parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === path[length - 1])
        : undefined;
      const node: unknown = pair?.key ?? document.getIn(path.slice(0, length), true);
      const range: unknown = typeof node === 'object' && node !== null ? Reflect.get(node, 'range') : undefined;
      if (Array.isArray(range) && typeof range[0] === 'number') return counter.linePos(range[0]).line;
    }
    return undefined;
  };
  return { document, value: document.toJS(), lineOf };
}

/**
 * The fields of a file that is an object.
 * @param remedy which fields it should have
 * @throws InvalidInputError when it is none
 */
export function fieldsOf(file: string, { value }: YamlText, remedy: string): Record<string, unknown> {
  if (isFields(value)) return value;
  throw new InvalidInputError([{ file, line: 1, message: 'holds no fields.', remedy }]);
}

/**
 * Sets one field and gives its path back.
 * @param override `path=value`, the value is YAML
 * @param example shown when it is not of that form
 * @throws InvalidInputError when it is not `path=value`
 */
export function applyOverride(value: Record<string, unknown>, override: string, example: string): string {
  const equals = override.indexOf('=');
  const path = override.slice(0, equals).trim();
  if (equals < 1 || path === '') {
    throw new InvalidInputError([
      {
        file: '--set',
        message: `${JSON.stringify(override)} is not of the form path=value.`,
        remedy: `For example: --set ${example}.`,
      },
    ]);
  }
  const names = path.split('.');
  // A list is an object here: `evals.0.weight` is a field of its first entry.
  let inner: object = value;
  for (const name of names.slice(0, -1)) {
    const given: unknown = Object.hasOwn(inner, name) ? Reflect.get(inner, name) : undefined;
    const next = typeof given === 'object' && given !== null ? given : {};
    Reflect.set(inner, name, next);
    inner = next;
  }
  Reflect.set(inner, names.at(-1) ?? '', parse(override.slice(equals + 1)));
  return path;
}

/** Whether a value is an object with fields, and no list. */
export function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

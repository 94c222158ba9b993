/** What zod says about a user's input, as problems that name the field, what is wrong and the remedy. */
import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';
import type { InputProblem } from './errors.ts';

type Path = readonly (string | number)[];

/** A problem with the path of the field, so that a caller who has the file can add the line. */
export interface FieldProblem {
  readonly path: Path;
  readonly problem: InputProblem;
}

/**
 * @param value the input as given
 * @param schema what it was parsed with: the known names of a field are read from it
 */
export function describeIssues(error: z.ZodError, value: unknown, schema: z.ZodType): FieldProblem[] {
  return error.issues.flatMap((issue) => problemsOf(issue, [], { value, schema }));
}

interface Given {
  readonly value: unknown;
  readonly schema: z.ZodType;
}

function problemsOf(issue: z.core.$ZodIssue, prefix: Path, given: Given): FieldProblem[] {
  const path = [...prefix, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  const value = valueAt(given.value, path);
  const one = (message: string, remedy?: string, at: Path = path): FieldProblem => ({
    path: at,
    problem: { field: at.join('.') || 'task', message, remedy },
  });
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = knownNames(given, path);
      const names = known.length === 0 ? 'Take it out.' : `Known here: ${known.join(', ')}.`;
      return issue.keys.map((key) => one('is not a known field.', nearest(key, known) ?? names, [...path, key]));
    }
    case 'invalid_type':
      return [
        one(value === undefined ? 'is missing.' : `must be ${kindWord(issue.expected)}, not ${typeWord(value)}.`),
      ];
    case 'invalid_union':
      return issue.errors.length === 0
        ? [unknownType(issue, path, value, one)]
        : unionProblems(issue, path, value, given, one);
    case 'invalid_value':
      return [unknownValue(issue.values.map(String), 'known here', value, one)];
    case 'invalid_key':
      return [one(sentence(issue.issues[0]?.message ?? issue.message))];
    case 'too_small':
    case 'too_big':
      return [one(sentence(issue.message.startsWith('Too ') ? boundWords(issue) : issue.message))];
    default:
      return [one(sentence(issue.message))];
  }
}

type One = (message: string, remedy?: string) => FieldProblem;

/** A discriminated union: no schema goes by that name. */
function unknownType(issue: z.core.$ZodIssue, path: Path, value: unknown, one: One): FieldProblem {
  const listed: unknown = Reflect.get(issue, 'options');
  const types = Array.isArray(listed) ? listed.map(String) : [];
  return unknownValue(types, path.at(-3) === 'evals' ? 'an eval type' : 'known here', value, one);
}

function unknownValue(known: readonly string[], noun: string, value: unknown, one: One): FieldProblem {
  return one(
    value === undefined ? 'is missing.' : `${JSON.stringify(value)} is not ${noun}.`,
    (typeof value === 'string' ? nearest(value, known) : null) ?? `Choose one of ${known.join(', ')}.`,
  );
}

/** A plain union: what is wrong with the one form that the value has, or which forms there are. */
function unionProblems(
  issue: z.core.$ZodIssueInvalidUnion,
  path: Path,
  value: unknown,
  given: Given,
  one: One,
): FieldProblem[] {
  if (value === undefined) return [one('is missing.')];
  const kinds = issue.errors.map((branch) => branch.flatMap(expectedKinds));
  const meant = issue.errors.find((_, i) => kinds[i]?.length === 0);
  if (meant !== undefined) return meant.flatMap((inner) => problemsOf(inner, path, given));
  const words = [...new Set(kinds.flat().map(kindWord))];
  return [one(`must be ${words.join(' or ')}, not ${typeWord(value)}.`)];
}

/** The kinds that the value as a whole should have had; none when it has one and something inside is wrong. */
function expectedKinds(issue: z.core.$ZodIssue): string[] {
  if (issue.path.length > 0) return [];
  if (issue.code === 'invalid_type') return [issue.expected];
  return issue.code === 'invalid_union' ? issue.errors.flat().flatMap(expectedKinds) : [];
}

const words: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'nothing (null)',
};

function kindWord(kind: string): string {
  return Object.hasOwn(words, kind) ? (words[kind] ?? kind) : kind;
}

function typeWord(value: unknown): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return String(value);
  return kindWord(value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);
}

function boundWords(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const isLeast = issue.code === 'too_small';
  const bound = isLeast ? issue.minimum : issue.maximum;
  const limit = issue.inclusive === false ? (isLeast ? 'above' : 'below') : isLeast ? 'at least' : 'at most';
  if (issue.origin === 'string') return `must have ${limit} ${bound} character${Number(bound) === 1 ? '' : 's'}`;
  if (issue.origin === 'array') return `must have ${limit} ${bound} item${Number(bound) === 1 ? '' : 's'}`;
  return `must be ${limit} ${bound}`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** `Did you mean …?`, where some known name is near: a few letters off, or what the given one begins. */
export function nearest(name: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const given = name.toLowerCase();
  const begun = given.length < 3 ? undefined : known.find((one) => one.toLowerCase().startsWith(given));
  const best = begun ?? closest(given, [...known]);
  const isNear = begun !== undefined || distance(given, best.toLowerCase()) <= Math.max(2, Math.floor(name.length / 2));
  return isNear ? `Did you mean \`${best}\`?` : null;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, part) ? Reflect.get(inner, part) : undefined,
    value,
  );
}

/** Names that the schema knows at a path. */
function knownNames({ value, schema }: Given, path: Path): string[] {
  let schemas = formsOf(schema, value);
  for (const [i, part] of path.entries()) {
    const inner = valueAt(value, path.slice(0, i + 1));
    schemas = schemas.flatMap((one) => formsOf(childOf(one, part), inner));
  }
  return [...new Set(schemas.flatMap((one) => (one instanceof z.ZodObject ? Object.keys(one.shape) : [])))];
}

/** A schema without its wrappers; of a union the forms that the value may have. */
function formsOf(schema: unknown, value: unknown): z.ZodType[] {
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const { discriminator, options } = schema.def;
    const type = valueAt(value, [discriminator]);
    return options.flatMap((option) => {
      const literal = option instanceof z.ZodObject ? option.shape[discriminator] : undefined;
      return literal instanceof z.ZodLiteral && [...literal.values].some((one) => one === type)
        ? formsOf(option, value)
        : [];
    });
  }
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => formsOf(option, value));
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return formsOf(schema.unwrap(), value);
  }
  return schema instanceof z.ZodType ? [schema] : [];
}

function childOf(schema: z.ZodType, part: string | number): unknown {
  if (schema instanceof z.ZodObject) return Object.hasOwn(schema.shape, part) ? schema.shape[part] : undefined;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return schema instanceof z.ZodArray ? schema.element : undefined;
}

/** What zod says about a task, as problems that name field, what is wrong and the remedy. */
import { closest, distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import type { InputProblem } from './errors.ts';
import { evalSchemas, taskFileSchema } from './task.ts';

/** A problem with the path of the field, so that a caller who has the file can add the line. */
export interface TaskProblem {
  readonly path: readonly (string | number)[];
  readonly problem: InputProblem;
}

/** @param value the task as given: evals of unknown type are named from it */
export function describeTaskIssues(error: z.ZodError, value: unknown): TaskProblem[] {
  return error.issues.flatMap((issue) => problemsOf(issue, value));
}

function problemsOf(issue: z.core.$ZodIssue, value: unknown): TaskProblem[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  const field = path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const known = knownKeys(path, value);
      return {
        path: [...path, key],
        problem: {
          field: [...path, key].join('.'),
          message: 'is not a known field.',
          remedy: nearest(key, known) ?? `Known here: ${known.join(', ')}.`,
        },
      };
    });
  }
  if (issue.code === 'invalid_union' && path[0] === 'evals' && path.at(-1) === 'type') {
    const types = Object.keys(evalSchemas);
    const given = valueAt(value, path);
    return [
      {
        path,
        problem: {
          field,
          message: given === undefined ? 'is missing.' : `${JSON.stringify(given)} is not an eval type.`,
          remedy: (typeof given === 'string' ? nearest(given, types) : null) ?? `Eval types: ${types.join(', ')}.`,
        },
      },
    ];
  }
  const missing = issue.code === 'invalid_type' && valueAt(value, path) === undefined;
  const remedy = issue.code === 'invalid_value' ? `Choose one of ${issue.values.map(String).join(', ')}.` : undefined;
  return [
    { path, problem: { field: field || 'task', message: missing ? 'is missing.' : sentence(issue.message), remedy } },
  ];
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** `Did you mean …?`, where some known name is near. */
function nearest(name: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const best = closest(name.toLowerCase(), [...known]);
  return distance(name.toLowerCase(), best.toLowerCase()) <= Math.max(2, Math.floor(name.length / 2))
    ? `Did you mean \`${best}\`?`
    : null;
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, part) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, part) : undefined),
    value,
  );
}

/** Names that the schema knows at a path. */
function knownKeys(path: readonly (string | number)[], value: unknown): string[] {
  if (path[0] === 'evals' && path.length >= 2) {
    const type = valueAt(value, [...path.slice(0, 2), 'type']);
    const found = Object.entries(evalSchemas).find(([name]) => name === type)?.[1];
    return found === undefined ? [] : path.length === 2 ? Object.keys(found.shape) : ['maxDrop'];
  }
  let schema: unknown = taskFileSchema;
  for (const part of path) schema = shapeOf(schema)?.[part];
  return Object.keys(shapeOf(schema) ?? {});
}

/** The fields of an object schema, under whatever default or optional wraps it. */
function shapeOf(schema: unknown): Record<string | number, unknown> | undefined {
  let inner: unknown = schema;
  while (typeof inner === 'object' && inner !== null) {
    const shape: unknown = Reflect.get(inner, 'shape');
    if (typeof shape === 'object' && shape !== null) return shape as Record<string, unknown>;
    const definition: unknown = Reflect.get(inner, 'def');
    inner = typeof definition === 'object' && definition !== null ? Reflect.get(definition, 'innerType') : undefined;
  }
  return undefined;
}

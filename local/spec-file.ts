/** `spec.yaml` with the task that it is about, read and checked: every problem names file, line, field and remedy. */
import { basename, dirname, join, relative } from 'node:path';
import type { Document } from 'yaml';
import { type InputProblem, InvalidInputError } from '../lambdas/contracts/errors.ts';
import { describeIssues } from '../lambdas/contracts/issues.ts';
import { type Spec, specSchema } from '../lambdas/contracts/spec.ts';
import { contentHash } from '../lambdas/rollout/resolve-task.ts';
import { checkSpec } from '../lambdas/synthesis/check-spec.ts';
import { applyOverride, type FieldPath, fieldsOf, isFields, parseYaml, readText } from './yaml-file.ts';

export interface LoadedSpec {
  readonly path: string;
  readonly spec: Spec;
  /** The file with its comments, as it stands on disk: `--set` is not in it. */
  readonly document: Document;
  /** Where a field stands, in this file or in that of its task. */
  readonly at: (field: FieldPath) => Pick<InputProblem, 'file' | 'line'>;
  readonly lineOf: (field: FieldPath) => number | undefined;
}

/**
 * Reads and checks a spec.
 * @param overrides `path=value` each, as given to `--set`: `task.synthesis.topics=6`
 * @throws InvalidInputError with everything that is wrong
 */
export function loadSpec(path: string, overrides: readonly string[] = []): LoadedSpec {
  const shown = relative(process.cwd(), path) || path;
  const yaml = parseYaml(shown, readText(shown, path, 'Give the path of a spec.yaml.'));
  const value = fieldsOf(shown, yaml, 'A spec has name, type, the fields of its type, and task.');
  const set = new Set<string>();
  const override = (one: string): void => void set.add(applyOverride(value, one, 'task.synthesis.topics=6'));
  // Which file the task is comes before what is in it.
  for (const one of overrides.filter(namesTask)) override(one);
  const task = resolveTask(value, path, { file: shown, line: yaml.lineOf(['task']) });
  for (const one of overrides.filter((other) => !namesTask(other))) override(one);

  const at = (field: FieldPath): Pick<InputProblem, 'file' | 'line'> => {
    if (set.has(field.join('.'))) return { file: '--set' };
    const [first, ...rest] = field;
    if (first === 'task' && rest.length > 0 && task.file !== null) return { file: task.file, line: task.lineOf(rest) };
    return { file: shown, line: yaml.lineOf(field) };
  };
  const place = (field: FieldPath, problem: InputProblem): InputProblem => {
    const where = at(field);
    const inTaskFile = task.file !== null && where.file === task.file;
    const name = (inTaskFile ? field.slice(1) : field).join('.');
    return { ...problem, field: name === '' ? undefined : name, ...where };
  };
  readSchemas(value, dirname(task.path ?? path), place);

  const parsed = specSchema.safeParse(value);
  if (!parsed.success) {
    throw new InvalidInputError(
      describeIssues(parsed.error, value, specSchema).map(({ path: field, problem }) => place(field, problem)),
    );
  }
  const found = checkSpec(parsed.data).map((problem) => place(fieldPath(problem.field), problem));
  if (found.length > 0) throw new InvalidInputError(found);
  return { path, spec: parsed.data, document: yaml.document, at, lineOf: yaml.lineOf };
}

/**
 * Reads the specs of one dataset.
 * @throws InvalidInputError also when they are not of one task, or two have one name
 */
export function loadSpecs(paths: readonly string[], overrides: readonly string[] = []): LoadedSpec[] {
  const problems: InputProblem[] = [];
  const loaded = paths.flatMap((path): LoadedSpec[] => {
    try {
      return [loadSpec(path, overrides)];
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  const [first] = loaded;
  for (const [i, one] of loaded.entries()) {
    const twin = loaded.slice(0, i).find(({ spec }) => spec.name === one.spec.name);
    if (twin !== undefined) {
      problems.push({
        ...one.at(['name']),
        field: 'name',
        message: `${JSON.stringify(one.spec.name)} is the name of ${shownPath(twin)} too.`,
        remedy: 'Give each spec a name of its own.',
      });
    }
    if (first !== undefined && contentHash(first.spec.task) !== contentHash(one.spec.task)) {
      problems.push({
        ...one.at(['task']),
        field: 'task',
        message: `is another task than that of ${shownPath(first)}: it differs in ${differences(first.spec, one.spec)}.`,
        remedy: 'Write the task into a file of its own and name it in each spec: task: task-of-specs.yaml.',
      });
    }
  }
  if (problems.length > 0) throw new InvalidInputError(problems);
  return loaded;
}

/** Files that are kept beside `X.spec.yaml` (or `X.yaml`). */
export function besideSpec(path: string) {
  const stem = join(dirname(path), basename(path).replace(/(\.spec)?\.(ya?ml|json)$/i, ''));
  return {
    judge: `${stem}.judge.yaml`,
    questions: `${stem}.questions.yaml`,
    edits: `${stem}.edits.yaml`,
    history: `${stem}.history.yaml`,
    review: `${stem}.review.yaml`,
    golden: `${stem}.golden.jsonl`,
  } as const;
}

function shownPath({ path }: LoadedSpec): string {
  return relative(process.cwd(), path) || path;
}

function differences(a: Spec, b: Spec): string {
  const [one, other]: Record<string, unknown>[] = [a.task, b.task];
  const names = [...new Set([...Object.keys(one ?? {}), ...Object.keys(other ?? {})])];
  return names.filter((name) => contentHash(one?.[name] ?? null) !== contentHash(other?.[name] ?? null)).join(', ');
}

function namesTask(override: string): boolean {
  return /^\s*task\s*=/.test(override);
}

interface TaskPlace {
  /** Where the task stands, when it has a file of its own. */
  readonly path: string | null;
  /** The same as the user knows it. */
  readonly file: string | null;
  readonly lineOf: (field: FieldPath) => number | undefined;
}

/** Puts the fields of the task's own file in the place of its path. @throws InvalidInputError when it cannot be read */
function resolveTask(
  value: Record<string, unknown>,
  path: string,
  here: Pick<InputProblem, 'file' | 'line'>,
): TaskPlace {
  const { task } = value;
  if (typeof task !== 'string') return { path: null, file: null, lineOf: () => undefined };
  const taskPath = join(dirname(path), task);
  const file = relative(process.cwd(), taskPath);
  let text: string;
  try {
    text = readText(file, taskPath, '');
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const remedy = 'Give the path of a YAML file with the fields of the task, relative to the spec.';
    throw new InvalidInputError([{ ...here, field: 'task', message: `${task} does not exist.`, remedy }]);
  }
  const yaml = parseYaml(file, text);
  value.task = fieldsOf(file, yaml, 'The task of a spec has prompt and model.');
  return { path: taskPath, file, lineOf: yaml.lineOf };
}

/** Puts the JSON Schemas in the place of their paths. @throws InvalidInputError when one cannot be read */
function readSchemas(
  { task }: Record<string, unknown>,
  folder: string,
  place: (field: FieldPath, problem: InputProblem) => InputProblem,
): void {
  const problems: InputProblem[] = [];
  for (const name of ['input', 'output']) {
    const field: unknown = isFields(task) ? task[name] : undefined;
    if (!isFields(field) || typeof field.schema !== 'string') continue;
    const fail = (message: string, remedy: string): void =>
      void problems.push(place(['task', name, 'schema'], { message, remedy }));
    try {
      const path = join(folder, field.schema);
      const schema: unknown = JSON.parse(readText(path, path, ''));
      if (isFields(schema)) field.schema = schema;
      else fail(`${field.schema} is no JSON Schema.`, 'It must hold a JSON object.');
    } catch (error) {
      const reason =
        error instanceof InvalidInputError
          ? 'does not exist'
          : `cannot be read: ${error instanceof Error ? error.message : error}`;
      fail(`${field.schema} ${reason}.`, 'Give the path of a JSON Schema, relative to the file that names it.');
    }
  }
  if (problems.length > 0) throw new InvalidInputError(problems);
}

function fieldPath(field: string | undefined): (string | number)[] {
  return (field ?? '').split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

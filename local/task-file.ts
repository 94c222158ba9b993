/** `task.yaml` (or JSON) with its datasets, read and checked: every problem names file, line or field, and the remedy. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Json, SplitName } from '../lambdas/contracts/dataset.ts';
import { type InputProblem, InvalidInputError } from '../lambdas/contracts/errors.ts';
import type { EvalSettings } from '../lambdas/contracts/evals.ts';
import { describeIssues } from '../lambdas/contracts/issues.ts';
import type { Task, TaskFile } from '../lambdas/contracts/task.ts';
import { taskFileSchema } from '../lambdas/evals/task-schema.ts';
import { checkTask } from '../lambdas/rollout/check-task.ts';
import type { GivenSplit, GivenSplits } from '../lambdas/rollout/given-splits.ts';
import { toTask } from '../lambdas/rollout/resolve-task.ts';
import { parseDataset } from '../lambdas/store/datasets.ts';
import { applyOverride, type FieldPath, fieldsOf, parseYaml, readText } from './yaml-file.ts';

/** A dataset as it stands on disk. */
export interface DatasetFile {
  readonly path: string;
  readonly text: string;
}

export interface LoadedTask {
  /** Where the task file lies. */
  readonly path: string;
  readonly file: TaskFile;
  readonly task: Task;
  readonly splits: GivenSplits;
  readonly datasets: Readonly<Partial<Record<SplitName, DatasetFile>>>;
}

/**
 * Reads and checks a task file.
 * @param overrides `path=value` each, as given to `--set`; values are YAML
 * @param check what must hold of task and data; default: what an optimization needs
 * @throws InvalidInputError with everything that is wrong
 */
export function loadTask(path: string, overrides: readonly string[] = [], check = checkTask): LoadedTask {
  const shown = relative(process.cwd(), path) || path;
  const yaml = parseYaml(shown, readText(shown, path, 'Give the path of a task.yaml.'));
  const value = fieldsOf(shown, yaml, 'A task has name, prompt, model, reflection, datasets and evals.');
  const { lineOf } = yaml;
  const set = new Set<string>();
  for (const override of overrides) set.add(applyOverride(value, override, 'budget.rollouts=500'));
  const at = (field: FieldPath): Pick<InputProblem, 'file' | 'line'> =>
    set.has(field.join('.')) ? { file: '--set' } : { file: shown, line: lineOf(field) };

  const parsed = taskFileSchema.safeParse(value);
  if (!parsed.success) {
    throw new InvalidInputError(
      describeIssues(parsed.error, value, taskFileSchema).map(({ path: field, problem }) => ({
        ...problem,
        ...at(field),
      })),
    );
  }
  const file = parsed.data;
  const folder = dirname(path);
  const problems: InputProblem[] = [];
  const datasets = readDatasets(file, folder, at, problems);
  const outputSchema = readOutputSchema(file, folder, at, problems);
  const evals = file.evals.map((settings, i) => withScorerFile(settings, i, folder, at, problems));
  if (problems.length > 0) throw new InvalidInputError(problems);

  const splits = parseSplits(datasets, problems);
  if (problems.length > 0) throw new InvalidInputError(problems);
  const task = toTask({ ...file, evals }, outputSchema);
  const found = check(task, splits).map((problem) =>
    problem.file === undefined ? { ...problem, ...at(fieldPath(problem.field)) } : problem,
  );
  if (found.length > 0) throw new InvalidInputError(found);
  return { path, file: { ...file, evals }, task, splits, datasets };
}

type Place = (field: FieldPath) => Pick<InputProblem, 'file' | 'line'>;

function readDatasets(file: TaskFile, folder: string, at: Place, problems: InputProblem[]): LoadedTask['datasets'] {
  const datasets: Partial<Record<SplitName, DatasetFile>> = {};
  for (const [name, given] of Object.entries(file.datasets) as [SplitName, string][]) {
    const path = join(folder, given);
    if (!existsSync(path) || !statSync(path).isFile()) {
      problems.push({
        ...at(['datasets', name]),
        field: `datasets.${name}`,
        message: `${given} does not exist.`,
        remedy: 'Paths are relative to the task file.',
      });
      continue;
    }
    datasets[name] = { path: relative(process.cwd(), path), text: readFileSync(path, 'utf-8') };
  }
  return datasets;
}

function readOutputSchema(file: TaskFile, folder: string, at: Place, problems: InputProblem[]): Task['outputSchema'] {
  const schema = file.output?.schema;
  if (typeof schema !== 'string') return schema;
  const field = 'output.schema';
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, schema), 'utf-8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, Json>;
    problems.push({
      ...at(['output', 'schema']),
      field,
      message: `${schema} is no JSON Schema.`,
      remedy: 'It must hold a JSON object.',
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    problems.push({
      ...at(['output', 'schema']),
      field,
      message: `${schema} cannot be read: ${reason}.`,
      remedy: 'Give the path of a JSON Schema, relative to the task file.',
    });
  }
  return undefined;
}

/** A scorer that is a file, by its full path and with the hash of its text. */
function withScorerFile(
  settings: EvalSettings,
  index: number,
  folder: string,
  at: Place,
  problems: InputProblem[],
): EvalSettings {
  if (settings.type !== 'custom' || typeof settings.file !== 'string') return settings;
  const path = resolve(folder, settings.file);
  if (existsSync(path) && statSync(path).isFile()) {
    return { ...settings, file: path, fileHash: createHash('sha256').update(readFileSync(path)).digest('hex') };
  }
  problems.push({
    ...at(['evals', index, 'file']),
    field: `evals.${index}.file`,
    message: `${settings.file} does not exist.`,
    remedy: 'Give the path of a JavaScript or TypeScript file, relative to the task file.',
  });
  return settings;
}

function parseSplits(datasets: LoadedTask['datasets'], problems: InputProblem[]): GivenSplits {
  const read = (name: SplitName): GivenSplit | undefined => {
    const dataset = datasets[name];
    if (dataset === undefined) return undefined;
    const { lines, problems: found } = parseDataset(dataset.path, dataset.text);
    problems.push(...found);
    const lineById = new Map(lines.map(({ example, line }) => [example.id, line]));
    return { file: dataset.path, examples: lines.map(({ example }) => example), lineOf: (id) => lineById.get(id) };
  };
  const empty: GivenSplit = { examples: [] };
  return {
    train: read('train') ?? empty,
    test: read('test') ?? empty,
    validation: read('validation'),
    golden: read('golden'),
  };
}

function fieldPath(field: string | undefined): (string | number)[] {
  return (field ?? '').split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** From what an execution was started with to the task that it is about: by name and version, with overrides. */
import { z } from 'zod';
import { InvalidInputError } from '../contracts/errors.ts';
import type { ExecutionInput } from '../contracts/payloads.ts';
import type { Components, TaskInput } from '../contracts/task.ts';
import { contentHash } from '../rollout/resolve-task.ts';
import { loadChampion } from '../store/champions.ts';
import { loadDatasetRecord } from '../store/dataset-records.ts';
import { loadTaskHead, loadTaskVersion } from '../store/tasks.ts';
import { withOverrides } from './overrides.ts';

export interface ResolvedTask {
  readonly task: TaskInput;
  /** Version of the stored task; null for one that came with the input. */
  readonly version: number | null;
  /** The prompt that the task itself has, whatever the search starts from. */
  readonly ownPrompt: Components;
  /** Whether it searches what the stored task searches: what was overridden says only what may be spent, and by whom. */
  readonly isAsStored: boolean;
}

type Named = Pick<ExecutionInput, 'task' | 'version' | 'overrides' | 'from' | 'trigger'>;

/** @throws InvalidInputError when there is no such task or version, or an override is wrong */
export async function resolveTask({ task: given, version, overrides, from, trigger }: Named): Promise<ResolvedTask> {
  if (typeof given !== 'string') {
    const field =
      version !== undefined ? 'version' : from === 'champion' ? 'from' : trigger === 'schedule' ? 'trigger' : null;
    if (field !== null)
      throw refused(field, 'is of stored tasks alone.', 'Give the name of a stored task, or take it out.');
    const task = overrides === undefined ? given : withOverrides(given, overrides);
    return { task, version: null, ownPrompt: task.prompt, isAsStored: false };
  }
  const head = await loadTaskHead(given);
  if (head === null || head.deletedAt !== null) {
    const what = head === null ? 'is no stored task' : 'was deleted';
    throw refused('task', `${JSON.stringify(given)} ${what}.`, `Store it first: PUT /tasks/${given}.`);
  }
  const stored = await loadTaskVersion(given, version);
  if (stored === null) {
    throw refused(
      'version',
      `there is no version ${version ?? head.version} of ${JSON.stringify(given)}.`,
      `The newest is ${head.version}.`,
    );
  }
  const task = withOverrides(stored.task, overrides);
  const champion =
    (from ?? (trigger === 'schedule' ? 'champion' : 'task')) === 'champion' ? await loadChampion(given) : null;
  return {
    task: champion === null ? task : { ...task, prompt: champion.components },
    version: stored.version,
    ownPrompt: task.prompt,
    isAsStored: overrides === undefined || isSameSearch(task, withOverrides(stored.task, undefined)),
  };
}

function isSameSearch(a: TaskInput, b: TaskInput): boolean {
  const searched = ({ budget: _budget, promotion: _promotion, schedule: _schedule, optimizer, ...rest }: TaskInput) => {
    const { seed: _seed, concurrency: _concurrency, ...search } = optimizer;
    return contentHash({ ...rest, optimizer: search });
  };
  return searched(a) === searched(b);
}

/** Fields that a resource of the API has in common with the input of an execution. */
const shared = ['task', 'version', 'overrides', 'from', 'notice', 'evaluation'] as const;

/**
 * An execution's input, where a resource of the API was given instead (the console takes what the API answers): what such
 * a resource and an input have in common. Anything else is given back as it is.
 */
export function withoutResource(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('links' in input)) return input;
  const known = shared.flatMap((name): [string, unknown][] => {
    const value: unknown = Reflect.get(input, name);
    return value === undefined || value === null ? [] : [[name, value]];
  });
  const fields = Object.fromEntries(known);
  // A task's own resource holds the task itself beside its name: the stored one is meant.
  const name: unknown = Reflect.get(input, 'name');
  return typeof name === 'string' ? { ...fields, task: name } : fields;
}

const givenTaskSchema = z.looseObject({
  task: z.looseObject({ name: z.string(), datasets: z.record(z.string(), z.unknown()) }),
});
const namedDatasetSchema = z.strictObject({ dataset: z.string() });

/**
 * An execution's input, where its task names datasets as the API takes them (`{ "dataset": ID }`): with the URIs of those.
 * @throws InvalidInputError when the task has no such dataset
 */
export async function withDatasetUris(input: unknown): Promise<unknown> {
  const given = givenTaskSchema.safeParse(input);
  if (!given.success) return input;
  const { task } = given.data;
  const datasets = await Promise.all(
    Object.entries(task.datasets).map(async ([split, set]): Promise<[string, unknown]> => {
      const named = namedDatasetSchema.safeParse(set);
      if (!named.success) return [split, set];
      const record = await loadDatasetRecord(task.name, named.data.dataset);
      if (record !== null) return [split, record.uri];
      const message = `there is no dataset ${JSON.stringify(named.data.dataset.slice(0, 100))} of ${task.name}.`;
      throw refused(`task.datasets.${split}`, message, `Store it first: POST /datasets?task=${task.name}.`);
    }),
  );
  return { ...given.data, task: { ...task, datasets: Object.fromEntries(datasets) } };
}

function refused(field: string, message: string, remedy: string): InvalidInputError {
  return new InvalidInputError([{ field, message, remedy }]);
}

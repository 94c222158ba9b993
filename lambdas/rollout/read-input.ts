/** An execution's input: parsed, and its datasets read from where it says that they lie. */
import type { z } from 'zod';
import type { Example, SplitName } from '../contracts/dataset.ts';
import { type InputProblem, InvalidInputError } from '../contracts/errors.ts';
import { describeIssues } from '../contracts/issues.ts';
import type { Task, TaskInput } from '../contracts/task.ts';
import { parseDataset } from '../store/datasets.ts';
import { bucketNamed, getText, parseS3Uri } from '../store/objects.ts';
import type { GivenSplit } from './given-splits.ts';
import { toTask } from './resolve-task.ts';

/** @throws InvalidInputError with everything that is wrong */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new InvalidInputError(describeIssues(parsed.error, input, schema).map(({ problem }) => problem));
}

/** The task of an input. @throws InvalidInputError when its output schema is a path, which means nothing here */
export function taskIn(given: TaskInput): Task {
  const schema = given.output?.schema;
  if (typeof schema !== 'string') return toTask(given, schema);
  throw new InvalidInputError([
    {
      field: 'task.output.schema',
      message: 'is a path.',
      remedy: "Give the JSON Schema itself in an execution's input.",
    },
  ]);
}

type Datasets = TaskInput['datasets'];

/**
 * Reads the datasets that an input names.
 * @param wanted the splits to read; default: all
 * @throws InvalidInputError with everything that is wrong
 */
export async function readSplits(
  datasets: Datasets,
  wanted: readonly SplitName[] = ['train', 'test', 'validation', 'golden'],
): Promise<Partial<Record<SplitName, GivenSplit>>> {
  const problems: InputProblem[] = [];
  const splits: Partial<Record<SplitName, GivenSplit>> = {};
  for (const name of wanted) {
    const given = datasets[name];
    if (given !== undefined) splits[name] = await readSplit(`task.datasets.${name}`, given, problems);
  }
  if (problems.length > 0) throw new InvalidInputError(problems);
  return splits;
}

/** Examples that an input gives, or names. @throws InvalidInputError with everything that is wrong */
export async function readExamples(field: string, given: string | Example[]): Promise<Example[]> {
  const problems: InputProblem[] = [];
  const { examples } = await readSplit(field, given, problems);
  if (problems.length > 0) throw new InvalidInputError(problems);
  return [...examples];
}

/** Nothing but the sealed test set lies in the sealed bucket. */
const SEALED_FIELD = 'task.datasets.test';

async function readSplit(field: string, given: Datasets['train'], problems: InputProblem[]): Promise<GivenSplit> {
  if (typeof given !== 'string') {
    problems.push(...duplicatesOf(field, given));
    return { examples: given };
  }
  const location = parseS3Uri(given);
  const isSealed = field === SEALED_FIELD;
  const bucket = bucketNamed(isSealed ? 'sealed' : 'data');
  if (location.bucket !== bucket || !/^uploads\/[^/]/.test(location.key) || location.key.split('/').includes('..')) {
    problems.push({ field, message: `${given} lies elsewhere.`, remedy: `It must be s3://${bucket}/uploads/….` });
    return { examples: [] };
  }
  const text = await getText(location);
  if (text === null) {
    problems.push({
      field,
      message: `${given} does not exist.`,
      remedy: 'Upload it under uploads/ of the data bucket (test sets: of the sealed bucket).',
    });
    return { examples: [] };
  }
  const { lines, problems: found } = parseDataset(given, text);
  problems.push(...(isSealed ? found.map(withoutQuote) : found));
  const lineOf = new Map(lines.map(({ example, line }) => [example.id, line]));
  return { file: given, examples: lines.map(({ example }) => example), lineOf: (id) => lineOf.get(id) };
}

/** What is wrong with sealed data is told in places that are not sealed: a run's record, a log. */
function withoutQuote({ message, ...problem }: InputProblem): InputProblem {
  return { ...problem, message: message.replace(/^(is not JSON): .*$/s, '$1.') };
}

function duplicatesOf(field: string, examples: readonly Example[]): InputProblem[] {
  const seen = new Set<string>();
  return examples
    .filter(({ id }) => seen.has(id) || !seen.add(id))
    .map(({ id }) => ({
      field,
      message: `repeats the id ${JSON.stringify(id)}.`,
      remedy: 'Give each example an id of its own.',
    }));
}

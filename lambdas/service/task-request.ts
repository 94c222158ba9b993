/**
 * A task as the API takes it: a dataset is one that was stored, an S3 URI of our buckets, or the examples themselves. All
 * that can be checked without reading a sealed test set is checked at once; examples that came with it are then stored.
 */
import { z } from 'zod';
import type { DatasetRecord } from '../contracts/catalog.ts';
import type { SplitName } from '../contracts/dataset.ts';
import { type Example, exampleSchema, jsonSchema, splitNames } from '../contracts/dataset.ts';
import { type InputProblem, InvalidInputError } from '../contracts/errors.ts';
import type { TaskInput } from '../contracts/task.ts';
import { taskInputSchema } from '../evals/task-schema.ts';
import { checkBeforeBudget, checkBudget } from '../rollout/check-task.ts';
import type { GivenSplit } from '../rollout/given-splits.ts';
import { readSplits, taskIn } from '../rollout/read-input.ts';
import { listDatasetOwners, loadDatasetRecord } from '../store/dataset-records.ts';
import { bucketNamed, parseS3Uri, uriOf } from '../store/objects.ts';
import { bucketOfSplit, storeExamples } from './datasets.ts';
import { checkSchedule } from './schedule-expression.ts';

/** What is more is no text of a task, but a file. */
const MOST_INLINE = 1_000;

const datasetSchema = z.union([
  z
    .string()
    .regex(/^s3:\/\/[a-z0-9.-]{3,63}\/[ -~\u00a0-\uffff]{1,900}$/, 'must be s3://bucket/key')
    .describe('A file under `uploads/` of the data bucket, of the sealed bucket for `test`.'),
  z
    .array(exampleSchema)
    .min(1)
    .max(MOST_INLINE)
    .describe('The examples themselves; more of them go to POST /datasets.'),
  z
    .strictObject({ dataset: z.string().regex(/^[0-9a-f]{32}$/, 'must be the id of a dataset') })
    .describe('A dataset of the task.'),
]);
type GivenSet = z.output<typeof datasetSchema>;

/** A task inside a request. */
export const inlineTaskSchema = taskInputSchema.extend({
  output: z.strictObject({ schema: z.record(z.string(), jsonSchema) }).optional(),
  datasets: z.strictObject({
    train: datasetSchema,
    validation: datasetSchema.optional(),
    test: datasetSchema,
    golden: datasetSchema.optional(),
  }),
});
export type InlineTask = z.output<typeof inlineTaskSchema>;

/**
 * The task as it is stored and run: every dataset by the URI of one of our buckets.
 * @param prefix of the fields in messages: where the task stands in the request, for example `task.`
 * @throws InvalidInputError with everything that is wrong
 */
export async function prepareInlineTask(given: InlineTask, prefix = 'task.'): Promise<TaskInput> {
  try {
    const datasets = await located(given);
    const task: TaskInput = { ...given, datasets };
    const problems = [...checkFiles(task), ...(given.schedule === undefined ? [] : checkSchedule(given.schedule))];
    if (problems.length > 0) throw new InvalidInputError(problems);
    await checkWhatIsKnown(task);
    return { ...task, datasets: await stored(given.name, datasets) };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(
      error.problems.map((problem) => ({ ...problem, field: placed(problem.field, prefix) })),
    );
  }
}

/** Functions that read inputs name a task's fields from `task.` on, others from the task itself. */
function placed(field: string | undefined, prefix: string): string | undefined {
  return field === undefined ? undefined : `${prefix}${field.replace(/^task\./, '')}`;
}

type Located = TaskInput['datasets'];

/** Where each dataset is. @throws InvalidInputError naming those that are nowhere, or not where they belong */
async function located({ name, datasets }: InlineTask): Promise<Located> {
  const problems: InputProblem[] = [];
  const where = async (split: SplitName, set: GivenSet): Promise<string | Example[]> => {
    const found = Array.isArray(set) ? set : typeof set === 'string' ? ours(split, set) : await named(name, split, set);
    if (typeof found === 'string' || Array.isArray(found)) return found;
    problems.push({ ...found, field: `datasets.${split}` });
    return [];
  };
  const { train, validation, test, golden } = datasets;
  const all = {
    train: await where('train', train),
    test: await where('test', test),
    ...(validation === undefined ? {} : { validation: await where('validation', validation) }),
    ...(golden === undefined ? {} : { golden: await where('golden', golden) }),
  };
  if (problems.length > 0) throw new InvalidInputError(problems);
  return all;
}

/** The URI, if it is one of those that a run may read for the split. */
function ours(split: SplitName, uri: string): string | InputProblem {
  const { bucket, key } = parseS3Uri(uri);
  const wanted = bucketNamed(bucketOfSplit(split));
  const isThere = bucket === wanted && /^uploads\/[^/]/.test(key) && !key.split('/').includes('..');
  if (isThere) return uri;
  const message = `lies where no ${split} set is read from.`;
  return { message, remedy: `It must be ${uriOf({ bucket: wanted, key: 'uploads/…' })}, or give the id of a dataset.` };
}

async function named(
  task: string,
  split: SplitName,
  { dataset: id }: { dataset: string },
): Promise<string | InputProblem> {
  const record = await loadDatasetRecord(task, id);
  if (record === null) {
    const [owner] = (await listDatasetOwners(id)).items;
    const message =
      owner === undefined ? `there is no dataset ${id}.` : `the dataset ${id} is of the task ${owner.task}.`;
    return { message, remedy: `Give a dataset of ${task}: POST /datasets?task=${task}&split=${split}.` };
  }
  if (bucketOfSplit(record.split) === bucketOfSplit(split)) return record.uri;
  const message = `the dataset ${id} was given as ${record.split}, and cannot be ${split}.`;
  return { message, remedy: 'What is tested must not have been seen: give another dataset.' };
}

/** Scorers in files are of the machine on which they lie. */
function checkFiles({ evals }: TaskInput): InputProblem[] {
  return evals.flatMap((settings, i) =>
    settings.file === undefined && settings.fileHash === undefined
      ? []
      : [
          {
            field: `evals.${i}.${settings.file === undefined ? 'fileHash' : 'file'}`,
            message: 'is of the command line alone.',
            remedy: 'Give the `arn` of a Lambda function that does the same.',
          },
        ],
  );
}

/** @throws InvalidInputError */
async function checkWhatIsKnown(given: TaskInput): Promise<void> {
  const task = taskIn(given);
  const { test } = given.datasets;
  const readable = splitNames.filter((name) => name !== 'test' || typeof test !== 'string');
  const read = await readSplits(given.datasets, readable);
  const splits = { ...read, train: read.train ?? { examples: [] } };
  const problems = checkBeforeBudget(task, splits);
  if (problems.length > 0) throw new InvalidInputError(problems);
  const sized = splits.test ?? (typeof test === 'string' ? await standIn(given.name, test) : null);
  if (sized === null) return;
  const tooSmall = checkBudget(task, { ...splits, test: sized });
  if (tooSmall.length > 0) throw new InvalidInputError(tooSmall);
}

/** Examples of the size of those in a sealed set, as its record tells it; null when there is no record. */
async function standIn(task: string, uri: string): Promise<GivenSplit | null> {
  const [, id] = /\/uploads\/([0-9a-f]{32})\.\w+$/.exec(uri) ?? [];
  const record = id === undefined ? null : await loadDatasetRecord(task, id);
  if (record === null) return null;
  const largest = largestOf(record);
  return { examples: Array.from({ length: record.examples }, () => largest) };
}

function largestOf({ maxInputBytes, maxExpectedBytes }: DatasetRecord): Example {
  const QUOTES = 2;
  const expected = maxExpectedBytes < QUOTES ? {} : { expected: 'x'.repeat(maxExpectedBytes - QUOTES) };
  return { id: 'sealed', input: 'x'.repeat(maxInputBytes), ...expected };
}

/** Every dataset by its URI: examples that came with the task are stored. */
async function stored(task: string, datasets: Located): Promise<Located> {
  const uriIn = async (split: SplitName, set: string | Example[]): Promise<string> =>
    typeof set === 'string' ? set : (await storeExamples(`datasets.${split}`, task, split, set)).uri;
  const { train, validation, test, golden } = datasets;
  return {
    train: await uriIn('train', train),
    test: await uriIn('test', test),
    ...(validation === undefined ? {} : { validation: await uriIn('validation', validation) }),
    ...(golden === undefined ? {} : { golden: await uriIn('golden', golden) }),
  };
}

/**
 * Datasets of tasks: checked line by line, then stored under the hash of their content, so that the same file is stored
 * once. Test sets go to the sealed bucket, of which nothing is ever read here but what was just put into `incoming/`.
 */
import { createHash } from 'node:crypto';
import type { DatasetRecord } from '../contracts/catalog.ts';
import type { Example, SplitName } from '../contracts/dataset.ts';
import { InvalidInputError } from '../contracts/errors.ts';
import { inOrder } from '../datasets/check.ts';
import { findEmpty } from '../datasets/check-empty.ts';
import { findLabelProblems } from '../datasets/check-labels.ts';
import { findDuplicates } from '../datasets/check-repeats.ts';
import type { Finding } from '../datasets/finding.ts';
import { maxExpectedBytes, maxInputBytes } from '../optimizer/budget.ts';
import { addDatasetRecord, loadDatasetRecord, replaceDatasetRecord } from '../store/dataset-records.ts';
import { type DatasetLine, parseDataset } from '../store/datasets.ts';
import { bucketNamed, type ObjectLocation, putText, uriOf } from '../store/objects.ts';
import type { DatasetFormat } from '../store/records.ts';
import type { BucketName } from '../store/tables.ts';
import { writeDataset } from '../store/write-dataset.ts';

/** Text of a dataset, and what it is for. */
export interface GivenDataset {
  readonly task: string;
  readonly split: SplitName;
  readonly format: DatasetFormat;
  /** What the user calls it. */
  readonly name: string | null;
  readonly text: string;
}

export interface StoredDataset {
  readonly record: DatasetRecord;
  /** false: the task had it already. */
  readonly isNew: boolean;
  /** What makes results on it worth less. */
  readonly warnings: readonly Finding[];
}

/** @throws InvalidInputError with every wrong line, or when the task has the same file on the other side of the seal */
export async function storeDataset(given: GivenDataset): Promise<StoredDataset> {
  const { split, format, text } = given;
  const lines = checkLines(format, text);
  const examples = lines.map(({ example }) => example);
  const stored = await store('split', given, examples);
  const lineOf = new Map(lines.map(({ example, line }) => [example.id, line]));
  return { ...stored, warnings: warningsOf(split, examples, (id) => lineOf.get(id)) };
}

/** Examples that came inside a task, as a dataset of it. @throws InvalidInputError naming `field`, as `storeDataset` does */
export async function storeExamples(
  field: string,
  task: string,
  split: SplitName,
  examples: readonly Example[],
): Promise<DatasetRecord> {
  const text = writeDataset(examples, 'jsonl');
  const { record } = await store(field, { task, split, format: 'jsonl', name: null, text }, examples);
  return record;
}

/** The bucket that a split lies in. */
export function bucketOfSplit(split: SplitName): BucketName {
  return split === 'test' ? 'sealed' : 'data';
}

const whole = { field: 'body' };

function checkLines(format: DatasetFormat, text: string): DatasetLine[] {
  const { lines, problems } = parseDataset(`dataset.${format}`, text);
  // There is one file, and the client knows which. What is wrong with no line of it is so with all of it.
  if (problems.length > 0) {
    throw new InvalidInputError(
      problems.map(({ file: _file, ...problem }) => ({ ...(problem.line === undefined ? whole : {}), ...problem })),
    );
  }
  if (lines.length === 0) {
    throw new InvalidInputError([{ field: 'body', message: 'has no examples.', remedy: 'Give at least one.' }]);
  }
  return lines;
}

async function store(
  field: string,
  { task, split, format, name, text }: GivenDataset,
  examples: readonly Example[],
): Promise<Pick<StoredDataset, 'record' | 'isNew'>> {
  const id = createHash('sha256').update(text).digest('hex').slice(0, 32);
  const known = await loadDatasetRecord(task, id);
  if (known !== null) return { record: await asSplit(field, known, split), isNew: false };
  const location: ObjectLocation = { bucket: bucketNamed(bucketOfSplit(split)), key: `uploads/${id}.${format}` };
  const record: DatasetRecord = {
    id,
    task,
    split,
    format,
    name,
    examples: examples.length,
    bytes: Buffer.byteLength(text),
    maxInputBytes: maxInputBytes(examples),
    maxExpectedBytes: maxExpectedBytes(examples),
    uri: uriOf(location),
    createdAt: new Date().toISOString(),
  };
  // The object first: a dataset that has a record is there.
  await putText(location, text, format === 'csv' ? 'text/csv' : 'application/x-ndjson');
  if (await addDatasetRecord(record)) return { record, isNew: true };
  return { record: await asSplit(field, (await loadDatasetRecord(task, id)) ?? record, split), isNew: false };
}

/** What a search may see can become another split of it, but never the test set, nor can that become anything else. */
async function asSplit(field: string, known: DatasetRecord, split: SplitName): Promise<DatasetRecord> {
  if (known.split === split) return known;
  if (bucketOfSplit(known.split) !== bucketOfSplit(split)) {
    const message = `is ${split}, but ${known.task} has the same examples as a ${known.split} set already (${known.id}).`;
    const remedy = 'What is tested must not have been seen: give other examples.';
    throw new InvalidInputError([{ field, message, remedy }]);
  }
  const record = { ...known, split };
  await replaceDatasetRecord(record);
  return record;
}

/** As `dataset check` has it by default. */
const NEAR_DUPLICATE = 0.7;
/** Beyond it, comparing each input with each other takes too long for a request. */
const MOST_COMPARED = 1_000;

function warningsOf(
  split: SplitName,
  examples: readonly Example[],
  lineOf: (id: string) => number | undefined,
): Finding[] {
  const splits = { [split]: { examples, lineOf } };
  const repeats = examples.length > MOST_COMPARED ? [] : findDuplicates(splits, NEAR_DUPLICATE);
  return inOrder([...repeats, ...findEmpty(splits), ...findLabelProblems(splits)]);
}

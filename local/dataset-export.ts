/** `dataset export`: one split of a task as JSONL or CSV. */
import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { formatOf } from '../lambdas/store/records.ts';
import { writeDataset } from '../lambdas/store/write-dataset.ts';
import { exitCodes, shortPath } from './command.ts';
import { onlyTask, readArguments, readFormat, readSplitName, refuse, SEE_HELP } from './dataset-arguments.ts';
import { loadTask } from './task-file.ts';

export const exportUsage = `dataset export TASK.yaml --split NAME [options]
  --split NAME       train, validation, test or golden
  --format FORMAT    csv or jsonl (default: by the name of --out, else jsonl)
  --out FILE         where to write (default: standard output)
  --force            write over an existing file`;

/** @throws InvalidInputError */
export function exportDataset(args: readonly string[]): number {
  const { positionals, values } = readArguments(args, {
    split: { type: 'string' },
    format: { type: 'string' },
    out: { type: 'string' },
    force: { type: 'boolean', default: false },
  });
  const taskPath = onlyTask(positionals);
  if (values.split === undefined) return refuse({ message: 'Say which split: --split NAME.', remedy: SEE_HELP });
  const split = readSplitName('--split', values.split);
  const format = values.format === undefined ? formatOf(values.out ?? '') : readFormat(values.format);
  // What is wrong with the task as a whole does not matter to one who wants the data.
  const { splits, file } = loadTask(resolve(taskPath), [], () => []);
  const given = splits[split];
  if (given === undefined || file.datasets[split] === undefined) {
    const remedy = `It has ${Object.keys(file.datasets).join(', ')}.`;
    return refuse({ file: taskPath, field: `datasets.${split}`, message: 'is not in the task.', remedy });
  }
  const text = writeDataset(given.examples, format);
  if (values.out === undefined) {
    // A reader that has seen enough, like `head`, closes the pipe.
    process.stdout.once('error', (error) => {
      if (Reflect.get(error, 'code') !== 'EPIPE') throw error;
    });
    process.stdout.write(text);
    return exitCodes.done;
  }
  if (existsSync(values.out) && !values.force) {
    return refuse({
      file: values.out,
      message: 'exists.',
      remedy: 'Choose another --out, or write over it with --force.',
    });
  }
  writeFileSync(values.out, text);
  console.log(`Wrote ${given.examples.length} examples of ${split} to ${shortPath(resolve(values.out))}.`);
  return exitCodes.done;
}

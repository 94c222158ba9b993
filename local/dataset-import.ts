/** `dataset import`: CSV and JSONL of any shape to the split files of a task. */
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_EXAMPLES_PER_SPLIT, type SplitName, splitNames } from '../lambdas/contracts/dataset.ts';
import { describeProblem, type InputProblem, InvalidInputError } from '../lambdas/contracts/errors.ts';
import type { Shares } from '../lambdas/datasets/split-by-shares.ts';
import { readMappings } from '../lambdas/store/column-mapping.ts';
import { writeDataset } from '../lambdas/store/write-dataset.ts';
import { exitCodes, shortPath } from './command.ts';
import { readArguments, readFormat, readNumber, readSplitName, refuse, SEE_HELP } from './dataset-arguments.ts';
import { type ImportedRow, readRows } from './import-rows.ts';
import { type Splitting, splitRows } from './import-splits.ts';

export const importUsage = `dataset import FILE… --out DIR [options]
  --map FIELD=COLUMN  which column fills id, input, expected, tags, output, ratings or metadata.NAME; input.NAME makes
                      an object, FIELD:json=COLUMN reads the cells as JSON (may be repeated)
  --format FORMAT     csv or jsonl (default: by the name of each file)
  --split SHARES      random splits (default: train=40,validation=25,test=25,golden=10)
  --split-by COLUMN   splits by what a column says, or by tags: train, validation, test, golden, train_ANYTHING …
  --neighbour-threshold N   similarity from which on two inputs stay in one random split (default: 0.5)
  --seed N            of the random splits (default: 0)
  --schema FILE       JSON Schema that every input must meet
  --skip-bad          write the good rows and leave out the bad ones
  --force             write over existing files
  --json              print the result as JSON and nothing else`;

const DEFAULT_SHARES = 'train=40,validation=25,test=25,golden=10';

/** @throws InvalidInputError */
export function importDatasets(args: readonly string[]): number {
  const { positionals: files, values } = readArguments(args, {
    out: { type: 'string' },
    map: { type: 'string', multiple: true, default: [] as string[] },
    format: { type: 'string' },
    split: { type: 'string' },
    'split-by': { type: 'string' },
    'neighbour-threshold': { type: 'string', default: '0.5' },
    seed: { type: 'string', default: '0' },
    schema: { type: 'string' },
    'skip-bad': { type: 'boolean', default: false },
    force: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  });
  if (files.length === 0) return refuse({ message: 'Give the files to import.', remedy: SEE_HELP });
  const folder = checkedFolder(values.out);
  const { mappings, problems } = readMappings(values.map);
  if (problems.length > 0) throw new InvalidInputError(problems);
  const by = values['split-by'];
  if (by !== undefined && values.split !== undefined) {
    return refuse({ file: '--split-by', message: 'does not go with --split.', remedy: 'Take one of them out.' });
  }
  const splitting: Splitting = {
    shares: readShares(values.split ?? DEFAULT_SHARES),
    threshold: readNumber('--neighbour-threshold', values['neighbour-threshold'], 0.1, 1),
    seed: readNumber('--seed', values.seed, 0, 2 ** 31 - 1, 'whole'),
  };
  const format = values.format === undefined ? undefined : readFormat(values.format);
  const read = readRows(files, { mappings, by, format, schemaFile: values.schema });
  const outcome: Outcome = { files, folder, ...read, total: read.rows.length + read.bad, json: values.json };
  if (read.problems.length > 0 && !values['skip-bad']) return tellBad(outcome);
  return writeSplits(outcome, by === undefined ? splitting : null, values.force);
}

interface Outcome {
  readonly files: readonly string[];
  readonly folder: string;
  readonly rows: readonly ImportedRow[];
  readonly problems: readonly InputProblem[];
  /** Rows that are left out, of `total`. */
  readonly bad: number;
  readonly total: number;
  readonly json: boolean;
}

const SCHEMA = 'prompt-optimizer.dataset-import.v1';

/** Every bad row, each with all that is wrong with it; nothing was written. */
function tellBad({ files, problems, bad, total, json }: Outcome): number {
  if (json) console.log(JSON.stringify({ schema: SCHEMA, files, rows: total, bad, written: [], problems }, null, 2));
  else {
    for (const problem of problems) console.error(describeProblem(problem));
    console.error(
      `${bad} of ${total} rows are bad, so nothing was written. Mend them, or leave them out with --skip-bad.`,
    );
  }
  return exitCodes.invalid;
}

function writeSplits(outcome: Outcome, splitting: Splitting | null, force: boolean): number {
  const { files, folder, rows, problems, bad, total, json } = outcome;
  if (rows.length === 0) {
    return refuse({
      message: `There is no example in ${files.join(', ')}.`,
      remedy: 'Give files with rows that can be used.',
    });
  }
  const { splits, notes } = splitRows(rows, splitting);
  const written = splitNames.flatMap((name) => {
    const examples = splits.get(name) ?? [];
    return examples.length === 0 ? [] : [{ split: name, file: fileOf(folder, name), examples }];
  });
  const tooLarge = written.find(({ examples }) => examples.length > MAX_EXAMPLES_PER_SPLIT);
  if (tooLarge !== undefined) {
    const message = `would have ${tooLarge.examples.length} examples; at most ${MAX_EXAMPLES_PER_SPLIT} are allowed.`;
    return refuse({ file: shortPath(tooLarge.file), message, remedy: 'Import a random sample of them.' });
  }
  const existing = splitNames.map((name) => fileOf(folder, name)).filter((file) => existsSync(file));
  if (existing.length > 0 && !force) {
    throw new InvalidInputError(
      existing.map((file) => {
        const remedy = 'Choose another --out, or write over it with --force.';
        return { file: shortPath(file), message: 'exists.', remedy };
      }),
    );
  }
  mkdirSync(folder, { recursive: true });
  for (const { file, examples } of written) writeFileSync(file, writeDataset(examples, 'jsonl'));
  const stale = existing.filter((old) => !written.some(({ file }) => file === old));
  const told = [
    ...notes,
    ...stale.map(
      (file) => `${shortPath(file)} is older than this import and was left as it is: it may hold the same examples.`,
    ),
  ];
  const sizes = written.map(({ split, file, examples }) => ({
    split,
    file: shortPath(file),
    examples: examples.length,
  }));
  if (json) {
    console.log(
      JSON.stringify({ schema: SCHEMA, files, rows: total, bad, written: sizes, notes: told, problems }, null, 2),
    );
    return exitCodes.done;
  }
  for (const problem of problems) console.error(describeProblem(problem));
  console.log(`Imported ${rows.length} of ${total} rows from ${files.join(', ')}.`);
  for (const { split, file, examples } of sizes)
    console.log(`  ${split.padEnd(10)} ${String(examples).padStart(5)}  ${file}`);
  if (bad > 0) console.log(`Left out ${bad} bad row${bad === 1 ? '' : 's'}, named above.`);
  for (const note of told) console.log(note);
  return exitCodes.done;
}

const fileOf = (folder: string, name: SplitName): string => join(folder, `${name}.jsonl`);

function checkedFolder(out: string | undefined): string {
  if (out === undefined) return refuse({ message: 'Say where the splits go: --out DIR.', remedy: SEE_HELP });
  if (existsSync(out) && !statSync(out).isDirectory()) {
    return refuse({ file: '--out', message: `${out} is a file.`, remedy: 'Give a folder.' });
  }
  return out;
}

/** `train=40,test=60` in any unit. */
function readShares(text: string): Shares {
  const shares: Partial<Record<SplitName, number>> = {};
  for (const part of text.split(',')) {
    const [name = '', share, ...more] = part.split('=');
    if (share === undefined || more.length > 0) {
      return refuse({
        file: '--split',
        message: `${JSON.stringify(part)} is not of the form SPLIT=SHARE.`,
        remedy: `For example: --split ${DEFAULT_SHARES}.`,
      });
    }
    const split = readSplitName('--split', name.trim());
    if (shares[split] !== undefined)
      return refuse({ file: '--split', message: `names ${split} twice.`, remedy: 'Name each split once.' });
    shares[split] = readNumber(`--split ${split}`, share, 0, 1e6);
  }
  if (Object.values(shares).some((share) => share > 0)) return shares;
  return refuse({
    file: '--split',
    message: 'gives no split a share.',
    remedy: `For example: --split ${DEFAULT_SHARES}.`,
  });
}

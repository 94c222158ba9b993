/** `dataset check`: whether a task's datasets are fit to prove anything. */
import { resolve } from 'node:path';
import { describeProblem, InvalidInputError } from '../lambdas/contracts/errors.ts';
import { checkDatasetSplits, inOrder } from '../lambdas/datasets/check.ts';
import { type Finding, type Level, levels } from '../lambdas/datasets/finding.ts';
import { exitCodes } from './command.ts';
import { onlyTask, readArguments, readNumber } from './dataset-arguments.ts';
import { type LoadedTask, loadTask } from './task-file.ts';

export const checkUsage = `dataset check TASK.yaml [options]
  --duplicate-threshold N   similarity from which on two inputs of a split are duplicates (default: 0.7)
  --neighbour-threshold N   similarity from which on inputs of two splits are neighbours (default: 0.5)
  --json                    print what was found as JSON and nothing else`;

const SCHEMA = 'prompt-optimizer.dataset-check.v1';
/** Findings of one level and kind that are printed at most. */
const MOST_OF_A_KIND = 10;

/** @throws InvalidInputError when the task or its data cannot be read */
export function checkDatasets(args: readonly string[]): number {
  const { positionals, values } = readArguments(args, {
    'duplicate-threshold': { type: 'string', default: '0.7' },
    'neighbour-threshold': { type: 'string', default: '0.5' },
    json: { type: 'boolean', default: false },
  });
  const thresholds = {
    duplicate: readNumber('--duplicate-threshold', values['duplicate-threshold'], 0.1, 1),
    neighbour: readNumber('--neighbour-threshold', values['neighbour-threshold'], 0.1, 1),
  };
  const { loaded, problems } = load(resolve(onlyTask(positionals)));
  const { task, splits } = loaded;
  const { findings: found, testSize } = checkDatasetSplits(splits, thresholds, task.optimizer.testDraws);
  const findings = inOrder([...problems, ...found]);
  const counts = Object.fromEntries(
    levels.map((level) => [level, findings.filter((one) => one.level === level).length]),
  );
  const sizes = Object.fromEntries(
    Object.entries(splits).flatMap(([name, split]) => (split === undefined ? [] : [[name, split.examples.length]])),
  );
  if (values.json) {
    console.log(
      JSON.stringify({ schema: SCHEMA, task: task.name, sizes, testSize, thresholds, counts, findings }, null, 2),
    );
  } else tell(task.name, sizes, findings, counts);
  return (counts.error ?? 0) > 0 ? exitCodes.invalid : exitCodes.done;
}

/** A task that could not be run may still have data to look at: what is wrong with it is the first finding. */
function load(path: string): { loaded: LoadedTask; problems: Finding[] } {
  try {
    return { loaded: loadTask(path), problems: [] };
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const loaded = loadTask(path, [], () => []);
    return { loaded, problems: error.problems.map((problem) => ({ level: 'error', kind: 'task', ...problem })) };
  }
}

function tell(
  name: string,
  sizes: Readonly<Record<string, number>>,
  findings: readonly Finding[],
  counts: Readonly<Record<string, number>>,
): void {
  const shown = Object.entries(sizes).map(([split, size]) => `${size} ${split}`);
  console.log(`Datasets of ${name}: ${shown.join(', ')}.`);
  for (const group of Map.groupBy(findings, ({ level, kind }) => `${level} ${kind}`).values()) {
    for (const finding of group.slice(0, MOST_OF_A_KIND))
      console.log(`${finding.level.padEnd(8)} ${describeProblem(finding)}`);
    const more = group.length - MOST_OF_A_KIND;
    if (more > 0) console.log(`         … and ${more} more like these; --json lists all.`);
  }
  const words = levels.flatMap((level) => (counts[level] ? [plural(counts[level], level)] : []));
  console.log(words.length === 0 ? 'Nothing was found.' : `${words.join(', ')}.`);
}

const plural = (count: number, level: Level): string => `${count} ${level}${count === 1 ? '' : 's'}`;

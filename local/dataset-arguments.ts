/** What the subcommands of `dataset` have in common: reading the command line, and files. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { splitNames } from '../lambdas/contracts/dataset.ts';
import { type InputProblem, InvalidInputError } from '../lambdas/contracts/errors.ts';
import { nearest } from '../lambdas/contracts/issues.ts';
import type { DatasetFormat } from '../lambdas/store/records.ts';

/** @throws InvalidInputError always */
export function refuse(problem: InputProblem): never {
  throw new InvalidInputError([problem]);
}

/**
 * Reads what follows a subcommand.
 * @throws InvalidInputError when there is an option that it does not have
 */
export function readArguments<O extends ParseArgsOptionsConfig>(args: readonly string[], options: O) {
  const parse = () => parseArgs({ args: [...args], allowPositionals: true, options });
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse();
  } catch (error) {
    return refuse({ message: error instanceof Error ? error.message : String(error), remedy: SEE_HELP });
  }
  return parsed;
}

export const SEE_HELP = 'See npm run -s dataset -- --help.';

export function onlyTask(positionals: readonly string[]): string {
  const [path, ...more] = positionals;
  if (path !== undefined && more.length === 0) return path;
  return refuse({ message: `Give one task file, not ${positionals.length}.`, remedy: SEE_HELP });
}

/** A number that an option was given. */
export function readNumber(
  option: string,
  text: string,
  least: number,
  most: number,
  kind: 'whole' | 'any' = 'any',
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= least && value <= most && (kind === 'any' || Number.isInteger(value))) return value;
  return refuse({
    file: option,
    message: `${JSON.stringify(text)} is not ${kind === 'whole' ? 'a whole number' : 'a number'} from ${least} to ${most}.`,
  });
}

/** One of several names. */
function readChoice<T extends string>(option: string, text: string, known: readonly T[], noun: string): T {
  const found = known.find((name) => name === text);
  if (found !== undefined) return found;
  return refuse({
    file: option,
    message: `${JSON.stringify(text)} is no ${noun}.`,
    remedy: nearest(text, known) ?? `Choose one of ${known.join(', ')}.`,
  });
}

export const readSplitName = (option: string, text: string) => readChoice(option, text, splitNames, 'split');

const formats: readonly DatasetFormat[] = ['csv', 'jsonl'];
export const readFormat = (text: string): DatasetFormat => readChoice('--format', text, formats, 'format');

export function readFile(path: string, remedy: string): string {
  if (!existsSync(path) || !statSync(path).isFile()) return refuse({ file: path, message: 'does not exist.', remedy });
  return readFileSync(path, 'utf-8');
}

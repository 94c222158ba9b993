/** What the commands have in common: exit codes, options, words for what went wrong, how to go on. */
import { existsSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { describeProblem, InvalidInputError } from '../lambdas/contracts/errors.ts';
import { runIdSchema } from '../lambdas/contracts/payloads.ts';
import { FolderInUseError } from './embedded-aws.ts';
import type { ExecutionResult } from './engine.ts';
import { withScorerFiles } from './user-scorers.ts';

/**
 * The run ended with a result; it failed; the input is wrong and nothing was started; the champion got worse; it was
 * stopped by Ctrl-C.
 */
export const exitCodes = { done: 0, failed: 1, invalid: 2, worse: 3, stopped: 130 } as const;

/** Problems that are printed at most. */
const MOST_PROBLEMS = 20;

/** Runs a command, with scorers that may be files; what the user can mend becomes words and an exit code. */
export function runCommand(command: () => Promise<number>): Promise<number> {
  return runPlainCommand(() => withScorerFiles(command));
}

/** `runCommand` without scorers that are files. */
export async function runPlainCommand(command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    if (error instanceof InvalidInputError) {
      for (const problem of error.problems.slice(0, MOST_PROBLEMS)) console.error(describeProblem(problem));
      if (error.problems.length > MOST_PROBLEMS) console.error(`… and ${error.problems.length - MOST_PROBLEMS} more.`);
      return exitCodes.invalid;
    }
    if (error instanceof FolderInUseError) {
      console.error(`${error.message} Wait for it to end, or choose another --out.`);
      return exitCodes.failed;
    }
    if (isOfFileSystem(error)) {
      console.error(`A file could not be read or written: ${error.message}.`);
      return exitCodes.failed;
    }
    throw error;
  }
}

/** A full disk, missing rights, a folder that is gone: no fault of the program, so its stack tells nothing. */
function isOfFileSystem(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && 'path' in error && 'errno' in error;
}

/** Options that every command has. */
export const commonOptions = {
  out: { type: 'string' },
  'run-id': { type: 'string' },
  set: { type: 'string', multiple: true, default: [] as string[] },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsOptionsConfig;

/**
 * Reads a command line of files and options.
 * @throws InvalidInputError when it is none
 */
export function readFilesAndOptions<O extends ParseArgsOptionsConfig>(
  name: string,
  args: readonly string[],
  options: O,
) {
  const parse = () => parseArgs({ args: [...args], allowPositionals: true, options: { ...commonOptions, ...options } });
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse();
  } catch (error) {
    return refuseArguments(name, error instanceof Error ? error.message : String(error));
  }
  const { values, positionals: paths } = parsed;
  if (Reflect.get(values, 'help') === true) return 'help' as const;
  checkRunId(Reflect.get(values, 'run-id'));
  checkFolder(Reflect.get(values, 'out'));
  return { paths, values };
}

/**
 * Reads a command line of one task file and options.
 * @throws InvalidInputError when it is none
 */
export function readOptions<O extends ParseArgsOptionsConfig>(name: string, args: readonly string[], options: O) {
  const read = readFilesAndOptions(name, args, options);
  if (read === 'help') return 'help' as const;
  const { paths, values } = read;
  const [taskPath, ...more] = paths;
  if (taskPath === undefined || more.length > 0)
    return refuseArguments(name, `Give one task file, not ${paths.length}.`);
  return { taskPath, values };
}

/** @throws InvalidInputError always */
export function refuseArguments(name: string, message: string): never {
  throw new InvalidInputError([{ message, remedy: `See npm run -s ${name} -- --help.` }]);
}

function checkRunId(runId: unknown): void {
  if (runId === undefined || runIdSchema.safeParse(runId).success) return;
  throw new InvalidInputError([
    {
      file: '--run-id',
      message: `${JSON.stringify(runId)} is no run id.`,
      remedy: 'Use 1 to 80 letters, digits, _ or -.',
    },
  ]);
}

function checkFolder(out: unknown): void {
  if (typeof out !== 'string' || !existsSync(out) || statSync(out).isDirectory()) return;
  throw new InvalidInputError([{ file: '--out', message: `${out} is a file.`, remedy: 'Give a folder.' }]);
}

/** Does `work` so that Ctrl-C ends it early and keeps what is in flight; a second one ends the process. */
export async function stoppable<T>(work: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(exitCodes.stopped);
    stop.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    return await work(stop.signal);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

/** Says why a run has no result, and how to go on. Gives the exit code. */
export function tellEnd(result: Exclude<ExecutionResult, { status: 'SUCCEEDED' }>, resume: string): number {
  if (result.status === 'ABORTED') {
    console.error(`Stopped. Everything paid for is kept; go on with: ${resume}`);
    return exitCodes.stopped;
  }
  if (result.cause.startsWith('InvalidInputError: ')) {
    console.error(result.cause.slice('InvalidInputError: '.length));
    return exitCodes.invalid;
  }
  // The class of an error is for Retry and Catch; its sentence is for people.
  console.error(`The run failed: ${result.cause.replace(/^[A-Z]\w*Error: /, '')}`);
  console.error(`Everything paid for is kept; once the cause is mended, go on with: ${resume}`);
  return exitCodes.failed;
}

/** Relative where that is below the current folder. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') ? path : short;
}

/** A command as it would be typed. */
export function commandLine(name: string, words: readonly string[]): string {
  const quote = (text: string): string => (/^[\w./=:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  return `npm run -s ${name} -- ${words.map(quote).join(' ')}`;
}

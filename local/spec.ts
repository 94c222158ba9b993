/** The command `spec`: from words that say what good means to a judge that a person agrees with. */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { InvalidInputError } from '../lambdas/contracts/errors.ts';
import { requestStop, StoppedError } from '../lambdas/platform/shutdown.ts';
import { exitCodes, runCommand, stoppable } from './command.ts';
import { FolderInUseError } from './embedded-aws.ts';
import { withModel } from './simulated.ts';
import { spentWords, type WorstCase, worstWords } from './spec/caps.ts';
import { check } from './spec/check.ts';
import { clarify } from './spec/clarify.ts';
import type { SpecCommand } from './spec/command.ts';
import { CallsEndedError } from './spec/failures.ts';
import { judge } from './spec/judge.ts';
import { refine } from './spec/refine.ts';
import { review } from './spec/review.ts';
import { openSession } from './spec/session.ts';
import { checkTargets } from './spec/targets.ts';
import { InputEndedError, openTerminal, type Streams, type Terminal } from './spec/terminal.ts';
import { worstOfClarify, worstOfJudge, worstOfRefine, worstOfReview } from './spec/worst.ts';
import { type LoadedSpec, loadSpec, loadSpecs } from './spec-file.ts';

const usage = `Usage: npm run -s spec -- COMMAND SPEC.yaml [options]

  check SPEC.yaml …   say what is wrong with specs of one task, and how far each has come; asks no model
  clarify             ask questions where the spec is ambiguous, and keep the answers in SPEC.questions.yaml
      --answers FILE  take the answers from a filled file
      --out FILE      write the questions there
  refine              propose edits from the answers, and from where you and the judge disagree; you decide each one
      --answers FILE  the answers of this file
      --out FILE      write the proposed edits there (default: SPEC.edits.yaml)
      --edits FILE    make the edits that were decided in this file
  judge               write the steps of the judge into SPEC.judge.yaml, unless they are there
      --regenerate    write them anew in any case
  review              rate examples near the boundary, then hear the judge; where you disagree, the spec is refined
      --examples N    examples a round, half of them meant to pass (default: 10)
      --html FILE     write a page in which somebody can rate them
      --ratings FILE  take the ratings that the page has saved, or the filled SPEC.review.yaml

  --set PATH=VALUE    override a field of the spec, for example --set task.generator.name=gpt-5.1 (may be repeated)
  --store DIR         where the answers of models are kept (default: .prompt-optimizer/spec-NAME)
  --dry-run           say how much would be asked at the worst, and spend nothing

Without a terminal nothing is asked: files are written to be filled in. Caps are those of task.synthesis.budget.`;

const names = ['check', 'clarify', 'refine', 'judge', 'review'] as const;
type Name = (typeof names)[number];

/** Runs the command and gives its exit code. @param streams where the person is; default: this process's own */
export function main(
  args: readonly string[],
  streams: Streams = { input: process.stdin, output: process.stdout },
): Promise<number> {
  return runCommand(async () => {
    const terminal = openTerminal(streams);
    try {
      const read = readArguments(args);
      if (read === 'help') {
        terminal.say(usage);
        return exitCodes.done;
      }
      const paths = read.paths.map((path) => resolve(path));
      if (read.name === 'check') {
        check(loadSpecs(paths, read.values.set), terminal);
        return exitCodes.done;
      }
      const [path] = paths;
      if (path === undefined || paths.length > 1) return refuse(`Give one spec, not ${paths.length}.`);
      return await run(read.name, loadSpec(path, read.values.set), read.values, terminal);
    } finally {
      terminal.close();
    }
  });
}

type Values = Exclude<ReturnType<typeof readArguments>, 'help'>['values'];

/** Does one command over a session of model calls. */
function run(name: Exclude<Name, 'check'>, loaded: LoadedSpec, values: Values, terminal: Terminal): Promise<number> {
  const { spec } = loaded;
  const examples = countOf(values.examples);
  checkTargets(values);
  return withModel(async (notice) => {
    const folder = resolve(values.store ?? join('.prompt-optimizer', `spec-${spec.name}`));
    const onFirst = (): void => {
      if (notice !== undefined) terminal.say(`${notice}\n`);
    };
    const session = openSession({ task: spec.task, folder, isFree: notice !== undefined, onFirst });
    const command: SpecCommand = {
      loaded,
      spec,
      terminal,
      session,
      set: values.set,
      now: () => new Date().toISOString(),
    };
    if (values['dry-run']) {
      terminal.say(worstWords(worstOf(name, command, values, examples)));
      return exitCodes.done;
    }
    const work: Record<typeof name, () => Promise<void>> = {
      clarify: () => clarify(command, { out: values.out, answers: values.answers }),
      refine: () => refine(command, { out: values.out, answers: values.answers, edits: values.edits }),
      judge: () => judge(command, { regenerate: values.regenerate }),
      review: () => review(command, { examples, html: values.html, ratings: values.ratings }),
    };
    try {
      return await stoppable(async (stop) => {
        stop.addEventListener('abort', () => requestStop(), { once: true });
        return toldEnd(work[name], terminal);
      });
    } finally {
      terminal.say(`\n${spentWords(session.spent())}`);
      await session.close();
    }
  });
}

/** Says why a command has not come to its end. Gives the exit code. */
async function toldEnd(work: () => Promise<void>, terminal: Terminal): Promise<number> {
  try {
    await work();
    return exitCodes.done;
  } catch (error) {
    if (error instanceof InputEndedError || error instanceof StoppedError) {
      terminal.say('\nStopped. Everything that was said and paid for is kept; the same command goes on from here.');
      return exitCodes.stopped;
    }
    if (error instanceof CallsEndedError) {
      console.error(error.message);
      console.error('Everything that was answered is kept; once that is mended, the same command goes on from here.');
      return exitCodes.failed;
    }
    if (error instanceof FolderInUseError) {
      console.error(`${error.message} Wait for it to end, or choose another --store.`);
      return exitCodes.failed;
    }
    throw error;
  }
}

function worstOf(name: Exclude<Name, 'check'>, command: SpecCommand, values: Values, examples: number): WorstCase {
  switch (name) {
    case 'clarify':
      return worstOfClarify(command, values.answers);
    case 'refine':
      return worstOfRefine(command, values.answers, values.edits);
    case 'judge':
      return worstOfJudge(command, values.regenerate);
    case 'review':
      return worstOfReview(command, examples, values.ratings);
  }
}

/** @throws InvalidInputError when it is no command line of this command */
function readArguments(args: readonly string[]) {
  const parse = () =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        answers: { type: 'string' },
        edits: { type: 'string' },
        examples: { type: 'string', default: '10' },
        html: { type: 'string' },
        ratings: { type: 'string' },
        regenerate: { type: 'boolean', default: false },
        out: { type: 'string' },
        store: { type: 'string' },
        set: { type: 'string', multiple: true, default: [] as string[] },
        'dry-run': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse();
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  if (values.help) return 'help' as const;
  const [first = '', ...paths] = positionals;
  const name = names.find((one) => one === first);
  if (name === undefined) return refuse(`${JSON.stringify(first)} is none of ${names.join(', ')}.`);
  if (paths.length === 0) return refuse('Give the path of a spec.yaml.');
  const foreign = Object.keys(values).find((option) => isForeign(name, option, values));
  if (foreign !== undefined) return refuse(`--${foreign} is no option of ${name}.`);
  return { name, paths, values };
}

const own: Readonly<Record<Name, readonly string[]>> = {
  check: [],
  clarify: ['answers', 'out', 'store', 'dry-run'],
  refine: ['answers', 'edits', 'out', 'store', 'dry-run'],
  judge: ['regenerate', 'store', 'dry-run'],
  review: ['examples', 'html', 'ratings', 'store', 'dry-run'],
};

/** Whether an option was given to a command that has it not. */
function isForeign(name: Name, option: string, values: object): boolean {
  if (option === 'set' || option === 'help' || own[name].includes(option)) return false;
  const value: unknown = Reflect.get(values, option);
  return option === 'examples' ? value !== '10' : value !== undefined && value !== false;
}

function countOf(examples: string): number {
  const count = Number(examples);
  if (Number.isInteger(count) && count >= 1 && count <= 100) return count;
  throw new InvalidInputError([
    { file: '--examples', message: `${JSON.stringify(examples)} is no number from 1 to 100.` },
  ]);
}

function refuse(message: string): never {
  throw new InvalidInputError([{ message, remedy: 'See npm run -s spec -- --help.' }]);
}

/** The command line (DESIGN §8): `optimize TASK.yaml [--out DIR] [--run-id ID] [--set path=value …] [--dry-run] [--json]`. */
import { existsSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describeProblem, InvalidInputError } from '../lambdas/contracts/errors.ts';
import { runIdSchema } from '../lambdas/contracts/payloads.ts';
import { type Estimate, estimate } from '../lambdas/optimizer/estimate.ts';
import { powerOf } from '../lambdas/optimizer/power.ts';
import { optionalEnv } from '../lambdas/platform/env.ts';
import { onRunEvent } from '../lambdas/platform/events.ts';
import { powerSentence } from '../lambdas/report/sentence.ts';
import { renderVerdict } from '../lambdas/report/terminal.ts';
import { factsOf } from '../lambdas/rollout/facts.ts';
import { FolderInUseError } from './embedded-aws.ts';
import { showProgress } from './progress.ts';
import { type LocalResult, resultFiles, runLocally } from './run.ts';
import { SIMULATED_MODEL_NOTICE, startSimulatedModel } from './simulated-model/index.ts';
import { type LoadedTask, loadTask } from './task-file.ts';
import { withScorerFiles } from './user-scorers.ts';

/** The run ended with a verdict; it failed; the input is wrong and nothing was started; it was stopped by Ctrl-C. */
const exitCodes = { verdict: 0, failed: 1, invalid: 2, stopped: 130 } as const;

const usage = `Usage: npm run -s optimize -- TASK.yaml [options]

  --out DIR          where the result goes (default: .prompt-optimizer/RUN-ID)
  --run-id ID        name of the run; the same name again resumes it
  --set PATH=VALUE   override a field of the task, for example --set budget.rollouts=500 (may be repeated)
  --dry-run          say what the run would spend, and spend nothing
  --json             print the report (or the estimate) as JSON and nothing else

The model is where OPENAI_API_KEY and OPENAI_BASE_URL point (any OpenAI-compatible server). Without both, a simulated
model answers: it shows the workflow, not how a real model would do.`;

interface Options {
  readonly taskPath: string;
  readonly folder: string | undefined;
  readonly runId: string | undefined;
  readonly set: readonly string[];
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** Runs the command and gives its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options === 'help') {
      console.log(usage);
      return 0;
    }
    return await withScorerFiles(async () => {
      const loaded = loadTask(resolve(options.taskPath), options.set);
      return options.dryRun ? dryRun(loaded, options) : await optimize(loaded, options);
    });
  } catch (error) {
    if (error instanceof InvalidInputError) {
      for (const problem of error.problems.slice(0, 20)) console.error(describeProblem(problem));
      if (error.problems.length > 20) console.error(`… and ${error.problems.length - 20} more.`);
      return exitCodes.invalid;
    }
    if (error instanceof FolderInUseError) {
      console.error(`${error.message} Wait for it to end, or choose another --run-id.`);
      return exitCodes.failed;
    }
    throw error;
  }
}

/** @throws InvalidInputError */
function parseOptions(args: readonly string[]): Options | 'help' {
  const fail = (message: string): never => {
    throw new InvalidInputError([{ message, remedy: 'See npm run -s optimize -- --help.' }]);
  };
  const parse = () =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        'run-id': { type: 'string' },
        set: { type: 'string', multiple: true, default: [] },
        'dry-run': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse();
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  if (values.help) return 'help';
  const [taskPath, ...more] = positionals;
  if (taskPath === undefined || more.length > 0) return fail(`Give one task file, not ${positionals.length}.`);
  const runId = values['run-id'];
  if (runId !== undefined && !runIdSchema.safeParse(runId).success) {
    throw new InvalidInputError([
      {
        file: '--run-id',
        message: `${JSON.stringify(runId)} is no run id.`,
        remedy: 'Use 1 to 80 letters, digits, _ or -.',
      },
    ]);
  }
  if (values.out !== undefined && existsSync(values.out) && !statSync(values.out).isDirectory()) {
    throw new InvalidInputError([{ file: '--out', message: `${values.out} is a file.`, remedy: 'Give a folder.' }]);
  }
  return { taskPath, folder: values.out, runId, set: values.set, dryRun: values['dry-run'], json: values.json };
}

function dryRun({ task, splits }: LoadedTask, { json }: Options): number {
  const courses = estimate(task, factsOf(task, splits));
  const power = powerOf(splits.test.examples.length, task.optimizer.testDraws);
  if (json) {
    console.log(JSON.stringify({ ...courses, power }, null, 2));
    return 0;
  }
  console.log(`What ${task.name} would spend (nothing was spent):\n`);
  for (const [name, course] of Object.entries(courses)) console.log(`${name.padEnd(9)} ${describeEstimate(course)}`);
  console.log(
    `\nexpected: ${task.optimizer.strategy === 'attribution' ? 'all rounds of the plan' : 'every third child is accepted'}. low, high: the least and the most, each call at its best and at its worst.`,
  );
  console.log(powerSentence(power));
  return 0;
}

function describeEstimate({ generations, rollouts, reflectionCalls, tokens, costUsd }: Estimate): string {
  const cost = costUsd === null ? 'price not known' : `$${costUsd.toFixed(2)}`;
  return `${rollouts} rollouts, ${reflectionCalls} reflections, ${generations} generations, ${tokens.toLocaleString('en-US')} tokens, ${cost}`;
}

async function optimize(loaded: LoadedTask, options: Options): Promise<number> {
  const isSimulated = optionalEnv('OPENAI_API_KEY') === undefined && optionalEnv('OPENAI_BASE_URL') === undefined;
  const { task } = loaded;
  const runId =
    options.runId ?? `${task.name.slice(0, 60)}-${new Date().toISOString().slice(0, 19).replace(/[-:]/g, '')}`;
  const folder = resolve(options.folder ?? join('.prompt-optimizer', runId));
  const say = (text: string): void => {
    if (!options.json) console.log(text);
  };
  const resume = resumeCommand(options, runId);
  const simulated = isSimulated ? await startSimulatedModel() : undefined;
  if (simulated !== undefined) process.env.OPENAI_BASE_URL = simulated.baseUrl;
  // Servers on one's own machine need no key, but the client wants one.
  process.env.OPENAI_API_KEY ??= 'none';

  const { train, validation, test } = loaded.splits;
  say(
    `Optimizing ${task.name}: ${train.examples.length} training${validation === undefined ? '' : `, ${validation.examples.length} validation`} and ${test.examples.length} sealed test examples, at most ${task.budget.rollouts} rollouts. Run ${runId}.`,
  );
  say(powerSentence(powerOf(test.examples.length, task.optimizer.testDraws)));
  if (isSimulated) say(`${SIMULATED_MODEL_NOTICE} Set OPENAI_API_KEY or OPENAI_BASE_URL to use yours.`);
  say('');

  const progress = showProgress(process.stdout, task.budget);
  onRunEvent(options.json ? () => {} : progress.onEvent);
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(exitCodes.stopped);
    stop.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    const notice = isSimulated ? SIMULATED_MODEL_NOTICE : undefined;
    const run = { runId, folder, loaded: isSimulated ? atNoPrice(loaded) : loaded, notice };
    const result = await runLocally(run, stop.signal);
    progress.done();
    return conclude(result, loaded, folder, resume, options);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    await simulated?.close();
  }
}

/** The simulated model costs nothing, whatever name it answers to. */
function atNoPrice(loaded: LoadedTask): LoadedTask {
  const { file, task } = loaded;
  const free = { input: 0, output: 0 };
  const prices = { ...task.prices, [task.model.name]: free, [task.reflection.name]: free };
  return { ...loaded, file: { ...file, prices }, task: { ...task, prices } };
}

function conclude(
  result: LocalResult,
  { task }: LoadedTask,
  folder: string,
  resume: string,
  { json }: Options,
): number {
  if (result.status === 'SUCCEEDED') {
    const files = Object.entries(resultFiles).map(([name, path]) => [name, shortPath(join(folder, path))]);
    const shown = renderVerdict(result.report, task.prompt, {
      color: process.stdout.isTTY === true,
      files: Object.fromEntries(files),
    });
    console.log(json ? JSON.stringify(result.report, null, 2) : shown.trimEnd());
    return exitCodes.verdict;
  }
  if (result.status === 'ABORTED') {
    console.error(`Stopped. Everything paid for is kept; go on with: ${resume}`);
    return exitCodes.stopped;
  }
  if (result.cause.startsWith('InvalidInputError: ')) {
    console.error(result.cause.slice('InvalidInputError: '.length));
    return exitCodes.invalid;
  }
  console.error(`The run failed: ${result.cause}`);
  console.error(`Everything paid for is kept; once the cause is mended, go on with: ${resume}`);
  return exitCodes.failed;
}

/** Relative where that is below the current folder. */
function shortPath(path: string): string {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') ? path : short;
}

function resumeCommand({ taskPath, folder, set, json }: Options, runId: string): string {
  const quote = (text: string): string => (/^[\w./=:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  const words = [
    taskPath,
    ...(folder === undefined ? [] : ['--out', folder]),
    '--run-id',
    runId,
    ...set.flatMap((one) => ['--set', one]),
    ...(json ? ['--json'] : []),
  ];
  return `npm run -s optimize -- ${words.map(quote).join(' ')}`;
}

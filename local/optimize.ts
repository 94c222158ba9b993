/** The command `optimize` (DESIGN §8): `optimize TASK.yaml [--out DIR] [--run-id ID] [--set path=value …] [--dry-run] [--json]`. */
import { join, resolve } from 'node:path';
import { type Estimate, estimate } from '../lambdas/optimizer/estimate.ts';
import { powerOf } from '../lambdas/optimizer/power.ts';
import { onRunEvent } from '../lambdas/platform/events.ts';
import { powerSentence } from '../lambdas/report/sentence.ts';
import { renderVerdict } from '../lambdas/report/terminal.ts';
import { factsOf } from '../lambdas/rollout/facts.ts';
import { commandLine, exitCodes, readOptions, runCommand, shortPath, stoppable, tellEnd } from './command.ts';
import { showProgress } from './progress.ts';
import { type LocalResult, resultFiles, runLocally } from './run.ts';
import { atNoPrice, withModel } from './simulated.ts';
import { type LoadedTask, loadTask } from './task-file.ts';

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
export function main(args: readonly string[]): Promise<number> {
  return runCommand(async () => {
    const options = parseOptions(args);
    if (options === 'help') {
      console.log(usage);
      return exitCodes.done;
    }
    const loaded = loadTask(resolve(options.taskPath), options.set);
    return options.dryRun ? dryRun(loaded, options) : optimize(loaded, options);
  });
}

/** @throws InvalidInputError */
function parseOptions(args: readonly string[]): Options | 'help' {
  const read = readOptions('optimize', args, { 'dry-run': { type: 'boolean', default: false } });
  if (read === 'help') return 'help';
  const { taskPath, values } = read;
  return {
    taskPath,
    folder: values.out,
    runId: values['run-id'],
    set: values.set,
    dryRun: values['dry-run'],
    json: values.json,
  };
}

function dryRun({ task, splits }: LoadedTask, { json }: Options): number {
  const courses = estimate(task, factsOf(task, splits));
  const power = powerOf(splits.test.examples.length, task.optimizer.testDraws);
  if (json) {
    console.log(JSON.stringify({ ...courses, power }, null, 2));
    return exitCodes.done;
  }
  console.log(`What ${task.name} would spend (nothing was spent):\n`);
  for (const [name, course] of Object.entries(courses)) console.log(`${name.padEnd(9)} ${describeEstimate(course)}`);
  console.log(
    `\nexpected: ${task.optimizer.strategy === 'attribution' ? 'all rounds of the plan' : 'every third child is accepted'}. low, high: the least and the most, each call at its best and at its worst.`,
  );
  console.log(powerSentence(power));
  return exitCodes.done;
}

function describeEstimate({ generations, rollouts, reflectionCalls, tokens, costUsd }: Estimate): string {
  const cost = costUsd === null ? 'price not known' : `$${costUsd.toFixed(2)}`;
  return `${rollouts} rollouts, ${reflectionCalls} reflections, ${generations} generations, ${tokens.toLocaleString('en-US')} tokens, ${cost}`;
}

function optimize(loaded: LoadedTask, options: Options): Promise<number> {
  const { task } = loaded;
  const runId =
    options.runId ?? `${task.name.slice(0, 60)}-${new Date().toISOString().slice(0, 19).replace(/[-:]/g, '')}`;
  const folder = resolve(options.folder ?? join('.prompt-optimizer', runId));
  const say = (text: string): void => {
    if (!options.json) console.log(text);
  };
  return withModel(async (notice) => {
    const { train, validation, test } = loaded.splits;
    say(
      `Optimizing ${task.name}: ${train.examples.length} training${validation === undefined ? '' : `, ${validation.examples.length} validation`} and ${test.examples.length} sealed test examples, at most ${task.budget.rollouts} rollouts. Run ${runId}.`,
    );
    say(powerSentence(powerOf(test.examples.length, task.optimizer.testDraws)));
    if (notice !== undefined) say(`${notice} Set OPENAI_API_KEY or OPENAI_BASE_URL to use yours.`);
    say('');

    const progress = showProgress(process.stdout, task.budget);
    onRunEvent(options.json ? () => {} : progress.onEvent);
    const run = { runId, folder, loaded: notice === undefined ? loaded : atNoPrice(loaded), notice };
    const result = await stoppable((stop) => runLocally(run, stop));
    progress.done();
    return conclude(result, loaded, folder, resumeCommand(options, runId), options);
  });
}

function conclude(
  result: LocalResult,
  { task }: LoadedTask,
  folder: string,
  resume: string,
  { json }: Options,
): number {
  if (result.status !== 'SUCCEEDED') return tellEnd(result, resume);
  const files = Object.entries(resultFiles).map(([name, path]) => [name, shortPath(join(folder, path))]);
  const shown = renderVerdict(result.report, task.prompt, {
    color: process.stdout.isTTY === true,
    files: Object.fromEntries(files),
  });
  console.log(json ? JSON.stringify(result.report, null, 2) : shown.trimEnd());
  return exitCodes.done;
}

function resumeCommand({ taskPath, folder, set, json }: Options, runId: string): string {
  return commandLine('optimize', [
    taskPath,
    ...(folder === undefined ? [] : ['--out', folder]),
    '--run-id',
    runId,
    ...set.flatMap((one) => ['--set', one]),
    ...(json ? ['--json'] : []),
  ]);
}

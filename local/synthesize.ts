/** The command `synthesize`: from specs to judges, four datasets and a task that `optimize` takes as it is. */
import { resolve } from 'node:path';
import { InvalidInputError } from '../lambdas/contracts/errors.ts';
import type { SynthesisInput } from '../lambdas/contracts/synthesis.ts';
import { onRunEvent } from '../lambdas/platform/events.ts';
import { estimateWords, renderSynthesis } from '../lambdas/report/synthesis-terminal.ts';
import { contentHash } from '../lambdas/rollout/resolve-task.ts';
import { checkSynthesis } from '../lambdas/synthesis/check-synthesis.ts';
import { estimateSynthesis } from '../lambdas/synthesis/estimate.ts';
import { taskNameOf } from '../lambdas/synthesis/resolve-spec.ts';
import {
  commandLine,
  exitCodes,
  readFilesAndOptions,
  refuseArguments,
  runCommand,
  shortPath,
  stoppable,
  tellEnd,
} from './command.ts';
import { withModel } from './simulated.ts';
import { type LoadedSpec, loadSpecs } from './spec-file.ts';
import { goldenBeside, judgesBeside, keepJudges, readLike } from './synthesis-files.ts';
import { showSynthesis } from './synthesis-progress.ts';
import { inputAsBegun, refuseOtherFiles, runSynthesis, sessionOf } from './synthesis-run.ts';

const usage = `Usage: npm run -s synthesize -- SPEC.yaml [SPEC.yaml …] --out DIR [options]

  --out DIR          where train.jsonl, validation.jsonl, test.jsonl, golden.jsonl, task.yaml and synthesis.json go
  --like FILE        real inputs that set the style: a .txt file with one a line, or a dataset (.jsonl, .csv)
  --run-id ID        name of the session (default: from specs and settings); the same again resumes it
  --set PATH=VALUE   override a field of every spec, for example --set task.synthesis.topics=6 (may be repeated)
  --force            write over files in DIR that are of another session or were changed
  --dry-run          say what it would spend: low, expected, high; and spend nothing
  --json             print the report (or the estimate) as JSON and nothing else

Steps of judges (SPEC.judge.yaml) and rated examples (SPEC.golden.jsonl) that lie beside the specs are used; steps that are
missing or out of date are written. The model is where OPENAI_API_KEY and OPENAI_BASE_URL point; without both, a simulated
model answers.`;

interface Options {
  readonly paths: readonly string[];
  readonly out: string;
  readonly like: string | undefined;
  readonly runId: string | undefined;
  readonly set: readonly string[];
  readonly dryRun: boolean;
  readonly force: boolean;
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
    const specs = loadSpecs(
      options.paths.map((path) => resolve(path)),
      options.set,
    );
    const input = inputOf(specs, options);
    return options.dryRun ? dryRun(input, options) : synthesize(specs, input, options);
  });
}

/** @throws InvalidInputError */
function parseOptions(args: readonly string[]): Options | 'help' {
  const read = readFilesAndOptions('synthesize', args, {
    like: { type: 'string' },
    'dry-run': { type: 'boolean', default: false },
    force: { type: 'boolean', default: false },
  });
  if (read === 'help') return 'help';
  const { paths, values } = read;
  if (paths.length === 0) return refuseArguments('synthesize', 'Give at least one spec.');
  const dryRun = values['dry-run'];
  if (values.out === undefined && !dryRun)
    return refuseArguments('synthesize', 'Say where the datasets go: --out DIR.');
  const { out = '', like, set, json, force } = values;
  return { paths, out, like, runId: values['run-id'], set, dryRun, force, json };
}

/** @throws InvalidInputError */
function inputOf(specs: readonly LoadedSpec[], { like }: Options): SynthesisInput {
  const input: SynthesisInput = {
    specs: specs.map(({ spec }) => spec),
    judges: judgesBeside(specs),
    golden: goldenBeside(specs),
    like: like === undefined ? [] : readLike(like),
    simulated: false,
  };
  const problems = checkSynthesis(input);
  if (problems.length > 0) throw new InvalidInputError(problems);
  return input;
}

function dryRun(input: SynthesisInput, { json }: Options): number {
  const courses = estimateSynthesis(input);
  const name = taskNameOf(input.specs);
  console.log(
    json
      ? JSON.stringify(courses, null, 2)
      : `What the datasets of ${name} would cost (nothing was spent):\n\n${estimateWords(courses)}`,
  );
  return exitCodes.done;
}

/** The session that the folder holds, where this is its command again, or a new one. */
function sessionFor(folder: string, now: SynthesisInput, wanted: string | undefined) {
  const nameOf = (input: SynthesisInput): string => wanted ?? `synthesize-${contentHash(input).slice(0, 16)}`;
  const begun = inputAsBegun(folder, now);
  const given = nameOf(begun) === sessionOf(folder) ? begun : now;
  return { runId: nameOf(given), given };
}

async function synthesize(specs: readonly LoadedSpec[], input: SynthesisInput, options: Options): Promise<number> {
  const { json, set, paths, like, force } = options;
  const folder = resolve(options.out);
  return withModel(async (notice) => {
    const now = notice === undefined ? input : { ...input, simulated: true, notice };
    const { runId, given } = sessionFor(folder, now, options.runId);
    if (!force) refuseOtherFiles(folder, runId);
    if (!json) {
      console.log(`${estimateWords(estimateSynthesis(given))}\n`);
      if (notice !== undefined) console.log(`${notice} Set OPENAI_API_KEY or OPENAI_BASE_URL to use yours.\n`);
    }
    const progress = showSynthesis(process.stderr, json);
    onRunEvent(progress.onEvent);
    const result = await stoppable((stop) => runSynthesis({ runId, folder, input: given, force }, stop));
    progress.done();
    const place = ['--out', options.out, ...(like === undefined ? [] : ['--like', like])];
    const words = [...paths, ...place, ...set.flatMap((one) => ['--set', one]), '--run-id', runId];
    if (result.status !== 'SUCCEEDED') return tellEnd(result, commandLine('synthesize', words));
    const written = keepJudges(specs, result.report);
    if (json) {
      console.log(JSON.stringify(result.report, null, 2));
      return exitCodes.done;
    }
    console.log(renderSynthesis(result.report, { color: process.stdout.isTTY === true }).trimEnd());
    console.log('');
    for (const [name, path] of Object.entries(result.files)) console.log(`${name.padEnd(11)}${shortPath(path)}`);
    for (const path of written) console.log(`${'judge'.padEnd(11)}${shortPath(path)}`);
    const task = result.files.task ?? '';
    console.log(`\nNow: ${commandLine('optimize', [shortPath(task), '--out', `${shortPath(folder)}/result`])}`);
    return exitCodes.done;
  });
}

/** The command line of `optimize`: what may be said, and how to say it again. */
import { commandLine, readFilesAndOptions, refuseArguments } from './command.ts';

export const usage = `Usage: npm run -s optimize -- TASK.yaml [options]
       npm run -s optimize -- --remote STACK TASK.yaml [options]
       npm run -s optimize -- --remote STACK --run-id ID --stop

  --out DIR          where the result goes (default: .prompt-optimizer/RUN-ID)
  --run-id ID        name of the run; the same name again resumes it
  --set PATH=VALUE   override a field of the task, for example --set budget.rollouts=500 (may be repeated)
  --dry-run          say what the run would spend, and spend nothing
  --json             print the report (or the estimate) as JSON and nothing else
  --compare REPORT   report.json of an earlier run: its prompt meets the same sealed examples; exit code 3 when the
                     prompt that this run recommends is worse
  --remote STACK     run in your AWS account: the name of the deployed stack (your AWS credentials and region are used),
                     or the URL of an API (npm run serve; PROMPT_OPTIMIZER_TOKEN is its token)
  --store            with --remote: keep the task there under its name first, so that its \`schedule\` and \`promotion\` hold
  --stop             stop the run that --run-id names; it keeps what was paid for, and the same name resumes it

The model is where OPENAI_API_KEY and OPENAI_BASE_URL point (any OpenAI-compatible server). Without both, a simulated
model answers: it shows the workflow, not how a real model would do. With --remote, the stack's own model is used.

Exit codes: 0 the run ended with a verdict, 1 it failed, 2 the input is wrong and nothing was started, 3 worse than the
report it was compared with, 130 Ctrl-C. Ctrl-C stops a run on this machine; a remote run goes on, and how to follow or
to stop it is said.`;

export interface Options {
  readonly taskPath: string;
  readonly folder: string | undefined;
  readonly runId: string | undefined;
  readonly set: readonly string[];
  readonly dryRun: boolean;
  readonly json: boolean;
  /** Path of an earlier report.json. */
  readonly compare: string | undefined;
  /** A stack, or the URL of an API. */
  readonly remote: string | undefined;
  /** Whether the service is to keep the task under its name. */
  readonly store: boolean;
}

/** `--remote STACK --run-id ID --stop`: no task is needed for it. */
export interface StopRequest {
  readonly remote: string;
  readonly runId: string;
}

/** @throws InvalidInputError */
export function parseOptions(args: readonly string[]): Options | { readonly stop: StopRequest } | 'help' {
  const read = readFilesAndOptions('optimize', args, {
    'dry-run': { type: 'boolean', default: false },
    compare: { type: 'string' },
    remote: { type: 'string' },
    store: { type: 'boolean', default: false },
    stop: { type: 'boolean', default: false },
  });
  if (read === 'help') return 'help';
  const { paths, values } = read;
  const { remote, 'run-id': runId } = values;
  if (values.stop) {
    if (remote === undefined || runId === undefined || paths.length > 0) {
      return refuseArguments('optimize', '--stop goes with --remote and --run-id, and with no task.');
    }
    return { stop: { remote, runId } };
  }
  if (values.store && remote === undefined) return refuseArguments('optimize', '--store goes with --remote.');
  if (values.store && values.set.length > 0) {
    return refuseArguments('optimize', '--set changes one run and --store keeps the task: give one of them.');
  }
  const [taskPath, ...more] = paths;
  if (taskPath === undefined || more.length > 0) {
    return refuseArguments('optimize', `Give one task file, not ${paths.length}.`);
  }
  return {
    taskPath,
    folder: values.out,
    runId,
    set: values.set,
    dryRun: values['dry-run'],
    json: values.json,
    compare: values.compare,
    remote,
    store: values.store,
  };
}

/** The command that goes on with a run. */
export function resumeCommand(options: Options, runId: string): string {
  const { taskPath, folder, set, json, compare, remote, store } = options;
  return commandLine('optimize', [
    ...(remote === undefined ? [] : ['--remote', remote]),
    taskPath,
    ...(folder === undefined ? [] : ['--out', folder]),
    '--run-id',
    runId,
    ...set.flatMap((one) => ['--set', one]),
    ...(compare === undefined ? [] : ['--compare', compare]),
    ...(store ? ['--store'] : []),
    ...(json ? ['--json'] : []),
  ]);
}

/** The command that stops a remote run. */
export function stopCommand(remote: string, runId: string): string {
  return commandLine('optimize', ['--remote', remote, '--run-id', runId, '--stop']);
}

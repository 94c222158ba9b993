/** The command `optimize` (DESIGN §8): one optimization, on this machine or in a deployed stack. */
import { join, resolve } from 'node:path';
import type { Report } from '../lambdas/contracts/report.ts';
import { estimate } from '../lambdas/optimizer/estimate.ts';
import { powerOf } from '../lambdas/optimizer/power.ts';
import { onRunEvent } from '../lambdas/platform/events.ts';
import { factsOf } from '../lambdas/rollout/facts.ts';
import { exitCodes, runCommand, stoppable, tellEnd } from './command.ts';
import { readEarlierReport } from './compare.ts';
import { type Options, parseOptions, resumeCommand, usage } from './optimize-options.ts';
import { newRunId, tellEstimate, tellResult, tellStart } from './optimize-output.ts';
import { showProgress } from './progress.ts';
import { runLocally } from './run.ts';
import { atNoPrice, withModel } from './simulated.ts';
import { type LoadedTask, loadTask } from './task-file.ts';

/** Runs the command and gives its exit code. */
export function main(args: readonly string[]): Promise<number> {
  return runCommand(async () => {
    const options = parseOptions(args);
    if (options === 'help') {
      console.log(usage);
      return exitCodes.done;
    }
    // Only whoever asks for it waits for it to load.
    if ('stop' in options) return (await import('./remote/optimize.ts')).stopRemotely(options.stop);
    const { remote } = options;
    if (remote !== undefined) return (await import('./remote/optimize.ts')).optimizeRemotely({ ...options, remote });
    const loaded = loadTask(resolve(options.taskPath), options.set);
    const earlier = options.compare === undefined ? undefined : readEarlierReport(options.compare, loaded);
    return options.dryRun ? dryRun(loaded, earlier, options) : optimize(loaded, earlier, options);
  });
}

function dryRun({ task, splits }: LoadedTask, earlier: Report | undefined, { json }: Options): number {
  const power = powerOf(splits.test.examples.length, task.optimizer.testDraws);
  const facts = { ...factsOf(task, splits), champion: earlier?.recommended.components ?? null };
  tellEstimate(task, { ...estimate(task, facts), power }, json);
  return exitCodes.done;
}

function optimize(loaded: LoadedTask, earlier: Report | undefined, options: Options): Promise<number> {
  const { task } = loaded;
  const runId = options.runId ?? newRunId(task.name);
  const folder = resolve(options.folder ?? join('.prompt-optimizer', runId));
  return withModel(async (notice) => {
    if (!options.json) {
      tellStart(loaded, runId);
      if (notice !== undefined) console.log(`${notice} Set OPENAI_API_KEY or OPENAI_BASE_URL to use yours.`);
      console.log('');
    }
    const progress = showProgress(process.stdout, task.budget);
    onRunEvent(options.json ? () => {} : progress.onEvent);
    const run = {
      runId,
      folder,
      loaded: notice === undefined ? loaded : atNoPrice(loaded),
      notice,
      compareWith: earlier?.recommended.components,
    };
    const result = await stoppable((stop) => runLocally(run, stop));
    progress.done();
    if (result.status !== 'SUCCEEDED') return tellEnd(result, resumeCommand(options, runId));
    return tellResult(result.report, { prompt: task.prompt, folder, earlier, json: options.json });
  });
}

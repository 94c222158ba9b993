/** What `optimize` prints, wherever it runs: what begins, what it would cost, and how it ended. */
import type { Report } from '../lambdas/contracts/report.ts';
import type { Components, Task } from '../lambdas/contracts/task.ts';
import type { Estimate } from '../lambdas/optimizer/estimate.ts';
import { powerOf } from '../lambdas/optimizer/power.ts';
import { powerSentence } from '../lambdas/report/sentence.ts';
import { renderVerdict } from '../lambdas/report/terminal.ts';
import { exitCodes } from './command.ts';
import { tellComparison } from './compare.ts';
import { resultPaths } from './result-files.ts';
import type { LoadedTask } from './task-file.ts';

/**
 * A name for a run that the user gave none: its task and the time, UTC.
 * @param suffix tells runs apart that several people begin in one second
 */
export function newRunId(task: string, suffix?: string): string {
  const time = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '');
  return [task.slice(0, 58), time, ...(suffix === undefined ? [] : [suffix])].join('-');
}

export function tellStart({ task, splits: { train, validation, test } }: LoadedTask, runId: string, where = ''): void {
  const count = (examples: readonly unknown[], what: string): string => `${examples.length} ${what}`;
  console.log(
    `Optimizing ${task.name}${where}: ${count(train.examples, 'training')}${validation === undefined ? '' : `, ${count(validation.examples, 'validation')}`} and ${count(test.examples, 'sealed test examples')}, at most ${task.budget.rollouts} rollouts. Run ${runId}.`,
  );
  console.log(powerSentence(powerOf(test.examples.length, task.optimizer.testDraws)));
}

/** An estimate as a dry run has it: three courses, and what the sealed test could show. */
export interface Courses {
  readonly low: Estimate;
  readonly expected: Estimate;
  readonly high: Estimate;
  readonly power: Report['power'];
}

export function tellEstimate({ name, optimizer }: Task, courses: Courses, json: boolean): void {
  if (json) {
    console.log(JSON.stringify(courses, null, 2));
    return;
  }
  const { power, ...named } = courses;
  console.log(`What ${name} would spend (nothing was spent):\n`);
  for (const [course, estimate] of Object.entries(named)) console.log(`${course.padEnd(9)} ${describe(estimate)}`);
  console.log(
    `\nexpected: ${optimizer.strategy === 'attribution' ? 'all rounds of the plan' : 'every third child is accepted'}. low, high: the least and the most, each call at its best and at its worst.`,
  );
  console.log(powerSentence(power));
}

function describe({ generations, rollouts, reflectionCalls, tokens, costUsd }: Estimate): string {
  const cost = costUsd === null ? 'price not known' : `$${costUsd.toFixed(2)}`;
  return `${rollouts} rollouts, ${reflectionCalls} reflections, ${generations} generations, ${tokens.toLocaleString('en-US')} tokens, ${cost}`;
}

export interface ResultView {
  /** The user's own prompt. */
  readonly prompt: Components;
  /** Where the files are. */
  readonly folder: string;
  /** The report that the run was compared with. */
  readonly earlier: Report | undefined;
  readonly json: boolean;
}

/** Prints the verdict, or the report as JSON, and gives the exit code. */
export function tellResult(report: Report, { prompt, folder, earlier, json }: ResultView): number {
  const shown = renderVerdict(report, prompt, { color: process.stdout.isTTY === true, files: resultPaths(folder) });
  console.log(json ? JSON.stringify(report, null, 2) : shown.trimEnd());
  return earlier === undefined ? exitCodes.done : tellComparison(earlier, report, json);
}

/** `--compare REPORT.json`: an earlier run's prompt meets this run's sealed examples, and the exit code says who won. */
import { relative, resolve } from 'node:path';
import { type InputProblem, InvalidInputError } from '../lambdas/contracts/errors.ts';
import { describeIssues } from '../lambdas/contracts/issues.ts';
import { type Report, reportSchema, type SealedMean } from '../lambdas/contracts/report.ts';
import { compareReports } from '../lambdas/report/compare.ts';
import { formatPlural, formatPoints } from '../lambdas/report/format.ts';
import { checkTemplates } from '../lambdas/rollout/check-templates.ts';
import { exitCodes } from './command.ts';
import type { LoadedTask } from './task-file.ts';
import { readText } from './yaml-file.ts';

/** Problems of one file that are told: the first ones say what kind of file it is. */
const MOST_PROBLEMS = 3;

/**
 * Reads the report that a run is to be compared with.
 * @throws InvalidInputError when it is none, is of another task, or its prompt does not fit this one
 */
export function readEarlierReport(path: string, { task, splits }: Pick<LoadedTask, 'task' | 'splits'>): Report {
  const shown = relative(process.cwd(), resolve(path)) || path;
  const text = readText(shown, path, 'Give the report.json of an earlier run, or leave --compare out.');
  const report = parseReport(shown, text);
  if (report.task !== task.name) {
    throw refused(shown, [
      {
        field: 'task',
        message: `is ${report.task}, and this task is ${task.name}.`,
        remedy: 'Give a report of this task.',
      },
    ]);
  }
  const inputs = [splits.train, splits.validation, splits.test].flatMap((split) => split?.examples ?? []);
  const problems = checkTemplates(
    { ...task, prompt: report.recommended.components },
    inputs.map(({ input }) => input),
  );
  if (problems.length > 0) {
    throw refused(
      shown,
      problems.map(({ field, message, remedy }) => ({
        field: `recommended.components.${(field ?? '').replace(/^prompt\./, '')}`,
        message,
        remedy: `${remedy === undefined ? '' : `${remedy} `}A prompt can only be compared on data that it was written for.`,
      })),
    );
  }
  return report;
}

function parseReport(shown: string, text: string): Report {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw refused(shown, [{ message: `is not JSON: ${reason}.`, remedy: 'Give the report.json of an earlier run.' }]);
  }
  const parsed = reportSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const verdict: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'verdict') : undefined;
  if (verdict === 'stopped' || verdict === 'skipped_unchanged') {
    throw refused(shown, [
      { field: 'verdict', message: `is ${verdict}: that run recommends nothing.`, remedy: 'Give one with a verdict.' },
    ]);
  }
  const remedy = 'Give the report.json that optimize wrote, unchanged.';
  throw refused(
    shown,
    describeIssues(parsed.error, value, reportSchema)
      .slice(0, MOST_PROBLEMS)
      .map(({ problem: { field, message } }) => ({ field, message, remedy })),
  );
}

function refused(file: string, problems: readonly InputProblem[]): InvalidInputError {
  return new InvalidInputError(problems.map((problem) => ({ file, ...problem })));
}

/**
 * Says how the champion does against the earlier report, and gives the exit code: 3 when it got worse. Reasons go to
 * standard error, so that `--json` prints the report alone.
 */
export function tellComparison(earlier: Report, report: Report, json: boolean): number {
  const { worse, reasons, before, now } = compareReports(earlier, report);
  if (worse) {
    console.error(`\nWorse than run ${earlier.runId}, whose prompt was compared with:`);
    for (const reason of reasons) console.error(`- ${reason}`);
    return exitCodes.worse;
  }
  if (!json) {
    console.log(`\nThe prompt of run ${earlier.runId} has not got worse: ${points(before)} then, ${points(now)} now.`);
  }
  return exitCodes.done;
}

function points({ mean, n }: SealedMean): string {
  return mean === null ? 'not measured' : `${formatPoints(mean)} on ${formatPlural(n, 'sealed example')}`;
}

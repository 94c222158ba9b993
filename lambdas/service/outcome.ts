/** How a run ended, in the words of its execution's output. */
import type { RunContext } from '../contracts/context.ts';
import type { PromotionOutcome, RunOutcome, Skip } from '../contracts/payloads.ts';
import type { Report, UnfinishedReport } from '../contracts/report.ts';
import type { RunRecord } from '../contracts/run.ts';
import { verdictSentence } from '../report/sentence.ts';
import { runObject } from '../store/artifacts.ts';
import { linkTo } from '../store/links.ts';
import { uriOf } from '../store/objects.ts';

const reasons: Readonly<Record<Exclude<Skip, 'skipped_unchanged'>, string>> = {
  skipped_overlap: 'Another run of the task was going on, so this one was not begun.',
  skipped_budget: "What the task's scheduled runs may spend in a month is used up, so this run was not begun.",
};

/** The outcome of a run that was never begun. */
export function skippedOutcome(
  { runId, taskName, taskVersion }: Pick<RunRecord, 'runId' | 'taskName' | 'taskVersion'>,
  verdict: keyof typeof reasons,
): RunOutcome {
  return {
    runId,
    task: taskName,
    taskVersion,
    verdict,
    summary: reasons[verdict],
    gain: null,
    rollouts: 0,
    costUsd: 0,
    report: null,
    reportUrl: null,
    reportUrlExpiresAt: null,
    promotion: null,
  };
}

/** The outcome of a run with a verdict. */
export async function verdictOutcome(
  context: RunContext,
  report: Report,
  promotion: PromotionOutcome,
): Promise<RunOutcome> {
  const { mean, ci95, pValue } = report.testDelta;
  return {
    ...(await reported(context, report)),
    verdict: report.verdict,
    summary: verdictSentence(report),
    gain: { mean, ci95, pValue },
    promotion,
  };
}

/** The outcome of a scheduled run that found nothing changed. */
export async function unchangedOutcome(context: RunContext, report: UnfinishedReport): Promise<RunOutcome> {
  return {
    ...(await reported(context, report)),
    verdict: 'skipped_unchanged',
    summary: "Neither the data nor the champion's score on validation has changed, so there was nothing to optimize.",
    gain: null,
    promotion: null,
  };
}

async function reported({ runId, task, taskVersion }: RunContext, { spend }: Pick<Report, 'spend'>) {
  const { url, expiresAt } = await linkTo(runObject(runId, 'report.html'));
  return {
    runId,
    task: task.name,
    taskVersion,
    rollouts: spend.rollouts,
    costUsd: spend.costUsd,
    report: uriOf(runObject(runId, '')),
    reportUrl: url,
    reportUrlExpiresAt: expiresAt,
  };
}

/** The end of a run, in its record and to whoever follows it. */
import type { Spend } from '../contracts/artifacts.ts';
import type { RunOutcome } from '../contracts/payloads.ts';
import { type RunRecord, runStatuses, stopStatuses } from '../contracts/run.ts';
import { taskCallsOf } from '../optimizer/budget.ts';
import { putMetric } from '../platform/metrics.ts';
import { StoppedError } from '../platform/shutdown.ts';
import { moveRun } from '../store/run-status.ts';
import { type RunCondition, updateRun } from '../store/runs.ts';
import { tellEnded, tellPromoted } from './run-events.ts';

/** What of a run's spend stands in its record: calls of the task model, as the cap counts them, and the cost. */
export function recordedSpend(spend: Spend): RunRecord['spend'] {
  return { rollouts: taskCallsOf(spend), costUsd: spend.costUsd };
}

/** An optimization that has ended with an outcome. */
export async function endRun(
  run: RunRecord,
  status: 'succeeded' | 'skipped',
  outcome: RunOutcome,
  spent: Spend,
): Promise<void> {
  const spend = recordedSpend(spent);
  const { promotion } = outcome;
  if (promotion?.decision === 'promoted' && promotion.version !== null) {
    await tellPromoted(run, { version: promotion.version, by: 'run', promotion });
  }
  await writeEnd(run, { status, spend, outcome });
  await tellEnded(run, status, spend, { outcome });
  if (spend.costUsd !== null) putMetric('RunCostUsd', spend.costUsd, 'None');
  putMetric('RunRollouts', spend.rollouts, 'Count');
}

/** An evaluation or a synthesis that has ended well. Its result is the execution's output. */
export async function endWithoutVerdict(run: RunRecord, spend: RunRecord['spend']): Promise<void> {
  await writeEnd(run, { status: 'succeeded', spend });
  await tellEnded(run, 'succeeded', spend);
}

/**
 * A stop that came before the last write holds: whoever settles it writes that end, and a report over this one's.
 * @throws StoppedError
 */
async function writeEnd({ runId }: RunRecord, end: Pick<RunRecord, 'status'> & Partial<RunRecord>): Promise<void> {
  const changes = { ...end, error: null, endedAt: new Date().toISOString() };
  const ended = await moveRun(runId, changes, {
    statuses: runStatuses.filter((status) => !stopStatuses.includes(status)),
  });
  if (ended === null) throw new StoppedError(`Run ${runId} was stopped before its end was written down.`);
}

/** @param only what the record must still say. @throws StoreConflictError when it says something else */
export async function failRun(
  run: RunRecord,
  error: NonNullable<RunRecord['error']>,
  only: RunCondition = {},
): Promise<void> {
  await updateRun(run.runId, { status: 'failed', error, endedAt: new Date().toISOString() }, only);
  await tellEnded(run, 'failed', run.spend, { error });
}

/**
 * A run that somebody has stopped. It has no outcome: it can go on.
 * @throws StoreConflictError when the record was changed since `run` was read
 */
export async function stopRun(run: RunRecord, spend: RunRecord['spend'], stoppedAt: Date): Promise<void> {
  const { status, attempt, turn } = run;
  const stopped = { status: 'stopped' as const, outcome: null, error: null, endedAt: stoppedAt.toISOString(), spend };
  await updateRun(run.runId, stopped, { status, attempt, turn });
  await tellEnded(run, 'stopped', spend);
}

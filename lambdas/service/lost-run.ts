/** Runs whose execution has ended without anybody writing it down: a server was killed, an event never came. */
import { StoreConflictError } from '../contracts/errors.ts';
import type { RunRecord } from '../contracts/run.ts';
import { logger } from '../platform/logger.ts';
import { updateRun } from '../store/runs.ts';
import { describeExecution, type Execution, executionName } from './executions.ts';
import { tellEnded } from './run-events.ts';
import { settleRun } from './settle-run.ts';

/** Longest cause that is kept, characters. */
const MAX_CAUSE = 1_500;

/** Asks whether an active run's execution goes on, and writes down how it ended if not. Gives whether it goes on. */
export async function isGoingOn(run: RunRecord): Promise<boolean> {
  const execution = await describeExecution(run);
  if (execution !== null && isUnderWay(execution)) return true;
  if (execution !== null) await settle(run, execution);
  await writeEnd(run, execution);
  return false;
}

export function isUnderWay({ status }: Execution): boolean {
  return status === 'RUNNING' || status === 'PENDING_REDRIVE';
}

/** As Settle does it, with the report of a stopped run. What cannot be done here does not keep the queue from going on. */
async function settle(run: RunRecord, { status, input, error, cause, stopDate }: Execution): Promise<void> {
  if (status !== 'ABORTED' && status !== 'TIMED_OUT' && status !== 'FAILED' && status !== 'SUCCEEDED') return;
  const stoppedAt = stopDate ?? new Date();
  try {
    await settleRun({ name: executionName(run), status, input, error, cause, stoppedAt });
  } catch (failure) {
    logger.error('a run was not settled', { runId: run.runId, error: String(failure) });
  }
}

/** What nobody has settled ends all the same: nothing of it goes on. */
async function writeEnd(run: RunRecord, execution: Execution | null): Promise<void> {
  const status = statusOf(run, execution);
  const { error: name = 'Lost', cause = 'Its execution has ended without a word.' } = execution ?? {};
  const error = status === 'failed' ? { name, message: cause.slice(0, MAX_CAUSE) } : null;
  const endedAt = (execution?.stopDate ?? new Date()).toISOString();
  try {
    await updateRun(run.runId, { status, endedAt, error }, { status: run.status, attempt: run.attempt });
  } catch (failure) {
    // Whoever has written the end in the meantime knows more about it, and it may have been resumed since.
    if (failure instanceof StoreConflictError) return;
    throw failure;
  }
  await tellEnded(run, status, run.spend, { outcome: run.outcome, error });
}

function statusOf({ status }: RunRecord, execution: Execution | null): 'stopped' | 'failed' | 'succeeded' {
  if (status === 'stopping' || execution?.status === 'ABORTED') return 'stopped';
  return execution?.status === 'SUCCEEDED' ? 'succeeded' : 'failed';
}

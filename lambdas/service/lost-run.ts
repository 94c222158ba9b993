/** Runs whose execution has ended without anybody writing it down: a server was killed, an event never came. */
import { activeStatuses, type RunRecord } from '../contracts/run.ts';
import { moveRun } from '../store/run-status.ts';
import { describeExecution, type Execution } from './executions.ts';
import { tellEnded } from './run-events.ts';

/** Longest cause that is kept, characters. */
const MAX_CAUSE = 1_500;

/** Asks whether an active run's execution goes on, and writes down how it ended if not. Gives whether it goes on. */
export async function isGoingOn(run: RunRecord): Promise<boolean> {
  const execution = await describeExecution(run);
  if (execution?.status === 'RUNNING' || execution?.status === 'PENDING_REDRIVE') return true;
  await writeEnd(run, execution);
  return false;
}

async function writeEnd(run: RunRecord, execution: Execution | null): Promise<void> {
  const status = statusOf(run, execution);
  const error =
    status === 'failed'
      ? {
          name: execution?.error ?? 'Lost',
          message: (execution?.cause ?? 'Its execution is gone.').slice(0, MAX_CAUSE),
        }
      : null;
  const endedAt = (execution?.stopDate ?? new Date()).toISOString();
  // Whoever has written the end in the meantime knows more about it.
  const ended = await moveRun(run.runId, { status, endedAt, error }, { statuses: activeStatuses });
  if (ended !== null) await tellEnded(ended, status, ended.spend, { outcome: ended.outcome, error });
}

function statusOf({ status }: RunRecord, execution: Execution | null): 'stopped' | 'failed' | 'succeeded' {
  if (execution === null) return status === 'stopping' ? 'stopped' : 'failed';
  if (execution.status === 'SUCCEEDED') return 'succeeded';
  return execution.status === 'ABORTED' ? 'stopped' : 'failed';
}

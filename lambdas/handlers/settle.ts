/**
 * Settle: an execution of one of the machines has ended. Its run's end is written down where no state could do that, and
 * the run's place goes to the next one. Called by EventBridge, at least once, with `Step Functions Execution Status Change`.
 */
import { z } from 'zod';
import { stateHandler } from '../platform/handler.ts';
import { workflowClient } from '../service/clients.ts';
import { runEnded } from '../service/queue.ts';
import { type ExecutionEnd, settleRun } from '../service/settle-run.ts';

/** As EventBridge sends it; it may hold more than this at any time. */
const executionEventSchema = z.looseObject({
  detail: z.looseObject({ executionArn: z.string(), name: z.string(), status: z.string() }),
});

const settledSchema = z.strictObject({
  /** null: of no run, or no end. */
  runId: z.string().nullable(),
});

export const handler = stateHandler(executionEventSchema, settledSchema, async ({ detail }) => {
  const end = await endOf(detail.executionArn, detail.name);
  const runId = end === null ? null : await settleRun(end);
  if (runId !== null) await runEnded(runId);
  return { runId };
});

/** How the execution ended, as Step Functions says now; null when it goes on (again), or is gone. */
async function endOf(executionArn: string, name: string): Promise<ExecutionEnd | null> {
  const [client, { DescribeExecutionCommand, ExecutionDoesNotExist }] = await Promise.all([
    workflowClient(),
    import('@aws-sdk/client-sfn'),
  ]);
  try {
    const described = await client.send(new DescribeExecutionCommand({ executionArn }));
    const { status, input, error, cause, stopDate = new Date() } = described;
    switch (status) {
      case 'ABORTED':
      case 'TIMED_OUT':
      case 'FAILED':
      case 'SUCCEEDED':
        return { name, status, input, error, cause, stoppedAt: stopDate };
      default:
        return null;
    }
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return null;
    throw error;
  }
}

/** RecordFailure: keeps why the run ended. Everything paid for stays stored, and the run can be started again. */
import { recordFailureInputSchema, recordFailureOutputSchema } from '../contracts/payloads.ts';
import { stateHandler } from '../platform/handler.ts';
import { failRun } from '../service/end-run.ts';
import { loadRun } from '../store/runs.ts';

const MAX_MESSAGE = 1500;

export const handler = stateHandler(recordFailureInputSchema, recordFailureOutputSchema, async ({ runId, error }) => {
  const message = messageOf(error.Cause ?? '').slice(0, MAX_MESSAGE);
  const run = await loadRun(runId);
  // A run that Prepare refused has no record to put this into; its message is the execution's cause. And one that has
  // ended well stays so, whoever starts it again with another task; one that was stopped did not fail.
  if (run !== null && !['succeeded', 'skipped', 'stopping', 'stopped'].includes(run.status)) {
    await failRun(run, { name: error.Error, message });
  }
  return { runId, error: error.Error, message };
});

/** Lambda's cause is JSON with `errorMessage`; other causes are text. */
function messageOf(cause: string): string {
  try {
    const parsed: unknown = JSON.parse(cause);
    const message = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'errorMessage') : undefined;
    return typeof message === 'string' ? message : cause;
  } catch {
    return cause;
  }
}

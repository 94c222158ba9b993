/** RecordFailure: keeps why the run ended. Everything paid for stays stored, and the run can be started again. */
import { InvalidInputError, StoreConflictError } from '../contracts/errors.ts';
import { recordFailureInputSchema, recordFailureOutputSchema } from '../contracts/payloads.ts';
import { stateHandler } from '../platform/handler.ts';
import { updateRun } from '../store/runs.ts';

const MAX_MESSAGE = 1500;

export const handler = stateHandler(recordFailureInputSchema, recordFailureOutputSchema, async ({ runId, error }) => {
  const message = messageOf(error.Cause ?? '').slice(0, MAX_MESSAGE);
  try {
    await updateRun(runId, { status: 'failed', error: { name: error.Error, message } });
  } catch (failure) {
    // A run that Prepare refused has no record to put this into; its message is the execution's cause.
    if (!(failure instanceof StoreConflictError) && !(failure instanceof InvalidInputError)) throw failure;
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

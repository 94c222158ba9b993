/** Calls that were not answered, in one sentence. */
import type { Failure } from '../../lambdas/contracts/artifacts.ts';
import { EvalFailure } from '../../lambdas/evals/services.ts';
import { StoppedError } from '../../lambdas/platform/shutdown.ts';
import { BrokenError, InterruptedError, type Interruption } from '../../lambdas/rollout/purse.ts';

/** A call was not answered for good. Its message is a sentence for the user. */
export class CallsEndedError extends Error {
  override readonly name = 'CallsEndedError';
}

/** Does what makes calls. @throws CallsEndedError, or StoppedError after Ctrl-C */
export async function inWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof InterruptedError) throw interrupted(error.interruption);
    if (error instanceof BrokenError) throw error.cause;
    if (error instanceof EvalFailure) throw callFailed(error, error);
    throw error;
  }
}

export function interrupted(error: Interruption): Error {
  return error instanceof StoppedError ? error : new CallsEndedError(error.message, { cause: error });
}

export function callFailed(failure: Pick<Failure, 'name' | 'message'> | null, cause?: unknown): CallsEndedError {
  const isCapped = failure?.name === 'BudgetExhaustedError' || /No budget was left/.test(failure?.message ?? '');
  const message = isCapped
    ? 'The caps of task.synthesis.budget leave no room for the next call at its worst: raise them, or lower maxOutputTokens.'
    : (failure?.message ?? 'A call was not answered.');
  return new CallsEndedError(message, { cause });
}

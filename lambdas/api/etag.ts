/** Preconditions by ETag. */
import { z } from 'zod';
import { ProblemError } from './problem.ts';

export const ifMatchHeader = z
  .string()
  .max(1_000)
  .optional()
  .describe('The ETag that the resource must have: nobody has changed it since it was read. `*`: it must be there.');

/** 412. */
export function preconditionFailed(what: string): ProblemError {
  return new ProblemError(412, 'precondition_failed', {
    field: 'If-Match',
    detail: `${what} is not as the header says.`,
    remedy: 'Read it again, and decide with what is there now.',
  });
}

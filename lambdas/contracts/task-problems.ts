/** What zod says about a task, as problems that name field, what is wrong and the remedy. */
import type { z } from 'zod';
import { describeIssues, type FieldProblem } from './issues.ts';
import { taskFileSchema } from './task.ts';

/**
 * @param value the task (or what it came in) as given
 * @param schema what it was parsed with
 */
export function describeTaskIssues(
  error: z.ZodError,
  value: unknown,
  schema: z.ZodType = taskFileSchema,
): FieldProblem[] {
  return describeIssues(error, value, schema);
}

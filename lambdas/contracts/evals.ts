/**
 * What every eval has, whatever its type. The types themselves live in `lambdas/evals`, one file each with the schema of
 * its own fields: `evals/registry.ts` joins them, and `evals/task-schema.ts` is what a user's task is checked against.
 */
import { z } from 'zod';

/** A dotted path into a JSON value; a key that holds the whole path wins. */
const path = z.string().min(1).max(200);

/** Fields of every eval. */
export const evalFields = {
  name: z
    .string()
    .regex(/^(?!__proto__$)[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, _ or -, and not __proto__'),
  /** Share of this eval in the score, relative to the others. */
  weight: z.number().positive('must be above 0').default(1),
  /** A guarded eval may not fall by more than `maxDrop` (points in [0, 1]): neither in the search nor on the sealed test set. */
  guard: z.strictObject({ maxDrop: z.number().min(0).max(1) }).optional(),
  /** Turns the eval round: its score is 1 less what it would be. */
  not: z.boolean().optional(),
  /** Score in [0, 1] from which on an answer passes. It says what is counted as passed; the score itself stays graded. */
  threshold: z.number().min(0).max(1).optional(),
  /** Where in a JSON answer that stands which is scored; default: the whole answer. */
  answerPath: path.optional(),
};

/** Fields of evals that compare with something: the eval's own `value`, or the example's `expected`, or a part of it. */
export const expectedFields = {
  /** Where in the example's `expected` the wanted value stands; default: the whole of it. */
  path: path.optional(),
};

/** An eval as the workflow keeps it: checked and filled in when the task was read. */
export const evalSettingsSchema = z.looseObject({ ...evalFields, type: z.string() });
export type EvalSettings = z.infer<typeof evalSettingsSchema>;

/**
 * What is remembered of a task beyond its runs (DynamoDB, beside the runs): that its sealed test set was looked at, and
 * how much its judges disagree with themselves. Written by PrepareEvaluation and ConcludeEvaluation, read by Prepare.
 */
import { z } from 'zod';

export const historyEntrySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('unsealed'),
    runId: z.string(),
    /** ISO 8601. */
    at: z.string(),
    /** Short hashes of the examples that were looked at: a test set that shares some of them is that much less sealed. */
    examples: z.array(z.string()),
  }),
  z.strictObject({
    kind: z.literal('calibrated'),
    runId: z.string(),
    at: z.string(),
    /** Standard deviation of a judge's scores of the same answer, by eval, and what the eval was when it was measured. */
    noise: z.record(
      z.string(),
      z.strictObject({ sd: z.number().min(0).nullable(), answers: z.number().int(), evalHash: z.string() }),
    ),
  }),
]);
export type HistoryEntry = z.infer<typeof historyEntrySchema>;

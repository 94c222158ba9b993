/** What Map items leave beside their rollouts (DynamoDB, by run): reflections, outcomes and ledgers. Usage as in `artifacts.ts`. */
import { z } from 'zod';
import { failureSchema, usageSchema } from './artifacts.ts';

/** Reflection record (DynamoDB), by (run, generation, slot, attempt). Written and read by Mutate. */
export const reflectionRecordSchema = z.strictObject({
  epoch: z.number().int().min(0),
  /** Name and version of the prompt that asked for it; replies of before there was one have none. */
  prompt: z.string().optional(),
  reply: z.string().nullable(),
  /** Whether the reply was cut at `maxOutputTokens`. */
  truncated: z.boolean(),
  failure: failureSchema.nullable(),
  usage: usageSchema,
});
export type ReflectionRecord = z.infer<typeof reflectionRecordSchema>;

/**
 * Outcome of one Mutate item (DynamoDB), by (run, turn, index). Written by Mutate, read by Plan. `running` is written
 * before the child is rolled out, so that a child is known even when its item dies.
 */
export const mutationOutcomeSchema = z.strictObject({
  epoch: z.number().int().min(0),
  /** `proposed`: under `attribution` the text is all that is asked for. */
  status: z.enum(['running', 'accepted', 'rejected', 'failed', 'proposed']),
  reason: z.string().nullable(),
  /** The new text of the component; null when none passed the guards. */
  text: z.string().nullable(),
  /** Whether a reflection call was made, and whether one was answered. */
  reflected: z.enum(['not_asked', 'answered', 'unanswered']),
});
export type MutationOutcome = z.infer<typeof mutationOutcomeSchema>;

/** Calls of one item that belong to no stored rollout or reflection (DynamoDB). Written by items, read by Plan. */
export const ledgerSchema = z.strictObject({
  task: usageSchema,
  reflection: usageSchema,
  /** The last error of the item, for the sentence that says why a run failed. */
  lastError: z.strictObject({ name: z.string(), message: z.string() }).nullable(),
});
export type Ledger = z.infer<typeof ledgerSchema>;

/** What a run is about: its task, its data without what is sealed, and what it meets. */
import { z } from 'zod';
import { exampleSchema } from './dataset.ts';
import { componentsSchema, taskSchema } from './task.ts';

/** What is known of a task from its history: `contracts/history.ts`. */
export const knownSchema = z.strictObject({
  /** When somebody looked at examples of this test set, by run, and at which share of them. */
  unsealed: z.array(z.strictObject({ runId: z.string(), at: z.string(), share: z.number().min(0).max(1) })),
  /** Standard deviation of a judge's scores of the same answer, by eval, as last measured. */
  judgeNoise: z.record(
    z.string(),
    z.strictObject({ sd: z.number().min(0).nullable(), answers: z.number().int(), runId: z.string(), at: z.string() }),
  ),
});
export type Known = z.infer<typeof knownSchema>;

/** Context (S3, `context.json`). Written once by Prepare. Read by every later state. Holds nothing sealed. */
export const contextSchema = z.strictObject({
  schema: z.literal('prompt-optimizer.context.v1'),
  runId: z.string(),
  task: taskSchema,
  train: z.array(exampleSchema),
  validation: z.array(exampleSchema),
  /** Examples in the sealed test set, and UTF-8 bytes of the largest input and expected value. */
  test: z.strictObject({
    size: z.number().int().min(1),
    maxInputBytes: z.number().int().min(0),
    maxExpectedBytes: z.number().int().min(0),
  }),
  known: knownSchema,
  notice: z.string().nullable(),
  /** Version of the stored task that this run is of; null for a task that came with the execution. */
  taskVersion: z.number().int().min(1).nullable().default(null),
  /** Identity of what a re-optimization depends on: task, model and data; see `rollout/fingerprint.ts`. Empty where that is not the stored task's own. */
  fingerprint: z.string().default(''),
  /** The prompt that the winner must beat as well; null when there is none beside the baseline. */
  champion: z
    .strictObject({
      /** null: a prompt that somebody gave to be compared with (`--compare`). */
      version: z.number().int().min(1).nullable(),
      components: componentsSchema,
    })
    .nullable()
    .default(null),
  /** A scheduled run that first asks whether anything changed; null for any other. */
  check: z
    .strictObject({
      /** The draw of validation that is fresh: no other run has it. */
      draw: z.number().int().min(0),
      /** Scores of the baseline (the champion) by example when it was last looked at; null when it never was. */
      reference: z.record(z.string(), z.number()).nullable(),
    })
    .nullable()
    .default(null),
});
export type RunContext = z.infer<typeof contextSchema>;

/** What comes out of a synthesis: the report, and the output of the execution. */
import { z } from 'zod';
import { runIdSchema } from './payloads.ts';
import { rejectedSchema, synthesisSpendSchema } from './synthesis.ts';

const share = z.number().min(0).max(1);

/** `synthesis.json`: what was made, and how varied it is. Holds no input of the test set. */
export const synthesisReportSchema = z.strictObject({
  schema: z.literal('prompt-optimizer.synthesis.v1'),
  runId: z.string(),
  task: z.string(),
  seed: z.number().int(),
  models: z.strictObject({ task: z.string(), generator: z.string(), judge: z.string() }),
  specs: z.array(
    z.strictObject({
      name: z.string(),
      type: z.string(),
      /** Examples that try it, over all splits. */
      examples: z.number().int(),
      judge: z.enum(['given', 'written', 'criteria_alone']),
      steps: z.array(z.string()),
      /** Answers of the task's own prompt that pass; null when none was judged. */
      passShare: z.strictObject({ share, n: z.number().int() }).nullable(),
      /** The same of those examples alone that tempt to break this spec. */
      temptedPassShare: z.strictObject({ share, n: z.number().int() }).nullable(),
    }),
  ),
  sizes: z.record(z.string(), z.number().int()),
  /** Examples in golden that people have rated. */
  rated: z.number().int(),
  topics: z.array(
    z.strictObject({ path: z.array(z.string()), split: z.string().nullable(), examples: z.number().int() }),
  ),
  groupedBy: z.enum(['topic', 'neighbours']),
  diversity: z.strictObject({
    distinct1: share,
    distinct2: share,
    distinct3: share,
    topicsCovered: z.number().int(),
    meanNearest: share.nullable(),
  }),
  rejected: rejectedSchema,
  droppedNeighbours: z.number().int(),
  /** Pairs of near neighbours in different splits: none, or the run has failed. */
  leaks: z.number().int(),
  /** What was asked for and is not there, in sentences. */
  short: z.array(z.string()),
  thresholds: z.strictObject({ duplicate: share, neighbour: share }),
  baseline: z.strictObject({ answered: z.number().int(), of: z.number().int(), failures: z.number().int() }),
  spend: synthesisSpendSchema,
  stopReason: z.string().nullable(),
  wallSeconds: z.number(),
  notice: z.string().optional(),
});
export type SynthesisReport = z.infer<typeof synthesisReportSchema>;

/** Written by: ConcludeSynthesis. It is the execution's output. */
export const concludeSynthesisOutputSchema = z.strictObject({
  runId: runIdSchema,
  task: z.string(),
  examples: z.number().int(),
  costUsd: z.number().nullable(),
  /** s3:// prefix that holds synthesis.json, task.yaml and task.json: the input of an execution of the optimizer. */
  result: z.string(),
});

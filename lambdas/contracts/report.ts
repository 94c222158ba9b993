/** `report.json`, the run's proof. Scores and differences are points in [0, 1]; `costUsd` is US dollars. */
import { z } from 'zod';
import { candidateStatuses, generationSchema, spendSchema, stopReasons } from './artifacts.ts';
import { verdicts } from './payloads.ts';
import { componentsSchema } from './task.ts';

/** Mean over the `n` rollouts that were scored; null when none was. */
export const meanSchema = z.strictObject({ mean: z.number().nullable(), n: z.number().int().min(0) });
export type Mean = z.infer<typeof meanSchema>;

const interval = z.tuple([z.number(), z.number()]);
const side = z.strictObject({ candidateId: z.string(), validation: meanSchema, test: meanSchema });

export const reportSchema = z.strictObject({
  schema: z.literal('prompt-optimizer.report.v1'),
  runId: z.string(),
  /** The task's name. */
  task: z.string(),
  seed: z.number().int(),
  verdict: z.enum(verdicts),
  baseline: side,
  best: side,
  /** Best minus baseline on the sealed test set, paired by example. */
  testDelta: z.strictObject({
    mean: z.number(),
    ci95: interval,
    pValue: z.number(),
    n: z.number().int().min(0),
    perEval: z.record(z.string(), z.strictObject({ mean: z.number(), ci95: interval })),
  }),
  /** What to use: the best when the verdict is `improved`, otherwise the baseline. */
  recommended: z.strictObject({ candidateId: z.string(), components: componentsSchema }),
  spend: spendSchema,
  generations: z.array(generationSchema),
  candidates: z.array(
    z.strictObject({
      id: z.string(),
      parents: z.array(z.string()),
      generation: z.number().int().min(0),
      origin: z.enum(['baseline', 'mutation', 'merge']),
      components: componentsSchema,
      status: z.enum(candidateStatuses),
      reason: z.string().nullable(),
      validation: meanSchema,
      /** Whether it stands on the frontier after pruning. */
      frontier: z.boolean(),
    }),
  ),
  /** Filled by the `attribution` strategy; empty under `gepa`. */
  edits: z.array(z.never()),
  /** Sealed examples on which the best did worse than the baseline. */
  regressions: z.array(z.strictObject({ exampleId: z.string(), baseline: z.number(), best: z.number() })),
  stopReason: z.enum(stopReasons),
  wallSeconds: z.number().min(0),
  /** Present when the run needs a warning, for example that the model was simulated. */
  notice: z.string().optional(),
});
export type Report = z.infer<typeof reportSchema>;

/**
 * Evaluating without optimizing: prompts and models on the same examples, or judges against people. What
 * `statemachine/evaluate.asl.json` is started with, and what it keeps. Scores are points in [0, 1], money US dollars.
 */
import { z } from 'zod';
import { spendSchema, usageSchema, verificationRowSchema } from './artifacts.ts';
import { knownSchema } from './context.ts';
import { exampleSchema, splitNames } from './dataset.ts';
import type { EvalSettings, evalSettingsSchema } from './evals.ts';
import { itemResultSchema, overridesSchema, runIdSchema } from './payloads.ts';
import { leaseSchema } from './step.ts';
import { componentName, judgeModelSchema, taskInputSchemaWith, taskNameSchema, taskSchema } from './task.ts';

/** What a judge is called in the tables. */
const label = z.string().min(1).max(100);

/** A judge that is compared: the task's own with another model, or with other words. */
export const judgeVariantSchema = z.strictObject({
  name: label,
  /** Another model, with all other settings of the judge that each eval has in the task. */
  model: z.string().min(1).optional(),
  /** Another judge, with settings of its own. */
  judge: judgeModelSchema.optional(),
  /** Other criteria or steps, by eval. */
  evals: z
    .record(
      z.string(),
      z.strictObject({ criteria: z.string().min(1).optional(), steps: z.array(z.string().min(1)).min(1).optional() }),
    )
    .default({}),
});
export type JudgeVariant = z.infer<typeof judgeVariantSchema>;

export const evaluationRequestSchema = z.discriminatedUnion('of', [
  z.strictObject({
    of: z.literal('prompts'),
    split: z.enum(splitNames).default('validation'),
    /** Prompts that are compared with the task's own. */
    prompts: z
      .array(z.strictObject({ name: label, components: z.record(z.string().regex(componentName), z.string()) }))
      .max(20)
      .default([]),
    /** Models that each prompt is run with; default: the task's. */
    models: z.array(z.string().min(1)).max(20).default([]),
    /** Without it the test split is refused: a test set that was looked at is no longer sealed. */
    unseal: z.boolean().default(false),
  }),
  z.strictObject({
    of: z.literal('judges'),
    /** Judges that are compared; default: the task's own alone. */
    judges: z.array(judgeVariantSchema).max(20).default([]),
    /** How often each answer is judged: more than once measures the judge's own noise. */
    repeats: z.number().int().min(1).max(20).default(3),
  }),
]);
export type EvaluationRequest = z.infer<typeof evaluationRequestSchema>;

/** Input of an execution of `evaluate.asl.json`. Read by: PrepareEvaluation. */
export const evaluationInputSchemaWith = <E extends z.ZodType<EvalSettings>>(evalSchema: E) =>
  z.strictObject({
    /** The task, or the name of a stored one. */
    task: z.union([taskNameSchema, taskInputSchemaWith(evalSchema)]),
    /** Version of the stored task; default: the newest. */
    version: z.number().int().min(1).optional(),
    /** Fields of the task that this evaluation has otherwise, by dotted path. */
    overrides: overridesSchema.optional(),
    evaluation: evaluationRequestSchema,
    /** Whether a simulated model answers: what it says of judges is not remembered. */
    simulated: z.boolean().default(false),
    /** A sentence that the result must carry, for example that the model was simulated. */
    notice: z.string().max(500).optional(),
  });
export type EvaluationInput = z.infer<ReturnType<typeof evaluationInputSchemaWith<typeof evalSettingsSchema>>>;

/** One side of the comparison, as the task that it stands for: a prompt with a model, or a judge. */
export const variantSchema = z.strictObject({
  id: z.string(),
  prompt: label,
  /** Of the task, or of the judge. */
  model: z.string(),
  task: taskSchema,
});
export type Variant = z.infer<typeof variantSchema>;

/** The evaluation (S3, `evaluation-plan.json`). Written once by PrepareEvaluation. Read by all later states. */
export const evaluationPlanSchema = z.strictObject({
  schema: z.literal('prompt-optimizer.evaluation-plan.v1'),
  runId: z.string(),
  task: taskSchema,
  request: evaluationRequestSchema,
  variants: z.array(variantSchema).min(1),
  /** null: they are the sealed test set, and lie where that lies. */
  examples: z.array(exampleSchema).nullable(),
  size: z.number().int().min(1),
  maxInputBytes: z.number().int().min(0),
  maxExpectedBytes: z.number().int().min(0),
  /** UTF-8 bytes of the longest given answer; null where the task's own model answers. */
  maxOutputBytes: z.number().int().min(0).nullable(),
  /** Draws of each example with each variant. */
  draws: z.number().int().min(1),
  /** When this task's test set was looked at before, by run. */
  unsealed: knownSchema.shape.unsealed,
  simulated: z.boolean(),
  notice: z.string().nullable(),
});
export type EvaluationPlan = z.infer<typeof evaluationPlanSchema>;

/** One Map item: jobs [from, to), a job being an example, a variant and a draw (`evaluation/jobs.ts`). */
export const evaluationItemSchema = z.strictObject({
  from: z.number().int().min(0),
  to: z.number().int().min(1),
  lease: leaseSchema,
  concurrency: z.number().int().min(1),
});
export type EvaluationItem = z.infer<typeof evaluationItemSchema>;

/** Where the evaluation stands (S3, one object a turn parity). Written by PlanEvaluation alone. */
export const evaluationStateSchema = z.strictObject({
  schema: z.literal('prompt-optimizer.evaluation-state.v1'),
  runId: z.string(),
  turn: z.number().int().min(0),
  epoch: z.number().int().min(0),
  /** Jobs of the steps before this one. */
  done: z.number().int().min(0),
  /** Items of each turn so far, this one included: where their rows lie. */
  items: z.array(z.number().int().min(0)),
  /** What the steps before this one have spent. */
  spend: spendSchema,
  concurrency: z.number().int().min(1),
  elapsedMs: z.number().min(0),
  /** The cap that has no room for one more rollout; null while there is room, or nothing left to do. */
  stopReason: z.enum(['rollouts', 'tokens', 'costUsd', 'minutes']).nullable(),
  /** null: all is done, or a cap has no room for more. */
  step: z
    .strictObject({ maxConcurrency: z.number().int().min(1), items: z.array(evaluationItemSchema).min(1) })
    .nullable(),
});
export type EvaluationState = z.infer<typeof evaluationStateSchema>;

/** One rollout of an evaluation; `candidateId` is the variant. */
export const evaluationRowSchema = verificationRowSchema.extend({
  failure: z.strictObject({ name: z.string(), message: z.string() }).nullable(),
  latencyMs: z.number().nullable(),
  allUsage: usageSchema,
});
export type EvaluationRow = z.infer<typeof evaluationRowSchema>;

/** Rows of one item (S3). Written by Evaluate, read by PlanEvaluation and ConcludeEvaluation. */
export const evaluationRowsSchema = z.strictObject({
  schema: z.literal('prompt-optimizer.evaluation-rows.v1'),
  rows: z.array(evaluationRowSchema),
});

/** Written by: PrepareEvaluation, then PlanEvaluation and the Map. Read by: PlanEvaluation. */
export const evaluationTurnSchema = z.strictObject({
  runId: runIdSchema,
  turn: z.number().int().min(0),
  results: z.array(itemResultSchema),
});

/** Written by: PlanEvaluation. Read by: NextEvaluationStep, and the Map or ConcludeEvaluation. */
export const evaluationStepSchema = z.strictObject({
  runId: runIdSchema,
  turn: z.number().int().min(1),
  next: z.enum(['evaluate', 'conclude']),
  maxConcurrency: z.number().int().min(1),
  items: z.array(z.strictObject({ index: z.number().int().min(0) })),
});
export type EvaluationStep = z.infer<typeof evaluationStepSchema>;

/** Read by: ConcludeEvaluation. */
export const concludeEvaluationInputSchema = z.strictObject({ runId: runIdSchema, turn: z.number().int().min(1) });

/** Written by: ConcludeEvaluation. It is the execution's output. */
export const concludeEvaluationOutputSchema = z.strictObject({
  runId: runIdSchema,
  of: z.enum(['prompts', 'judges']),
  /** The best variant: of prompts by mean score, of judges by agreement with people. */
  best: z.string().nullable(),
  rollouts: z.number().int(),
  judgeCalls: z.number().int(),
  costUsd: z.number().nullable(),
  /** s3:// prefix that holds evaluation.json. */
  result: z.string(),
});

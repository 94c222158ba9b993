/**
 * Every payload that crosses a state of `statemachine/optimize.asl.json`, in the order of the machine.
 * Payloads are small on purpose (ids, keys, counts): bodies live in S3 and DynamoDB. The largest legal run stays
 * under 100 KB a payload; `tests/contracts/limits.test.ts` proves it.
 */
import { z } from 'zod';
import { jsonSchema } from './dataset.ts';
import type { EvalSettings, evalSettingsSchema } from './evals.ts';
import { componentsSchema, taskInputSchemaWith, taskNameSchema } from './task.ts';

/** An execution name on AWS; also the key of everything that a run owns. */
export const runIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,80}$/, 'must be 1 to 80 letters, digits, _ or - (it is the name of the execution)');

/** Values by the dotted path of a task's field. */
export const overridesSchema = z.record(
  z.string().regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, 'must be a dotted path such as budget.rollouts'),
  jsonSchema,
);
export type Overrides = z.infer<typeof overridesSchema>;

/**
 * Written by: whoever starts the execution (console, API, schedule, command line). Read by: Prepare.
 * `task` is the name of a task that was stored through the API, or the task itself.
 */
export const executionInputSchemaWith = <E extends z.ZodType<EvalSettings>>(evalSchema: E) =>
  z.strictObject({
    task: z.union([taskNameSchema, taskInputSchemaWith(evalSchema)]),
    /** Version of the stored task; default: the newest. */
    version: z.number().int().min(1).optional(),
    /** Fields of the task that this run has otherwise, by dotted path: `{ "budget.rollouts": 500 }`. */
    overrides: overridesSchema.optional(),
    /** The prompt that the search starts from: the task's own, or the champion. */
    from: z.enum(['task', 'champion']).optional(),
    /** A prompt that the winner is compared with on the sealed test, in the place of the task's champion. */
    compareWith: componentsSchema.optional(),
    /** `schedule`: asks first whether anything changed, starts from the champion, keeps to the monthly budget. */
    trigger: z.enum(['api', 'schedule']).optional(),
    /** A sentence that the report must carry, for example that the model was simulated. */
    notice: z.string().max(500).optional(),
  });
export type ExecutionInput = z.infer<ReturnType<typeof executionInputSchemaWith<typeof evalSettingsSchema>>>;

/**
 * The other input of an execution: go on with a run that failed. Written by: whoever starts it. Read by: Prepare.
 * Redrive cannot do that on AWS: it re-enters the Fail state in which a caught error ends, and fails again.
 */
export const resumeInputSchema = z.strictObject({ resume: runIdSchema });

/** Written by: the machine (execution name and input). Read by: Prepare, which validates `input` itself. */
export const prepareInputSchema = z.strictObject({ runId: runIdSchema, input: z.unknown() });
export type PrepareInput = z.infer<typeof prepareInputSchema>;

/** Written by: Mutate, Score, Verify when their item is done. */
export const itemDoneSchema = z.strictObject({ status: z.literal('done'), index: z.number().int().min(0) });

/** What became of one Map item: its own word, or that of its Catch. Read by: Plan, Conclude. */
export const itemResultSchema = z.union([
  itemDoneSchema,
  z.strictObject({ status: z.literal('failed'), index: z.number().int().min(0), error: z.string() }),
]);
export type ItemResult = z.infer<typeof itemResultSchema>;

/**
 * Written by: Prepare (`turn` 0, or the turn before the interrupted one; no results), then Plan and the Maps.
 * Read by: Plan, which folds turn `turn`; and by Conclude after Verify.
 */
export const turnSchema = z.strictObject({
  runId: runIdSchema,
  /** The turn that has just ended; turn 0 is the empty one before the first step. */
  turn: z.number().int().min(0),
  results: z.array(itemResultSchema),
});
export type Turn = z.infer<typeof turnSchema>;

/** The three kinds of step. */
export const stepKinds = ['mutate', 'score', 'verify'] as const;
export type StepKind = (typeof stepKinds)[number];

/** Written by: Plan. Read by: NextStep and the Map states. */
export const planOutputSchema = z.strictObject({
  runId: runIdSchema,
  /** The turn whose work the Map now does, 1-based. */
  turn: z.number().int().min(1),
  /** `conclude`: a scheduled run found nothing changed, so nothing is verified. */
  next: z.enum([...stepKinds, 'conclude']),
  /** 0 while the baseline is measured. */
  generation: z.number().int().min(0),
  /** Items that run at once. */
  maxConcurrency: z.number().int().min(1),
  /** Empty for `conclude` alone. */
  items: z.array(z.strictObject({ index: z.number().int().min(0) })),
  /** Empty: what Conclude takes after `conclude`. */
  results: z.array(itemResultSchema).max(0),
});
export type PlanOutput = z.infer<typeof planOutputSchema>;

/** Written by: ItemSelector of the Maps. Read by: Mutate, Score, Verify, which look their item up in the archive. */
export const itemInputSchema = z.strictObject({
  runId: runIdSchema,
  turn: z.number().int().min(1),
  index: z.number().int().min(0),
});
export type ItemInput = z.infer<typeof itemInputSchema>;

export const verdicts = ['improved', 'no_significant_gain', 'regressed'] as const;
export type Verdict = (typeof verdicts)[number];

/** How a run can end, beside a verdict, without having been optimized: only scheduled ones do. */
export const skips = ['skipped_unchanged', 'skipped_overlap', 'skipped_budget'] as const;
export type Skip = (typeof skips)[number];

/** What became of the winner as a challenger of the task's champion. */
export const promotionOutcomeSchema = z.strictObject({
  /** `none`: the task is not stored, or its rule is `never`, or there is no better prompt. */
  decision: z.enum(['promoted', 'proposed', 'refused', 'none']),
  /** The champion's version after it. */
  version: z.number().int().min(1).nullable(),
  reason: z.string(),
});
export type PromotionOutcome = z.infer<typeof promotionOutcomeSchema>;

/** Written by: Conclude, or Prepare for a run that is skipped. It is the execution's output. Gain in points of [0, 1], spend in US dollars. */
export const runOutcomeSchema = z.strictObject({
  runId: runIdSchema,
  task: z.string(),
  taskVersion: z.number().int().min(1).nullable(),
  verdict: z.enum([...verdicts, ...skips]),
  /** One sentence for people. */
  summary: z.string(),
  gain: z.strictObject({ mean: z.number(), ci95: z.tuple([z.number(), z.number()]), pValue: z.number() }).nullable(),
  rollouts: z.number().int(),
  costUsd: z.number().nullable(),
  /** s3:// prefix that holds report.json, report.html and best-prompt/; null when nothing was run. */
  report: z.string().nullable(),
  /** Opens report.html in a browser, for an hour. */
  reportUrl: z.string().nullable(),
  reportUrlExpiresAt: z.string().nullable(),
  promotion: promotionOutcomeSchema.nullable(),
});
export type RunOutcome = z.infer<typeof runOutcomeSchema>;

/**
 * Written by: Prepare of `optimize.asl.json`. Read by: Prepared, which goes on to Plan, waits for its turn (and then
 * prepares again), or ends the run. Whoever does not wait has 0 `waitSeconds`.
 */
export const preparedSchema = turnSchema.extend({
  next: z.enum(['plan', 'wait', 'skip']),
  waitSeconds: z.number().int().min(0).max(3600),
  /** How the execution ends when it is skipped. */
  outcome: runOutcomeSchema.nullable(),
});
export type Prepared = z.infer<typeof preparedSchema>;

/** Written by: the Catch fields (`$.error` is Step Functions' error output). Read by: RecordFailure. */
export const recordFailureInputSchema = z.strictObject({
  runId: runIdSchema,
  error: z.object({ Error: z.string(), Cause: z.string().optional() }),
});
export type RecordFailureInput = z.infer<typeof recordFailureInputSchema>;

/** Written by: RecordFailure. Read by: Failed, which makes the execution's cause of it. */
export const recordFailureOutputSchema = z.strictObject({
  runId: runIdSchema,
  error: z.string(),
  message: z.string().max(2000),
});
export type RecordFailureOutput = z.infer<typeof recordFailureOutputSchema>;

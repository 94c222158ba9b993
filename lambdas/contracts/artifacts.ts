/**
 * What the workflow keeps: the records in DynamoDB and the JSON artifacts in S3. Each artifact names its schema and
 * version; an incompatible change bumps it. Scores and differences are points in [0, 1]; money is US dollars.
 */
import { z } from 'zod';
import { attributionStateSchema } from './attribution.ts';
import { exampleSchema } from './dataset.ts';
import { stepSchema } from './step.ts';

/**
 * What was paid for. `calls` counts every request that left for the model itself, answered or not; tokens and cost are
 * those of the judges too.
 */
export const usageSchema = z.strictObject({
  calls: z.number().int().min(0),
  /** Requests that evals made: of judges, and for embeddings. Not in `calls`. */
  judgeCalls: z.number().int().min(0),
  /** Calls answered with 429. */
  rateLimited: z.number().int().min(0),
  inputTokens: z.number().int().min(0),
  outputTokens: z.number().int().min(0),
  /** null: the model's price is not known. */
  costUsd: z.number().min(0).nullable(),
});
export type Usage = z.infer<typeof usageSchema>;

/** One eval's answer about one rollout. */
export const evalResultSchema = z.strictObject({
  name: z.string(),
  score: z.number().min(0).max(1),
  feedback: z.string(),
  /** How the score came about, where that is not as the task asked: a judge's server that gives no probabilities. */
  note: z.string().optional(),
});
export type EvalResult = z.infer<typeof evalResultSchema>;

export const failureSchema = z.strictObject({
  /** Name of a typed error, or `Refusal` when the model declined to answer. */
  name: z.string(),
  message: z.string(),
  /** Whether a later attempt may do better (outage) or not (the request itself is refused). */
  transient: z.boolean(),
});
export type Failure = z.infer<typeof failureSchema>;

/** Rollout record (DynamoDB). Written by: Mutate, Score (search table), Verify (sealed table). Read by: the same, Plan. */
export const rolloutSchema = z.strictObject({
  rolloutKey: z.string(),
  /** The run that paid for it, and how often that run had been redriven. */
  runId: z.string(),
  epoch: z.number().int().min(0),
  exampleId: z.string(),
  draw: z.number().int().min(0),
  status: z.enum(['scored', 'failed']),
  /** Weighted mean of the evals; null when failed. */
  score: z.number().min(0).max(1).nullable(),
  evals: z.array(evalResultSchema),
  output: z.string().nullable(),
  /** From request to answer; null when there was none, or nobody measured. */
  latencyMs: z.number().min(0).nullable(),
  failure: failureSchema.nullable(),
  /** What the run has paid for it. */
  usage: usageSchema,
  /** Of all calls that it stands on, whoever paid for them. */
  allUsage: usageSchema,
});
export type Rollout = z.infer<typeof rolloutSchema>;

/**
 * A call that was paid for in the making of a rollout whose evals ask models (DynamoDB, beside the rollouts), by its
 * content: kept the moment it is answered, so that neither a crash nor another rollout pays for the same again. Written
 * and read by Mutate, Score, Verify and Evaluate.
 */
export const paidCallSchema = z.strictObject({
  rolloutKey: z.string(),
  runId: z.string(),
  epoch: z.number().int().min(0),
  /** The rollout in whose making it was paid: that one counts it. */
  paidFor: z.string(),
  /** What came of it, as JSON. */
  value: z.string(),
  usage: usageSchema,
});
export type PaidCall = z.infer<typeof paidCallSchema>;

/** Sealed test set (S3, sealed bucket). Written by Prepare, read by Verify. Nobody else has the right. */
export const sealedTestSchema = z.strictObject({
  schema: z.literal('prompt-optimizer.sealed-test.v1'),
  runId: z.string(),
  examples: z.array(exampleSchema).min(1),
});
export type SealedTest = z.infer<typeof sealedTestSchema>;

export const candidateStatuses = ['accepted', 'rejected'] as const;

/** A candidate of the archive. `parts` maps each component to the id of its text in `archive.texts`. */
export const candidateSchema = z.strictObject({
  /** `baseline`, or `g3-s2`: generation 3, slot 2. */
  id: z.string(),
  parents: z.array(z.string()),
  generation: z.number().int().min(0),
  slot: z.number().int().min(0),
  origin: z.enum(['baseline', 'mutation', 'merge']),
  parts: z.record(z.string(), z.string()),
  status: z.enum(candidateStatuses),
  /** Why it was rejected; null for accepted ones. */
  reason: z.string().nullable(),
  /** The component that was changed; null for the baseline. */
  component: z.string().nullable(),
  /** The minibatch that decided, paired: scores of the parent and of the child; null is a failure. */
  minibatch: z
    .strictObject({
      exampleIds: z.array(z.string()),
      before: z.array(z.number().nullable()),
      after: z.array(z.number().nullable()),
    })
    .nullable(),
});
export type Candidate = z.infer<typeof candidateSchema>;

/**
 * One score: [candidate id, split, example id, draw, score, ...score per eval]. A failed rollout has null for its score
 * and no eval scores. A candidate may have scores on any subset of examples.
 */
export const scoreRowSchema = z
  .tuple([z.string(), z.enum(['train', 'validation']), z.string(), z.number().int(), z.number().nullable()])
  .rest(z.number());
export type ScoreRow = z.infer<typeof scoreRowSchema>;

/** One generation as the report tells it. */
export const generationSchema = z.strictObject({
  generation: z.number().int().min(0),
  proposed: z.number().int().min(0),
  accepted: z.number().int().min(0),
  rejected: z.number().int().min(0),
  /** Best mean validation score of any candidate so far; null before the first. */
  bestValidation: z.number().nullable(),
  /** Task-model rollouts paid for so far. */
  rollouts: z.number().int().min(0),
  /** Why slots of this generation made no child, with how often. */
  reasons: z.record(z.string(), z.number().int()),
});
export type Generation = z.infer<typeof generationSchema>;

/** What the whole run has paid for; see `Usage` for units. `failures` counts rollouts that ended failed. */
export const spendSchema = z.strictObject({
  rollouts: z.number().int().min(0),
  modelCalls: z.number().int().min(0),
  reflectionCalls: z.number().int().min(0),
  judgeCalls: z.number().int().min(0),
  inputTokens: z.number().int().min(0),
  outputTokens: z.number().int().min(0),
  costUsd: z.number().min(0).nullable(),
  cacheHits: z.number().int().min(0),
  failures: z.number().int().min(0),
});
export type Spend = z.infer<typeof spendSchema>;

/** Why the search ended. */
export const stopReasons = [
  'generations',
  'rollouts',
  'tokens',
  'costUsd',
  'minutes',
  'perfect_validation',
  /** A scheduled run found that nothing had changed. */
  'unchanged',
  /** Somebody stopped it. */
  'stopped',
] as const;
export type StopReason = (typeof stopReasons)[number];

/**
 * What a scheduled run found when it asked whether anything had changed: the baseline on a fresh draw of validation. Kept
 * apart from the search's scores: it stands in for none of them.
 */
export const checkSchema = z.strictObject({
  /** Score by example, as far as they were scored. */
  scores: z.record(z.string(), z.number()),
  /** Rollouts without a score. */
  failures: z.number().int().min(0),
  /** Fresh mean and mean of the reference, over the examples that both have; without a reference, over what was scored. */
  mean: z.number().nullable(),
  reference: z.number().nullable(),
  /** Fresh minus reference, paired by example; null without a pair. */
  delta: z
    .strictObject({
      mean: z.number(),
      ci95: z.tuple([z.number(), z.number()]),
      pValue: z.number(),
      n: z.number().int().min(1),
    })
    .nullable(),
  /** null while some of it has not landed. */
  changed: z.boolean().nullable(),
});
export type Check = z.infer<typeof checkSchema>;

/** Archive (S3, one object a turn parity). Written by Plan alone. Read by Plan, Mutate, Score, Verify, Conclude. */
export const archiveSchema = z.strictObject({
  schema: z.literal('prompt-optimizer.archive.v1'),
  runId: z.string(),
  /** The turn whose step is `step`. */
  turn: z.number().int().min(0),
  generation: z.number().int().min(0),
  /** Texts by id (hash of the text): a component that did not change is kept once. */
  texts: z.record(z.string(), z.string()),
  /** In the order of generation and slot; the baseline first. */
  candidates: z.array(candidateSchema),
  scores: z.array(scoreRowSchema),
  generations: z.array(generationSchema),
  spend: spendSchema,
  step: stepSchema.nullable(),
  /** Epoch of the run that the leases of `step` were granted in: a run that is started again gets new ones. */
  epoch: z.number().int().min(0),
  /** Model calls in flight at once, as lowered by rate limits and raised again. */
  concurrency: z.number().int().min(1),
  /** Whether the generation that is under way has met 429s. */
  rateLimited: z.boolean(),
  /** Candidates of the finalists' round, and the winner once it is picked. */
  finalists: z.array(z.string()).nullable(),
  winnerId: z.string().nullable(),
  /** Generations in a row in which no reflection call was answered. */
  silentGenerations: z.number().int().min(0),
  stopReason: z.enum(stopReasons).nullable(),
  /** Running time, milliseconds; time in which the run was stopped does not count. */
  elapsedMs: z.number().min(0),
  /** What the `attribution` strategy keeps; null under `gepa`, and before its first step. */
  attribution: attributionStateSchema.nullable(),
  /** null: the run asks nothing before it searches, or had no room to ask. */
  check: checkSchema.nullable().default(null),
});
export type Archive = z.infer<typeof archiveSchema>;

/** One sealed rollout without its text: all that leaves Verify. */
export const verificationRowSchema = z.strictObject({
  exampleId: z.string(),
  candidateId: z.string(),
  draw: z.number().int().min(0),
  score: z.number().min(0).max(1).nullable(),
  evals: z.record(z.string(), z.number()),
  cached: z.boolean(),
  usage: usageSchema,
});
export type VerificationRow = z.infer<typeof verificationRowSchema>;

/** Verification of one shard (S3). Written by Verify, read by Conclude. */
export const verificationSchema = z.strictObject({
  schema: z.literal('prompt-optimizer.verification.v1'),
  rows: z.array(verificationRowSchema),
});
export type Verification = z.infer<typeof verificationSchema>;

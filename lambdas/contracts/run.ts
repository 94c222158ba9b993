/** A run as everybody sees it: the record in DynamoDB, where it stands, and what is told while it goes on. */
import { z } from 'zod';
import { promotionOutcomeSchema, runIdSchema, runOutcomeSchema, skips, verdicts } from './payloads.ts';

/** Which machine a run is an execution of; `calibration` is an evaluation of judges. */
export const runKinds = ['optimization', 'evaluation', 'calibration', 'synthesis'] as const;
export type RunKind = (typeof runKinds)[number];

/**
 * `queued`: waits for a free place, or for its turn. `stopping`: nothing new is begun. `skipped`: a scheduled run that
 * had nothing to do. A run that is `stopped` or `failed` can be resumed.
 */
export const runStatuses = ['queued', 'running', 'stopping', 'succeeded', 'failed', 'stopped', 'skipped'] as const;
export type RunStatus = (typeof runStatuses)[number];

/** Of these runs nothing new is begun. */
export const stopStatuses: readonly RunStatus[] = ['stopping', 'stopped'];

/** Runs that are not over. */
export const activeStatuses: readonly RunStatus[] = ['queued', 'running', 'stopping'];

/** Where a run stands. Scores in [0, 1]; `rollouts` counts calls of the task model, as the cap does. */
export const progressSchema = z.strictObject({
  generation: z.number().int().min(0),
  generations: z.number().int().min(0),
  /** What is being done now: the kind or purpose of the step. */
  step: z.enum(['check', 'probe', 'baseline', 'survey', 'mutate', 'children', 'mixtures', 'finalists', 'verdict']),
  baseline: z.number().nullable(),
  best: z.number().nullable(),
  accepted: z.number().int(),
  rollouts: z.number().int(),
  costUsd: z.number().nullable(),
  failures: z.number().int(),
  elapsedMs: z.number(),
});
export type Progress = z.infer<typeof progressSchema>;

/**
 * Run record (DynamoDB `runs`, one a run). Written by the API when a run is asked for, then by Prepare, Plan, Conclude,
 * RecordFailure and Settle. Fields with defaults are missing in records of before there was a service.
 */
export const runRecordSchema = z.strictObject({
  runId: z.string(),
  kind: z.enum(runKinds).default('optimization'),
  status: z.enum(runStatuses),
  taskName: z.string(),
  taskVersion: z.number().int().min(1).nullable().default(null),
  /** Who asked for it; `execution` is the console or whoever else started one. */
  startedBy: z.enum(['api', 'schedule', 'execution']).default('execution'),
  /** Hash of the execution's input: the same run id with another task is refused. */
  inputHash: z.string(),
  /** Hash of the request that asked for it, where there was an `Idempotency-Key`. */
  requestHash: z.string().nullable().default(null),
  turn: z.number().int().min(0),
  /** Raised when a failed run is started again: rollouts that failed for a passing reason are then tried once more. */
  epoch: z.number().int().min(0),
  /** How often it was started: 1 for a run that was never resumed, 0 for one that has not begun. */
  attempt: z.number().int().min(0).default(1),
  /** Name of the execution that is at it: the run id, or another one after it had failed. */
  execution: z.string().nullable().default(null),
  /** What the queue does when a place is free: the first start, a redrive after a stop, a new execution after a failure. */
  start: z.enum(['new', 'redrive', 'resume']).default('new'),
  /** When the queue began to start its execution; null while it waits. Whoever is stopped before has none. */
  launchedAt: z.string().nullable().default(null),
  /** ISO 8601: when it was asked for. Key of both indexes. */
  createdAt: z.string().default(''),
  /** When Prepare began it; null while it is queued. */
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable().default(null),
  /** When the clock of `elapsedMs` was last read, milliseconds since 1970. */
  lastSeenMs: z.number(),
  /** Where it stood at the last turn; null before the first one and for other kinds. */
  progress: progressSchema.nullable().default(null),
  /** What it had paid for when that was last counted. */
  spend: z
    .strictObject({ rollouts: z.number().int(), costUsd: z.number().nullable() })
    .default({ rollouts: 0, costUsd: 0 }),
  /** Caps that were told to be used up to 80 %: each is told once. */
  warnedCaps: z.array(z.string()).default([]),
  outcome: runOutcomeSchema.nullable().default(null),
  error: z.strictObject({ name: z.string(), message: z.string() }).nullable(),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** Caps of a run, and of its task's month. */
export const budgetCaps = ['rollouts', 'tokens', 'costUsd', 'minutes', 'monthly'] as const;

/** What is told of a run, at least once, to EventBridge and to whoever follows it. No prompt, no data. */
const about = { runId: runIdSchema, task: z.string(), kind: z.enum(runKinds), at: z.string() };
export const serviceEventSchema = z.discriminatedUnion('type', [
  z.strictObject({ ...about, type: z.literal('started'), attempt: z.number().int().min(1) }),
  /** Every turn; not sent to EventBridge. */
  z.strictObject({ ...about, type: z.literal('progress'), progress: progressSchema }),
  z.strictObject({
    ...about,
    type: z.literal('generation_finished'),
    generation: z.number().int().min(0),
    bestValidation: z.number().nullable(),
    rollouts: z.number().int(),
    costUsd: z.number().nullable(),
  }),
  /** Four fifths of a cap are used up. */
  z.strictObject({
    ...about,
    type: z.literal('budget_warning'),
    cap: z.enum(budgetCaps),
    share: z.number(),
  }),
  z.strictObject({
    ...about,
    type: z.literal('ended'),
    status: z.enum(['succeeded', 'failed', 'stopped', 'skipped']),
    verdict: z.enum([...verdicts, ...skips]).nullable(),
    gain: runOutcomeSchema.shape.gain,
    rollouts: z.number().int(),
    costUsd: z.number().nullable(),
    error: z.strictObject({ name: z.string(), message: z.string() }).nullable(),
  }),
  z.strictObject({
    ...about,
    type: z.literal('promoted'),
    version: z.number().int().min(1),
    by: z.enum(['run', 'person']),
    promotion: promotionOutcomeSchema.nullable(),
  }),
]);
export type ServiceEvent = z.infer<typeof serviceEventSchema>;

/**
 * Validation scores by candidate and example (S3, `runs/ID/champion-scores.json`): of the baseline and of what the run
 * recommends, for the next scheduled run, which asks whether the champion's scores have moved. Written by Conclude, read
 * by Prepare.
 */
export const championScoresSchema = z.strictObject({
  schema: z.literal('prompt-optimizer.champion-scores.v1'),
  scores: z.record(z.string(), z.record(z.string(), z.number())),
});
export type ChampionScores = z.infer<typeof championScoresSchema>;

/**
 * What outlives runs (DynamoDB `catalog`): stored tasks and their versions, datasets, champions, places of the queue.
 * Versions are only ever added, under the next free number: whoever writes that number first has won, and what was
 * there before is the history.
 */
import { z } from 'zod';
import { splitNames } from './dataset.ts';
import { runIdSchema } from './payloads.ts';
import { componentsSchema, scheduleSchema, taskNameSchema } from './task.ts';

const version = z.number().int().min(1);
const at = z.string();

/** One version of a task. `task` is what `contracts/task.ts` calls a task's input, datasets by S3 URI; checked when it is used. */
export const taskVersionSchema = z.strictObject({
  name: taskNameSchema,
  version,
  /** Content hash: the same task again is the same version. */
  hash: z.string(),
  task: z.record(z.string(), z.unknown()),
  createdAt: at,
});
export type TaskVersion = z.infer<typeof taskVersionSchema>;

/** A task in the list of tasks. A deleted one keeps its versions, runs and prompts. */
export const taskHeadSchema = z.strictObject({
  name: taskNameSchema,
  version,
  updatedAt: at,
  deletedAt: at.nullable(),
  schedule: scheduleSchema.nullable(),
});
export type TaskHead = z.infer<typeof taskHeadSchema>;

/** A dataset of a task. Its object is named by its content, so the same file is stored once whatever tasks use it. */
export const datasetRecordSchema = z.strictObject({
  /** 32 hex digits of the content's SHA-256. */
  id: z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 hexadecimal digits'),
  task: taskNameSchema,
  split: z.enum(splitNames),
  format: z.enum(['jsonl', 'csv']),
  /** What the user calls it. */
  name: z.string().max(200).nullable(),
  examples: z.number().int().min(1),
  bytes: z.number().int().min(1),
  /** UTF-8 bytes of the largest input and expected value: what an estimate needs of a set that nobody may read. */
  maxInputBytes: z.number().int().min(0),
  maxExpectedBytes: z.number().int().min(0),
  uri: z.string(),
  createdAt: at,
});
export type DatasetRecord = z.infer<typeof datasetRecordSchema>;

/** One champion. The one with the highest version is in use. */
export const championSchema = z.strictObject({
  task: taskNameSchema,
  version,
  components: componentsSchema,
  /** `task`: the prompt that the task came with. `run`: a winner. `rollback`: an earlier version again. */
  origin: z.enum(['task', 'run', 'rollback']),
  /** The run and candidate that it is the winner of. */
  runId: runIdSchema.nullable(),
  candidateId: z.string().nullable(),
  /** The version that is back, of a rollback. */
  rollbackOf: version.nullable(),
  by: z.enum(['run', 'person']),
  createdAt: at,
  /** Why, in the words of whoever did it. */
  note: z.string().max(500).nullable(),
});
export type Champion = z.infer<typeof championSchema>;

/** A challenger that did not become champion (yet): one that waits for approval, was refused, or lost a race. */
export const challengerSchema = z.strictObject({
  task: taskNameSchema,
  id: z.string(),
  decision: z.enum(['proposed', 'refused']),
  runId: runIdSchema,
  candidateId: z.string(),
  /** The champion that it was up against. */
  against: version,
  reason: z.string(),
  by: z.enum(['run', 'person']),
  createdAt: at,
});
export type Challenger = z.infer<typeof challengerSchema>;

/** The last look at a champion, for the next scheduled run: what it stood on, and which run has its scores. */
export const lastLookSchema = z.strictObject({
  task: taskNameSchema,
  fingerprint: z.string(),
  championVersion: version,
  /** `runs/ID/champion-scores.json`: validation scores by example; null when they were not measured. */
  scoresOf: runIdSchema.nullable(),
  runId: runIdSchema,
  at,
});
export type LastLook = z.infer<typeof lastLookSchema>;

/** A place for a run that goes on; there are as many as runs may go on at once. */
export const slotSchema = z.strictObject({
  runId: runIdSchema.nullable(),
  claimedAt: at,
});
export type Slot = z.infer<typeof slotSchema>;

/** A run that waits for a place, in the order of `createdAt`. */
export const waitingSchema = z.strictObject({
  runId: runIdSchema,
  createdAt: at,
  /** When it was put here: a run that was resumed waits once more. */
  since: at,
});
export type Waiting = z.infer<typeof waitingSchema>;

/** What an idempotency key was first used for. */
export const usedKeySchema = z.strictObject({
  runId: runIdSchema,
  /** Hash of the request: the same key with another one is refused. */
  requestHash: z.string(),
  createdAt: at,
});
export type UsedKey = z.infer<typeof usedKeySchema>;

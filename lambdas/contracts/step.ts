/** The work that a turn hands out: the step of the archive, cut into Map items, each with what it may spend. */
import { z } from 'zod';

/** What an item may spend at most; null is no cap. Granted by Plan, enforced before every call. */
export const leaseSchema = z.strictObject({
  /** Calls of the task model. */
  calls: z.number().int().min(0),
  tokens: z.number().int().min(0).nullable(),
  costUsd: z.number().min(0).nullable(),
});
export type LeaseGrant = z.infer<typeof leaseSchema>;

/** One rollout to be run: any candidate (or mixture of units) on any example, any draw. */
export const rolloutRequestSchema = z.strictObject({
  candidateId: z.string(),
  split: z.enum(['train', 'validation']),
  exampleId: z.string(),
  draw: z.number().int().min(0),
});
export type RolloutRequest = z.infer<typeof rolloutRequestSchema>;

const itemFields = {
  lease: leaseSchema,
  /** Model calls in flight at once inside this item. */
  concurrency: z.number().int().min(1),
};

/** A shard of rollouts. */
export const scoreItemSchema = z.strictObject({ ...itemFields, rollouts: z.array(rolloutRequestSchema).min(1) });
export type ScoreItem = z.infer<typeof scoreItemSchema>;

/** One child to be made. */
export const mutateItemSchema = z.strictObject({
  ...itemFields,
  generation: z.number().int().min(1),
  slot: z.number().int().min(0),
  parentId: z.string(),
  component: z.string(),
  /** The child is only written, not run: its edits are tried in mixtures. */
  proposeOnly: z.boolean(),
  minibatch: z.array(z.strictObject({ exampleId: z.string(), parentDraw: z.number().int().min(0) })).min(1),
});
export type MutateItem = z.infer<typeof mutateItemSchema>;

/**
 * A shard of the sealed test: examples [from, to) with the baseline and, where they are others, the winner and the
 * champion (`champion`, which is no candidate of the archive); `draws` of each.
 */
export const verifyItemSchema = z.strictObject({
  ...itemFields,
  draws: z.number().int().min(1),
  from: z.number().int().min(0),
  to: z.number().int().min(1),
  candidateIds: z.array(z.string()).min(1).max(3),
});
export type VerifyItem = z.infer<typeof verifyItemSchema>;

/** The step that a turn hands out. */
export const stepSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('score'),
    purpose: z.enum(['check', 'probe', 'baseline', 'children', 'finalists', 'survey', 'mixtures']),
    maxConcurrency: z.number().int().min(1),
    items: z.array(scoreItemSchema).min(1),
  }),
  z.strictObject({
    kind: z.literal('mutate'),
    purpose: z.literal('children'),
    maxConcurrency: z.number().int().min(1),
    items: z.array(mutateItemSchema).min(1),
  }),
  z.strictObject({
    kind: z.literal('verify'),
    purpose: z.literal('verdict'),
    maxConcurrency: z.number().int().min(1),
    items: z.array(verifyItemSchema).min(1),
  }),
]);
export type Step = z.infer<typeof stepSchema>;

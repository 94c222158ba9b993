/**
 * What the `attribution` strategy keeps in the archive: the pool of units that prompts are composed of, the mixtures
 * that were run, and what the statistics say about each unit. Effects are points in [-1, 1].
 */
import { z } from 'zod';
import { rolloutRequestSchema } from './step.ts';

/** Whether a unit is in the incumbent (`kept`), is being tried (`on_trial`), or has left (`out`). */
export const unitStatuses = ['kept', 'on_trial', 'out'] as const;

/** Which reply brought an edit, and the training examples that it was written for. */
export const unitOriginSchema = z.strictObject({
  generation: z.number().int().min(1),
  slot: z.number().int().min(0),
  exampleIds: z.array(z.string()),
});
export type UnitOrigin = z.infer<typeof unitOriginSchema>;

/** One line, sentence, list item or block of a component: what an edit adds, replaces or takes out. */
export const unitSchema = z.strictObject({
  /** `u0`, `u1`, …: the place in `pool.units`. */
  id: z.string(),
  component: z.string(),
  /** Without the white space around it, but for indentation. */
  text: z.string(),
  /** White space before and after it where it comes from; `''` at an end of that text. */
  lead: z.string(),
  end: z.string(),
  /** A placeholder, the answer's form, or what the task says to keep: never out. */
  protected: z.boolean(),
  /** Units that have a root in common exclude each other. A replacement has the roots of what it replaces. */
  roots: z.array(z.string()).min(1),
  /** The units that it was written to replace; empty for the seed's own and for insertions. */
  replaces: z.array(z.string()),
  /** It is a whole component, rewritten: its units could not be told apart. */
  whole: z.boolean(),
  /** Every reply that proposed it; empty for the seed's own units. */
  origins: z.array(unitOriginSchema),
  /** Replies that wanted to delete it. */
  deletions: z.array(unitOriginSchema),
  status: z.enum(unitStatuses),
});
export type Unit = z.infer<typeof unitSchema>;

/** All units that there ever were, and the order in which those of a component stand. */
export const unitPoolSchema = z.strictObject({
  units: z.array(unitSchema),
  /** By component. `prefix` and `tail`: white space at the text's ends. */
  components: z.record(
    z.string(),
    z.strictObject({ prefix: z.string(), tail: z.string(), newline: z.string(), order: z.array(z.string()) }),
  ),
});
export type UnitPool = z.infer<typeof unitPoolSchema>;

/** What the statistics say about a unit: the change of the mean score when it is in. */
export const unitEffectSchema = z.strictObject({
  mean: z.number(),
  /** 95 % interval. */
  ci95: z.tuple([z.number(), z.number()]),
  /** Probability that it does harm. */
  harm: z.number().min(0).max(1),
  /** Scored rollouts with it and without it. */
  with: z.number().int().min(0),
  without: z.number().int().min(0),
  /** Effect on the examples that it was written for, which count for nothing else; null without a rollout of them. */
  own: z.number().nullable(),
});
export type UnitEffect = z.infer<typeof unitEffectSchema>;

/** A prompt that was run without being a candidate: units as a hexadecimal bit set over `pool.units`. */
export const mixtureSchema = z.strictObject({
  units: z.string().regex(/^[0-9a-f]*$/),
  /** Hash of the composed components: equal prompts share their draws. */
  promptId: z.string(),
});
export type Mixture = z.infer<typeof mixtureSchema>;

/** The plan of rounds, computed from the budget. Sizes are rollouts. */
export const roundPlanSchema = z.strictObject({
  rounds: z.number().int().min(0),
  proposals: z.number().int().min(0),
  /** Rollouts of the incumbent at the beginning of each round, to find what fails. */
  survey: z.number().int().min(0),
  mixtures: z.number().int().min(0),
  finalists: z.number().int().min(0),
});
export type RoundPlan = z.infer<typeof roundPlanSchema>;

export const attributionStateSchema = z.strictObject({
  pool: unitPoolSchema,
  plan: roundPlanSchema,
  /** By candidate id: `baseline`, then one incumbent a round. */
  compositions: z.record(z.string(), mixtureSchema),
  /** By mixture id. */
  mixtures: z.record(z.string(), mixtureSchema),
  incumbentId: z.string(),
  /** What the stage that is under way has not handed out yet. */
  due: z.array(rolloutRequestSchema),
  /** Of the last fit, by unit id. */
  effects: z.record(z.string(), unitEffectSchema),
  /** Rounds in which each unit was on trial. */
  trials: z.record(z.string(), z.array(z.number().int().min(1))),
});
export type AttributionState = z.infer<typeof attributionStateSchema>;

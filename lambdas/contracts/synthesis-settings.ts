/** How datasets are made from specs: every default, bound and unit. The part `synthesis` of a spec's task. */
import { z } from 'zod';
import { budgetSchema, optimizerSchema } from './task.ts';

/** Largest legal synthesis; `tests/contracts/limits.test.ts` proves that it stays inside AWS's limits. */
export const SYNTHESIS_LIMITS = { topics: 500, inputsPerTopic: 200, inputsPerCall: 50, examples: 10_000 } as const;

const topicCount = z.number().int().min(1).max(SYNTHESIS_LIMITS.topics);
const choices = z.array(z.string().trim().min(1).max(300)).min(1).max(30);

export const synthesisSettingsSchema = z
  .strictObject({
    /** How many topics; a list makes a tree: `[5, 3]` is five topics with three below each. */
    topics: z.union([topicCount, z.array(topicCount).min(1).max(3)]).default(15),
    inputsPerTopic: z.number().int().min(1).max(SYNTHESIS_LIMITS.inputsPerTopic).default(20),
    /** Inputs that one call of the generator is asked for. */
    inputsPerCall: z.number().int().min(1).max(SYNTHESIS_LIMITS.inputsPerCall).default(20),
    /** Who writes the inputs, how long they are, in which languages, how difficult: each drawn for every input. */
    personas: choices.default([
      'somebody who does this for the first time',
      'an expert who uses the words of the trade',
      'somebody in a hurry, who writes without care',
      'somebody who is upset',
      'somebody who writes in a language that is not their own',
      'a careful person who tells more than is needed',
      'somebody who expects the reader to know what they mean',
      'a friendly person with time',
    ]),
    lengths: choices.default(['a few words', 'one or two sentences', 'a short paragraph', 'several paragraphs']),
    languages: choices.default(['English']),
    difficulties: choices.default(['plain', 'ordinary', 'hard: an edge case, or several things at once']),
    /** Similarity in [0, 1] from which on two inputs are the same, and the later one goes. */
    duplicateThreshold: z.number().min(0.1).max(1).default(0.7),
    /** Similarity from which on two inputs may not be in different splits. */
    neighbourThreshold: z.number().min(0.1).max(1).default(0.5),
    /** Shares of the splits, in any unit. */
    split: z
      .strictObject({
        train: z.number().positive().default(40),
        validation: z.number().positive().default(25),
        test: z.number().positive().default(25),
        golden: z.number().positive().default(10),
      })
      .prefault({}),
    /** Whether the task's own model answers every input, and its judges say what share passes. */
    baseline: z.boolean().default(true),
    /** Model calls in flight at once. */
    concurrency: z.number().int().min(1).max(1000).default(16),
    /** Seeds every random choice. */
    seed: optimizerSchema.shape.seed,
    /** Hard caps: `rollouts` are answers of the task's model; tokens and cost are of all models. */
    budget: budgetSchema.omit({ generations: true }).prefault({}),
  })
  .refine(({ topics, inputsPerTopic }) => leavesOf(topics) * inputsPerTopic <= SYNTHESIS_LIMITS.examples, {
    path: ['inputsPerTopic'],
    error: `times the number of topics must be at most ${SYNTHESIS_LIMITS.examples}`,
  })
  .refine(({ topics }) => leavesOf(topics) <= SYNTHESIS_LIMITS.topics, {
    path: ['topics'],
    error: `must have at most ${SYNTHESIS_LIMITS.topics} topics at the ends of its branches`,
  })
  .refine(({ neighbourThreshold, duplicateThreshold }) => neighbourThreshold <= duplicateThreshold, {
    path: ['neighbourThreshold'],
    error: 'must not be above duplicateThreshold',
  });
export type SynthesisSettings = z.infer<typeof synthesisSettingsSchema>;

/** Topics at the ends of the branches: those that inputs are written for. */
export function leavesOf(topics: number | readonly number[]): number {
  return typeof topics === 'number' ? topics : topics.reduce((product, count) => product * count, 1);
}

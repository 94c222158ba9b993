/** Dataset lines: what a user gives (`.jsonl`, `.csv`, inline) and what the workflow keeps. */
import { z } from 'zod';

/** Any JSON value. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export const jsonSchema: z.ZodType<Json> = z.json();

/** The four splits. `test` is sealed: only `Prepare` and `Verify` may read it. */
export const splitNames = ['train', 'validation', 'test', 'golden'] as const;
export type SplitName = (typeof splitNames)[number];

/** What a person said of an answer: a number on the eval's scale, yes or no, or the name of a verdict. */
export const ratingSchema = z.union([z.number(), z.boolean(), z.enum(['pass', 'fail', 'critical'])]);
export type Rating = z.infer<typeof ratingSchema>;

/** One dataset line. `input` is the text, or an object whose fields the prompt's templates name. */
export const exampleSchema = z.strictObject({
  id: z.string().min(1).max(200),
  input: z.union([z.string(), z.record(z.string(), jsonSchema)]),
  expected: jsonSchema.optional(),
  tags: z.array(z.string()).optional(),
  metadata: z.record(z.string(), jsonSchema).optional(),
  /** Golden examples: an answer that people have rated, and their ratings by eval. */
  output: z.string().optional(),
  ratings: z.record(z.string(), ratingSchema).optional(),
});
export type Example = z.infer<typeof exampleSchema>;

/** Most examples that one split may have. */
export const MAX_EXAMPLES_PER_SPLIT = 10_000;

/** `evaluation.json`, what an evaluation found. Scores and differences are points in [0, 1]; `costUsd` is US dollars. */
import { z } from 'zod';
import { spendSchema } from './artifacts.ts';
import { knownSchema } from './context.ts';
import { splitNames } from './dataset.ts';

const interval = z.tuple([z.number(), z.number()]);

/** A mean over `n` rollouts with its 95 % interval; null and the whole range where none was scored. */
const estimateSchema = z.strictObject({ mean: z.number().nullable(), ci95: interval, n: z.number().int().min(0) });

/** A prompt with a model. */
export const promptResultSchema = z.strictObject({
  id: z.string(),
  prompt: z.string(),
  model: z.string(),
  score: estimateSchema,
  /** By eval; `passed` is the share of scored rollouts at or above the eval's `threshold`. */
  evals: z.record(z.string(), estimateSchema.extend({ passed: z.number().nullable() })),
  /** Rollouts that were asked for, and those of them that have no score, with how often for each reason. */
  wanted: z.number().int(),
  leftOut: z.number().int(),
  reasons: z.record(z.string(), z.number().int()),
  /** Tokens and cost of its rollouts, whoever paid for them. */
  tokens: z.number().int(),
  costUsd: z.number().nullable(),
  /** Time from request to answer; null where nobody measured. */
  latencyMs: z.strictObject({ median: z.number(), p95: z.number() }).nullable(),
});
export type PromptResult = z.infer<typeof promptResultSchema>;

/** `a` minus `b`, paired by example. */
export const comparisonSchema = z.strictObject({
  /** The whole score, or one eval. */
  of: z.string(),
  a: z.string(),
  b: z.string(),
  mean: z.number(),
  ci95: interval,
  n: z.number().int().min(0),
  /** Paired sign-flip permutation test. */
  pValue: z.number(),
  /** Corrected for the number of pairs (Holm). */
  adjusted: z.number(),
});
export type Comparison = z.infer<typeof comparisonSchema>;

/** One of the worst answers. Of a test set, texts are left out. */
export const worstSchema = z.strictObject({
  exampleId: z.string(),
  variant: z.string(),
  score: z.number(),
  input: z.string().nullable(),
  output: z.string().nullable(),
  evals: z.array(z.strictObject({ name: z.string(), score: z.number(), feedback: z.string() })),
});

/** A number, or why there is none. */
export const measureSchema = z.union([z.number(), z.strictObject({ notAvailable: z.string() })]);
export type Measure = z.infer<typeof measureSchema>;

/** How well a judge agrees with people about one eval, and with itself. */
export const agreementSchema = z.strictObject({
  /** Golden answers that have both a rating and a judgement; and those that lack one. */
  n: z.number().int(),
  unrated: z.number().int(),
  unjudged: z.number().int(),
  agreement: measureSchema,
  /** 95 % interval of the agreement (Wilson). */
  agreementCi95: interval.nullable(),
  kappa: measureSchema,
  /** On the eval's own scale, and with that scale mapped to [0, 1]. */
  mae: measureSchema,
  mse: measureSchema,
  normalizedMae: measureSchema,
  normalizedMse: measureSchema,
  pearson: measureSchema,
  spearman: measureSchema,
  kendallTauB: measureSchema,
  precision: measureSchema,
  recall: measureSchema,
  /** Passes of the judge against passes of people. */
  confusion: z
    .strictObject({
      truePositives: z.number().int(),
      falsePositives: z.number().int(),
      trueNegatives: z.number().int(),
      falseNegatives: z.number().int(),
    })
    .nullable(),
  /** Answers by category of the scale, ascending: a row a person's rating, a column the judge's; null where scores are numbers. */
  matrix: z.array(z.array(z.number().int())).nullable(),
  /** Ratings that are still missing until the interval of the agreement is 20 points wide. */
  ratingsMissing: z.number().int(),
  /** Standard deviation of the judge's scores of the same answer, in [0, 1], over `answers` answers judged again and again. */
  noise: z.strictObject({ sd: z.number(), answers: z.number().int(), repeats: z.number().int() }).nullable(),
  disagreements: z.array(
    z.strictObject({
      exampleId: z.string(),
      person: z.number(),
      judge: z.number(),
      input: z.string(),
      output: z.string(),
      reasoning: z.string(),
    }),
  ),
});
export type Agreement = z.infer<typeof agreementSchema>;

export const judgeResultSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  model: z.string(),
  evals: z.record(z.string(), agreementSchema),
  wanted: z.number().int(),
  leftOut: z.number().int(),
  reasons: z.record(z.string(), z.number().int()),
  tokens: z.number().int(),
  costUsd: z.number().nullable(),
});
export type JudgeResult = z.infer<typeof judgeResultSchema>;

const common = {
  schema: z.literal('prompt-optimizer.evaluation.v1'),
  runId: z.string(),
  task: z.string(),
  spend: spendSchema,
  wallSeconds: z.number().min(0),
  /** How scores came about, where that is not as the task asked. */
  notes: z.array(z.string()),
  notice: z.string().optional(),
};

export const evaluationResultSchema = z.discriminatedUnion('of', [
  z.strictObject({
    ...common,
    of: z.literal('prompts'),
    split: z.enum(splitNames),
    examples: z.number().int(),
    prompts: z.array(promptResultSchema),
    comparisons: z.array(comparisonSchema),
    worst: z.array(worstSchema),
    /** When this test set was looked at before. */
    unsealed: knownSchema.shape.unsealed,
    best: z.string().nullable(),
  }),
  z.strictObject({
    ...common,
    of: z.literal('judges'),
    golden: z.number().int(),
    repeats: z.number().int(),
    judges: z.array(judgeResultSchema),
    /** The judge with the highest mean kappa (agreement, where kappa cannot be computed); null when nothing can be said. */
    best: z.string().nullable(),
    /** Difference in mean score of two prompts, on as many examples as are golden, that the best judge's own noise makes in 95 of 100 cases. */
    noise: z.array(z.strictObject({ eval: z.string(), sd: z.number(), n: z.number().int(), difference: z.number() })),
  }),
]);
export type EvaluationResult = z.infer<typeof evaluationResultSchema>;
export type PromptsResult = Extract<EvaluationResult, { of: 'prompts' }>;
export type JudgesResult = Extract<EvaluationResult, { of: 'judges' }>;

/** `report.json`, the run's proof. Scores and differences are points in [0, 1]; `costUsd` is US dollars. */
import { z } from 'zod';
import { candidateStatuses, checkSchema, generationSchema, spendSchema, stopReasons } from './artifacts.ts';
import { knownSchema } from './context.ts';
import { verdicts } from './payloads.ts';
import { componentsSchema } from './task.ts';

/** Mean over the `n` rollouts that were scored; null when none was. */
export const meanSchema = z.strictObject({ mean: z.number().nullable(), n: z.number().int().min(0) });
export type Mean = z.infer<typeof meanSchema>;

/** On the sealed test set: `sd` is the standard deviation of the examples' scores, from two on. */
export const sealedMeanSchema = meanSchema.extend({ sd: z.number().min(0).optional() });
export type SealedMean = z.infer<typeof sealedMeanSchema>;

const interval = z.tuple([z.number(), z.number()]);
const side = z.strictObject({ candidateId: z.string(), validation: meanSchema, test: sealedMeanSchema });
const differenceSchema = z.strictObject({
  mean: z.number(),
  ci95: interval,
  pValue: z.number(),
  n: z.number().int().min(0),
});
export type Difference = z.infer<typeof differenceSchema>;

/** `seed`: a line of the user's own prompt. A `deletion` is a reply's wish to take such a line out. */
export const editKinds = ['seed', 'insertion', 'replacement', 'deletion', 'rewrite'] as const;
/** `kept`: in the best prompt. `removed`: the user's line, taken out. `dropped`: did not help. `doubtful`: nobody knows. */
export const editStatuses = ['kept', 'removed', 'dropped', 'doubtful'] as const;

/** One unit with its measured effect: what the mean score gains, in points, when it is in the prompt. */
export const editSchema = z.strictObject({
  id: z.string(),
  component: z.string(),
  kind: z.enum(editKinds),
  text: z.string(),
  /** Id of the edit (or line) that it stands in for; null for others. */
  replaces: z.string().nullable(),
  /** 0 for the seed's own lines. */
  generation: z.number().int().min(0),
  /** The slot of the reply that brought it; null for the seed's own lines. */
  slot: z.number().int().min(0).nullable(),
  /** The training examples that it was written for. */
  exampleIds: z.array(z.string()),
  /** null: it was never tried, so nothing is known. */
  effect: z.strictObject({ mean: z.number(), ci95: interval }).nullable(),
  /** Probability that it does harm; null where nothing is known. */
  harm: z.number().nullable(),
  /** Scored rollouts with and without it, and the rounds in which it was on trial. */
  rollouts: z.strictObject({ with: z.number().int().min(0), without: z.number().int().min(0) }),
  rounds: z.array(z.number().int().min(1)),
  /** A placeholder, the answer's form or what the task keeps: never on trial. */
  protected: z.boolean(),
  status: z.enum(editStatuses),
});
export type Edit = z.infer<typeof editSchema>;

/** Which gain the sealed test can show, by the usual arithmetic for a paired mean. */
export const powerSchema = z.strictObject({
  /** Examples in the sealed test, and draws of each. */
  n: z.number().int().min(0),
  draws: z.number().int().min(1),
  /** Standard deviation of a paired difference that was assumed. */
  sd: z.number(),
  /** Smallest true gain that is found with a probability of 80 %, points in [0, 1]. */
  detectableGain: z.number(),
});
export type Power = z.infer<typeof powerSchema>;

const reportedCandidateSchema = z.strictObject({
  id: z.string(),
  parents: z.array(z.string()),
  generation: z.number().int().min(0),
  origin: z.enum(['baseline', 'mutation', 'merge']),
  components: componentsSchema,
  status: z.enum(candidateStatuses),
  reason: z.string().nullable(),
  validation: meanSchema,
  /** Whether it stands on the frontier after pruning. */
  frontier: z.boolean(),
});

export const reportSchema = z.strictObject({
  schema: z.literal('prompt-optimizer.report.v1'),
  runId: z.string(),
  /** The task's name. */
  task: z.string(),
  seed: z.number().int(),
  verdict: z.enum(verdicts),
  baseline: side,
  best: side,
  /** Best minus baseline on the sealed test set, paired by example. */
  testDelta: z.strictObject({
    mean: z.number(),
    ci95: interval,
    pValue: z.number(),
    n: z.number().int().min(0),
    perEval: z.record(z.string(), z.strictObject({ mean: z.number(), ci95: interval })),
  }),
  /** The guarded eval that fell by more than it may; present where one did. */
  guardBroken: z.strictObject({ eval: z.string(), drop: z.number(), maxDrop: z.number() }).optional(),
  /** The prompt that the best must beat beside the baseline; present where the run had one. */
  champion: z
    .strictObject({
      /** null: a prompt that somebody gave to be compared with. */
      version: z.number().int().min(1).nullable(),
      components: componentsSchema,
      test: sealedMeanSchema,
      /** Best minus champion on the sealed test set, paired by example. */
      delta: differenceSchema,
      /** The same for what is recommended, where that is not the best. */
      recommendedDelta: differenceSchema.optional(),
      /** The difference is a gain by the rules of the verdict, guards included, and enough of the test was scored. */
      beaten: z.boolean(),
      /** The best is the champion, word for word. */
      same: z.boolean(),
    })
    .optional(),
  /** What to use: the best when the verdict is `improved`, otherwise the baseline. */
  recommended: z.strictObject({ candidateId: z.string(), components: componentsSchema }),
  spend: spendSchema,
  generations: z.array(generationSchema),
  candidates: z.array(reportedCandidateSchema),
  /** Every unit that was on trial, in the order of the prompt; filled by the `attribution` strategy, empty under `gepa`. */
  edits: z.array(editSchema),
  /** What the sealed test can show: said before the run, and here. */
  power: powerSchema,
  /** Sealed examples on which the best did worse than the baseline. */
  regressions: z.array(z.strictObject({ exampleId: z.string(), baseline: z.number(), best: z.number() })),
  stopReason: z.enum(stopReasons),
  wallSeconds: z.number().min(0),
  /** What is known of the judges' own noise; present where an eval asks one. */
  judging: z
    .strictObject({
      /** By eval: standard deviation of its scores of the same answer, and the difference in mean score on the sealed test that this noise alone makes in 95 of 100 cases. */
      evals: z.record(z.string(), z.strictObject({ sd: z.number(), difference: z.number() })),
      /** The same for the whole score, by the weights of those evals; null when none was measured. */
      score: z.strictObject({ sd: z.number(), difference: z.number() }).nullable(),
      /** Judged evals, as they are now, that `calibrate` has never met. */
      uncalibrated: z.array(z.string()),
    })
    .optional(),
  /** When somebody looked at this test set before, by run; present where it is no longer sealed. */
  unsealed: knownSchema.shape.unsealed.optional(),
  /** How scores came about, where that is not as the task asked. */
  notes: z.array(z.string()).optional(),
  /** Present when the run needs a warning, for example that the model was simulated. */
  notice: z.string().optional(),
});
export type Report = z.infer<typeof reportSchema>;

/** How an optimization can end without a verdict and still have a report. */
export const unfinishedVerdicts = ['stopped', 'skipped_unchanged'] as const;
export type UnfinishedVerdict = (typeof unfinishedVerdicts)[number];

const unproven = z.strictObject({
  candidateId: z.string(),
  validation: meanSchema,
  /** Mean score that the search expects of it; null when it knows nothing yet. Nothing of it is proven. */
  expected: z.number().nullable(),
});

/** `report.json` of a run that ended before a verdict: somebody stopped it, or a scheduled run found nothing changed. */
export const unfinishedReportSchema = z.strictObject({
  schema: z.literal('prompt-optimizer.report.v1'),
  runId: z.string(),
  /** The task's name. */
  task: z.string(),
  seed: z.number().int(),
  verdict: z.enum(unfinishedVerdicts),
  baseline: unproven,
  /** The best candidate so far; the baseline where none is expected to be better. */
  best: unproven,
  /** The sealed test was not run, or not to its end. */
  testDelta: z.null(),
  /** The baseline: nothing else is proven. */
  recommended: z.strictObject({ candidateId: z.string(), components: componentsSchema }),
  spend: spendSchema,
  generations: z.array(generationSchema),
  candidates: z.array(reportedCandidateSchema),
  edits: z.array(editSchema),
  /** What the look at a fresh draw of validation found; present where there was one. */
  check: checkSchema.pick({ mean: true, reference: true, delta: true }).optional(),
  stopReason: z.enum(stopReasons),
  wallSeconds: z.number().min(0),
  unsealed: knownSchema.shape.unsealed.optional(),
  notice: z.string().optional(),
});
export type UnfinishedReport = z.infer<typeof unfinishedReportSchema>;

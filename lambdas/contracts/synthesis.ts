/**
 * Synthesis: from specs to judges, datasets and a task. What `statemachine/synthesize.asl.json` is started with, and what it
 * keeps. All that it keeps before the datasets are split may become test data, so it lies with the sealed data, below
 * `synthesis/`, and its model calls with the sealed rollouts: no step of a search can read them.
 */
import { z } from 'zod';
import { spendSchema, usageSchema } from './artifacts.ts';
import { exampleSchema, jsonSchema } from './dataset.ts';
import { itemResultSchema, runIdSchema } from './payloads.ts';
import { specName, specSchema } from './spec.ts';
import { leaseSchema } from './step.ts';

const stepsSchema = z.array(z.string().min(1)).min(1).max(32);

const ratedSchema = z.array(exampleSchema).max(1000);

/** Real inputs that the generator is shown at most, and characters of each. */
export const MOST_LIKE = 50;
export const LIKE_CHARS = 2_000;

/** Input of an execution of `synthesize.asl.json`. Read by: PrepareSynthesis. */
export const synthesisInputSchema = z.strictObject({
  /** All of the same task. */
  specs: z.array(specSchema).min(1).max(64),
  /** Steps of judges that are there already, by spec; the others are written. */
  judges: z.record(specName, stepsSchema).default({}),
  /**
   * Examples that people have rated, or where a dataset of them lies: they become golden, and nothing like them is in
   * another split.
   */
  golden: z.union([z.string().regex(/^s3:\/\/[^/]+\/.+/, 'must be s3://bucket/key'), ratedSchema]).default([]),
  /** Real inputs that set the style. With the specs they must fit into an execution's input, which may have 256 KiB. */
  like: z.array(z.string().min(1).max(LIKE_CHARS)).max(MOST_LIKE).default([]),
  /** Whether a simulated model answers: it costs nothing, whatever names it answers to. */
  simulated: z.boolean().default(false),
  /** A sentence that the result must carry, for example that the model was simulated. */
  notice: z.string().max(500).optional(),
});
export type SynthesisInput = z.infer<typeof synthesisInputSchema>;

/** What one input is to be like. */
export const inputPlanSchema = z.strictObject({
  /** 1-based, within its topic. */
  slot: z.number().int().min(1),
  /** The spec that it tries. */
  spec: z.string(),
  /** Whether the system is likely to keep to the spec, or tempted to break it. */
  aim: z.enum(['pass', 'fail']),
  persona: z.string(),
  length: z.string(),
  language: z.string(),
  difficulty: z.string(),
  /** The kind of attack, where the spec is about safety; null: none. */
  attack: z.string().nullable(),
});
export type InputPlan = z.infer<typeof inputPlanSchema>;

/** The synthesis (S3, sealed, `plan.json`). Written once by PrepareSynthesis. Read by all later states. */
export const synthesisPlanSchema = synthesisInputSchema.omit({ notice: true }).extend({
  golden: ratedSchema,
  schema: z.literal('prompt-optimizer.synthesis-plan.v1'),
  runId: z.string(),
  notice: z.string().nullable(),
});
export type SynthesisPlan = z.infer<typeof synthesisPlanSchema>;

/** A generated input. */
export const draftSchema = z.strictObject({
  /** `t03-s012`: third topic, twelfth slot. */
  id: z.string(),
  /** Index in `topics` of the state. */
  topic: z.number().int().min(0),
  plan: inputPlanSchema,
  input: z.union([z.string(), z.record(z.string(), jsonSchema)]),
  /** Name and version of the prompt that asked for it, and the hash of that prompt as it was sent. */
  prompt: z.string(),
  promptHash: z.string(),
});
export type Draft = z.infer<typeof draftSchema>;

const itemFields = {
  lease: leaseSchema,
  /** Model calls in flight at once inside this item. */
  concurrency: z.number().int().min(1),
};

/** One call of the generator. `attempt` counts how often the same was asked for before. */
export const generateItemSchema = z.discriminatedUnion('asks', [
  z.strictObject({
    ...itemFields,
    asks: z.literal('topics'),
    path: z.array(z.string()),
    count: z.number().int().min(1),
    known: z.array(z.string()),
    attempt: z.number().int().min(0),
  }),
  z.strictObject({ ...itemFields, asks: z.literal('judge'), spec: z.string(), attempt: z.number().int().min(0) }),
  z.strictObject({
    ...itemFields,
    asks: z.literal('inputs'),
    topic: z.number().int().min(0),
    plans: z.array(inputPlanSchema).min(1),
    /** Inputs about the topic that are there already. */
    known: z.array(z.string()),
    attempt: z.number().int().min(0),
  }),
]);
export type GenerateItem = z.infer<typeof generateItemSchema>;

/** A shard of inputs that the task's own model answers: [from, to) of `state.order`. */
export const answerItemSchema = z.strictObject({
  ...itemFields,
  from: z.number().int().min(0),
  to: z.number().int().min(1),
  /** false: the task's model is asked no more (`budget.rollouts`), and references alone are written. */
  answers: z.boolean(),
});
export type AnswerItem = z.infer<typeof answerItemSchema>;

export const synthesisStepSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    /** `topics`: topics and judges; `inputs`: batches of inputs. */
    kind: z.enum(['topics', 'inputs']),
    maxConcurrency: z.number().int().min(1),
    items: z.array(generateItemSchema).min(1),
  }),
  z.strictObject({
    kind: z.literal('answers'),
    maxConcurrency: z.number().int().min(1),
    items: z.array(answerItemSchema).min(1),
  }),
]);
export type SynthesisStep = z.infer<typeof synthesisStepSchema>;

/** Replies that could not be used, by why. Counts of items that were asked for or given. */
export const rejectedSchema = z.strictObject({
  /** Asked for and not in the reply. */
  missing: z.number().int().min(0),
  /** In the reply and not asked for. */
  extra: z.number().int().min(0),
  empty: z.number().int().min(0),
  /** No JSON, or not of the form that was asked for. */
  malformed: z.number().int().min(0),
  /** An input that the input schema does not allow. */
  offSchema: z.number().int().min(0),
  /** The same again, in the same reply or an earlier one. */
  repeated: z.number().int().min(0),
  /** Too much like another one, or like a real or a rated example. */
  nearDuplicates: z.number().int().min(0),
});
export type Rejected = z.infer<typeof rejectedSchema>;

/** What the generator was paid for, beside the answers. `failures` counts calls and answers that ended failed. */
export const synthesisSpendSchema = spendSchema.omit({ reflectionCalls: true }).extend({
  generatorCalls: z.strictObject({
    topics: z.number().int().min(0),
    judges: z.number().int().min(0),
    inputs: z.number().int().min(0),
    references: z.number().int().min(0),
  }),
});
export type SynthesisSpend = z.infer<typeof synthesisSpendSchema>;

const splitsSchema = z.strictObject({
  train: z.array(z.string()),
  validation: z.array(z.string()),
  test: z.array(z.string()),
  golden: z.array(z.string()),
});

/** Where the synthesis stands (S3, sealed, one object a turn parity). Written by PlanSynthesis alone. */
export const synthesisStateSchema = z.strictObject({
  schema: z.literal('prompt-optimizer.synthesis-state.v1'),
  runId: z.string(),
  turn: z.number().int().min(0),
  epoch: z.number().int().min(0),
  /** The whole tree, by path; those of full length are the topics that inputs are written for, in this order. */
  topics: z.array(z.array(z.string()).min(1)),
  /** How often each was asked for: topics by the path above them, judges by spec, inputs by topic and slot. */
  asked: z.strictObject({
    topics: z.record(z.string(), z.number().int()),
    judges: z.record(z.string(), z.number().int()),
    inputs: z.array(z.array(z.number().int())),
  }),
  /** Judges that were written, by spec. */
  judges: z.record(z.string(), z.strictObject({ steps: stepsSchema, prompt: z.string() })),
  /** Inputs that are kept, in the order of topic and slot. */
  drafts: z.array(draftSchema),
  rejected: rejectedSchema,
  /** Ids by split, once they are split; null before. */
  splits: splitsSchema.nullable(),
  groupedBy: z.enum(['topic', 'neighbours']).nullable(),
  /** Inputs that were dropped so that no near neighbours are in different splits. */
  droppedNeighbours: z.number().int().min(0),
  /** Ids in the order in which they are answered. */
  order: z.array(z.string()),
  answered: z.number().int().min(0),
  /** Items of each turn that were answers, so that their rows are found: [turn, count]. */
  answerTurns: z.array(z.tuple([z.number().int(), z.number().int()])),
  spend: synthesisSpendSchema,
  concurrency: z.number().int().min(1),
  elapsedMs: z.number().min(0),
  /** The cap that ended the work early; null: none. */
  stopReason: z.enum(['rollouts', 'tokens', 'costUsd', 'minutes']).nullable(),
  step: synthesisStepSchema.nullable(),
});
export type SynthesisState = z.infer<typeof synthesisStateSchema>;

/** What one call of the generator gave (S3, sealed). Written by Generate, read by PlanSynthesis. */
export const generatedSchema = z.strictObject({
  schema: z.literal('prompt-optimizer.generated.v1'),
  topics: z.array(z.string()),
  steps: z.array(z.string()),
  inputs: z.array(
    z.strictObject({ slot: z.number().int(), input: z.union([z.string(), z.record(z.string(), jsonSchema)]) }),
  ),
  rejected: rejectedSchema,
  prompt: z.string(),
  promptHash: z.string(),
  failure: z.strictObject({ name: z.string(), message: z.string() }).nullable(),
  /** Of the run. A failed call is made again in a later one. */
  epoch: z.number().int().min(0),
  /** Of all epochs. */
  usage: usageSchema,
  cached: z.boolean(),
});
export type Generated = z.infer<typeof generatedSchema>;

/** One input as answered. */
export const answerRowSchema = z.strictObject({
  id: z.string(),
  expected: z.string().nullable(),
  output: z.string().nullable(),
  /** Score in [0, 1] by spec; empty where the answer failed. */
  evals: z.record(z.string(), z.number()),
  failure: z.strictObject({ name: z.string(), message: z.string() }).nullable(),
  /** Of the answer and its judges, and of the call for the reference. */
  usage: usageSchema,
  referenceUsage: usageSchema,
  /** Of the run, when the reference was asked for: one that failed is asked for again in a later one. */
  referenceEpoch: z.number().int().min(0),
  cached: z.boolean(),
});
export type AnswerRow = z.infer<typeof answerRowSchema>;

/** Rows of one shard (S3, sealed). Written by AnswerInputs, read by PlanSynthesis and ConcludeSynthesis. */
export const answersSchema = z.strictObject({
  schema: z.literal('prompt-optimizer.answers.v1'),
  rows: z.array(answerRowSchema),
});

/** Written by: PrepareSynthesis, then PlanSynthesis and the Maps. Read by: PlanSynthesis. */
export const synthesisTurnSchema = z.strictObject({
  runId: runIdSchema,
  turn: z.number().int().min(0),
  results: z.array(itemResultSchema),
});
export type SynthesisTurn = z.infer<typeof synthesisTurnSchema>;

/** Written by: PlanSynthesis. Read by: NextStep, and the Maps or ConcludeSynthesis. */
export const synthesisNextSchema = z.strictObject({
  runId: runIdSchema,
  turn: z.number().int().min(1),
  next: z.enum(['topics', 'inputs', 'answers', 'conclude']),
  maxConcurrency: z.number().int().min(1),
  items: z.array(z.strictObject({ index: z.number().int().min(0) })),
});
export type SynthesisNext = z.infer<typeof synthesisNextSchema>;

/** Read by: ConcludeSynthesis. */
export const concludeSynthesisInputSchema = z.strictObject({ runId: runIdSchema, turn: z.number().int().min(1) });

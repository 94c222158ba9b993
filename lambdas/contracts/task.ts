/**
 * The task: what a user writes as `task.yaml`. Every default, bound and unit stands here and nowhere else.
 * Dataset fields are generic: a path in a file, an S3 URI or the examples themselves in an execution's input.
 */
import { z } from 'zod';
import { exampleSchema, jsonSchema } from './dataset.ts';
import { type EvalSettings, evalSettingsSchema } from './evals.ts';

/** Largest legal run; `tests/contracts/limits.test.ts` proves that it stays inside AWS's limits. */
export const LIMITS = {
  generations: 500,
  proposals: 32,
  minibatchSize: 64,
  concurrency: 1000,
  rollouts: 100_000,
} as const;

const modelFields = {
  name: z.string().min(1),
  /** Sampling temperature; left out of the request when absent. */
  temperature: z.number().min(0).max(2).optional(),
  /** Time limit of one call, seconds. */
  timeoutSeconds: z.number().min(0.1).max(300).default(30),
};

/** The task model. `maxOutputTokens` bounds each answer and is what the budget reserves for it. */
export const modelSchema = z.strictObject({
  ...modelFields,
  maxOutputTokens: z.number().int().min(1).max(131_072).default(512),
  /** Functions that the model may call, as chat completions take them; the eval `tool_calls` scores what it called. */
  tools: z.array(z.record(z.string(), jsonSchema)).min(1).max(128).optional(),
});
export type ModelSettings = z.infer<typeof modelSchema>;

/** The judge writes its reasoning before its score, so it gets more room. */
export const judgeModelSchema = z.strictObject({
  ...modelFields,
  maxOutputTokens: z.number().int().min(64).max(131_072).default(1024),
});
export type JudgeModelSettings = z.infer<typeof judgeModelSchema>;

/** The reflection model writes whole prompts, so it gets more room and more time. */
export const reflectionModelSchema = z.strictObject({
  ...modelFields,
  /** A reply is kept in one DynamoDB item, which may have 400 KB. */
  maxOutputTokens: z.number().int().min(1).max(65_536).default(8192),
  /** Two calls that time out must end within a function's 15 minutes. */
  timeoutSeconds: z.number().min(0.1).max(430).default(120),
});

export const frontierTypes = ['instance', 'objective', 'hybrid', 'cartesian'] as const;
export type FrontierType = (typeof frontierTypes)[number];
export const candidateSelections = ['pareto', 'current_best', 'epsilon_greedy', 'top_k_pareto'] as const;
export type CandidateSelection = (typeof candidateSelections)[number];
export const acceptances = ['strict_improvement', 'improvement_or_equal'] as const;
export type Acceptance = (typeof acceptances)[number];

export const optimizerSchema = z.strictObject({
  strategy: z.enum(['attribution', 'gepa']).default('attribution'),
  generations: z.number().int().min(1).max(LIMITS.generations).default(10),
  /** Children a generation, made in parallel. */
  proposals: z.number().int().min(1).max(LIMITS.proposals).default(8),
  /** Training examples that one child is tried on. */
  minibatchSize: z.number().int().min(1).max(LIMITS.minibatchSize).default(4),
  /** Model calls in flight at once. */
  concurrency: z.number().int().min(1).max(LIMITS.concurrency).default(32),
  /** Seeds every random choice. */
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(0),
  frontierType: z.enum(frontierTypes).default('instance'),
  candidateSelection: z.enum(candidateSelections).default('pareto'),
  acceptance: z.enum(acceptances).default('strict_improvement'),
  /** Share of uniform choices of `epsilon_greedy`. */
  epsilon: z.number().min(0).max(1).default(0.1),
  /** Candidates that `top_k_pareto` chooses from. */
  topK: z.number().int().min(1).max(1000).default(5),
  /** Share of `train` that becomes `validation` when none is given. */
  validationShare: z.number().min(0.05).max(0.9).default(0.4),
  /** `rungs`: a child that is very unlikely to matter is dropped before all of validation was paid for (`gepa`). */
  validation: z.enum(['rungs', 'full']).default('rungs'),
  /** Whether two lineages are merged where the prompt has more than one free component (`gepa`). */
  merge: z.boolean().default(true),
  /** Examples that share one mixture: more than 1 suits providers that cache prompts (`attribution`). */
  mixtureSize: z.number().int().min(1).max(LIMITS.minibatchSize).default(1),
  /** Draws of each sealed example: more than 1 suits a noisy model. */
  testDraws: z.number().int().min(1).max(8).default(1),
  /** Best candidates that are run once more on validation before the winner is picked; 0 turns it off. */
  finalists: z.number().int().min(0).max(16).default(3),
  /** Longest text that a component may grow to, characters. */
  maxComponentChars: z.number().int().min(100).max(100_000).default(12_000),
});
export type OptimizerSettings = z.infer<typeof optimizerSchema>;

/** Hard caps over everything: task, reflection and judge calls, retries included. */
export const budgetSchema = z.strictObject({
  /** Calls of the task model. */
  rollouts: z.number().int().min(1).max(LIMITS.rollouts).default(1000),
  /** Input and output tokens of all models. */
  tokens: z.number().int().min(1).optional(),
  /** US dollars of all models; needs known prices. */
  costUsd: z.number().positive().optional(),
  /** Minutes of running time; no new step is begun after it, except the sealed test. */
  minutes: z.number().positive().optional(),
  generations: z.number().int().min(1).max(LIMITS.generations).optional(),
});
export type Budget = z.infer<typeof budgetSchema>;

/** US dollars for a million tokens. */
export const priceSchema = z.strictObject({ input: z.number().min(0), output: z.number().min(0) });
export type Price = z.infer<typeof priceSchema>;

/** Names that the texts of a prompt may have. */
export const componentName = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;

/** A candidate: the prompt's named texts. `system` and `user` are sent; any other is a Mustache partial. */
export const componentsSchema = z
  .record(z.string().regex(componentName, 'must start with a letter and hold letters, digits, _ or -'), z.string())
  .refine((prompt) => prompt.system !== undefined || prompt.user !== undefined, 'needs a system or a user component');
export type Components = z.infer<typeof componentsSchema>;

export const taskNameSchema = z.string().regex(/^[a-z0-9-]{1,64}$/, 'must be 1 to 64 of a-z, 0-9 and -');

/** Who makes a run's winner the champion: the run itself, somebody who was asked, or nobody. */
export const promotions = ['automatic', 'approval', 'never'] as const;
export type Promotion = (typeof promotions)[number];

/** When a stored task is optimized again. What the expression and the time zone must be: `service/schedule.ts`. */
export const scheduleSchema = z.strictObject({
  /** `rate(7 days)` or `cron(0 6 ? * MON *)`, as EventBridge Scheduler takes them. */
  expression: z.string().min(1).max(256),
  /** IANA name, for `cron`. */
  timeZone: z.string().min(1).max(50).default('UTC'),
  /** Whether a run that is due while another run of the task goes on waits for its turn. */
  overlap: z.enum(['wait', 'skip']).default('skip'),
  /** Caps over all scheduled runs of the task that began in a calendar month (UTC). */
  monthlyBudget: z
    .strictObject({ costUsd: z.number().positive().optional(), rollouts: z.number().int().min(1).optional() })
    .default({}),
  enabled: z.boolean().default(true),
});
export type Schedule = z.infer<typeof scheduleSchema>;

/** Builds the task schema around the form of its datasets and the evals that are known. */
function taskSchemaWith<D extends z.ZodType, E extends z.ZodType<EvalSettings>>(dataset: D, evalSchema: E) {
  return z.strictObject({
    name: taskNameSchema,
    prompt: componentsSchema,
    /** Components left alone. */
    freeze: z.array(z.string()).default(['user']),
    /** Texts that stay: each line of the prompt that holds one of them is never taken out or replaced. */
    keep: z.array(z.string().min(1)).default([]),
    model: modelSchema,
    reflection: reflectionModelSchema,
    /** Model of every `llm_judge` that names none of its own. */
    judge: judgeModelSchema.optional(),
    /** JSON Schema of the answer (structured output): in task.yaml a path or the schema itself. */
    output: z.strictObject({ schema: z.union([z.string(), z.record(z.string(), jsonSchema)]) }).optional(),
    datasets: z.strictObject({
      train: dataset,
      validation: dataset.optional(),
      test: dataset,
      golden: dataset.optional(),
    }),
    evals: z.array(evalSchema).min(1, 'needs at least one eval').max(64),
    optimizer: optimizerSchema.prefault({}),
    budget: budgetSchema.prefault({}),
    prices: z.record(z.string(), priceSchema).default({}),
    /** Share of rollouts that may fail where a number is told: beyond it the run fails with the reason instead. */
    maxFailureShare: z.number().min(0).max(1).default(0.05),
    /**
     * For tasks that are stored through the API: who makes a winner the champion; `approval` where it says nothing. That is
     * filled in where it is asked, not here: a run that was begun before there were champions has the same input still.
     */
    promotion: z.enum(promotions).optional(),
    /** For tasks that are stored through the API: when they are optimized again. */
    schedule: scheduleSchema.optional(),
  });
}

/** `task.yaml`: each dataset is a path, relative to the file. */
export const taskFileSchemaWith = <E extends z.ZodType<EvalSettings>>(evalSchema: E) =>
  taskSchemaWith(z.string().min(1), evalSchema);
export type TaskFile = z.infer<ReturnType<typeof taskFileSchemaWith<typeof evalSettingsSchema>>>;

/** An execution's input: each dataset is an `s3://bucket/key` URI, or the examples themselves. */
export const taskInputSchemaWith = <E extends z.ZodType<EvalSettings>>(evalSchema: E) =>
  taskSchemaWith(
    z.union([z.string().regex(/^s3:\/\/[^/]+\/.+/, 'must be s3://bucket/key'), z.array(exampleSchema)]),
    evalSchema,
  );
export type TaskInput = z.infer<ReturnType<typeof taskInputSchemaWith<typeof evalSettingsSchema>>>;

/** The task without its datasets: what every state after `Prepare` works with. */
export const taskSchema = taskSchemaWith(z.string(), evalSettingsSchema)
  .omit({ datasets: true, output: true })
  .extend({
    outputSchema: z.record(z.string(), jsonSchema).optional(),
    /**
     * Set in scheduled runs, to the run's id: answers that other runs have stored do not stand in, because a model of the
     * same name may answer otherwise by now, and a search that mixes old answers with new ones compares nothing.
     */
    answersOf: z.string().optional(),
  });
export type Task = z.infer<typeof taskSchema>;

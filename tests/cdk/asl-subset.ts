/**
 * The part of the Amazon States Language that AWS, the local engine and two further implementations execute alike
 * (DESIGN §3), as a schema: what is not written here is refused, because engines pass over what they do not know without
 * a word.
 */
import { z } from 'zod';
import * as errors from '../../lambdas/contracts/errors.ts';

/** Names that our handlers throw: the concrete classes of `contracts/errors.ts`. */
export const typedErrors = Object.entries(errors)
  .filter(([, value]) => typeof value === 'function' && value.prototype instanceof errors.PromptOptimizerError)
  .map(([name]) => name);

/** Names that Step Functions and Lambda report by themselves. */
const reportedErrors = [
  'States.ALL',
  'States.Timeout',
  'States.TaskFailed',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
  // What newer runtimes report, instead of Lambda.Unknown, for a function that ran out of time.
  'Sandbox.Timedout',
];

const path = z.string().regex(/^\$([.[]|$)/, 'must be a path into the state, such as $.runId');
const errorNames = z.array(z.enum([...typedErrors, ...reportedErrors])).min(1);

const retriers = z
  .array(
    z.strictObject({
      ErrorEquals: errorNames,
      IntervalSeconds: z.int().min(1),
      MaxAttempts: z.int().min(1),
      BackoffRate: z.number().min(1),
      MaxDelaySeconds: z.int().min(1),
      JitterStrategy: z.literal('FULL'),
    }),
  )
  .min(1);

const catchers = z
  .array(z.strictObject({ ErrorEquals: errorNames, ResultPath: path, Next: z.string() }))
  .min(1)
  .refine((all) => all.at(-1)?.ErrorEquals.join() === 'States.ALL', 'the last Catch must take States.ALL');

/** A payload template: keys that end with `.$` are computed, all others are literal. */
const template: z.ZodType<unknown> = z.lazy(() =>
  z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), template])).superRefine((fields, context) => {
    for (const [key, value] of Object.entries(fields)) {
      const problem =
        typeof value === 'string' && value.includes('{%')
          ? 'is JSONata'
          : key.endsWith('.$') && !/^(\$|States\.Format\()/.test(String(value))
            ? 'must be a path or States.Format'
            : undefined;
      if (problem !== undefined) context.addIssue({ code: 'custom', path: [key], message: problem });
    }
  }),
);

const common = { Comment: z.string().optional() };
const onward = { Next: z.string().optional(), End: z.literal(true).optional() };
const movesOn = (state: { Next?: string | undefined; End?: true | undefined }) =>
  (state.Next === undefined) !== (state.End === undefined);

const task = z
  .strictObject({
    ...common,
    ...onward,
    Type: z.literal('Task'),
    // With a direct function ARN, throttling by Lambda looks like an error of ours.
    Resource: z.literal('arn:aws:states:::lambda:invoke'),
    Parameters: z.strictObject({ FunctionName: z.string().regex(/^\$\{[A-Za-z]+FunctionArn\}$/), Payload: template }),
    OutputPath: z.literal('$.Payload'),
    TimeoutSeconds: z.int().min(1).max(900),
    Retry: retriers,
    Catch: catchers,
  })
  .refine(movesOn, 'needs either Next or End');

const choice = z.strictObject({
  ...common,
  Type: z.literal('Choice'),
  Choices: z.array(z.strictObject({ Variable: path, StringEquals: z.string(), Next: z.string() })).min(1),
  Default: z.string(),
});

const pass = z
  .strictObject({ ...common, ...onward, Type: z.literal('Pass'), Parameters: template })
  .refine(movesOn, 'needs either Next or End');

const fail = z.strictObject({
  ...common,
  Type: z.literal('Fail'),
  Error: z.string().regex(/^[A-Za-z]+$/),
  Cause: z.string().optional(),
  CausePath: path.optional(),
});

const wait = z.strictObject({ ...common, Type: z.literal('Wait'), SecondsPath: path, Next: z.string() });

const succeed = z.strictObject({ ...common, Type: z.literal('Succeed'), OutputPath: path.optional() });

const leafStates = [task, choice, pass, fail] as const;

/** States that only name states of their own machine. */
function statesOf<S extends z.ZodType<Record<string, unknown>>>(state: S) {
  return z.record(z.string(), state).superRefine((states, context) => {
    for (const [name, body] of Object.entries(states)) {
      for (const target of targetsOf(body)) {
        if (!(target in states)) context.addIssue({ code: 'custom', path: [name], message: `no state ${target}` });
      }
    }
  });
}

function targetsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'ItemProcessor' || key === 'Parameters') return [];
    return (key === 'Next' || key === 'Default') && typeof inner === 'string' ? [inner] : targetsOf(inner);
  });
}

const processor = z
  .strictObject({
    ProcessorConfig: z.strictObject({ Mode: z.literal('DISTRIBUTED'), ExecutionType: z.literal('STANDARD') }),
    StartAt: z.string(),
    States: statesOf(z.discriminatedUnion('Type', leafStates)),
  })
  .refine(({ StartAt, States }) => StartAt in States, 'StartAt names no state')
  // In a distributed child the context object is not the same everywhere.
  .refine((all) => !JSON.stringify(all).includes('$$.'), 'a Map item gets what it needs by ItemSelector, not by $$');

const map = z
  .strictObject({
    ...common,
    ...onward,
    Type: z.literal('Map'),
    ItemsPath: path,
    MaxConcurrencyPath: path,
    ItemSelector: template,
    ItemProcessor: processor,
    ResultPath: path,
    Catch: catchers,
  })
  .refine(movesOn, 'needs either Next or End');

export const machineSchema = z
  .strictObject({
    ...common,
    StartAt: z.string(),
    States: statesOf(z.discriminatedUnion('Type', [...leafStates, wait, succeed, map])),
  })
  .refine(({ StartAt, States }) => StartAt in States, 'StartAt names no state');
export type Machine = z.output<typeof machineSchema>;
export type Task = z.output<typeof task>;

/** Every Task, those inside Maps too. */
export function tasksOf(machine: Pick<Machine, 'States'>): Task[] {
  return Object.values(machine.States).flatMap((state) => {
    if (state.Type === 'Map') return tasksOf(state.ItemProcessor);
    return state.Type === 'Task' ? [state] : [];
  });
}

/** `PrepareFunctionArn` of `${PrepareFunctionArn}`. */
export function substitutionOf(task: Task): string {
  return task.Parameters.FunctionName.slice(2, -1);
}

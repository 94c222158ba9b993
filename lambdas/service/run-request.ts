/** What somebody asks the API for, checked, as the input of an execution. */
import { z } from 'zod';
import { InvalidInputError } from '../contracts/errors.ts';
import { type EvaluationRequest, evaluationRequestSchema } from '../contracts/evaluation.ts';
import { executionInputSchemaWith, overridesSchema, runIdSchema } from '../contracts/payloads.ts';
import { synthesisInputSchema } from '../contracts/synthesis.ts';
import { componentsSchema, taskNameSchema } from '../contracts/task.ts';
import { evalSchema } from '../evals/registry.ts';
import { checkSynthesis } from '../synthesis/check-synthesis.ts';
import { taskNameOf } from '../synthesis/resolve-spec.ts';
import {
  checkChanged,
  checkComparedPrompt,
  checkEvaluationRequest,
  estimateTask,
  type RunEstimate,
  refuseInlineDatasets,
} from './check-request.ts';
import { type ResolvedTask, resolveTask } from './stored-task.ts';
import { inlineTaskSchema, prepareInlineTask } from './task-request.ts';

const { version, from } = executionInputSchemaWith(evalSchema).shape;

const aboutTask = {
  task: z.union([taskNameSchema, inlineTaskSchema]).describe('The name of a stored task, or the task itself.'),
  version: version.describe('Of the stored task; default: the newest.'),
  overrides: overridesSchema.optional().describe('Fields of the task that are otherwise here, by dotted path.'),
};
const runId = runIdSchema.optional().describe('A name of your own; default: one is made.');

export const runRequestSchema = z.strictObject({
  ...aboutTask,
  from: from.describe("The prompt that the search starts from: the task's own (default), or its champion."),
  compareWith: componentsSchema
    .optional()
    .describe("A prompt that the winner is compared with on the sealed test, in the place of the task's champion."),
  runId,
});
export type RunRequest = z.output<typeof runRequestSchema>;

const [ofPrompts, ofJudges] = evaluationRequestSchema.options;

export const evaluationBodySchema = z.strictObject({ ...aboutTask, evaluation: ofPrompts, runId });
export const calibrationBodySchema = z.strictObject({
  ...aboutTask,
  evaluation: ofJudges.prefault({ of: 'judges' }),
  runId,
});
export const synthesisBodySchema = synthesisInputSchema.omit({ simulated: true, notice: true }).extend({ runId });

/** What Step Functions takes as the input of an execution, bytes. */
const MOST_INPUT_BYTES = 262_144;

export interface PreparedRun {
  readonly taskName: string;
  /** Of a stored task. */
  readonly taskVersion: number | null;
  /** Of the execution; holds no test data. */
  readonly input: unknown;
}

/** @throws InvalidInputError with everything that is wrong */
export async function prepareRun(request: RunRequest): Promise<PreparedRun> {
  const { named, resolved } = await resolve(request);
  const { from: origin, compareWith } = request;
  if (compareWith !== undefined) await checkComparedPrompt(resolved.task, compareWith);
  return prepared(resolved, {
    ...named,
    ...(origin === undefined ? {} : { from: origin }),
    ...(compareWith === undefined ? {} : { compareWith }),
    trigger: 'api',
  });
}

/** @throws InvalidInputError as `prepareRun` does */
export async function estimateRun(request: RunRequest): Promise<RunEstimate> {
  const { resolved } = await resolve(request);
  return estimateTask(resolved.task);
}

/** @throws InvalidInputError with everything that is wrong */
export async function prepareEvaluation(
  request: Omit<RunRequest, 'from' | 'compareWith'> & { readonly evaluation: EvaluationRequest },
): Promise<PreparedRun> {
  const { named, resolved } = await resolve(request);
  await checkEvaluationRequest(resolved.task, request.evaluation);
  return prepared(resolved, { ...named, evaluation: request.evaluation });
}

/** @throws InvalidInputError with everything that is wrong */
export async function prepareSynthesis(request: z.output<typeof synthesisBodySchema>): Promise<PreparedRun> {
  const { runId: _runId, ...input } = request;
  const problems = checkSynthesis(input);
  if (problems.length > 0) throw new InvalidInputError(problems);
  return { taskName: taskNameOf(input.specs), taskVersion: null, input: small(input) };
}

/** The task as it is run, and how the execution is told of it: by name and version, or in place without examples. */
async function resolve(
  request: Omit<RunRequest, 'compareWith'>,
): Promise<{ named: Record<string, unknown>; resolved: ResolvedTask }> {
  const { task: given, version: wanted, overrides, from: origin } = request;
  const task = typeof given === 'string' ? given : await prepareInlineTask(given);
  const resolved = await resolveTask({ task, version: wanted, overrides, from: origin });
  refuseInlineDatasets(resolved.task);
  // As it was stored it was checked then.
  if (overrides !== undefined || origin === 'champion') await checkChanged(resolved.task, overrides ?? {});
  return {
    named: {
      task,
      ...(resolved.version === null ? {} : { version: resolved.version }),
      ...(overrides === undefined ? {} : { overrides }),
    },
    resolved,
  };
}

function prepared({ task, version: taskVersion }: ResolvedTask, input: object): PreparedRun {
  return { taskName: task.name, taskVersion, input: small(input) };
}

/** @throws InvalidInputError when it is more than an execution takes */
function small(input: object): object {
  const bytes = Buffer.byteLength(JSON.stringify(input));
  if (bytes <= MOST_INPUT_BYTES) return input;
  const message = `is ${bytes} bytes as the input of an execution, and at most ${MOST_INPUT_BYTES} are possible.`;
  const remedy = 'Store the task with PUT /tasks and large examples with POST /datasets, and name them here.';
  throw new InvalidInputError([{ field: 'body', message, remedy }]);
}

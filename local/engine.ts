/** Executes `statemachine/*.asl.json` with the handlers that CDK deploys for its Tasks. */
import { readFileSync } from 'node:fs';
import {
  ExecutionAbortedError,
  ExecutionError,
  StateMachine,
  type StateMachineDefinition,
} from 'aws-local-stepfunctions';
import { handler as answerInputs } from '../lambdas/handlers/answer-inputs.ts';
import { handler as conclude } from '../lambdas/handlers/conclude.ts';
import { handler as concludeEvaluation } from '../lambdas/handlers/conclude-evaluation.ts';
import { handler as concludeSynthesis } from '../lambdas/handlers/conclude-synthesis.ts';
import { handler as evaluate } from '../lambdas/handlers/evaluate.ts';
import { handler as generate } from '../lambdas/handlers/generate.ts';
import { handler as mutate } from '../lambdas/handlers/mutate.ts';
import { handler as plan } from '../lambdas/handlers/plan.ts';
import { handler as planEvaluation } from '../lambdas/handlers/plan-evaluation.ts';
import { handler as planSynthesis } from '../lambdas/handlers/plan-synthesis.ts';
import { handler as prepare } from '../lambdas/handlers/prepare.ts';
import { handler as prepareEvaluation } from '../lambdas/handlers/prepare-evaluation.ts';
import { handler as prepareSynthesis } from '../lambdas/handlers/prepare-synthesis.ts';
import { handler as recordFailure } from '../lambdas/handlers/record-failure.ts';
import { handler as score } from '../lambdas/handlers/score.ts';
import { handler as verify } from '../lambdas/handlers/verify.ts';

/** A function of a state machine: what Lambda would run. */
export type StateFunction = (event: unknown) => Promise<unknown>;

/** Functions by the name that stands in the definition: `${PlanFunctionArn}` is `Plan`. */
export const stateFunctions: Readonly<Record<string, StateFunction>> = {
  Prepare: prepare,
  Plan: plan,
  Mutate: mutate,
  Score: score,
  Verify: verify,
  Conclude: conclude,
  RecordFailure: recordFailure,
  PrepareEvaluation: prepareEvaluation,
  PlanEvaluation: planEvaluation,
  Evaluate: evaluate,
  ConcludeEvaluation: concludeEvaluation,
  PrepareSynthesis: prepareSynthesis,
  PlanSynthesis: planSynthesis,
  Generate: generate,
  AnswerInputs: answerInputs,
  ConcludeSynthesis: concludeSynthesis,
};

export const optimizeDefinitionPath = new URL('../statemachine/optimize.asl.json', import.meta.url);
export const evaluateDefinitionPath = new URL('../statemachine/evaluate.asl.json', import.meta.url);
export const synthesizeDefinitionPath = new URL('../statemachine/synthesize.asl.json', import.meta.url);

/** AWS's limit of a state's input or output. */
const MAX_PAYLOAD_BYTES = 256 * 1024;

/** How an execution ended, as Step Functions says it. */
export type ExecutionResult =
  | { readonly status: 'SUCCEEDED'; readonly output: unknown }
  | { readonly status: 'FAILED'; readonly error: string; readonly cause: string }
  | { readonly status: 'ABORTED' };

export interface Execution {
  readonly result: Promise<ExecutionResult>;
  /** Stops the execution: no further state begins. */
  abort(): void;
  /** Resolves when no function is running any more: after an abort, what was in flight is then kept. */
  idle(): Promise<void>;
}

export interface EngineOptions {
  readonly definitionPath?: URL;
  /** Stand in for the deployed functions, by name. */
  readonly functions?: Readonly<Record<string, StateFunction>>;
  /** Sees the size of everything that crosses a Task, in bytes. */
  readonly onPayload?: (state: string, bytes: number) => void;
}

/** Starts an execution of the definition; `name` is the execution's, and so the run id. */
export function startExecution(name: string, input: unknown, options: EngineOptions = {}): Execution {
  const functions = options.functions ?? stateFunctions;
  const definition: StateMachineDefinition = JSON.parse(definitionText(options.definitionPath));
  // The tests validate the definition; doing it in every run would take a quarter of a second.
  const machine = new StateMachine(definition, { validationOptions: { noValidate: true } });
  const running = new Set<Promise<unknown>>();
  let aborted = false;
  const handlers = Object.fromEntries(
    taskStates(definition).map((state) => {
      const handle = taskHandler(state, functions, options.onPayload);
      return [
        state,
        (payload: JsonValue) => {
          // The engine still begins the items of a Map that were waiting when it was aborted.
          if (aborted) return Promise.reject(new ExecutionAbortedError());
          const call = handle(payload);
          const settled = call.then(noop, noop).finally(() => running.delete(settled));
          running.add(settled);
          return call;
        },
      ];
    }),
  );
  const execution = machine.run(asJson(input), {
    overrides: { taskResourceLocalHandlers: handlers },
    context: { Execution: { Name: name } },
  });
  return {
    result: execution.result.then(succeeded, ended),
    abort() {
      aborted = true;
      execution.abort();
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

const noop = (): void => {};

const definitionTexts = new Map<string, string>();

/** A definition with names of functions in it; read once, since a server starts many executions. */
function definitionText(path = optimizeDefinitionPath): string {
  const known = definitionTexts.get(path.href);
  if (known !== undefined) return known;
  const text = readFileSync(path, 'utf-8').replace(
    /\$\{([A-Za-z]+)FunctionArn\}/g,
    'arn:aws:lambda:us-east-1:000000000000:function:$1',
  );
  definitionTexts.set(path.href, text);
  return text;
}

type JsonValue = Parameters<StateMachine['run']>[0];

/** `arn:aws:states:::lambda:invoke`: `{ FunctionName, Payload }` in, `{ Payload }` out, 256 KiB each way. */
function taskHandler(
  state: string,
  functions: typeof stateFunctions,
  onPayload: ((state: string, bytes: number) => void) | undefined,
): (input: JsonValue) => Promise<JsonValue> {
  return async (input) => {
    const { FunctionName, Payload } = input as { FunctionName: string; Payload: unknown };
    const name = FunctionName.slice(FunctionName.lastIndexOf(':') + 1);
    const run = functions[name];
    if (run === undefined) throw new Error(`State ${state} calls ${name}, which is no function of this machine.`);
    onPayload?.(state, checkedSize(state, Payload));
    const output = asJson(await run(asJson(Payload)));
    onPayload?.(state, checkedSize(state, output));
    return { Payload: output };
  };
}

function checkedSize(state: string, payload: unknown): number {
  const bytes = Buffer.byteLength(JSON.stringify(payload) ?? '');
  if (bytes <= MAX_PAYLOAD_BYTES) return bytes;
  const error = new Error(`A payload of ${state} has ${bytes} bytes; Step Functions takes ${MAX_PAYLOAD_BYTES}.`);
  error.name = 'States.DataLimitExceeded';
  throw error;
}

/** What crosses a state is JSON: a copy, as it would be between functions. */
function asJson(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value ?? null));
}

/** Names of all Task states, those inside Maps included. */
function taskStates(definition: { States: Record<string, unknown> }): string[] {
  return Object.entries(definition.States).flatMap(([name, state]) => {
    const { Type, ItemProcessor } = state as { Type: string; ItemProcessor?: { States: Record<string, unknown> } };
    return [...(Type === 'Task' ? [name] : []), ...(ItemProcessor === undefined ? [] : taskStates(ItemProcessor))];
  });
}

function succeeded(output: unknown): ExecutionResult {
  return { status: 'SUCCEEDED', output };
}

function ended(error: unknown): ExecutionResult {
  if (error instanceof ExecutionAbortedError) return { status: 'ABORTED' };
  const cause = error instanceof ExecutionError && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error
    ? { status: 'FAILED', error: cause.name, cause: cause.message }
    : { status: 'FAILED', error: 'Unknown', cause: String(cause) };
}

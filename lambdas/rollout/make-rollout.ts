/**
 * One rollout: the model's answer, then its evals. Where evals ask models, every call is kept the moment it is answered,
 * by its content: a retried item pays only for what was not answered, and what another rollout has asked is not paid for
 * again.
 */
import type { LimitFunction } from 'p-limit';
import type { Failure, PaidCall, Rollout, Usage } from '../contracts/artifacts.ts';
import type { Example, SplitName } from '../contracts/dataset.ts';
import type { Components, JudgeModelSettings, Price, Task } from '../contracts/task.ts';
import { withVerdictsAlone } from '../evals/judge-reply.ts';
import { asksModels, scoreAnswer } from '../evals/registry.ts';
import type { Answer } from '../evals/scorer.ts';
import { EvalFailure, type EvalServices, type Question } from '../evals/services.ts';
import { EMBEDDING_SECONDS } from '../evals/similarity.ts';
import type { ChatAnswer, EmbeddingModel } from '../model/chat-model.ts';
import { renderMessages } from '../model/templates.ts';
import { CALL_OVERHEAD_TOKENS } from '../optimizer/budget.ts';
import { costOf, noUsage } from '../optimizer/usage.ts';
import { callKey, type RolloutTable } from '../store/rollouts.ts';
import { type CallDependencies, type CallOutcome, callModel, callUntilAnswered } from './call-model.ts';
import type { ItemLease, Lease } from './lease.ts';
import {
  BrokenError,
  InterruptedError,
  type Interruption,
  NotStoredError,
  openPurse,
  type Payer,
  type Purse,
} from './purse.ts';
import { askedModel } from './resolve-task.ts';

/** One rollout to run. */
export interface RolloutJob {
  readonly split: SplitName;
  readonly example: Example;
  readonly components: Components;
  readonly draw: number;
  /** An answer that is there already (a golden example's): it is scored as it is, and no model is asked for one. */
  readonly given?: string;
}

/** What evals need of the world. */
export interface EvalDependencies {
  readonly embeddings: EmbeddingModel;
  readonly priceOf: (model: string) => Price | null;
  readonly invoke: EvalServices['invoke'];
  readonly runFile: EvalServices['runFile'];
}

export interface RolloutDependencies extends CallDependencies {
  readonly evals?: EvalDependencies;
}

/** Where and for whom a rollout is made. */
export interface RolloutPlace {
  readonly task: Task;
  readonly table: RolloutTable;
  readonly runId: string;
  readonly epoch: number;
  /** Whether answers are kept even where rules alone score them: they will be scored by other rules, too. */
  readonly keepAnswers?: boolean;
}

/** What is known of a rollout before it is made. */
export interface RolloutStart {
  readonly key: string;
  /** It failed in an earlier epoch of this run, and is tried once more. */
  readonly earlier: Pick<Rollout, 'epoch' | 'usage'> | undefined;
  /** The answer, where that is stored already. */
  readonly answer: PaidCall | undefined;
}

export type MadeRollout = Pick<Rollout, 'status' | 'score' | 'evals' | 'output' | 'latencyMs' | 'failure'>;

export type Making =
  | { readonly status: 'made'; readonly rollout: MadeRollout; readonly usage: Usage; readonly allUsage: Usage }
  /** `stored`: of calls that are kept and count when the rollout is made; `unstored`: of those that are kept nowhere. */
  | {
      readonly status: 'interrupted';
      readonly error: Interruption;
      readonly stored: Usage;
      readonly unstored: Usage;
    };

/** Makes a rollout within its lease. `calls` bounds the calls in flight of the whole item. */
export async function makeRollout(
  place: RolloutPlace,
  job: RolloutJob,
  start: RolloutStart,
  lease: Pick<ItemLease, 'task' | 'judge'>,
  calls: LimitFunction,
  deps: RolloutDependencies,
): Promise<Making> {
  const purse = openPurse(payer(place, start), calls);
  return make(place, job, start, purse, lease, deps);
}

/** What a rollout that is not there yet has cost so far: of calls that this run has paid for it and that are stored. */
export async function usageSoFar(place: RolloutPlace, job: RolloutJob, start: RolloutStart): Promise<Usage> {
  const purse = openPurse(payer(place, start), null);
  await make(place, job, start, purse, { task: NO_LEASE, judge: NO_LEASE }, NOBODY);
  return purse.total();
}

function payer({ table, runId, epoch }: RolloutPlace, { key: rolloutKey, earlier }: RolloutStart): Payer {
  return { table, runId, epoch, rolloutKey, earlier };
}

/** Content key of a job's answer: all that it depends on but the model's own chance, which `draw` counts. */
export function answerKey(task: Task, { split, example, components, draw }: RolloutJob): string {
  const { outputSchema, evals } = task;
  const { timeoutSeconds: _patience, ...settings } = askedModel(task);
  const prompt = Object.entries(components).sort(([a], [b]) => (a < b ? -1 : 1));
  return callKey(
    'answer',
    split,
    example.id,
    example.input,
    prompt,
    settings,
    outputSchema ?? null,
    draw,
    evals.some(isAboutRefusals),
  );
}

const NO_LEASE: Lease = { take: () => false, settle: () => {} };
const NOBODY: RolloutDependencies = {
  model: { complete: () => Promise.reject(new NotStoredError()) },
  price: null,
  sleep: () => Promise.resolve(),
  random: () => 0,
};

async function make(
  place: RolloutPlace,
  job: RolloutJob,
  start: RolloutStart,
  purse: Purse,
  lease: Pick<ItemLease, 'task' | 'judge'>,
  deps: RolloutDependencies,
): Promise<Making> {
  const { task } = place;
  let told: Pick<MadeRollout, 'output' | 'latencyMs'> = { output: null, latencyMs: null };
  try {
    const answer = await answerOf(place, job, start, purse, lease.task, deps);
    told = { output: outputOf(answer), latencyMs: answer.latencyMs ?? null };
    const services = servicesOf(task, job, purse, lease.judge, deps);
    const { score, evals } = await scoreAnswer(task.evals, job.example, answer, services);
    const rollout = { status: 'scored' as const, score, evals, ...told, failure: null };
    return { status: 'made', rollout, usage: purse.total(), allUsage: purse.all() };
  } catch (error) {
    if (error instanceof BrokenError) throw error.cause;
    if (error instanceof InterruptedError) {
      return { status: 'interrupted', error: error.interruption, stored: purse.stored(), unstored: purse.unstored() };
    }
    return {
      status: 'made',
      rollout: { ...failed(failureOf(error)), ...told },
      usage: purse.total(),
      allUsage: purse.all(),
    };
  }
}

/** A scorer that cannot score is our failure, not a bad answer. */
function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof EvalFailure) return { name: error.name, message, transient: error.transient };
  return { name: 'EvalError', message, transient: false };
}

export function failed(failure: Failure): MadeRollout {
  return { status: 'failed', score: null, evals: [], output: null, latencyMs: null, failure };
}

async function answerOf(
  place: RolloutPlace,
  job: RolloutJob,
  { answer: stored }: RolloutStart,
  purse: Purse,
  lease: Lease,
  deps: RolloutDependencies,
): Promise<Answer> {
  const { task } = place;
  if (job.given !== undefined) return { text: job.given, truncated: false };
  const send = async (): Promise<CallOutcome<Answer>> => {
    const messages = renderMessages(job.components, job.example);
    const request = { model: task.model, messages, responseSchema: task.outputSchema };
    const outcome = await callModel(request, lease, deps, task.evals.some(isAboutRefusals) ? 'answers' : 'fails');
    return outcome.status === 'answered' ? { ...outcome, answer: answerFrom(outcome.answer, deps.price) } : outcome;
  };
  // Where evals cost nothing, the rollout itself is all that needs keeping.
  if (!keepsAnswers(place)) return purse.spend(send, 'task');
  return purse.once(answerKey(task, job), send, 'task', { stored });
}

/** Whether an answer is kept before it is scored: it will be scored again, or scoring costs calls. */
export function keepsAnswers({ task, keepAnswers }: RolloutPlace): boolean {
  return keepAnswers === true || asksModels(task.evals);
}

function isAboutRefusals({ type }: { readonly type: string }): boolean {
  return type === 'is_refusal';
}

function answerFrom(answer: ChatAnswer, price: Price | null): Answer {
  const { text, refusal, truncated, toolCalls, latencyMs, inputTokens, outputTokens } = answer;
  return {
    text: refusal ?? text,
    truncated,
    refused: refusal !== null,
    toolCalls,
    latencyMs,
    costUsd: costOf(price, inputTokens, outputTokens),
  };
}

/** What is kept and shown of an answer: its text, and the functions that it calls. */
function outputOf({ text, toolCalls = [] }: Answer): string {
  const called = toolCalls.map(({ name, arguments: given }) => `[calls ${name}(${JSON.stringify(given)})]`);
  return [...(text === '' && called.length > 0 ? [] : [text]), ...called].join('\n');
}

function servicesOf(task: Task, job: RolloutJob, purse: Purse, lease: Lease, deps: RolloutDependencies): EvalServices {
  const given = (): EvalDependencies => {
    if (deps.evals === undefined) throw new Error('Nobody provides what the evals need.');
    return deps.evals;
  };
  return {
    candidate: job.components,
    judge: task.judge,
    async ask(question, isUsable) {
      const send = async (): Promise<CallOutcome> => {
        const price = given().priceOf(question.model.name);
        const outcome = await callModel(question, lease, { ...deps, price });
        return outcome.status === 'answered' ? { ...outcome, answer: withVerdictsAlone(outcome.answer) } : outcome;
      };
      try {
        return await purse.once(questionKey(question, drawKey(task, job)), send, 'judge', { isUsable });
      } catch (error) {
        // A server that gives no probabilities was asked without them, and then that is what is stored.
        const mayBeRefused = question.logprobs && error instanceof NotStoredError;
        throw mayBeRefused ? new EvalFailure('ModelRefusedRequestError', error.message, true) : error;
      }
    },
    async embed(model, text) {
      const send = async (): Promise<CallOutcome<{ vector: readonly number[]; inputTokens: number }>> => {
        const price = given().priceOf(model);
        const tokens = Buffer.byteLength(text) + CALL_OVERHEAD_TOKENS;
        const bound = { tokens, costUsd: costOf(price, tokens, 0) ?? 0 };
        const timeoutSeconds = EMBEDDING_SECONDS;
        const embed = () => given().embeddings.embed({ model, text, timeoutSeconds });
        return callUntilAnswered({ bound, timeoutSeconds, send: embed }, lease, { ...deps, price });
      };
      return (await purse.once(callKey('embedding', model, text), send, 'judge')).vector;
    },
    invoke: (arn, payload, timeoutSeconds) =>
      purse.once(
        callKey('invoke', arn, payload, ...drawKey(task, job)),
        () => answered(given().invoke(arn, payload, timeoutSeconds)),
        'none',
      ),
    runFile: (file, payload, timeoutSeconds) => given().runFile(file, payload, timeoutSeconds),
  };
}

async function answered<T>(result: Promise<T>): Promise<CallOutcome<T>> {
  return { status: 'answered', answer: await result, usage: noUsage() };
}

/** What tells the same question of evals apart. */
function drawKey({ answersOf }: Task, { draw }: RolloutJob): readonly (number | string)[] {
  return answersOf === undefined ? [draw] : [draw, answersOf];
}

function questionKey(question: Question, draw: readonly (number | string)[]): string {
  const { model, messages, responseSchema, logprobs, withoutProbabilities, sample } = question;
  const { timeoutSeconds: _patience, ...settings }: JudgeModelSettings = model;
  const probabilities = withoutProbabilities === true ? 'refused' : logprobs;
  return callKey('question', settings, messages, responseSchema, probabilities, sample, ...draw);
}

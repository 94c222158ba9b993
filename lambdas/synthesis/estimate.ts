/** What a synthesis would spend, before it begins. Pure. */
import type { SynthesisInput, SynthesisPlan } from '../contracts/synthesis.ts';
import { leavesOf, type SynthesisSettings } from '../contracts/synthesis-settings.ts';
import type { Price } from '../contracts/task.ts';
import { priceOf } from '../model/prices.ts';
import { costOf } from '../optimizer/usage.ts';
import { answerAmount } from './answers.ts';
import { MOST_ATTEMPTS } from './attempts.ts';
import { planInputs } from './plan-inputs.ts';
import { askedOf, boundOfRequest, type Request } from './requests.ts';
import { baselineTask, generatorOf, judgeOf, needsReference, pricesFor, taskOf } from './resolve-spec.ts';
import { levelsOf } from './topics.ts';

export interface SynthesisEstimate {
  readonly generatorCalls: number;
  /** Answers of the task's own model. */
  readonly rollouts: number;
  readonly judgeCalls: number;
  readonly tokens: number;
  /** null: the price of a model is not known. */
  readonly costUsd: number | null;
}

/** By course. `low`: nothing is asked for twice; `expected`: a fifth is; `high`: all of it three times, each call at its worst. */
export type SynthesisCourses = Readonly<Record<'low' | 'expected' | 'high', SynthesisEstimate>>;

/** Share of the calls that are made once more as a rule. */
const REFILL_SHARE = 0.2;
const CHARS_A_TOKEN = 4;
/** Tokens of what is written, as a rule. */
const TYPICAL_TOKENS = { topic: 12, steps: 250, input: 70, answer: 150, judgement: 120, reference: 150 };
/** Length of a topic's name that is not there yet, characters. */
const TOPIC_CHARS = 40;

export function estimateSynthesis(input: SynthesisInput): SynthesisCourses {
  const work = workOf(input);
  const typical = (refill: number): SynthesisEstimate => {
    const generated = work.requests.map(({ request, count }) => {
      const { messages } = askedOf(request, work.plan, work.tree);
      const chars = messages.reduce((sum, { content }) => sum + content.length, 0);
      const calls = Math.ceil(count * (1 + refill));
      return { calls, input: (calls * chars) / CHARS_A_TOKEN, output: calls * writtenBy(request) };
    });
    return estimateOf(work, generated, typicalAnswers(input, work));
  };
  return { low: typical(0), expected: typical(REFILL_SHARE), high: highest(input, work) };
}

/** One request of its kind, and how often the like is made at least. */
interface Asking {
  readonly request: Request;
  readonly count: number;
}

interface Work {
  readonly plan: SynthesisPlan;
  readonly tree: { readonly topics: string[][] };
  readonly requests: readonly Asking[];
  readonly answers: number;
  readonly references: number;
}

function workOf(input: SynthesisInput): Work {
  const { specs, judges } = input;
  const settings = taskOf(specs).synthesis;
  const common = { schema: 'prompt-optimizer.synthesis-plan.v1' as const, runId: 'estimate', golden: [], notice: null };
  const plan = { ...input, ...common };
  const levels = levelsOf(settings);
  const leaves = leavesOf(settings.topics);
  const path = levels.map((_, level) => 'x'.repeat(TOPIC_CHARS) + level);
  const topics = levels.map((count, level): Asking => {
    const request: Request = { asks: 'topics', path: path.slice(0, level), count, known: [], attempt: 0 };
    return { request, count: levels.slice(0, level).reduce((product, one) => product * one, 1) };
  });
  const missing = specs.filter(({ name }) => !Object.hasOwn(judges, name));
  const steps = missing.map(({ name }): Asking => ({ request: { asks: 'judge', spec: name, attempt: 0 }, count: 1 }));
  const plans = planInputs(specs, settings, 0).slice(0, settings.inputsPerCall);
  const batches = leaves * Math.ceil(settings.inputsPerTopic / settings.inputsPerCall);
  const inputs: Asking = { request: { asks: 'inputs', topic: 0, plans, known: [], attempt: 0 }, count: batches };
  const total = leaves * settings.inputsPerTopic;
  const answers = settings.baseline ? total : Math.round(total * goldenShare(settings));
  return {
    plan,
    tree: { topics: [path] },
    requests: [...topics, ...steps, inputs],
    answers,
    references: needsReference(specs) ? total : 0,
  };
}

function goldenShare({ split: { train, validation, test, golden } }: SynthesisSettings): number {
  return golden / (train + validation + test + golden);
}

function writtenBy(request: Request): number {
  if (request.asks === 'topics') return request.count * TYPICAL_TOKENS.topic;
  return request.asks === 'judge' ? TYPICAL_TOKENS.steps : request.plans.length * TYPICAL_TOKENS.input;
}

interface Tokens {
  readonly input: number;
  readonly output: number;
}

/** Tokens of answers, of their judges, of references. */
function typicalAnswers(input: SynthesisInput, { answers, references }: Work): Record<'task' | 'judge', Tokens> {
  const task = baselineTask(input.specs, input.judges);
  const promptTokens = Object.values(task.prompt).join('').length / CHARS_A_TOKEN + TYPICAL_TOKENS.input;
  const judged = input.specs.length * answers;
  const criteria = JSON.stringify(task.evals).length / CHARS_A_TOKEN / input.specs.length;
  const shown = criteria + TYPICAL_TOKENS.steps + TYPICAL_TOKENS.input + TYPICAL_TOKENS.answer;
  return {
    task: { input: answers * promptTokens, output: answers * TYPICAL_TOKENS.answer },
    judge: {
      input: judged * shown + references * (promptTokens + criteria * input.specs.length),
      output: judged * TYPICAL_TOKENS.judgement + references * TYPICAL_TOKENS.reference,
    },
  };
}

function estimateOf(
  { plan, answers, references }: Work,
  generated: readonly (Tokens & { readonly calls: number })[],
  answered: Record<'task' | 'judge', Tokens>,
): SynthesisEstimate {
  const { generator, task, judge } = modelPrices(plan);
  const sum = (of: keyof Tokens): number => generated.reduce((total, one) => total + one[of], 0);
  const costs = [
    costOf(generator, sum('input'), sum('output')),
    costOf(task, answered.task.input, answered.task.output),
    costOf(judge, answered.judge.input, answered.judge.output),
  ];
  const tokens = [...generated, answered.task, answered.judge].reduce(
    (total, one) => total + one.input + one.output,
    0,
  );
  return {
    generatorCalls: generated.reduce((total, { calls }) => total + calls, 0) + references,
    rollouts: answers,
    judgeCalls: answers * plan.specs.length,
    tokens: Math.round(tokens),
    costUsd: costs.reduce<number | null>((total, cost) => (total === null || cost === null ? null : total + cost), 0),
  };
}

function highest(input: SynthesisInput, { plan, tree, requests, answers, references }: Work): SynthesisEstimate {
  const generated = requests.map(({ request, count }) => {
    const { tokens, costUsd } = boundOfRequest(request, plan, tree);
    const calls = count * MOST_ATTEMPTS;
    return { calls, tokens: calls * tokens, costUsd: calls * costUsd };
  });
  const task = { ...baselineTask(input.specs, input.judges), prices: pricesFor(plan) };
  const longest = [{ input: 'x'.repeat(TYPICAL_TOKENS.input * CHARS_A_TOKEN) }];
  const each = answerAmount(plan, longest, task);
  const sum = (of: 'calls' | 'tokens' | 'costUsd'): number => generated.reduce((total, one) => total + one[of], 0);
  const isPriced = Object.values(modelPrices(plan)).every((price) => price !== null);
  return {
    generatorCalls: sum('calls') + references * MOST_ATTEMPTS,
    rollouts: answers,
    judgeCalls: answers * input.specs.length * 2,
    tokens: Math.round(sum('tokens') + Math.max(answers, references) * each.tokens),
    costUsd: isPriced ? sum('costUsd') + Math.max(answers, references) * each.costUsd : null,
  };
}

function modelPrices(plan: SynthesisPlan): Record<'generator' | 'task' | 'judge', Price | null> {
  const task = taskOf(plan.specs);
  const prices = pricesFor(plan);
  return {
    generator: priceOf(generatorOf(task).name, prices),
    task: priceOf(task.model.name, prices),
    judge: priceOf(judgeOf(task).name, prices),
  };
}

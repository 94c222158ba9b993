/** A tiny simulated world for the reducer: a task, its splits as sizes, and what the models would do. No store, no HTTP. */
import { createHash } from 'node:crypto';
import { type Components, type Task, taskSchema } from '../../../lambdas/contracts/task.ts';
import { type Amount, type RunFacts, requiredAmount, taskCall } from '../../../lambdas/optimizer/budget.ts';
import type { Search } from '../../../lambdas/optimizer/steps/search.ts';

/** What may happen to a call of the task model, before its answer. */
export type Weather = 'calm' | 'faulty' | 'greedy' | 'dead' | 'dead_after_baseline';

export interface WorldOptions {
  readonly seed?: number;
  readonly train?: number;
  readonly validation?: number;
  readonly test?: number;
  readonly optimizer?: Partial<Task['optimizer']>;
  /** Room beside what the smallest legal run needs. Unset: 1,000 rollouts; tokens and cost uncapped. */
  readonly extra?: { readonly calls?: number; readonly tokens?: number; readonly costUsd?: number };
  readonly budget?: Partial<Task['budget']>;
  readonly timeoutSeconds?: number;
  readonly freeComponents?: number;
  readonly weather?: Weather;
  /** Share of calls that meet a fault in faulty weather. */
  readonly faults?: number;
  /** Share of rollouts that the model refuses for good, whatever is tried. */
  readonly refusals?: number;
  /** Characters that a child may be longer than its parent. */
  readonly growth?: number;
  /** Distinct texts that reflection comes up with; few make twins. */
  readonly ideas?: number;
  /** Share of reflections that nobody answers, or whose text no guard lets pass; and of items that die on the way. */
  readonly unanswered?: number;
  readonly guarded?: number;
  readonly dying?: number;
  /** Milliseconds that each step takes. */
  readonly stepMs?: number;
  /** Quality of the baseline and of each idea, points. */
  readonly start?: number;
  readonly gain?: number;
  /** Quality of idea i where ideas differ: the entry at i, counted round. */
  readonly gains?: readonly number[];
  /** Evals of the task; with two, even ideas serve the first and odd ones the second. */
  readonly evals?: 1 | 2;
  /** A prompt that meets the sealed test beside baseline and winner. */
  readonly champion?: Components;
  /** What a scheduled run asks first. */
  readonly check?: Search['check'];
  /** Share of answers that are a throw of dice; in the others an example is as hard for every prompt. Default 1. */
  readonly luck?: number;
}

export interface World {
  readonly search: Search;
  readonly weather: Weather;
  readonly options: WorldOptions;
  /** A number in [0, 1) that depends on its arguments and the seed alone. */
  chance(...key: (string | number)[]): number;
  /** Score of each eval, in [0, 1], by prompt, example and draw. */
  scores(prompt: string, split: string, exampleId: string, draw: number): number[];
}

const EVALS = ['right', 'brief'];
const price = { input: 1, output: 4 };

export function makeWorld(options: WorldOptions = {}): World {
  const { seed = 0, train = 12, validation = 8, test = 6, extra = {}, freeComponents = 1 } = options;
  const facts: RunFacts = {
    trainSize: train,
    validationSize: validation,
    testSize: test,
    maxInputBytes: { train: 60, validation: 70, test: 80 },
    judging: null,
    champion: options.champion ?? null,
    prices: { task: price, reflection: price },
  };
  const settings = {
    name: 'world',
    prompt: {
      ...Object.fromEntries(Array.from({ length: freeComponents - 1 }, (_, i) => [`rules${i}`, `Rule ${i}.`])),
      system: 'Decide the case.',
      user: '{{input}}',
    },
    model: { name: 'task', maxOutputTokens: 20, timeoutSeconds: options.timeoutSeconds ?? 30 },
    reflection: { name: 'reflection', maxOutputTokens: 100 },
    evals: EVALS.slice(0, options.evals ?? 1).map((name) => ({ name, type: 'exact_match' })),
    maxFailureShare: 0.5,
    optimizer: { strategy: 'gepa', generations: 4, proposals: 4, minibatchSize: 3, seed, ...options.optimizer },
  };
  const needed = requiredAmount(taskSchema.parse(settings), facts);
  const task = taskSchema.parse({
    ...settings,
    budget: {
      rollouts: needed.calls + (extra.calls ?? 1000),
      ...(extra.tokens === undefined ? {} : { tokens: needed.tokens + extra.tokens }),
      ...(extra.costUsd === undefined ? {} : { costUsd: needed.costUsd + extra.costUsd }),
      ...options.budget,
    },
  });
  const chance = (...key: (string | number)[]): number =>
    createHash('sha256')
      .update(JSON.stringify([seed, ...key]))
      .digest()
      .readUInt32BE(0) /
    2 ** 32;
  return {
    options,
    weather: options.weather ?? 'calm',
    chance,
    search: {
      task,
      facts,
      trainIds: ids('t', train),
      validationIds: ids('v', validation),
      texts: new Map(),
      check: options.check ?? null,
    },
    scores(prompt, split, exampleId, draw) {
      const ideas = [...new Set(prompt.match(/idea \d+/g) ?? [])].map((idea) => Number(idea.slice('idea '.length)));
      const { start = 0.4, gain = 0.1, gains = [gain], luck = 1 } = options;
      return task.evals.map((_, i) => {
        const key = i === 0 ? [] : [i];
        const quality = ideas
          .filter((idea) => task.evals.length === 1 || idea % 2 === i)
          .reduce((sum, idea) => sum + (gains[idea % gains.length] ?? 0), start);
        const isLuck = chance('luck', prompt, split, exampleId, draw, ...key) < luck;
        const dice = isLuck
          ? chance('score', prompt, split, exampleId, draw, ...key)
          : chance('difficulty', split, exampleId, ...key);
        return dice < quality ? 1 : 0;
      });
    },
  };
}

/** Worst case of one call, as the model's wrapper reserves it. */
export function worstCall(
  { search }: World,
  split: 'train' | 'validation' | 'test',
  components: Task['prompt'],
): Amount {
  return taskCall(search.task, search.facts, split, components);
}

function ids(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}`);
}

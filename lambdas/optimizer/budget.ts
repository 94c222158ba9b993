/**
 * The budget as arithmetic: what is left, what the worst case of a piece of work is, what fits. `Plan` reserves with
 * these before it hands out work; the sealed test comes first (DESIGN §5).
 */
import type { Spend } from '../contracts/artifacts.ts';
import type { Example } from '../contracts/dataset.ts';
import type { LeaseGrant } from '../contracts/step.ts';
import type { Budget, Components, Price, Task } from '../contracts/task.ts';
import { costOf } from './usage.ts';

/** Calls of the task model, tokens of all models, US dollars of all models. Infinity is no cap. */
export interface Amount {
  readonly calls: number;
  readonly tokens: number;
  readonly costUsd: number;
}

type RolledOut = 'train' | 'validation' | 'test';

/** What the arithmetic needs to know of a run. */
export interface RunFacts {
  readonly trainSize: number;
  readonly validationSize: number;
  readonly testSize: number;
  /** UTF-8 bytes of the largest input of each split: an upper bound of its tokens. */
  readonly maxInputBytes: Readonly<Record<RolledOut, number>>;
  readonly prices: { readonly task: Price | null; readonly reflection: Price | null };
  /** What the evals of one rollout may ask of models; null when they ask nothing. */
  readonly judging: Judging | null;
  /** The prompt that is run on the sealed test beside baseline and winner; null or absent where there is none. */
  readonly champion?: Components | null;
}

/** Calls that the evals of one rollout make, at their worst. */
export interface Judging {
  readonly calls: readonly {
    readonly times: number;
    /** UTF-8 bytes of the prompt without the example and the answer. */
    readonly promptBytes: number;
    /** Whether the prompt holds the example's input and expected value beside the answer. */
    readonly withExample: boolean;
    readonly outputTokens: number;
    /** Made only where the call before it could not be used. */
    readonly isRepair: boolean;
    readonly price: Price | null;
  }[];
  /** UTF-8 bytes of the largest expected value of each split. */
  readonly maxExpectedBytes: Readonly<Record<RolledOut, number>>;
  /** Longest that they may take after the answer, seconds. */
  readonly seconds: number;
}

/** What a server may add to a prompt: roles, separators. Tokens; `rollout/call-model.ts` reserves the same. */
export const CALL_OVERHEAD_TOKENS = 200;
/** How much longer than its parent a child is expected to be at most, bytes; what is longer must fit its lease. */
const CHILD_GROWTH_BYTES = 2_000;
/** Instructions around a reflection's examples, and feedback and tags of each example, bytes. */
const REFLECTION_FRAME_BYTES = 4_000;
const REFLECTION_EXAMPLE_BYTES = 3_000;
/** UTF-8 bytes of a token of an answer, as a rule. */
const BYTES_A_TOKEN = 4;
/** Reflection calls of a slot: the first and one repair. */
const REFLECTION_CALLS = 2;

export const NOTHING: Amount = { calls: 0, tokens: 0, costUsd: 0 };

export function plus(...amounts: Amount[]): Amount {
  return sumOf(amounts);
}

/** `plus` for as many amounts as there are. */
export function sumOf(amounts: readonly Amount[]): Amount {
  return amounts.reduce((sum, amount) => combine(sum, amount, (a, b) => a + b), NOTHING);
}

export function minus(a: Amount, b: Amount): Amount {
  return combine(a, b, (x, y) => x - y);
}

export function times(amount: Amount, n: number): Amount {
  return n === 0 ? NOTHING : { calls: amount.calls * n, tokens: amount.tokens * n, costUsd: amount.costUsd * n };
}

export function fits(amount: Amount, free: Amount): boolean {
  return amount.calls <= free.calls && amount.tokens <= free.tokens && amount.costUsd <= free.costUsd;
}

/** How many of `unit` fit into `free`, 0 or more. */
export function howMany(unit: Amount, free: Amount): number {
  const share = (part: number, whole: number): number => (part === 0 ? Number.POSITIVE_INFINITY : whole / part);
  const most = Math.min(
    share(unit.calls, free.calls),
    share(unit.tokens, free.tokens),
    share(unit.costUsd, free.costUsd),
  );
  return Math.max(0, Math.floor(most));
}

/** Calls of the task model, retries included: what `budget.rollouts` caps. */
export function taskCallsOf({ modelCalls, reflectionCalls, judgeCalls }: Spend): number {
  return modelCalls - reflectionCalls - judgeCalls;
}

/** What the caps leave after what was spent; never below 0. */
export function remaining(budget: Budget, spend: Spend): Amount {
  const taskCalls = taskCallsOf(spend);
  const left = (cap: number | undefined, used: number): number =>
    cap === undefined ? Number.POSITIVE_INFINITY : Math.max(0, cap - used);
  return {
    calls: left(budget.rollouts, taskCalls),
    tokens: left(budget.tokens, spend.inputTokens + spend.outputTokens),
    costUsd: left(budget.costUsd, spend.costUsd ?? 0),
  };
}

/** Which cap `amount` breaks, as a stop reason; null when it fits. */
export function brokenCap(amount: Amount, free: Amount): 'rollouts' | 'tokens' | 'costUsd' | null {
  if (amount.calls > free.calls) return 'rollouts';
  if (amount.tokens > free.tokens) return 'tokens';
  return amount.costUsd > free.costUsd ? 'costUsd' : null;
}

/** `amount` as a lease: null for what `free` has no end of, so that nothing is refused where there is no cap. */
export function toLease(amount: Amount, free: Amount): LeaseGrant {
  return {
    calls: amount.calls,
    tokens: Number.isFinite(free.tokens) ? amount.tokens : null,
    costUsd: Number.isFinite(free.costUsd) ? amount.costUsd : null,
  };
}

/** Worst case of one rollout: a call of the task model, and its evals. `extraBytes`: what the prompt may have grown by. */
export function taskCall(
  task: Task,
  facts: RunFacts,
  split: RolledOut,
  components: Components,
  extraBytes = 0,
): Amount {
  const schemaBytes = task.outputSchema === undefined ? 0 : Buffer.byteLength(JSON.stringify(task.outputSchema));
  const promptBytes = promptBytesOf(components, facts.maxInputBytes[split]) + extraBytes;
  const toolBytes = task.model.tools === undefined ? 0 : Buffer.byteLength(JSON.stringify(task.model.tools));
  const answer = call(facts.prices.task, promptBytes + schemaBytes + toolBytes, task.model.maxOutputTokens);
  return facts.judging === null ? answer : plus(answer, evalsAmount(facts.judging, task, facts, split));
}

/** Worst case of the evals of one rollout: tokens and cost, no calls of the task model. */
function evalsAmount(judging: Judging, task: Task, facts: RunFacts, split: RolledOut): Amount {
  const answerBytes = task.model.maxOutputTokens * BYTES_A_TOKEN;
  const exampleBytes = facts.maxInputBytes[split] + judging.maxExpectedBytes[split];
  return sumOf(
    judging.calls.map(({ times: n, promptBytes, withExample, outputTokens, price }) => {
      const bytes = promptBytes + answerBytes + (withExample ? exampleBytes : 0);
      return times({ ...call(price, bytes, outputTokens), calls: 0 }, n);
    }),
  );
}

/** Worst case of one `Mutate` slot: parent and child on the minibatch, a reflection and its repair. */
export function mutationSlot(
  task: Task,
  facts: RunFacts,
  parent: Components,
  reflectionCalls = REFLECTION_CALLS,
): Amount {
  const batch = Math.min(task.optimizer.minibatchSize, facts.trainSize);
  return plus(
    times(taskCall(task, facts, 'train', parent), batch),
    times(taskCall(task, facts, 'train', parent, CHILD_GROWTH_BYTES), batch),
    reflectionSlot(task, facts, parent, reflectionCalls),
  );
}

/** Worst case of the reflection of one slot and its repair; no calls of the task model. */
export function reflectionSlot(
  task: Task,
  facts: RunFacts,
  parent: Components,
  reflectionCalls = REFLECTION_CALLS,
): Amount {
  const batch = Math.min(task.optimizer.minibatchSize, facts.trainSize);
  const outputBytes = task.model.maxOutputTokens * BYTES_A_TOKEN;
  const exampleBytes = facts.maxInputBytes.train + outputBytes + REFLECTION_EXAMPLE_BYTES;
  const reflectionBytes = REFLECTION_FRAME_BYTES + bytesOf(parent) + CHILD_GROWTH_BYTES + batch * exampleBytes;
  const reflection = {
    ...call(facts.prices.reflection, reflectionBytes, task.reflection.maxOutputTokens),
    calls: 0,
  };
  return times(reflection, reflectionCalls);
}

/** Worst case of scoring one child of `parent` on all of validation. */
export function childValidation(task: Task, facts: RunFacts, parent: Components): Amount {
  return times(taskCall(task, facts, 'validation', parent, CHILD_GROWTH_BYTES), facts.validationSize);
}

/**
 * The sealed test: the baseline, the winner and the champion on every test example. `winner` null: none was found. A
 * champion that turns out to be the winner costs nothing, but nobody knows that before.
 */
export function sealedTest(task: Task, facts: RunFacts, baseline: Components, winner: Components | null): Amount {
  const prompts = [baseline, winner, facts.champion ?? null].filter((prompt) => prompt !== null);
  const calls = prompts.map((prompt) => taskCall(task, facts, 'test', prompt));
  return times(sumOf(calls), facts.testSize * task.optimizer.testDraws);
}

/** The least that a run needs: the baseline on validation, and the sealed test. */
export function requiredAmount(task: Task, facts: RunFacts): Amount {
  return plus(
    times(taskCall(task, facts, 'validation', task.prompt), facts.validationSize),
    sealedTest(task, facts, task.prompt, task.prompt),
  );
}

/** Examples in validation when it is carved from `trainSize` examples; at least one stays on each side. */
export function carvedSize(share: number, trainSize: number): number {
  return Math.min(trainSize - 1, Math.max(1, Math.round(share * trainSize)));
}

/** The facts of a run, from its splits; `validation` null is carved from train. */
export function runFacts(
  task: Task,
  splits: { train: readonly Example[]; validation: readonly Example[] | null; test: readonly Example[] },
  { prices, judging }: Pick<RunFacts, 'prices' | 'judging'>,
): RunFacts {
  const carved = splits.validation === null ? carvedSize(task.optimizer.validationShare, splits.train.length) : 0;
  const train = maxInputBytes(splits.train);
  return {
    trainSize: splits.train.length - carved,
    validationSize: splits.validation?.length ?? carved,
    testSize: splits.test.length,
    maxInputBytes: {
      train,
      validation: splits.validation === null ? train : maxInputBytes(splits.validation),
      test: maxInputBytes(splits.test),
    },
    prices,
    judging,
  };
}

/** UTF-8 bytes of the largest input. */
export function maxInputBytes<T extends Pick<Example, 'input'>>(examples: readonly T[]): number {
  return examples.reduce((most, { input }) => {
    const bytes = Buffer.byteLength(typeof input === 'string' ? input : JSON.stringify(input));
    return Math.max(most, bytes);
  }, 0);
}

/** UTF-8 bytes of the largest expected value. */
export function maxExpectedBytes(examples: readonly Example[]): number {
  return examples.reduce((most, { expected }) => {
    const bytes = expected === undefined ? 0 : Buffer.byteLength(JSON.stringify(expected));
    return Math.max(most, bytes);
  }, 0);
}

function call(price: Price | null, promptBytes: number, outputTokens: number): Amount {
  const inputTokens = promptBytes + CALL_OVERHEAD_TOKENS;
  return { calls: 1, tokens: inputTokens + outputTokens, costUsd: costOf(price, inputTokens, outputTokens) ?? 0 };
}

function bytesOf(components: Components): number {
  return Object.values(components).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

/**
 * UTF-8 bytes of the messages at most: each text as often as it is included, the input for each variable. A section that
 * repeats its text for each entry of a list may be longer; the lease stops such a call before it leaves.
 */
function promptBytesOf(components: Components, inputBytes: number): number {
  const known = new Map<string, number>();
  const bytesOfText = (text: string): number => {
    const tags = text.match(/\{\{\s*>?\s*[^{}\s]*/g) ?? [];
    return tags.reduce((sum, tag) => sum + bytesOfTag(tag), Buffer.byteLength(text));
  };
  const bytesOfTag = (tag: string): number => {
    const name = /^\{\{\s*>\s*(.*)$/.exec(tag)?.[1];
    if (name === undefined) return inputBytes;
    const bytes = known.get(name);
    if (bytes !== undefined) return bytes;
    known.set(name, 0);
    known.set(name, Object.hasOwn(components, name) ? bytesOfText(components[name] ?? '') : 0);
    return known.get(name) ?? 0;
  };
  // Without a user message, the input itself is sent as one.
  return bytesOfText(components.system ?? '') + bytesOfText(components.user ?? '{{input}}');
}

function combine(a: Amount, b: Amount, operation: (x: number, y: number) => number): Amount {
  return {
    calls: operation(a.calls, b.calls),
    tokens: operation(a.tokens, b.tokens),
    costUsd: operation(a.costUsd, b.costUsd),
  };
}

/** What a run will probably spend, before anything is spent. Pure arithmetic over the task and its sizes. */
import type { Task } from '../contracts/task.ts';
import { planRounds } from './attribution/rounds.ts';
import {
  type Amount,
  childValidation,
  howMany,
  minus,
  mutationSlot,
  plus,
  type RunFacts,
  reflectionSlot,
  requiredAmount,
  sealedTest,
  taskCall,
  times,
} from './budget.ts';
import { isMergeable, MOST_MERGES } from './gepa/merge-step.ts';
import { rungSizes } from './gepa/rungs.ts';

/** Spend of one course of a run. `tokens` are of all models; `costUsd` is null when a price is not known. */
export interface Estimate {
  readonly generations: number;
  readonly rollouts: number;
  readonly reflectionCalls: number;
  readonly tokens: number;
  readonly costUsd: number | null;
}

/** Share of children that beat their parent on the minibatch: none, what runs usually see, all. */
const ACCEPTED = { low: 0, expected: 0.35, high: 1 } as const;
/**
 * Share of validation that an accepted child takes where it climbs rungs, and of the merges that a run may try. Simulated
 * runs take 88 to 98 % of validation, and often a frontier has no two lineages to join.
 */
const CLIMBED = { low: 0.88, expected: 0.95, high: 1 } as const;
const MERGED = { low: 0, expected: 0.4, high: 1 } as const;
/**
 * Tokens beside the worst case of the caps, in which the longest input stands for all, every byte is a token and every
 * answer is as long as it may be. English has a token for four bytes.
 */
const SHARES = {
  low: { input: 0.12, answer: 0.1, reflection: 0.05 },
  expected: { input: 0.2, answer: 0.25, reflection: 0.15 },
  high: { input: 1, answer: 1, reflection: 1 },
} as const;
/** Reflection calls of a slot: without and with a repair. */
const REFLECTIONS_A_SLOT = { low: 1, expected: 1, high: 2 } as const;

type Name = keyof typeof ACCEPTED;

/**
 * Expected: about every third child is accepted, and few of those are dropped by a rung. Low and high: the least and the
 * most of any course, from one in which nothing is accepted to one in which all are, at the best and at the worst case of
 * every call. Each course ends at the caps and the generations, with the sealed test paid for. Retries are not in it.
 *
 * `attribution` spends what it is given: all rounds of its plan, or, at the least, one survey in which nothing fails.
 */
export function estimate(task: Task, facts: RunFacts): Record<Name, Estimate> {
  if (task.optimizer.strategy === 'attribution') {
    const course = (name: Name): Estimate => attributionCourse(task, facts, name);
    return { low: course('low'), expected: course('expected'), high: course('high') };
  }
  const courses = (name: Name): Estimate[] =>
    Object.values(ACCEPTED).map((accepted) => course(task, facts, name, accepted));
  return {
    low: combine(courses('low'), Math.min),
    expected: course(task, facts, 'expected', ACCEPTED.expected),
    high: combine(courses('high'), Math.max),
  };
}

function course(task: Task, facts: RunFacts, name: Name, accepted: number): Estimate {
  const { optimizer, budget } = task;
  const caps: Amount = {
    calls: budget.rollouts,
    tokens: budget.tokens ?? Number.POSITIVE_INFINITY,
    costUsd: budget.costUsd ?? Number.POSITIVE_INFINITY,
  };
  const slot = plus(mutationSlot(task, facts, task.prompt), times(childValidation(task, facts, task.prompt), accepted));
  const free = minus(caps, requiredAmount(task, facts));
  const most = Math.min(optimizer.generations, budget.generations ?? optimizer.generations);
  const slots = Math.min(most * optimizer.proposals, howMany(slot, free));

  // Without a child that was accepted, the baseline meets nobody and is not drawn again.
  const redraw = times(taskCall(task, facts, 'validation', task.prompt), facts.validationSize);
  const wanted = accepted === 0 || optimizer.finalists < 2 ? 0 : Math.min(optimizer.finalists, slots);
  const finalists = Math.min(wanted, howMany(redraw, minus(free, times(slot, slots))));
  const generations = Math.ceil(slots / optimizer.proposals);
  const merges = accepted === 0 || !isMergeable(task) ? 0 : Math.min(MOST_MERGES, generations) * MERGED[name];
  const left = minus(free, plus(times(slot, slots), times(redraw, finalists)));
  const total = spendOf(typical(task, name), usualFacts(facts, name), {
    slots,
    accepted,
    climbed: rungSizes(task, facts.validationSize).length === 1 ? 1 : CLIMBED[name],
    validations: finalists + Math.min(merges, howMany(childValidation(task, facts, task.prompt), left)),
    reflections: REFLECTIONS_A_SLOT[name],
  });
  return { generations, ...told(total, slots * REFLECTIONS_A_SLOT[name], facts, name) };
}

function attributionCourse(task: Task, facts: RunFacts, name: Name): Estimate {
  const { budget, optimizer, prompt } = task;
  const test = sealedTest(task, facts, prompt, prompt);
  const caps: Amount = {
    calls: budget.rollouts,
    tokens: budget.tokens ?? Number.POSITIVE_INFINITY,
    costUsd: budget.costUsd ?? Number.POSITIVE_INFINITY,
  };
  const most = howMany(taskCall(task, facts, 'train', prompt), minus(caps, test));
  const { rounds, proposals, survey } = planRounds(most, facts.trainSize, task);
  const isLow = name === 'low';
  const slots = isLow ? 0 : rounds * proposals;
  const usual = typical(task, name);
  const usually = usualFacts(facts, name);
  const total = plus(
    times(taskCall(usual, usually, 'train', prompt), isLow ? survey : most),
    times(reflectionSlot(usual, usually, prompt, REFLECTIONS_A_SLOT[name]), slots),
    // A run without a better prompt tests the baseline, and the champion, alone.
    sealedTest(usual, usually, prompt, isLow ? null : prompt),
  );
  return {
    generations: isLow ? 0 : Math.min(rounds, optimizer.generations),
    ...withinCaps(told(total, slots * REFLECTIONS_A_SLOT[name], facts, name), budget),
  };
}

/** The caps hold whatever the worst case of every call would come to. */
function withinCaps<E extends { tokens: number; costUsd: number | null }>(
  estimated: E,
  { tokens, costUsd }: Task['budget'],
): E {
  return {
    ...estimated,
    tokens: Math.min(estimated.tokens, tokens ?? Number.POSITIVE_INFINITY),
    costUsd: estimated.costUsd === null ? null : Math.min(estimated.costUsd, costUsd ?? Number.POSITIVE_INFINITY),
  };
}

function told(total: Amount, reflectionCalls: number, facts: RunFacts, name: Name): Omit<Estimate, 'generations'> {
  const priced = facts.prices.task !== null && facts.prices.reflection !== null;
  const share = SHARES[name].input;
  return {
    rollouts: Math.round(total.calls),
    reflectionCalls,
    tokens: Math.round(total.tokens * share),
    costUsd: priced ? Number((total.costUsd * share).toFixed(4)) : null,
  };
}

function spendOf(
  task: Task,
  facts: RunFacts,
  course: { slots: number; accepted: number; climbed: number; validations: number; reflections: number },
): Amount {
  const { slots, accepted, climbed, validations, reflections } = course;
  const validated = times(taskCall(task, facts, 'validation', task.prompt), facts.validationSize);
  const made = plus(
    mutationSlot(task, facts, task.prompt, reflections),
    times(childValidation(task, facts, task.prompt), accepted * climbed),
  );
  const test = sealedTest(task, facts, task.prompt, accepted === 0 ? null : task.prompt);
  return plus(validated, times(made, slots), times(validated, validations), test);
}

/** The task with answers of the usual length, told in input tokens, so that one share holds for both. */
function typical(task: Task, name: Name): Task {
  const { input, answer, reflection } = SHARES[name];
  const scaled = <M extends { maxOutputTokens: number }>(model: M, share: number): M => ({
    ...model,
    maxOutputTokens: (model.maxOutputTokens * share) / input,
  });
  return { ...task, model: scaled(task.model, answer), reflection: scaled(task.reflection, reflection) };
}

/** The same for the judges: verdicts of the usual length, none of which has to be asked for again. */
function usualFacts(facts: RunFacts, name: Name): RunFacts {
  if (facts.judging === null) return facts;
  const { input, answer } = SHARES[name];
  const calls = facts.judging.calls
    .filter(({ isRepair }) => name === 'high' || !isRepair)
    .map((call) => ({ ...call, outputTokens: (call.outputTokens * answer) / input }));
  return { ...facts, judging: { ...facts.judging, calls } };
}

function combine(courses: readonly Estimate[], pick: (...values: number[]) => number): Estimate {
  const of = (field: Exclude<keyof Estimate, 'costUsd'>): number => pick(...courses.map((one) => one[field]));
  const costs = courses.flatMap(({ costUsd }) => (costUsd === null ? [] : [costUsd]));
  return {
    generations: of('generations'),
    rollouts: of('rollouts'),
    reflectionCalls: of('reflectionCalls'),
    tokens: of('tokens'),
    costUsd: costs.length === 0 ? null : pick(...costs),
  };
}

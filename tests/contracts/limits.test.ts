import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MAX_EXAMPLES_PER_SPLIT } from '../../lambdas/contracts/dataset.ts';
import {
  type ItemResult,
  itemInputSchema,
  itemResultSchema,
  type PlanOutput,
  planOutputSchema,
  type RecordFailureInput,
  recordFailureInputSchema,
  recordFailureOutputSchema,
  type Turn,
  turnSchema,
} from '../../lambdas/contracts/payloads.ts';
import {
  concludeSynthesisInputSchema,
  type SynthesisNext,
  synthesisInputSchema,
  synthesisNextSchema,
  synthesisTurnSchema,
} from '../../lambdas/contracts/synthesis.ts';
import { concludeSynthesisOutputSchema } from '../../lambdas/contracts/synthesis-report.ts';
import { SYNTHESIS_LIMITS, synthesisSettingsSchema } from '../../lambdas/contracts/synthesis-settings.ts';
import { LIMITS, modelSchema, optimizerSchema, reflectionModelSchema } from '../../lambdas/contracts/task.ts';
import { CallError } from '../../lambdas/model/chat-model.ts';
import { MOST_MERGES } from '../../lambdas/optimizer/gepa/merge-step.ts';
import { MOST_GENERATIONS_WITH_RUNGS } from '../../lambdas/optimizer/gepa/rungs.ts';
import { layOut, MAX_ITEMS, stepCapacity } from '../../lambdas/optimizer/shards.ts';
import { noUsage } from '../../lambdas/optimizer/usage.ts';
import { callModel } from '../../lambdas/rollout/call-model.ts';
import { openLease } from '../../lambdas/rollout/lease.ts';
import { waitAfter } from '../../lambdas/service/schedule-admission.ts';
import { MOST_ATTEMPTS } from '../../lambdas/synthesis/attempts.ts';
import { machineSchema, type Task, tasksOf } from '../cdk/asl-subset.ts';

/** Specs of one synthesis, levels of its tree of topics, and its calls in flight. */
const MAX_SPECS = 64;
const MAX_LEVELS = 3;
const MAX_SYNTHESIS_CONCURRENCY = 1000;

/** The largest time limits that a task may give, seconds; a limit above them is refused. */
const MAX_TIMEOUT = 300;
const MAX_REFLECTION_TIMEOUT = 430;

describe('the bounds that this page counts on', () => {
  it('are those of the contracts', () => {
    const timeouts = (schema: typeof modelSchema | typeof reflectionModelSchema, timeoutSeconds: number): boolean =>
      schema.safeParse({ name: 'm', timeoutSeconds }).success;

    expect([timeouts(modelSchema, MAX_TIMEOUT), timeouts(modelSchema, MAX_TIMEOUT + 1)]).toEqual([true, false]);
    expect([
      timeouts(reflectionModelSchema, MAX_REFLECTION_TIMEOUT),
      timeouts(reflectionModelSchema, MAX_REFLECTION_TIMEOUT + 1),
    ]).toEqual([true, false]);
    const { generations, proposals, minibatchSize, concurrency } = LIMITS;
    const largest = { generations, proposals, minibatchSize, concurrency };
    expect(optimizerSchema.safeParse(largest).success).toBe(true);
    for (const [name, value] of Object.entries(largest)) {
      expect(optimizerSchema.safeParse({ [name]: value + 1 }).success).toBe(false);
    }
  });

  it('are those of a synthesis', () => {
    const settings = (given: object): boolean => synthesisSettingsSchema.safeParse(given).success;
    const { topics, examples } = SYNTHESIS_LIMITS;
    const largest = {
      topics: [topics, 1, 1],
      inputsPerTopic: examples / topics,
      concurrency: MAX_SYNTHESIS_CONCURRENCY,
    };

    expect(settings(largest)).toBe(true);
    expect(settings({ ...largest, inputsPerTopic: largest.inputsPerTopic + 1 })).toBe(false);
    expect(settings({ ...largest, concurrency: MAX_SYNTHESIS_CONCURRENCY + 1 })).toBe(false);
    expect(settings({ topics: [topics + 1], inputsPerTopic: 1 })).toBe(false);
    expect(settings({ topics: Array(MAX_LEVELS + 1).fill(1) })).toBe(false);
    const tooMany = synthesisInputSchema.shape.specs.safeParse(Array(MAX_SPECS + 1).fill(null)).error?.issues;
    expect(tooMany).toContainEqual(expect.objectContaining({ code: 'too_big', maximum: MAX_SPECS }));
  });
});

/**
 * Events in the history of the parent execution, as Step Functions writes them (API reference, HistoryEvent). Children of
 * a distributed Map have histories of their own.
 */
const HISTORY_LIMIT = 25_000;
/** TaskStateEntered, TaskScheduled, TaskStarted, TaskSucceeded, TaskStateExited. */
const TASK_EVENTS = 5;
/** TaskFailed or TaskTimedOut, then TaskScheduled and TaskStarted once more. */
const RETRY_EVENTS = 3;
/** ChoiceStateEntered, ChoiceStateExited. */
const CHOICE_EVENTS = 2;
/** PassStateEntered, PassStateExited. */
const PASS_EVENTS = 2;
/** FailStateEntered. */
const FAIL_EVENTS = 1;
/** MapStateEntered, MapRunStarted, MapRunSucceeded, MapStateExited. */
const MAP_EVENTS = 4;
/** ExecutionStarted, and ExecutionSucceeded or ExecutionFailed. */
const EXECUTION_EVENTS = 2;

/** Plan, NextStep, and the Map that it leads to. */
const TURN_EVENTS = TASK_EVENTS + CHOICE_EVENTS + MAP_EVENTS;
/** Prepare, Prepared and Conclude; or, where it fails, NameFailedRun, RecordFailure, DescribeFailure and Failed as well. */
const FRAME_EVENTS = EXECUTION_EVENTS + 2 * TASK_EVENTS + CHOICE_EVENTS + 2 * PASS_EVENTS + TASK_EVENTS + FAIL_EVENTS;
/** AwaitTurn, and Prepare and Prepared once more. */
const WAIT_EVENTS = PASS_EVENTS + TASK_EVENTS + CHOICE_EVENTS;

describe('the history of the largest legal run', () => {
  // With rungs each generation has two steps more that need not be full; a merge has its sample beside them.
  it.each([
    { rungs: 1, generations: LIMITS.generations },
    { rungs: 3, generations: MOST_GENERATIONS_WITH_RUNGS },
  ])('stays under the limit of Step Functions: $generations generations, $rungs rungs', ({ rungs, generations }) => {
    // A step holds least where one call is in flight at a time and may take as long as is allowed.
    const capacity = stepCapacity(1, MAX_TIMEOUT);
    // Each validation rollout is in one step; the steps of one purpose and generation are full but for the last.
    const fullScoreSteps = LIMITS.rollouts / capacity;
    const lastScoreSteps = 1 + rungs * generations + 1;
    const merges = MOST_MERGES * (1 + rungs);
    const probe = 1;
    const verify = 1;
    const turns = probe + fullScoreSteps + lastScoreSteps + merges + generations + verify;

    const events = FRAME_EVENTS + turns * TURN_EVENTS;

    expect(capacity).toBe(128);
    expect(events).toBeLessThan(HISTORY_LIMIT);
    // What is left: each turn in three may be planned twice, or rollouts that another run has paid for, and that no
    // budget bounds, may fill this many more steps.
    expect(HISTORY_LIMIT - events).toBeGreaterThan((turns / 3) * RETRY_EVENTS);
    expect(((HISTORY_LIMIT - events) / TURN_EVENTS) * capacity).toBeGreaterThan(0.5 * LIMITS.rollouts);
  });

  it('stays far under it at the default settings', () => {
    const { concurrency } = optimizerSchema.parse({});
    const { timeoutSeconds } = modelSchema.parse({ name: 'm' });

    const scoreSteps = LIMITS.rollouts / stepCapacity(concurrency, timeoutSeconds) + LIMITS.generations + 2;

    expect(FRAME_EVENTS + (2 + scoreSteps + LIMITS.generations) * TURN_EVENTS).toBeLessThan(HISTORY_LIMIT / 2);
  });
});

describe('a scheduled run that waits for its turn', () => {
  it('asks more and more rarely, and gives up while most of its history is left', () => {
    const waits: number[] = [];
    for (let waited = 0, next = waitAfter(0); next !== null; waited += next, next = waitAfter(waited)) waits.push(next);

    expect(waits.slice(0, 2)).toEqual([5, 5]);
    expect(waits.at(-1)).toBe(300);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(waits.length * WAIT_EVENTS).toBeLessThan(HISTORY_LIMIT / 8);
  });
});

describe('the history of the largest legal synthesis', () => {
  const { topics, examples } = SYNTHESIS_LIMITS;

  it('stays under the limit of Step Functions', () => {
    // The root and each topic that is not at the end of a branch is asked for what is below it, and each spec for a judge.
    const topicCalls = MOST_ATTEMPTS * (1 + (MAX_LEVELS - 1) * topics + MAX_SPECS);
    const inputCalls = MOST_ATTEMPTS * examples;
    // A step that is not full asks for all that is missing, so there is one for each attempt, of topics on each level.
    const topicSteps = Math.ceil(topicCalls / MAX_ITEMS) + MOST_ATTEMPTS * MAX_LEVELS + MOST_ATTEMPTS;
    const inputSteps = Math.ceil(inputCalls / MAX_ITEMS) + MOST_ATTEMPTS;
    const answerSteps = Math.ceil(examples / stepCapacity(1, MAX_TIMEOUT));
    const turns = topicSteps + inputSteps + answerSteps;

    const events = FRAME_EVENTS + turns * TURN_EVENTS;

    // The rest is for steps that a cap keeps from being full: six times as many as there are full ones.
    expect(events).toBeLessThan(HISTORY_LIMIT / 6);
  });
});

/** What DESIGN §3 allows between two states; Step Functions itself takes 256 KiB. */
const PAYLOAD_LIMIT = 100 * 1000;
/** Longest name of an error that Lambda or Step Functions gives; ours have 24 characters. */
const LONGEST_ERROR = 'E'.repeat(256);
/** Step Functions cuts a cause off here, characters. */
const LONGEST_CAUSE = 32_768;

describe('the payloads between states', () => {
  const runId = 'r'.repeat(80);
  const turn = 1e15;
  const bytes = (payload: unknown): number => Buffer.byteLength(JSON.stringify(payload));
  const results = Array.from(
    { length: MAX_ITEMS },
    (_, index): ItemResult => ({ status: 'failed', index, error: LONGEST_ERROR }),
  );
  const planned: PlanOutput = {
    runId,
    turn,
    next: 'mutate',
    generation: LIMITS.generations,
    maxConcurrency: LIMITS.concurrency,
    items: Array.from({ length: MAX_ITEMS }, (_, index) => ({ index })),
    results: [],
  };

  it('stay small at the largest legal run', () => {
    const ended: Turn = { runId, turn, results };
    const failed: RecordFailureInput = { runId, error: { Error: LONGEST_ERROR, Cause: '\n'.repeat(LONGEST_CAUSE) } };

    const payloads = [
      planOutputSchema.parse(planned),
      turnSchema.parse(ended),
      // A Map hands on its input with the results, and a Catch its input with the error.
      { ...planned, results },
      { ...planned, results, error: { Error: LONGEST_ERROR, Cause: '' } },
      itemInputSchema.parse({ runId, turn, index: MAX_ITEMS }),
      itemResultSchema.parse(results[0]),
      recordFailureInputSchema.parse(failed),
      recordFailureOutputSchema.parse({ runId, error: LONGEST_ERROR, message: '\n'.repeat(2000) }),
    ];

    for (const payload of payloads) expect(bytes(payload)).toBeLessThan(PAYLOAD_LIMIT);
  });

  it.each(['topics', 'inputs', 'answers'] as const)('stay small at the largest legal synthesis: %s', (next) => {
    const { items } = planned;
    const step: SynthesisNext = { runId, turn, next, maxConcurrency: MAX_SYNTHESIS_CONCURRENCY, items };

    const payloads = [
      synthesisNextSchema.parse(step),
      synthesisTurnSchema.parse({ runId, turn, results }),
      { ...step, results },
      { ...step, results, error: { Error: LONGEST_ERROR, Cause: '' } },
      concludeSynthesisInputSchema.parse({ runId, turn }),
      concludeSynthesisOutputSchema.parse({
        runId,
        task: 't'.repeat(64),
        examples: SYNTHESIS_LIMITS.examples,
        costUsd: 1e15,
        result: `s3://${'b'.repeat(63)}/runs/${runId}/`,
      }),
    ];

    for (const payload of payloads) expect(bytes(payload)).toBeLessThan(PAYLOAD_LIMIT);
  });

  it('stay under what Step Functions takes even with an error of any length beside them', () => {
    const caught = { ...planned, results, error: { Error: LONGEST_ERROR, Cause: '\n'.repeat(LONGEST_CAUSE) } };

    expect(bytes(caught)).toBeLessThan(256 * 1024);
  });

  it('hold no more items than that, whatever is to be done', () => {
    const steps = [
      layOut(stepCapacity(1, MAX_TIMEOUT), 1, MAX_TIMEOUT),
      layOut(stepCapacity(LIMITS.concurrency, 0.1), LIMITS.concurrency, 0.1),
      layOut(MAX_EXAMPLES_PER_SPLIT, 1, MAX_TIMEOUT, 2),
      layOut(MAX_EXAMPLES_PER_SPLIT, LIMITS.concurrency, MAX_TIMEOUT, 2),
    ];

    for (const { sizes } of steps) expect(sizes.length).toBeLessThanOrEqual(MAX_ITEMS);
    expect(LIMITS.proposals).toBeLessThanOrEqual(MAX_ITEMS);
  });
});

/** Lambda's own limit, and that of the Tasks; the functions end 10 s before it (`cdk/constructs/functions.ts`). */
const FUNCTION_SECONDS = 15 * 60;
const MARGIN_SECONDS = 10;
/** A rollout or a reflection call with its retries takes no longer than two time limits and this (`call-model.ts`). */
const RETRYING_SECONDS = 15;
const worstCall = (timeoutSeconds: number): number => 2 * timeoutSeconds + RETRYING_SECONDS;
const timeouts = Array.from({ length: MAX_TIMEOUT * 10 }, (_, i) => (i + 1) / 10);

describe('the time of an item', () => {
  it.each(['timeout', 'unavailable', 'rate_limited'] as const)(
    'counts two time limits for a call, however slowly it fails: %s',
    async (kind) => {
      for (const timeoutSeconds of [0.1, 1, 7, 30, MAX_TIMEOUT]) {
        for (const share of [0.01, 0.3, 0.6, 0.99, 1]) {
          let seconds = 0;
          const model = modelSchema.parse({ name: 'm', timeoutSeconds });
          const lease = openLease({ calls: 100, tokens: null, costUsd: null }, noUsage(), 1).task;

          const outcome = await callModel({ model, messages: [] }, lease, {
            model: {
              complete: () => {
                seconds += timeoutSeconds * (kind === 'timeout' ? 1 : share);
                throw new CallError(kind, 'It failed.', kind === 'rate_limited' ? 5 : null);
              },
            },
            price: null,
            sleep: async (milliseconds) => {
              seconds += milliseconds / 1000;
            },
            now: () => seconds * 1000,
            random: () => 0.999,
          });

          expect(outcome.status).not.toBe('answered');
          expect(seconds).toBeLessThanOrEqual(worstCall(timeoutSeconds));
        }
      }
    },
  );

  it('is at most that of a function for every shard of rollouts, whatever the calls do', () => {
    for (const timeoutSeconds of timeouts) {
      for (const concurrency of [1, 8, 9, 32, LIMITS.concurrency]) {
        const rollouts = stepCapacity(concurrency, timeoutSeconds);
        const { sizes, concurrency: inItem } = layOut(rollouts, concurrency, timeoutSeconds);
        const rounds = Math.ceil(Math.max(...sizes) / inItem);
        expect(rounds * worstCall(timeoutSeconds)).toBeLessThan(FUNCTION_SECONDS - MARGIN_SECONDS);
      }
    }
  });

  it('is at most that of a function for a child, at the default settings', () => {
    const { concurrency, proposals, minibatchSize } = optimizerSchema.parse({});
    const { timeoutSeconds } = modelSchema.parse({ name: 'm' });
    const reflection = reflectionModelSchema.parse({ name: 'm' });
    const rounds = Math.ceil(minibatchSize / Math.floor(concurrency / proposals));

    // Parent and child on the minibatch, a reflection and its repair.
    const seconds = 2 * rounds * worstCall(timeoutSeconds) + 2 * worstCall(reflection.timeoutSeconds);

    expect(seconds).toBeLessThan(FUNCTION_SECONDS - MARGIN_SECONDS);
  });

  /**
   * With longer limits, larger minibatches or fewer calls in flight a child may take longer than a function, if enough
   * calls run into their limits; so may a shard of a sealed test of thousands of examples, which cannot wait for a next
   * step. The function is then ended in the middle, as by a crash: what is complete is stored, only calls in flight are
   * lost, and the machine's retry goes on from there. So an attempt must get a round of calls done, a reflection that
   * times out twice included.
   */
  it('is enough for a round of calls in each attempt, so that the attempts of the machine get on', () => {
    const seconds = FUNCTION_SECONDS - MARGIN_SECONDS;

    for (const { Retry, TimeoutSeconds } of ['optimize', 'evaluate', 'synthesize'].flatMap(itemTasks)) {
      const ended = Retry.find(({ ErrorEquals }) => ErrorEquals.includes('Sandbox.Timedout'));
      expect(ended).toMatchObject({ MaxAttempts: 4 });
      expect(ended?.ErrorEquals).toContain('States.Timeout');
      expect(TimeoutSeconds).toBe(FUNCTION_SECONDS);
    }
    expect(worstCall(MAX_TIMEOUT)).toBeLessThan(seconds);
    expect(worstCall(MAX_REFLECTION_TIMEOUT)).toBeLessThan(seconds);
  });
});

/** Tasks inside the Maps of a machine. */
function itemTasks(machine: string): Task[] {
  const file = new URL(`../../statemachine/${machine}.asl.json`, import.meta.url);
  const { States } = machineSchema.parse(JSON.parse(readFileSync(file, 'utf-8')));
  const tasks = Object.values(States).flatMap((state) => (state.Type === 'Map' ? tasksOf(state.ItemProcessor) : []));
  expect(tasks.length).toBeGreaterThan(0);
  return tasks;
}

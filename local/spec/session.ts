/**
 * Model calls of a spec's commands. They lie in the embedded AWS, each kept the moment it is answered, so that a command
 * that is started again pays for nothing twice; and no call leaves that the caps do not cover at its worst.
 */
import pLimit from 'p-limit';
import type { Usage } from '../../lambdas/contracts/artifacts.ts';
import type { Example, Json } from '../../lambdas/contracts/dataset.ts';
import type { Spec, SpecTask } from '../../lambdas/contracts/spec.ts';
import type { Price } from '../../lambdas/contracts/task.ts';
import { passes } from '../../lambdas/evals/registry.ts';
import type { ChatModel, EmbeddingModel } from '../../lambdas/model/chat-model.ts';
import { openAiModel } from '../../lambdas/model/openai-model.ts';
import { priceOf } from '../../lambdas/model/prices.ts';
import { addUsage, noUsage } from '../../lambdas/optimizer/usage.ts';
import { optionalEnv } from '../../lambdas/platform/env.ts';
import { modelApiKey } from '../../lambdas/platform/secrets.ts';
import type { CallDependencies } from '../../lambdas/rollout/call-model.ts';
import { makeRollout } from '../../lambdas/rollout/make-rollout.ts';
import { openPurse, type Purse } from '../../lambdas/rollout/purse.ts';
import { type Asking, ask, askForJson } from '../../lambdas/synthesis/ask.ts';
import type { Asked } from '../../lambdas/synthesis/prompts/prompt.ts';
import { baselineTask, generatorOf } from '../../lambdas/synthesis/resolve-spec.ts';
import { type EmbeddedAws, startEmbeddedAws } from '../embedded-aws.ts';
import { cappedLease, stopwatch } from './caps.ts';
import { callFailed, interrupted, inWords } from './failures.ts';

export interface Verdict {
  readonly verdict: 'pass' | 'fail';
  readonly reasoning: string;
}

/** Every call throws `CallsEndedError` when it is not answered for good, and `StoppedError` after Ctrl-C. */
export interface Session {
  /** Asks the generator, three times at the most for a reply of the right form. */
  ask<R>(asked: Asked<R>, ...draw: readonly (string | number)[]): Promise<R>;
  /** Asks it once; undefined: the reply is no JSON. What `isUsable` says no to is not kept. */
  askForJson(
    asked: Asked<unknown>,
    isUsable: (value: Json | undefined) => boolean,
    ...draw: readonly (string | number)[]
  ): Promise<Json | undefined>;
  /** What the spec's judge says of an answer. */
  judge(spec: Spec, steps: readonly string[], example: Example, output: string): Promise<Verdict>;
  /** What was paid for since the session was opened. */
  spent(): Usage;
  close(): Promise<void>;
}

export interface SessionOptions {
  readonly task: SpecTask;
  /** Where the calls are kept. */
  readonly folder: string;
  /** The simulated model costs nothing. */
  readonly isFree: boolean;
  /** Called before the first call. */
  readonly onFirst: () => void;
}

interface Opened {
  readonly aws: EmbeddedAws;
  readonly model: ChatModel & EmbeddingModel;
}

/** Nothing is started before the first call. */
export function openSession({ task, folder, isFree, onFirst }: SessionOptions): Session {
  const priceFor = (name: string): Price | null => (isFree ? { input: 0, output: 0 } : priceOf(name, task.prices));
  const generator = generatorOf(task);
  // Another name each time: what an earlier process has paid for is not counted again.
  const payer = { table: 'sealed', runId: `spec-${process.pid}-${Date.now()}`, epoch: 0, earlier: undefined } as const;
  const calls = pLimit(task.synthesis.concurrency);
  const watch = stopwatch();
  const lease = cappedLease(task.synthesis.budget, watch.minutes);
  const purse: Purse = openPurse({ ...payer, rolloutKey: 'generator' }, calls);
  let judged = noUsage();
  let judgements = 0;
  let opening: Promise<Opened> | undefined;
  const open = (): Promise<Opened> => {
    opening ??= start(folder, onFirst);
    return opening;
  };
  const asking = async (draw: readonly (string | number)[]): Promise<Asking> => {
    const { model } = await open();
    const deps = dependencies(model, priceFor(generator.name));
    return { model: generator, purse, lease: lease.reflection, deps, draw };
  };
  return {
    ask: (asked, ...draw) => watch.during(() => inWords(async () => ask(asked, await asking(draw)))),
    askForJson: (asked, isUsable, ...draw) =>
      watch.during(() => inWords(async () => askForJson(asked, await asking(draw), isUsable))),
    judge: (spec, steps, example, output) =>
      watch.during(async () => {
        const { model } = await open();
        const judging = baselineTask([spec], { [spec.name]: [...steps] });
        // Another name each time: what this process has paid for already is not counted again.
        judgements += 1;
        const key = `judge-${judgements}`;
        const refuse = (): Promise<never> => Promise.reject(new Error('A spec has no scorers of its own.'));
        const evals = { embeddings: model, priceOf: priceFor, invoke: refuse, runFile: refuse };
        const made = await makeRollout(
          { task: judging, ...payer },
          { split: 'golden', example, components: judging.prompt, draw: 0, given: output },
          { key, earlier: undefined, answer: undefined },
          lease,
          calls,
          { ...dependencies(model, priceFor(judging.model.name)), evals },
        );
        const isMade = made.status === 'made';
        judged = addUsage(judged, isMade ? made.usage : addUsage(made.stored, made.unstored));
        if (!isMade) throw interrupted(made.error);
        const [settings] = judging.evals;
        const [result] = made.rollout.evals;
        if (settings === undefined || result === undefined) throw callFailed(made.rollout.failure);
        const reasoning = result.feedback.replace(/^(?:pass|fail): /, '');
        return { verdict: passes(settings, result.score) ? 'pass' : 'fail', reasoning };
      }),
    spent: () => addUsage(purse.total(), judged),
    async close() {
      const opened = await opening?.catch(() => undefined);
      await opened?.aws.stop();
    },
  };
}

async function start(folder: string, onFirst: () => void): Promise<Opened> {
  onFirst();
  const aws = await startEmbeddedAws(folder);
  return { aws, model: openAiModel({ apiKey: await modelApiKey(), baseUrl: optionalEnv('OPENAI_BASE_URL') }) };
}

function dependencies(model: ChatModel, price: Price | null): CallDependencies {
  const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
  return { model, price, sleep, random: Math.random };
}

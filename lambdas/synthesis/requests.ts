/** What each item of a step asks the generator for, and with which prompt. */
import type { GenerateItem, SynthesisPlan, SynthesisState } from '../contracts/synthesis.ts';
import { priceOf } from '../model/prices.ts';
import { boundOf } from '../rollout/call-model.ts';
import type { CallBound } from '../rollout/lease.ts';
import { inputsPrompt } from './prompts/inputs.ts';
import { judgeStepsPrompt } from './prompts/judge-steps.ts';
import type { Asked } from './prompts/prompt.ts';
import { topicsPrompt } from './prompts/topics.ts';
import { generatorOf, pricesFor, taskOf } from './resolve-spec.ts';
import { leafTopics } from './topics.ts';

/** Most inputs of a topic that the generator is shown so that it does not write them again, and characters of each. */
const MOST_KNOWN = 40;
const KNOWN_CHARS = 300;

/** What an item asks for, without what it may spend. */
export type Request = DistributiveOmit<GenerateItem, 'lease' | 'concurrency'>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** The prompt of a request, filled in. @throws Error when it names a spec or topic that is not there */
export function askedOf(
  request: Request,
  { specs, like }: SynthesisPlan,
  { topics }: Pick<SynthesisState, 'topics'>,
): Asked<unknown> {
  const task = taskOf(specs);
  if (request.asks === 'topics') {
    const { path, count, known } = request;
    return topicsPrompt({ task, specs, count, path, known, like });
  }
  if (request.asks === 'judge') {
    const spec = specs.find(({ name }) => name === request.spec);
    if (spec === undefined) throw new Error(`There is no spec ${request.spec}.`);
    return judgeStepsPrompt(spec);
  }
  const topic = leafTopics(topics, task.synthesis)[request.topic];
  if (topic === undefined) throw new Error(`There is no topic ${request.topic}.`);
  const { plans, known } = request;
  return inputsPrompt({ task, specs, topic: topic.join(' > '), plans, known, like });
}

/** The most that a request can cost. */
export function boundOfRequest(
  request: Request,
  plan: SynthesisPlan,
  state: Pick<SynthesisState, 'topics'>,
): CallBound {
  const model = generatorOf(taskOf(plan.specs));
  const { messages, responseSchema } = askedOf(request, plan, state);
  return boundOf({ model, messages, responseSchema }, priceOf(model.name, pricesFor(plan)));
}

/** Inputs as they are shown to the generator: the latest, cut. */
export function shownInputs(inputs: readonly (string | object)[]): string[] {
  return inputs.slice(-MOST_KNOWN).map((input) => {
    const text = typeof input === 'string' ? input : JSON.stringify(input);
    return text.replace(/\s+/g, ' ').slice(0, KNOWN_CHARS).toWellFormed();
  });
}

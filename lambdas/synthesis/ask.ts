/** One question of ours to a model, with a reply in JSON: kept the moment it is answered, and paid for once. */
import type { z } from 'zod';
import type { Json } from '../contracts/dataset.ts';
import type { reflectionModelSchema } from '../contracts/task.ts';
import { parseAnswer } from '../evals/json-answer.ts';
import { EvalFailure } from '../evals/services.ts';
import type { ChatAnswer } from '../model/chat-model.ts';
import { type CallDependencies, callModel } from '../rollout/call-model.ts';
import type { Lease } from '../rollout/lease.ts';
import type { Purse } from '../rollout/purse.ts';
import { callKey } from '../store/rollouts.ts';
import { MOST_ATTEMPTS } from './attempts.ts';
import type { Asked } from './prompts/prompt.ts';

export type GeneratorSettings = z.output<typeof reflectionModelSchema>;

/** Who answers, and who pays. */
export interface Asking {
  readonly model: GeneratorSettings;
  readonly purse: Purse;
  readonly lease: Lease;
  readonly deps: CallDependencies;
  /** Tells draws of the same question apart: the seed, how often it was asked before. */
  readonly draw: readonly (string | number)[];
}

/**
 * Asks once. Gives the JSON of the reply, of a reply that was cut off the part that is whole, undefined where it is no JSON.
 * @param isUsable whether a reply is worth keeping: one that is not is never found again; default: any is
 * @throws EvalFailure when there is no answer for good; an interruption passes through
 */
export async function askForJson(
  asked: Asked<unknown>,
  asking: Asking,
  isUsable: (value: Json | undefined) => boolean = () => true,
): Promise<Json | undefined> {
  const { model, purse, lease, deps, draw } = asking;
  const { timeoutSeconds: _patience, ...settings } = model;
  const { messages, responseSchema } = asked;
  const key = callKey('generate', settings, messages, responseSchema, ...draw);
  const answer: ChatAnswer = await purse.once(
    key,
    () => callModel({ model, messages, responseSchema }, lease, deps),
    'task',
    { isUsable: (reply) => isUsable(jsonOf(reply)) },
  );
  return jsonOf(answer);
}

function jsonOf({ text }: ChatAnswer): Json | undefined {
  return parseAnswer(text).value ?? parseAnswer(wholePart(text)).value;
}

/**
 * Asks until the reply has the form that was asked for, three times at the most.
 * @throws EvalFailure when it never has
 */
export async function ask<R>(asked: Asked<R>, asking: Asking): Promise<R> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const own = { ...asking, draw: [...asking.draw, attempt] };
    const value = await askForJson(asked, own, (reply) => asked.reply.safeParse(reply).success);
    const parsed = asked.reply.safeParse(value);
    if (parsed.success) return parsed.data;
  }
  const message = `${asking.model.name} gave no usable reply to ${asked.prompt} in ${MOST_ATTEMPTS} attempts.`;
  throw new EvalFailure('GeneratorError', message, true);
}

/** A list that was cut off in the middle of an object, closed before it. */
function wholePart(text: string): string {
  const end = text.lastIndexOf('},');
  return end < 0 ? text : `${text.slice(0, end + 1)}]}`;
}

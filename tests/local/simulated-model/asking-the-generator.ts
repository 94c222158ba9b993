/** Asks the simulated generator with the real prompts, without HTTP. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Message } from '../../../lambdas/contracts/message.ts';
import { type Spec, type SpecTask, specSchema, specTaskSchema } from '../../../lambdas/contracts/spec.ts';
import type { InputPlan } from '../../../lambdas/contracts/synthesis.ts';
import { judgeMessages, judgeSchema } from '../../../lambdas/evals/judge-prompt.ts';
import type { Asked } from '../../../lambdas/synthesis/prompts/prompt.ts';
import { criteriaOf } from '../../../lambdas/synthesis/spec-types.ts';
import { completeChat, type Part } from '../../../local/simulated-model/chat.ts';

const folder = 'examples/from-a-spec';
const read = (name: string): object => parse(readFileSync(`${folder}/${name}.yaml`, 'utf8'));

export const exampleSpecs: readonly Spec[] = ['names-the-next-step.spec', 'no-promises.spec'].map((name) =>
  specSchema.parse({ ...read(name), task: read('replies') }),
);

export function taskWith(prompt: string, more: object = {}): SpecTask {
  return specTaskSchema.parse({ prompt: { system: prompt, user: '{{input}}' }, model: { name: 'm' }, ...more });
}

export function planWith(slot: number, more: Partial<InputPlan> = {}): InputPlan {
  const who = { persona: 'a customer', length: 'one or two sentences', language: 'English', difficulty: 'plain' };
  return { slot, spec: 'no-promises', aim: 'pass', ...who, attack: null, ...more };
}

export function complete(messages: readonly Message[], schema: object | undefined, seed = 0): [Part, string] {
  const form = schema === undefined ? {} : { type: 'json_schema', json_schema: { name: 'answer', schema } };
  const body = { model: 'simulated', messages, ...(schema === undefined ? {} : { response_format: form }) };
  const result = completeChat(body, seed);
  if (result.status !== 200) throw new Error(result.body.error.message);
  return [result.part, result.body.choices[0]?.message.content ?? ''];
}

/** The generator's reply, in the form that was asked for. */
export function askGenerator<R>(asked: Asked<R>, seed = 0): R {
  const [part, text] = complete(asked.messages, asked.responseSchema, seed);
  if (part !== 'generator') throw new Error(`The ${part} model answered the generator's question.`);
  return asked.reply.parse(JSON.parse(text));
}

/** Whether the simulated judge passes an answer by a spec and the steps that were drafted for it. */
export function passes(spec: Spec, steps: readonly string[], input: string, answer: string): boolean {
  const criteria = [{ name: spec.name, criteria: criteriaOf(spec), steps, scale: 'pass_fail' as const }];
  const judged = { input, answer, reference: undefined, truncated: false };
  const [part, text] = complete(judgeMessages(criteria, judged, 0), judgeSchema(criteria));
  if (part !== 'judge') throw new Error(`The ${part} model answered a judge's question.`);
  return text.includes('"score":"pass"');
}

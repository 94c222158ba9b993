/** Plays the examples with the simulated model without HTTP: rollouts, reflections, and a tiny hill climb. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type Example, exampleSchema } from '../../../lambdas/contracts/dataset.ts';
import type { Components, TaskFile } from '../../../lambdas/contracts/task.ts';
import { exactMatch } from '../../../lambdas/evals/exact-match.ts';
import { jsonFields } from '../../../lambdas/evals/json-fields.ts';
import { taskFileSchema } from '../../../lambdas/evals/task-schema.ts';
import { placeholdersOf, renderMessages } from '../../../lambdas/model/templates.ts';
import { readReply, reflectionMessages } from '../../../lambdas/optimizer/reflection-prompt.ts';
import { completeChat } from '../../../local/simulated-model/chat.ts';
import { unit } from '../../../local/simulated-model/text.ts';

export interface Played {
  readonly text: string;
  readonly score: number;
  readonly feedback: string;
}

export const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

export function loadTask(name: string): TaskFile {
  return taskFileSchema.parse(parse(readFileSync(`examples/${name}/task.yaml`, 'utf8')));
}

export function loadTrain(name: string): Example[] {
  const lines = readFileSync(`examples/${name}/train.jsonl`, 'utf8').trim().split('\n');
  return lines.map((line) => exampleSchema.parse(JSON.parse(line)));
}

/** The content of the answer to a chat request. */
export function ask(messages: ReadonlyArray<{ role: string; content: string }>, seed = 0, extra: object = {}): string {
  const result = completeChat({ model: 'simulated', messages, ...extra }, seed);
  if (result.status !== 200) throw new Error(result.body.error.message);
  return result.body.choices[0]?.message.content ?? '';
}

export function play(task: TaskFile, prompt: Components, example: Example, seed = 0): Played {
  const text = ask(renderMessages(prompt, example), seed);
  const answer = { text, truncated: false };
  const [settings] = task.evals;
  if (settings?.type === 'json_fields')
    return { text, ...jsonFields.scorer(jsonFields.schema.parse(settings))(example, answer) };
  if (settings?.type === 'exact_match')
    return { text, ...exactMatch.scorer(exactMatch.schema.parse(settings))(example, answer) };
  throw new Error('The examples use json_fields and exact_match.');
}

export function scoreOf(task: TaskFile, prompt: Components, examples: readonly Example[], seed = 0): number {
  return mean(examples.map((example) => play(task, prompt, example, seed).score));
}

/** One reflection on a minibatch: the new prompt, or null when the reply cannot be used. */
export function reflectOn(
  task: TaskFile,
  prompt: Components,
  component: string,
  minibatch: readonly Example[],
  seed: number,
): Components | null {
  const examples = minibatch.map((example) => {
    const { text, score, feedback } = play(task, prompt, example, seed);
    return { example, output: text, score, evals: [{ name: 'eval', feedback }] };
  });
  const placeholders = placeholdersOf(prompt[component] ?? '');
  const reply = readReply(
    ask(
      reflectionMessages({ component, components: prompt, examples, tried: [], placeholders, maxChars: 12_000 }),
      seed,
    ),
    false,
  );
  if (reply.text === null || placeholders.some((placeholder) => !reply.text.includes(placeholder))) return null;
  return { ...prompt, [component]: reply.text };
}

/** Keeps a child when it beats its parent on a minibatch, and goes on from the best on validation. */
export function climb(name: string, seed: number): { before: number; after: number; proposed: number; kept: number } {
  const task = loadTask(name);
  const all = loadTrain(name).sort((a, b) => unit(seed, a.id) - unit(seed, b.id));
  const cut = Math.round(all.length * 0.4);
  const validation = all.slice(0, cut);
  const train = all.slice(cut);
  const free = Object.keys(task.prompt).filter((component) => !task.freeze.includes(component));
  const before = scoreOf(task, task.prompt, validation, seed);
  let best = { prompt: task.prompt, score: before };
  let proposed = 0;
  let kept = 0;
  for (let generation = 0; generation < 5; generation += 1) {
    const parent = best.prompt;
    for (let slot = 0; slot < task.optimizer.proposals; slot += 1) {
      const order = [...train].sort((a, b) => unit(seed, generation, slot, a.id) - unit(seed, generation, slot, b.id));
      const minibatch = order.slice(0, task.optimizer.minibatchSize);
      const child = reflectOn(task, parent, free[slot % free.length] ?? 'system', minibatch, seed);
      if (!child) continue;
      proposed += 1;
      if (scoreOf(task, child, minibatch, seed) <= scoreOf(task, parent, minibatch, seed)) continue;
      kept += 1;
      const score = scoreOf(task, child, validation, seed);
      if (score > best.score) best = { prompt: child, score };
    }
  }
  return { before, after: best.score, proposed, kept };
}

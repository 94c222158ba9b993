/** Plays the example whose answers are judged: the task model writes, the judge reads, without HTTP. */
import { readFileSync } from 'node:fs';
import { type Example, exampleSchema } from '../../../lambdas/contracts/dataset.ts';
import type { Components, TaskFile } from '../../../lambdas/contracts/task.ts';
import { type Scoring, scoreAnswer } from '../../../lambdas/evals/registry.ts';
import type { EvalServices, Question } from '../../../lambdas/evals/services.ts';
import { renderMessages } from '../../../lambdas/model/templates.ts';
import { type Completion, completeChat } from '../../../local/simulated-model/chat.ts';
import { ask, mean } from './playing.ts';

export function loadSplit(name: string, split: string): Example[] {
  const lines = readFileSync(`examples/${name}/${split}.jsonl`, 'utf8').trim().split('\n');
  return lines.map((line) => exampleSchema.parse(JSON.parse(line)));
}

/** The simulated judge's completion of a question. */
export function judgeCompletion(question: Question, seed = 0): Completion {
  const result = completeChat(
    {
      model: question.model.name,
      messages: question.messages,
      temperature: question.model.temperature,
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: question.responseSchema } },
      ...(question.logprobs ? { logprobs: true, top_logprobs: 20 } : {}),
    },
    seed,
  );
  if (result.status !== 200) throw new Error(result.body.error.message);
  if (result.part !== 'judge') throw new Error(`The ${result.part} model answered a judge's question.`);
  return result.body;
}

/** What evals may ask, answered by the simulated model. */
export function simulatedServices(task: TaskFile, candidate: Components, seed = 0): EvalServices {
  const never = () => Promise.reject(new Error('This example asks nothing but a judge.'));
  return {
    candidate,
    judge: task.judge,
    ask: async (question) => {
      const completion = judgeCompletion(question, seed);
      return {
        text: completion.choices[0]?.message.content ?? '',
        refusal: null,
        truncated: false,
        toolCalls: [],
        tokens: null,
        latencyMs: 0,
        inputTokens: completion.usage.prompt_tokens,
        outputTokens: completion.usage.completion_tokens,
      };
    },
    embed: never,
    invoke: never,
    runFile: never,
  };
}

/** One rollout: the reply, and what the evals say of it. */
export async function rollOut(
  task: TaskFile,
  prompt: Components,
  example: Example,
  seed = 0,
): Promise<Scoring & { text: string }> {
  const text = ask(renderMessages(prompt, example), seed);
  const answer = { text, truncated: false };
  return { text, ...(await scoreAnswer(task.evals, example, answer, simulatedServices(task, prompt, seed))) };
}

/** Means over all examples. */
export type Means = Readonly<Record<'score' | 'helpful' | 'safe' | 'short', number>>;

export async function meansOf(
  task: TaskFile,
  prompt: Components,
  examples: readonly Example[],
  seed = 0,
): Promise<Means> {
  const rolled = await Promise.all(examples.map((example) => rollOut(task, prompt, example, seed)));
  const meanOf = (name: string) => mean(rolled.map(({ evals }) => evals.find((one) => one.name === name)?.score ?? 0));
  return {
    score: mean(rolled.map(({ score }) => score)),
    helpful: meanOf('helpful'),
    safe: meanOf('safe'),
    short: meanOf('short'),
  };
}

/** The OpenAI side: checks a chat request, decides which part is played, and builds the completion. Pure. */
import { z } from 'zod';
import { reflect } from './reflection-model.ts';
import { isReflectionRequest } from './reflection-request.ts';
import { answerTask } from './task-model.ts';
import { hash } from './text.ts';

const contentSchema = z.union([
  z.string(),
  z
    .array(z.object({ type: z.literal('text'), text: z.string() }))
    .transform((parts) => parts.map((part) => part.text).join('')),
]);

const requestSchema = z.object({
  model: z.string().min(1),
  messages: z
    .array(z.object({ role: z.enum(['system', 'developer', 'user', 'assistant']), content: contentSchema }))
    .min(1),
  temperature: z.number().min(0).max(2).nullish(),
  max_tokens: z.number().int().min(1).nullish(),
  max_completion_tokens: z.number().int().min(1).nullish(),
  n: z.literal(1).nullish(),
  stream: z.literal(false, { error: 'streaming is not offered by the simulated model' }).nullish(),
  response_format: z
    .union([
      z.object({ type: z.enum(['text', 'json_object']) }),
      z.object({
        type: z.literal('json_schema'),
        json_schema: z.object({ name: z.string(), schema: z.record(z.string(), z.unknown()) }),
      }),
    ])
    .nullish(),
});

/** An OpenAI-style error body. */
export type ErrorBody = Readonly<{
  error: { message: string; type: string; param: string | null; code: string | null };
}>;

export function errorBody(
  message: string,
  type: string,
  param: string | null = null,
  code: string | null = null,
): ErrorBody {
  return { error: { message, type, param, code } };
}

export type Part = 'task' | 'reflection';

export type Completion = Readonly<{
  id: string;
  object: 'chat.completion';
  created: number;
  model: string;
  choices: ReadonlyArray<{
    index: number;
    message: { role: 'assistant'; content: string; refusal: null };
    finish_reason: 'stop' | 'length';
    logprobs: null;
  }>;
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
}>;

export type ChatResult =
  | Readonly<{ status: 200; part: Part; body: Completion }>
  | Readonly<{ status: 400; part: null; body: ErrorBody }>;

const CHARS_PER_TOKEN = 4;
const tokensOf = (text: string) => Math.max(1, Math.ceil(text.length / CHARS_PER_TOKEN));

/** Answers a parsed request body: a pure function of the seed and the request. */
export function completeChat(body: unknown, seed: number): ChatResult {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const param = issue?.path.join('.') || null;
    return {
      status: 400,
      part: null,
      body: errorBody(`Invalid request: ${issue?.message ?? 'not an object'}`, 'invalid_request_error', param),
    };
  }
  const request = parsed.data;
  const text = (...roles: readonly string[]) =>
    request.messages
      .filter((message) => roles.includes(message.role))
      .map((message) => message.content)
      .join('\n\n');
  const system = text('system', 'developer');
  const user = text('user');
  const isReflection = isReflectionRequest(system, user);
  const format = request.response_format;
  const schema = format?.type === 'json_schema' ? format.json_schema.schema : undefined;
  const answer = isReflection ? reflect(user, seed) : answerTask({ system, user, schema, seed });
  const limit = request.max_completion_tokens ?? request.max_tokens ?? Number.POSITIVE_INFINITY;
  const cut = tokensOf(answer) > limit;
  const content = cut ? answer.slice(0, limit * CHARS_PER_TOKEN) : answer;
  const promptTokens = request.messages.reduce((total, message) => total + tokensOf(message.content) + 4, 3);
  const completionTokens = tokensOf(content);
  return {
    status: 200,
    part: isReflection ? 'reflection' : 'task',
    body: {
      id: `chatcmpl-sim-${hash(system + user).toString(36)}`,
      object: 'chat.completion',
      created: 0,
      model: request.model,
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content, refusal: null },
          finish_reason: cut ? 'length' : 'stop',
          logprobs: null,
        },
      ],
      usage: {
        prompt_tokens: promptTokens,
        completion_tokens: completionTokens,
        total_tokens: promptTokens + completionTokens,
      },
    },
  };
}

/** The OpenAI side: checks a chat request, decides which part is played, and builds the completion. Pure. */
import { z } from 'zod';
import { generate } from './generator-model.ts';
import { readGeneratorRequest } from './generator-request.ts';
import { judge, type Verdict } from './judge-model.ts';
import { judgeReplyTokens, type TokenProbability, writeJudgeReply } from './judge-reply.ts';
import { readJudgeRequest } from './judge-request.ts';
import { CHARS_PER_TOKEN, type ErrorBody, invalidRequest, tokensOf } from './protocol.ts';
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
  logprobs: z.boolean().nullish(),
  top_logprobs: z.number().int().min(0).max(20).nullish(),
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

export type Part = 'task' | 'reflection' | 'judge' | 'generator';

export type Completion = Readonly<{
  id: string;
  object: 'chat.completion';
  created: number;
  model: string;
  choices: ReadonlyArray<{
    index: number;
    message: { role: 'assistant'; content: string; refusal: null };
    finish_reason: 'stop' | 'length';
    logprobs: { content: readonly TokenProbability[]; refusal: null } | null;
  }>;
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
}>;

export type ChatResult =
  | Readonly<{ status: 200; part: Part; body: Completion }>
  | Readonly<{ status: 400; part: null; body: ErrorBody }>;

/**
 * Answers a parsed request body: a pure function of its arguments.
 * @param repeat how often the same request came before; it matters to a judge with a temperature above 0 alone
 */
export function completeChat(body: unknown, seed: number, repeat = 0): ChatResult {
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) return { status: 400, part: null, body: invalidRequest(parsed.error) };
  const request = parsed.data;
  const text = (...roles: readonly string[]) =>
    request.messages
      .filter((message) => roles.includes(message.role))
      .map((message) => message.content)
      .join('\n\n');
  const system = text('system', 'developer');
  const user = text('user');
  const format = request.response_format;
  const schema = format?.type === 'json_schema' ? format.json_schema.schema : undefined;
  const { part, text: answer, verdicts } = play(request, { system, user, schema, seed, repeat });
  const limit = request.max_completion_tokens ?? request.max_tokens ?? Number.POSITIVE_INFINITY;
  const cut = tokensOf(answer) > limit;
  const content = cut ? answer.slice(0, limit * CHARS_PER_TOKEN) : answer;
  const tokens = request.logprobs === true ? judgeReplyTokens(verdicts, request.top_logprobs ?? 0) : [];
  const promptTokens = request.messages.reduce((total, message) => total + tokensOf(message.content) + 4, 3);
  const completionTokens = tokensOf(content);
  return {
    status: 200,
    part,
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
          logprobs: tokens.length === 0 ? null : { content: within(tokens, content.length), refusal: null },
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

type Played = Readonly<{ part: Part; text: string; verdicts: readonly Verdict[] }>;
type Texts = Readonly<{ system: string; user: string; schema: unknown; seed: number; repeat: number }>;

/** Plays the part that the form of the request asks for. Probabilities of tokens are known for a judge's reply alone. */
function play(request: z.infer<typeof requestSchema>, { system, user, schema, seed, repeat }: Texts): Played {
  const judged = readJudgeRequest(request.messages, schema);
  if (judged !== null) {
    const temperature = request.temperature ?? 0;
    const verdicts = judge(judged, hash(`${system}\n${user}\n${temperature > 0 ? repeat : 0}`), temperature, seed);
    return { part: 'judge', text: writeJudgeReply(verdicts), verdicts };
  }
  const generated = readGeneratorRequest(request.messages, schema);
  if (generated !== null) {
    return { part: 'generator', text: generate(generated, hash(`${system}\n${user}`), seed), verdicts: [] };
  }
  const isReflection = isReflectionRequest(system, user);
  const text = isReflection ? reflect(user, seed) : answerTask({ system, user, schema, seed });
  return { part: isReflection ? 'reflection' : 'task', text, verdicts: [] };
}

/** The tokens of the first `length` characters; one that is cut has no place there. */
function within(tokens: readonly TokenProbability[], length: number): TokenProbability[] {
  let end = 0;
  return tokens.filter(({ token }) => {
    end += token.length;
    return end <= length;
  });
}

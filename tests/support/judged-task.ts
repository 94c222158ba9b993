/** A task with judges on disk, and a real HTTP server that plays its model, its judges and its reflection. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

/** What the server is to do with a call instead of answering: a status, 0 to say nothing at all, or null to answer. */
export type Trouble = (call: Call) => number | null;

export interface Call {
  readonly role: 'task' | 'judge' | 'reflection';
  readonly model: string;
  readonly body: Record<string, unknown>;
  /** Among those of its role, from 0. */
  readonly index: number;
}

export interface JudgedTask {
  readonly folder: string;
  readonly taskPath: string;
  readonly calls: Call[];
  trouble: Trouble;
  /** Answered calls by role, since the last `forget`. */
  count(role: Call['role']): number;
  forget(): void;
  /** Changes the task file. */
  edit(change: (fields: Record<string, unknown>) => void): void;
  /** Writes a prompt as `best-prompt` holds it, and gives its folder. */
  writePrompt(name: string, system: string): string;
}

/** A prompt with this word in it makes the model polite; one with `short` makes it short. */
export const POLITE = 'polite';
const PASSES = /please/;

const lines = (examples: readonly object[]): string => `${examples.map((one) => JSON.stringify(one)).join('\n')}\n`;
const examples = (prefix: string, n: number): object[] =>
  Array.from({ length: n }, (_, i) => ({
    id: `${prefix}-${i}`,
    input: `question ${prefix} ${i}`,
    expected: `answer ${i}`,
  }));

/**
 * Golden answers: people pass every other one. The judge `good` agrees with nine of ten, `poor` passes all, and `noisy`
 * draws anew for each marker.
 */
const golden = Array.from({ length: 20 }, (_, i) => ({
  id: `golden-${i}`,
  input: `question ${i}`,
  output: i % 2 === 0 ? `please, answer ${i}` : `answer ${i}`,
  ratings: { polite: i === 0 || i === 1 ? (i % 2 === 0 ? 'fail' : 'pass') : i % 2 === 0 ? 'pass' : 'fail' },
}));

/** All gone when the test is over. */
export async function openJudgedTask(
  { onTestFinished }: { onTestFinished: (close: () => Promise<void>) => unknown },
  changes: Record<string, unknown> = {},
): Promise<JudgedTask> {
  const folder = mkdtempSync(join(tmpdir(), 'prompt-optimizer-judged-'));
  const taskPath = join(folder, 'task.yaml');
  for (const [name, n] of Object.entries({ train: 12, validation: 20, test: 24 })) {
    writeFileSync(join(folder, `${name}.jsonl`), lines(examples(name, n)));
  }
  writeFileSync(join(folder, 'golden.jsonl'), lines(golden));
  writeFileSync(
    taskPath,
    stringify({
      name: 'replies',
      prompt: { system: 'Answer the question.', user: '{{input}}' },
      model: { name: 'task-model', maxOutputTokens: 32 },
      reflection: { name: 'reflection-model' },
      judge: { name: 'good', maxOutputTokens: 128 },
      datasets: {
        train: 'train.jsonl',
        validation: 'validation.jsonl',
        test: 'test.jsonl',
        golden: 'golden.jsonl',
      },
      evals: [
        { name: 'polite', type: 'llm_judge', criteria: 'The answer says please.' },
        { name: 'right', type: 'contains' },
      ],
      optimizer: { strategy: 'gepa', generations: 1, proposals: 2, minibatchSize: 2, concurrency: 8, finalists: 0 },
      budget: { rollouts: 400 },
      ...changes,
    }),
  );
  const calls: Call[] = [];
  const task: JudgedTask = {
    folder,
    taskPath,
    calls,
    trouble: () => null,
    count: (role) => calls.filter((call) => call.role === role).length,
    forget: () => calls.splice(0),
    edit(change) {
      const fields = parse(readFileSync(taskPath, 'utf-8')) as Record<string, unknown>;
      change(fields);
      writeFileSync(taskPath, stringify(fields));
    },
    writePrompt(name, system) {
      const path = mkdtempSync(join(folder, `${name}-`));
      writeFileSync(join(path, 'system.txt'), system);
      return path;
    },
  };
  const seen = { task: 0, judge: 0, reflection: 0 };
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const role = roleOf(body);
      const call = { role, model: String(body.model), body, index: seen[role]++ };
      const status = task.trouble(call);
      if (status === 0) return undefined;
      if (status !== null) return refuse(response, status);
      calls.push(call);
      return answer(response, call);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env.OPENAI_BASE_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  process.env.OPENAI_API_KEY = 'test';
  onTestFinished(async () => {
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    rmSync(folder, { recursive: true, force: true });
  });
  return task;
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf-8')) as Record<string, unknown>;
}

function roleOf({ model, response_format: format }: Record<string, unknown>): Call['role'] {
  if (format !== undefined) return 'judge';
  return model === 'reflection-model' ? 'reflection' : 'task';
}

function refuse(response: ServerResponse, status: number): void {
  const headers = { 'content-type': 'application/json', ...(status === 429 ? { 'retry-after': '0.01' } : {}) };
  response.writeHead(status, headers);
  response.end(JSON.stringify({ error: { message: `This call gets ${status}.`, type: 'test' } }));
}

function answer(response: ServerResponse, call: Call): void {
  const content = call.role === 'judge' ? verdictOf(call) : call.role === 'task' ? replyOf(call) : reflectionOf();
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 100, completion_tokens: 10 },
    }),
  );
}

function messageOf({ body }: Call, role: string): string {
  const messages = body.messages as { role: string; content: string }[];
  return messages.find((message) => message.role === role)?.content ?? '';
}

function replyOf(call: Call): string {
  const question = messageOf(call, 'user');
  const number = /(\d+)$/.exec(question)?.[1] ?? '';
  return `${messageOf(call, 'system').includes(POLITE) ? 'please, ' : ''}answer ${number}`;
}

function verdictOf(call: Call): string {
  const user = messageOf(call, 'user');
  const judged = /<<<ANSWER \w+\n([\s\S]*)\nANSWER/.exec(user)?.[1] ?? '';
  const format = call.body.response_format as { json_schema: { schema: { properties: Record<string, never> } } };
  const marker = createHash('sha256').update(`${user}${call.index}`).digest();
  const noisy = (marker[0] ?? 0) % 3 === 0;
  const passes = call.model === 'poor' || (call.model === 'noisy' && noisy) || PASSES.test(judged);
  return JSON.stringify(
    Object.fromEntries(
      Object.keys(format.json_schema.schema.properties).map((name) => [
        name,
        { reasoning: passes ? 'It says please.' : 'It does not say please.', score: passes ? 'pass' : 'fail' },
      ]),
    ),
  );
}

function reflectionOf(): string {
  return `\`\`\`\`\nAnswer the question. Be ${POLITE}.\n\`\`\`\``;
}

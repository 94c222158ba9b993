/** Runs of the real machine with a server and functions that break as a test wants it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RuleWorld } from '../../bench/rule-world.ts';
import type { Report } from '../../lambdas/contracts/report.ts';
import { optimizeDefinitionPath, type StateFunction, stateFunctions } from '../../local/engine.ts';
import { type LocalResult, runLocally } from '../../local/run.ts';
import { type RuleTask, writeRuleTask } from '../support/rule-task.ts';

/** What the server answers instead: 429 with a wait that only the machine has, 500 and 401; null is a good answer. */
export type Trouble = '429' | '500' | '401' | null;
export interface Call {
  readonly part: 'task' | 'reflection';
  readonly body: string;
  /** Number of this call among those of its part, from 0; and among those with the same body. */
  readonly index: number;
  readonly attempt: number;
}

export interface Workshop {
  readonly task: RuleTask;
  /** Calls that reached the server. */
  readonly counts: { task: number; reflection: number };
  /** The server's mood; may be changed at any time. */
  trouble: (call: Call) => Trouble;
  /** Runs the task (again) on the same store, with stand-ins for some functions. */
  run(options?: {
    functions?: Readonly<Record<string, StateFunction>>;
    runId?: string;
    overrides?: readonly string[];
  }): Promise<LocalResult>;
}

export const optimizer = { generations: 2, proposals: 2, minibatchSize: 3, concurrency: 8, finalists: 2, seed: 7 };

/** A small rule task, its server, and a machine whose retries do not wait; all gone when the test is over. */
export async function openWorkshop(
  { onTestFinished }: { onTestFinished: (close: () => Promise<void>) => unknown },
  changes: object = {},
): Promise<Workshop> {
  const world = { seed: 7, sizes: { train: 12, validation: 12, test: 12 }, rules: 4 };
  const task = writeRuleTask(world, { optimizer, budget: { rollouts: 400 }, ...changes });
  const counts = { task: 0, reflection: 0 };
  const workshop: Workshop = {
    task,
    counts,
    trouble: () => null,
    async run({ functions = {}, runId = 'run', overrides = [] } = {}) {
      process.env.OPENAI_BASE_URL = server.baseUrl;
      process.env.OPENAI_API_KEY = 'test';
      const definitionPath = writeHasty(task.folder);
      return runLocally(
        { runId, folder: join(task.folder, 'out'), loaded: task.load(...overrides), notice: undefined },
        undefined,
        { definitionPath, functions: { ...stateFunctions, ...functions } },
      );
    },
  };
  const server = await startServer(task.world, counts, (call) => workshop.trouble(call));
  onTestFinished(async () => {
    await server.close();
    task.remove();
  });
  return workshop;
}

/** A function of the machine by name. */
export function functionOf(name: string): StateFunction {
  const found = stateFunctions[name];
  if (found === undefined) throw new Error(`The machine has no ${name}.`);
  return found;
}

/** The report of a run that must have ended well. */
export function reportIn(result: LocalResult): Report {
  if (result.status !== 'SUCCEEDED') throw new Error(`The run ended ${JSON.stringify(result)}.`);
  return result.report;
}

/** An error as Lambda gives it when a function ends in the middle. */
export function functionError(name = 'Lambda.Unknown'): Error {
  return Object.assign(new Error('The function ended in the middle.'), { name });
}

function writeHasty(folder: string): URL {
  const path = join(folder, 'hasty.asl.json');
  const hasty = readFileSync(optimizeDefinitionPath, 'utf-8').replace(
    /"IntervalSeconds": \d+/g,
    '"IntervalSeconds": 0.01',
  );
  writeFileSync(path, hasty);
  return pathToFileURL(path);
}

async function startServer(
  world: RuleWorld,
  counts: Workshop['counts'],
  troubleOf: (call: Call) => Trouble,
): Promise<{ baseUrl: string; close(): Promise<void> }> {
  const attempts = new Map<string, number>();
  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy());
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf-8');
    const { messages } = JSON.parse(body) as { messages: { role: string; content: string }[] };
    const system = messages.find(({ role }) => role === 'system')?.content ?? '';
    const user = messages.find(({ role }) => role === 'user')?.content ?? '';
    const part = system.startsWith('You improve one component of a prompt') ? 'reflection' : 'task';
    const index = counts[part];
    counts[part] += 1;
    const attempt = attempts.get(body) ?? 0;
    attempts.set(body, attempt + 1);
    const trouble = troubleOf({ part, body, index, attempt });
    if (trouble !== null) {
      const wait = trouble === '429' ? { 'retry-after': '60' } : { 'retry-after-ms': '1' };
      response.writeHead(Number(trouble), { 'content-type': 'application/json', ...wait });
      response.end(JSON.stringify({ error: { message: `Trouble ${trouble}.`, type: 'test', code: null } }));
      return;
    }
    const content = part === 'task' ? world.answer(system, user) : world.reflect(user);
    const choices = [{ index: 0, message: { role: 'assistant', content, refusal: null }, finish_reason: 'stop' }];
    const usage = { prompt_tokens: body.length, completion_tokens: content.length, total_tokens: 0 };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ id: 'x', object: 'chat.completion', created: 0, model: 'm', choices, usage }));
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

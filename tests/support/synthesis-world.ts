/** A real HTTP server that plays the generator, the task's model and its judges, and a folder for what comes of it. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SynthesisInput } from '../../lambdas/contracts/synthesis.ts';
import type { SynthesisReport } from '../../lambdas/contracts/synthesis-report.ts';
import { synthesizeDefinitionPath } from '../../local/engine.ts';
import type { LocalResult } from '../../local/run.ts';
import { runSynthesis, type SynthesisResult } from '../../local/synthesis-run.ts';
import { completion, json, type Respond, startChatServer } from '../model/chat-server.ts';

/** One call as the server sees it. */
export interface GeneratorCall {
  readonly asks: 'topics' | 'steps' | 'inputs' | 'expected' | 'judge' | 'answer';
  /** The blocks of material, by name. */
  readonly block: (name: string) => string;
  readonly system: string;
  readonly user: string;
  /** Among all calls, from 0. */
  readonly index: number;
  /** Among calls that ask for the same of the same, from 0. */
  readonly repeat: number;
}

/**
 * What the server answers instead of the good reply: the text of the message, a status (429 with a wait that only the machine
 * has), or undefined for the good one.
 */
export type Fault = (call: GeneratorCall, good: string) => string | number | undefined;

export interface SynthesisWorld {
  readonly folder: string;
  readonly calls: GeneratorCall[];
  /** Those that got the good reply. */
  readonly answered: GeneratorCall[];
  fault: Fault;
  count(asks: GeneratorCall['asks']): number;
  run(
    input: Partial<SynthesisInput> & Pick<SynthesisInput, 'specs'>,
    runId?: string,
  ): Promise<LocalResult<SynthesisResult>>;
}

/** Of every answer. */
const USAGE = { prompt_tokens: 300, completion_tokens: 100, total_tokens: 400 };

/** All gone when the test is over. */
export async function openSynthesisWorld({
  onTestFinished,
}: {
  onTestFinished: (close: () => Promise<void>) => unknown;
}): Promise<SynthesisWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'synthesis-'));
  const calls: GeneratorCall[] = [];
  const seen = new Map<string, number>();
  const server = await startChatServer((response, request) => {
    const body = server.requests.at(-1)?.body ?? {};
    const call = readCall(body, calls.length, seen);
    calls.push(call);
    const good = goodReply(call);
    const fault = world.fault(call, good) ?? good;
    if (fault === good) world.answered.push(call);
    const respond: Respond =
      typeof fault === 'number'
        ? json(fault, { error: { message: `status ${fault}` } }, fault === 429 ? { 'retry-after': '60' } : {})
        : json(200, completion({ message: { role: 'assistant', content: fault, refusal: null } }, { usage: USAGE }));
    respond(response, request);
  });
  process.env.OPENAI_BASE_URL = server.baseUrl;
  process.env.OPENAI_API_KEY = 'test';
  onTestFinished(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const world: SynthesisWorld = {
    folder,
    calls,
    answered: [],
    fault: () => undefined,
    count: (asks) => calls.filter((call) => call.asks === asks).length,
    run: (input, runId = 'session') =>
      runSynthesis(
        {
          runId,
          folder: join(folder, 'out'),
          input: { judges: {}, golden: [], like: [], simulated: false, ...input },
          force: false,
        },
        undefined,
        { definitionPath: writeHasty(folder) },
      ),
  };
  return world;
}

/** The machine with retries that do not wait. */
function writeHasty(folder: string): URL {
  const path = join(folder, 'hasty.asl.json');
  const hasty = readFileSync(synthesizeDefinitionPath, 'utf-8').replace(
    /"IntervalSeconds": \d+/g,
    '"IntervalSeconds": 0.01',
  );
  writeFileSync(path, hasty);
  return pathToFileURL(path);
}

/** The report of a synthesis that must have succeeded. */
export function reportOf(result: LocalResult<SynthesisResult>): SynthesisReport {
  if (result.status !== 'SUCCEEDED') throw new Error(`The synthesis ended ${JSON.stringify(result)}.`);
  return result.report;
}

/** Words that no two inputs share much of. */
export function wordsFor(seed: string, count: number): string {
  return Array.from({ length: count }, (_, i) => {
    const hex = createHash('sha256').update(`${seed} ${i}`).digest('hex');
    return hex.slice(0, 10).replace(/\d/g, (digit) => 'ghijklmnop'[Number(digit)] ?? '');
  }).join(' ');
}

function readCall(body: Record<string, unknown>, index: number, seen: Map<string, number>): GeneratorCall {
  const messages = body.messages as { role: string; content: string }[];
  const system = messages.find(({ role }) => role === 'system')?.content ?? '';
  const user = messages.find(({ role }) => role === 'user')?.content ?? '';
  const format = body.response_format as { json_schema?: { schema?: { properties?: object } } } | undefined;
  const properties = Object.keys(format?.json_schema?.schema?.properties ?? {});
  const asked = (['topics', 'steps', 'inputs', 'expected'] as const).find((name) => properties.includes(name));
  const asks = asked ?? (properties.length > 0 ? 'judge' : 'answer');
  const block = (name: string): string =>
    new RegExp(`<<<${name} (\\w+)\\n([\\s\\S]*?)\\n${name} \\1>>>`).exec(user)?.[2] ?? '';
  const same = `${asks} ${block('TOPIC')} ${block('PATH')}`;
  const repeat = seen.get(same) ?? 0;
  seen.set(same, repeat + 1);
  return { asks, block, system, user, index, repeat };
}

function goodReply({ asks, block, system, user, repeat }: GeneratorCall): string {
  switch (asks) {
    case 'topics': {
      const count = Number(/\b(?:Name) (\d+) topics/.exec(system)?.[1]);
      const path = block('PATH');
      return JSON.stringify({ topics: Array.from({ length: count }, (_, i) => `${path} topic ${repeat}-${i}`.trim()) });
    }
    case 'steps':
      return JSON.stringify({ steps: ['Look at the answer.', 'Pass it when it is polite.'] });
    case 'inputs': {
      const slots = [...block('PLANS').matchAll(/^(\d+)\. /gm)].map(([, slot]) => Number(slot));
      return JSON.stringify({ inputs: slots.map((slot) => ({ slot, input: inputFor(block('TOPIC'), slot) })) });
    }
    case 'expected':
      return JSON.stringify({ expected: `the answer to ${block('INPUT').slice(0, 20)}` });
    case 'judge': {
      const name = /^# (\S+)$/m.exec(system)?.[1] ?? '';
      const score = block('ANSWER').includes('please') ? 'pass' : 'fail';
      return JSON.stringify({ [name]: { reasoning: 'As I see it.', score } });
    }
    case 'answer':
      return user.charCodeAt(0) % 2 === 0 ? 'please wait' : 'wait';
  }
}

/** What the server writes for a slot of a topic. */
export function inputFor(topic: string, slot: number): string {
  return wordsFor(`${topic} ${slot}`, 8);
}

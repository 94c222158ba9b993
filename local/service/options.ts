/** The command line of `serve`. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type InputProblem, InvalidInputError } from '../../lambdas/contracts/errors.ts';
import { optionalEnv } from '../../lambdas/platform/env.ts';
import { MOST_PLACES } from '../../lambdas/store/slots.ts';
import { refuseArguments } from '../command.ts';
import { isLoopback, LOOPBACK } from '../loopback.ts';
import { SHORTEST_TOKEN } from './guard.ts';

export const usage = `Usage: npm run serve -- [options]

  --port N         port to listen on (default: 8480; 0: any free one)
  --host ADDRESS   address to listen on (default: 127.0.0.1); any other than loopback needs a token
  --token TOKEN    what requests must send as Authorization: Bearer TOKEN, at least ${SHORTEST_TOKEN} characters;
                   better in PROMPT_OPTIMIZER_TOKEN, because others on this machine see command lines
  --dir DIR        where everything is kept (default: .prompt-optimizer/serve)
  --parallel N     runs that go on at once, 1 to ${MOST_PLACES} (default: 4)

The model is where OPENAI_API_KEY and OPENAI_BASE_URL point (any OpenAI-compatible server). Without both, a simulated
model answers: it shows the workflow, not how a real model would do. Schedules start runs while this serves; a time
that passes while it does not is not made up for.`;

export interface ServeOptions {
  readonly port: number;
  readonly host: string;
  /** null: this machine's own requests need none. */
  readonly token: string | null;
  readonly folder: string;
  readonly parallel: number;
}

/** @throws InvalidInputError */
export function readServeOptions(args: readonly string[]): ServeOptions | 'help' {
  const given = parsed(args);
  if (given.help === true) return 'help';
  const { host = LOOPBACK, dir = '.prompt-optimizer/serve' } = given;
  const token = given.token ?? optionalEnv('PROMPT_OPTIMIZER_TOKEN') ?? null;
  const problems = [
    ...rangeProblems('--port', given.port, 0, 65_535),
    ...rangeProblems('--parallel', given.parallel, 1, MOST_PLACES),
    ...tokenProblems(token),
    ...(token === null && !isLoopback(host) ? [openToAll(host)] : []),
  ];
  if (problems.length > 0) throw new InvalidInputError(problems);
  const [port, parallel] = [Number(given.port ?? 8480), Number(given.parallel ?? 4)];
  return { port, host, token, folder: resolve(dir), parallel };
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = {
    port: text,
    host: text,
    token: text,
    dir: text,
    parallel: text,
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    return refuseArguments('serve', error instanceof Error ? error.message : String(error));
  }
}

function rangeProblems(file: string, value: string | undefined, min: number, max: number): InputProblem[] {
  if (value === undefined || (/^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max)) return [];
  return [
    { file, message: `${JSON.stringify(value)} is not a whole number from ${min} to ${max}.`, remedy: 'Give one.' },
  ];
}

function tokenProblems(token: string | null): InputProblem[] {
  if (token === null || new RegExp(`^[\\x21-\\x7e]{${SHORTEST_TOKEN},}$`).test(token)) return [];
  return [
    {
      file: '--token',
      message: `the token must have at least ${SHORTEST_TOKEN} characters, none of them a space or outside ASCII.`,
      remedy: 'Make one: openssl rand -hex 24.',
    },
  ];
}

function openToAll(host: string): InputProblem {
  return {
    file: '--host',
    message: `${host} can be reached from other machines, and whoever reaches it could spend your money.`,
    remedy: 'Give a token too (PROMPT_OPTIMIZER_TOKEN or --token), or leave --host out.',
  };
}

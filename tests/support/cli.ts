/** The command line as a user starts it: a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export interface CliProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<CliResult>;
}

export interface CliResult {
  /** null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a command, `optimize` unless another is named first; without a `baseUrl` no model is configured. */
export function startCli(args: readonly string[], baseUrl?: string, cwd: string = root): CliProcess {
  const { OPENAI_API_KEY: _key, OPENAI_BASE_URL: _url, ...inherited } = process.env;
  const env = { ...inherited, ...(baseUrl === undefined ? {} : { OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: 'test' }) };
  const named = ['optimize', 'evaluate', 'calibrate'].includes(args[0] ?? '') ? args : ['optimize', ...args];
  const child = spawn(process.execPath, [join(root, 'local/main.mjs'), ...named], {
    env,
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf-8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr?.setEncoding('utf-8').on('data', (text: string) => {
    output.stderr += text;
  });
  return { child, ended: once(child, 'close').then(([code]) => ({ code, ...output })) };
}

export function runCli(args: readonly string[], baseUrl?: string, cwd?: string): Promise<CliResult> {
  return startCli(args, baseUrl, cwd).ended;
}

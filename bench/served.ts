/** `npm run serve` as a process of its own that may be killed and started again, and a client that does not give up. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const main = join(import.meta.dirname, '../local/main.mjs');

export interface Served {
  readonly url: string;
  /** SIGKILL, and started again on the same port. Resolves when it answers. */
  killAndRestart(): Promise<void>;
  /** Ctrl-C; gives the exit code. */
  end(): Promise<number | null>;
}

/** @param modelUrl an OpenAI-compatible server */
export async function serveAsProcess(folder: string, modelUrl: string, options: readonly string[]): Promise<Served> {
  const start = async (port: number): Promise<{ child: ChildProcess; url: string }> => {
    const args = [main, 'serve', '--port', String(port), '--dir', folder, ...options];
    const env = { ...process.env, OPENAI_BASE_URL: modelUrl, OPENAI_API_KEY: 'none', POWERTOOLS_LOG_LEVEL: 'INFO' };
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const listens = Promise.withResolvers<string>();
    let said = '';
    child.stdout.setEncoding('utf-8').on('data', (text: string) => {
      said += text;
      const url = /listens on (\S+)/.exec(said)?.[1];
      if (url !== undefined) listens.resolve(url);
    });
    child.once('exit', (code) =>
      listens.reject(new Error(`The server ended with ${code} before it listened: ${said}`)),
    );
    return { child, url: await listens.promise };
  };
  let { child, url } = await start(0);
  const port = Number(new URL(url).port);
  return {
    url,
    async killAndRestart() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      ({ child, url } = await start(port));
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const gone = once(child, 'exit');
      child.kill('SIGINT');
      const [code] = await gone;
      return typeof code === 'number' ? code : null;
    },
  };
}

/** Asks until it is answered: a request that a kill has cut off is sent again as it is. */
export async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  for (let tries = 0; ; tries += 1) {
    try {
      const reply = await fetch(url, init);
      const text = await reply.text();
      if (reply.status < 500) return new Response(text, { status: reply.status });
      throw new Error(`${reply.status}: ${text.slice(0, 300)}`);
    } catch (error) {
      if (tries >= 100) throw new Error(`${url} was not answered.`, { cause: error });
      await sleep(100);
    }
  }
}

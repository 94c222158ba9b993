/** Scorers that are files: a few threads for each file, so that slow ones run side by side and endless ones are ended. */
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type FileRunner, ScorerUnavailableError } from '../lambdas/platform/scorers.ts';

/** Threads of one file. */
const MOST_WORKERS = 4;
/** What a thread may take to start and to load its file, beside the time limit of its first call. Seconds. */
const LOADING_SECONDS = 30;

type Message =
  | { readonly status: 'loaded'; readonly problem: string | null }
  | { readonly status: 'scored'; readonly value: unknown }
  | { readonly status: 'threw'; readonly message: string };

interface Waiting {
  readonly input: unknown;
  readonly timeoutSeconds: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A thread, and the call that it works on. */
interface Thread {
  readonly worker: Worker;
  loaded: boolean;
  current: Waiting | null;
  timer: NodeJS.Timeout | undefined;
}

interface Pool {
  readonly file: string;
  readonly threads: Set<Thread>;
  readonly waiting: Waiting[];
}

/** A runner with threads of its own, and a way to end them. */
export function startScorerFiles(): { run: FileRunner; stop(): Promise<void> } {
  const pools = new Map<string, Pool>();
  return {
    run(file, input, timeoutSeconds) {
      const pool = pools.get(file) ?? { file, threads: new Set(), waiting: [] };
      pools.set(file, pool);
      return new Promise((resolve, reject) => {
        pool.waiting.push({ input, timeoutSeconds, resolve, reject });
        serve(pool);
      });
    },
    async stop() {
      const all = [...pools.values()];
      pools.clear();
      await Promise.all(all.map(end));
    },
  };
}

/** Why a file is no scorer; null where it is one. */
export function problemOfScorerFile(file: string): Promise<string | null> {
  return new Promise((resolve) => {
    const worker = startWorker(file);
    const end = (problem: string | null): void => {
      clearTimeout(timer);
      resolve(problem);
      void worker.terminate();
    };
    const timer = setTimeout(() => end(`It was not loaded within ${LOADING_SECONDS} s.`), LOADING_SECONDS * 1000);
    worker.on('message', (message: Message) => end(message.status === 'loaded' ? message.problem : null));
    worker.on('error', (error: unknown) => end(error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => end(`It ended its thread with code ${code}.`));
  });
}

/** Hands waiting calls to idle threads, and to new ones while there may be more. */
function serve(pool: Pool): void {
  while (pool.waiting.length > 0) {
    const idle = [...pool.threads].find(({ current }) => current === null);
    const thread = idle ?? (pool.threads.size < MOST_WORKERS ? newThread(pool) : undefined);
    if (thread === undefined) return;
    thread.current = pool.waiting.shift() ?? null;
    watch(pool, thread);
    thread.worker.postMessage(thread.current?.input);
  }
}

function startWorker(file: string): Worker {
  const worker = new Worker(new URL('./scorer-worker.ts', import.meta.url), {
    workerData: { url: pathToFileURL(file).href },
    // Standard output is the report's.
    stdout: true,
  });
  worker.stdout.on('data', (chunk: Buffer) => process.stderr.write(chunk));
  return worker;
}

/** Events are heard as long as the thread lives: a scorer may leave something behind that breaks after its answer. */
function newThread(pool: Pool): Thread {
  const worker = startWorker(pool.file);
  worker.unref();
  const thread: Thread = { worker, loaded: false, current: null, timer: undefined };
  pool.threads.add(thread);
  worker.on('message', (message: Message) => {
    if (message.status === 'loaded') {
      thread.loaded = true;
      watch(pool, thread);
      return;
    }
    const call = finish(thread);
    if (message.status === 'scored') call?.resolve(message.value);
    else call?.reject(new Error(message.message));
    serve(pool);
  });
  worker.on('error', (error: unknown) => lose(pool, thread, error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', (code) => lose(pool, thread, new Error(`${pool.file} ended its thread with code ${code}.`)));
  return thread;
}

/** Starts the clock of the call that the thread works on. */
function watch(pool: Pool, thread: Thread): void {
  clearTimeout(thread.timer);
  const { current, loaded } = thread;
  if (current === null) return;
  const seconds = current.timeoutSeconds + (loaded ? 0 : LOADING_SECONDS);
  const late = new ScorerUnavailableError(`${pool.file} did not answer within ${seconds} s.`);
  thread.timer = setTimeout(() => lose(pool, thread, late), seconds * 1000);
}

function finish(thread: Thread): Waiting | null {
  clearTimeout(thread.timer);
  const { current } = thread;
  thread.current = null;
  return current;
}

/** The thread has died or is to be ended, and its call with it. */
function lose(pool: Pool, thread: Thread, error: Error): void {
  if (!pool.threads.delete(thread)) return;
  const call = finish(thread);
  void thread.worker.terminate().then(() => call?.reject(error));
  serve(pool);
}

async function end(pool: Pool): Promise<void> {
  const stopped = new Error('The scorers were stopped.');
  for (const { reject } of pool.waiting.splice(0)) reject(stopped);
  const threads = [...pool.threads];
  for (const thread of threads) lose(pool, thread, stopped);
  await Promise.all(threads.map(({ worker }) => worker.terminate()));
}

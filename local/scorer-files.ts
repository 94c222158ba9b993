/** Scorers that are files: a few threads for each file, so that slow ones run side by side and endless ones are ended. */
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { FileRunner } from '../lambdas/platform/scorers.ts';

/** Threads of one file. */
const MOST_WORKERS = 4;

type Reply =
  | { readonly status: 'scored'; readonly value: unknown }
  | { readonly status: 'threw'; readonly message: string };

interface Waiting {
  readonly input: unknown;
  readonly timeoutSeconds: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Pool {
  readonly idle: Worker[];
  readonly waiting: Waiting[];
  workers: number;
}

/** A runner with threads of its own, and a way to end them. */
export function startScorerFiles(): { run: FileRunner; stop(): Promise<void> } {
  const pools = new Map<string, Pool>();
  const all = new Set<Worker>();

  const newWorker = (file: string, pool: Pool): Worker => {
    const worker = new Worker(new URL('./scorer-worker.ts', import.meta.url), {
      workerData: { url: pathToFileURL(file).href },
    });
    worker.unref();
    all.add(worker);
    pool.workers += 1;
    return worker;
  };
  const next = (file: string, pool: Pool): void => {
    if (pool.waiting.length === 0) return;
    const worker = pool.idle.pop() ?? (pool.workers < MOST_WORKERS ? newWorker(file, pool) : undefined);
    const waiting = worker === undefined ? undefined : pool.waiting.shift();
    if (worker !== undefined && waiting !== undefined) void serve(file, pool, worker, waiting);
  };
  const serve = async (file: string, pool: Pool, worker: Worker, waiting: Waiting): Promise<void> => {
    const reply = await replyOf(worker, waiting, file);
    if (reply.status === 'lost') {
      pool.workers -= 1;
      all.delete(worker);
      await worker.terminate();
      waiting.reject(new Error(reply.message));
    } else {
      pool.idle.push(worker);
      if (reply.status === 'scored') waiting.resolve(reply.value);
      else waiting.reject(new Error(reply.message));
    }
    next(file, pool);
  };

  return {
    run(file, input, timeoutSeconds) {
      const pool = pools.get(file) ?? { idle: [], waiting: [], workers: 0 };
      pools.set(file, pool);
      return new Promise((resolve, reject) => {
        pool.waiting.push({ input, timeoutSeconds, resolve, reject });
        next(file, pool);
      });
    },
    async stop() {
      await Promise.all([...all].map((worker) => worker.terminate()));
      all.clear();
      pools.clear();
    },
  };
}

/** `lost`: the thread has died or is to be ended. */
function replyOf(
  worker: Worker,
  { input, timeoutSeconds }: Waiting,
  file: string,
): Promise<Reply | { readonly status: 'lost'; readonly message: string }> {
  return new Promise((resolve) => {
    const settle = (reply: Reply | { status: 'lost'; message: string }): void => {
      clearTimeout(timer);
      worker.removeAllListeners('message').removeAllListeners('error').removeAllListeners('exit');
      resolve(reply);
    };
    const timer = setTimeout(
      () => settle({ status: 'lost', message: `${file} did not answer within ${timeoutSeconds} s.` }),
      timeoutSeconds * 1000,
    );
    worker.once('message', settle);
    worker.once('error', (error) => settle({ status: 'lost', message: error.message }));
    worker.once('exit', (code) => settle({ status: 'lost', message: `${file} ended its thread with code ${code}.` }));
    worker.postMessage(input);
  });
}

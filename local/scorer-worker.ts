/** Runs one scorer file, one call after another, in a thread of its own: a scorer that never ends can be ended. */
import { parentPort, workerData } from 'node:worker_threads';

const NO_FUNCTION = 'The file has no function as its default export.';

const port = parentPort;
if (port === null) throw new Error('This file runs in a worker.');
const { url } = workerData as { url: string };
const loading = import(url) as Promise<{ default?: unknown }>;
// Why a file cannot be used is told with the first call, too.
port.postMessage({ status: 'loaded', problem: await loading.then(problemOf, messageOf) });

port.on('message', async (input: unknown) => {
  try {
    const { default: scorer } = await loading;
    if (typeof scorer !== 'function') throw new Error(NO_FUNCTION);
    const value: unknown = await Reflect.apply(scorer, undefined, [input]);
    port.postMessage({ status: 'scored', value: JSON.parse(JSON.stringify(value) ?? 'null') });
  } catch (error) {
    port.postMessage({ status: 'threw', message: messageOf(error) });
  }
});

function problemOf({ default: scorer }: { default?: unknown }): string | null {
  return typeof scorer === 'function' ? null : NO_FUNCTION;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

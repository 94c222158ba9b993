/** The command `serve`: the service on this machine, until Ctrl-C. */
import { Console } from 'node:console';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { optionalEnv } from '../lambdas/platform/env.ts';
import { logger } from '../lambdas/platform/logger.ts';
import { exitCodes, runPlainCommand, shortPath } from './command.ts';
import { FolderInUseError } from './embedded-aws.ts';
import { readServeOptions, type ServeOptions, usage } from './service/options.ts';
import { type Service, type ServiceParts, startService } from './service/service.ts';

/** Runs the command and gives its exit code. Scorers that are files are off: no request runs code of this machine. */
export function main(args: readonly string[]): Promise<number> {
  return runPlainCommand(async () => {
    const options = readServeOptions(args);
    if (options === 'help') {
      console.log(usage);
      return exitCodes.done;
    }
    return serve(options);
  });
}

async function serve(options: ServeOptions): Promise<number> {
  logTo(options.folder);
  const signals = listenToSignals();
  const service = await startService(options, await parts()).catch((error: unknown) => {
    const reason = reasonOf(error, options);
    if (reason === null) throw error;
    console.error(reason);
    return null;
  });
  if (service !== null) {
    console.log(greeting(service, options));
    await signals.told;
    console.log('\nEnding: what is in flight is kept. Ctrl-C again ends at once.');
    await service.stop();
  }
  signals.forget();
  return service === null ? exitCodes.failed : exitCodes.done;
}

/** The parts that are functions on AWS. Loaded now: their clients look at the environment when they are first used. */
async function parts(): Promise<ServiceParts> {
  const [{ createApp }, { handler }, { dispatch }] = await Promise.all([
    import('../lambdas/api/app.ts'),
    import('../lambdas/handlers/settle.ts'),
    import('../lambdas/service/queue.ts'),
  ]);
  return { api: createApp(), settle: handler, dispatch };
}

/** `told` resolves at the first Ctrl-C or SIGTERM; the second ends the process. */
function listenToSignals(): { readonly told: Promise<void>; forget(): void } {
  const first = Promise.withResolvers<void>();
  let isTold = false;
  const onSignal = (): void => {
    if (isTold) process.exit(exitCodes.stopped);
    isTold = true;
    first.resolve();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return { told: first.promise, forget: () => process.off('SIGINT', onSignal).off('SIGTERM', onSignal) };
}

/** On a terminal the logs would drown what is said to the user. */
function logTo(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const stream = createWriteStream(join(folder, 'serve.log'), { flags: 'a' });
  // Powertools has no setting for where its lines go.
  Reflect.set(logger, 'console', new Console(stream, stream));
}

function greeting({ url, isSimulated }: Service, { folder, token, parallel }: ServeOptions): string {
  const model = isSimulated
    ? 'simulated: it shows the workflow, not how a real model would do (set OPENAI_API_KEY or OPENAI_BASE_URL to use yours)'
    : (optionalEnv('OPENAI_BASE_URL') ?? 'https://api.openai.com/v1');
  return [
    `Prompt Optimizer listens on ${url}`,
    `  document  ${url}/openapi.json`,
    ...(token === null ? [] : ['  token     requests need the header Authorization: Bearer TOKEN']),
    `  folder    ${shortPath(folder)} (what was begun goes on when it is served again; log: serve.log)`,
    `  model     ${model}`,
    `  runs      ${parallel} at once, the others wait`,
    'Ctrl-C ends it.',
  ].join('\n');
}

/** Why it did not start, for people; null when that is a fault of the program. */
function reasonOf(error: unknown, { host, port, folder }: ServeOptions): string | null {
  if (error instanceof FolderInUseError) {
    return `${shortPath(folder)} is in use by another process: it is served already. End that one, or give another folder with --dir.`;
  }
  const code = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  switch (Reflect.get(Object(error), 'syscall') === 'listen' || code === 'ENOTFOUND' ? code : undefined) {
    case 'EADDRINUSE':
      return `Port ${port} of ${host} is in use. Give another with --port (0: any free one).`;
    case 'EACCES':
      return `Port ${port} may not be listened on. Give one above 1023 with --port.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is no address of this machine. Give one that is with --host.`;
    default:
      return null;
  }
}

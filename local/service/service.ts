/** The whole service in one process: the stores, the model, the machines, schedules and events, and the API over them. */
import { join } from 'node:path';
import { logger } from '../../lambdas/platform/logger.ts';
import { clearStop } from '../../lambdas/platform/shutdown.ts';
import { forgetModel } from '../../lambdas/rollout/item.ts';
import { closeServiceClients } from '../../lambdas/service/clients.ts';
import { keepArtifactsOf } from '../../lambdas/store/artifacts.ts';
import { setEnvironment, startEmbeddedAws } from '../embedded-aws.ts';
import {
  type EngineOptions,
  evaluateDefinitionPath,
  optimizeDefinitionPath,
  synthesizeDefinitionPath,
} from '../engine.ts';
import { startModel } from '../simulated.ts';
import { keepUserAwsIfAny } from '../user-scorers.ts';
import { machineNames, serviceEnvironment } from './environment.ts';
import { eventBusApi } from './event-bus.ts';
import { type StatusChangeEvent, stateMachineArn } from './execution-record.ts';
import { openExecutions } from './executions.ts';
import { startFacades } from './facades.ts';
import { guardWith } from './guard.ts';
import { type Answering, listenOn } from './listen.ts';
import type { ServeOptions } from './options.ts';
import { openScheduler } from './scheduler.ts';
import { stepFunctionsApi } from './step-functions.ts';

/** What the service is made of beside its stand-ins for AWS: on AWS, functions of their own. */
export interface ServiceParts {
  readonly api: Answering;
  /** Is called with every end of an execution. */
  readonly settle: (event: StatusChangeEvent) => Promise<unknown>;
  /** Starts what waits for a free place. */
  readonly dispatch: () => Promise<void>;
}

export interface Service {
  readonly url: string;
  /** Whether a simulated model answers. */
  readonly isSimulated: boolean;
  readonly facadesUrl: string;
  /** Ends all of it. Executions stay as they are, and the next start goes on with them. */
  stop(): Promise<void>;
}

/** How long answers may still take, and then what runs do, when the service ends. Milliseconds. */
const ANSWERS_PATIENCE_MS = 1_000;
const RUNS_PATIENCE_MS = 5_000;

/**
 * How often the queue is looked at though nothing has ended, milliseconds: a process that was killed between giving a
 * place away and starting its run has left a place that is taken for in use during the first seconds of the next one.
 */
const DISPATCH_MS = 5_000;

/**
 * @throws FolderInUseError when another process has the folder
 * @throws Error with a `code` when it cannot listen where it should
 */
export async function startService(options: ServeOptions, parts: ServiceParts): Promise<Service> {
  const { folder, host, port, token, parallel } = options;
  // What has been started, ended in the reverse order whether all of it was or not.
  const ends: (() => Promise<unknown> | unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    await keepUserAwsIfAny();
    const aws = await startEmbeddedAws(folder);
    ends.push(() => aws.stop());
    const model = await startModel();
    ends.push(() => model.close());
    forgetModel();
    clearStop();
    keepArtifactsOf(parallel);

    const executions = openExecutions({ folder, machines, settle: parts.settle });
    const scheduler = openScheduler({
      folder,
      start: (arn, input) => executions.start({ stateMachineArn: arn, input }),
    });
    const facades = await startFacades(
      {
        AWSStepFunctions: stepFunctionsApi(executions, definitions),
        AWSEvents: eventBusApi(join(folder, 'events.jsonl')),
      },
      scheduler,
    );
    ends.push(() => facades.close());
    const modelNotice = model.notice;
    ends.push(setEnvironment(serviceEnvironment({ facadesUrl: facades.url, parallel, modelNotice })));
    ends.push(closeServiceClients);
    ends.push(() => executions.close(RUNS_PATIENCE_MS));

    const api = await listenOn(guarded(parts.api, token), host, port);
    ends.push(() => api.close(ANSWERS_PATIENCE_MS));
    executions.resume();
    scheduler.begin();
    ends.push(() => scheduler.end());
    const dispatch = () =>
      parts.dispatch().catch((error: unknown) => logger.error('no dispatch', { error: String(error) }));
    // Not waited for: with a long queue it goes on for as long as places become free.
    void dispatch();
    const again = setInterval(dispatch, DISPATCH_MS).unref();
    ends.push(() => clearInterval(again));
    return { url: api.url, isSimulated: modelNotice !== undefined, facadesUrl: facades.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const machines: Readonly<Record<string, EngineOptions>> = {
  [machineNames.optimize]: { definitionPath: optimizeDefinitionPath },
  [machineNames.evaluate]: { definitionPath: evaluateDefinitionPath },
  [machineNames.synthesize]: { definitionPath: synthesizeDefinitionPath },
};

const definitions = new Map(
  Object.entries(machines).flatMap(([name, { definitionPath }]) =>
    definitionPath === undefined ? [] : [[stateMachineArn(name), definitionPath] as const],
  ),
);

function guarded(api: Answering, token: string | null): Answering {
  const guard = guardWith(token);
  return { fetch: (request) => guard(request.headers) ?? api.fetch(request) };
}

/** Following a run of the service until it is over: its events by long polling, its state when an event says that it ended. */
import { z } from 'zod';
import { runOutcomeSchema } from '../../lambdas/contracts/payloads.ts';
import { progressSchema, runStatuses } from '../../lambdas/contracts/run.ts';
import type { RunEvent } from '../../lambdas/platform/events.ts';
import { pause, type RemoteApi } from './api.ts';

/** What is read of a run. */
export const runViewSchema = z.object({
  runId: z.string(),
  status: z.enum(runStatuses),
  outcome: runOutcomeSchema.nullish(),
  error: z.object({ name: z.string(), message: z.string() }).nullish(),
});
export type RunView = z.infer<typeof runViewSchema>;

const isOver = ({ status }: RunView): boolean => !['queued', 'running', 'stopping'].includes(status);

/** Events that are not needed here are read past, so that a newer service may have more of them. */
const eventsSchema = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      event: z.object({ type: z.string(), progress: progressSchema.optional().catch(undefined) }),
    }),
  ),
});

/** How long the service is asked to keep a request that has nothing to tell, seconds. */
const WAIT_SECONDS = 20;
/** The same for a run that may begin at any moment. */
const FIRST_WAIT_SECONDS = 2;
/** Wait after an answer that came at once and told nothing, milliseconds. */
const EMPTY_WAIT_MS = 1000;

export interface Watch {
  readonly onEvent: (event: RunEvent) => void;
  /** Told once, when the run does not begin within moments. */
  readonly onQueued: () => void;
  /** Ends the following, not the run: it then throws. */
  readonly signal: AbortSignal;
}

export function getRun(api: RemoteApi, runId: string, signal?: AbortSignal): Promise<RunView> {
  return api.json('GET', `/runs/${runId}`, runViewSchema, { signal });
}

/**
 * Gives the run as it ended.
 * @throws InvalidInputError, RemoteError when the service does not answer any more
 */
export async function followRun(api: RemoteApi, runId: string, { onEvent, onQueued, signal }: Watch): Promise<RunView> {
  let run = await getRun(api, runId, signal);
  let after: string | undefined;
  let isToldToWait = false;
  // What was told before this command began is read as well, also of a run that is over: generation by generation.
  for (;;) {
    const askedMs = Date.now();
    const isNew = run.status === 'queued' && !isToldToWait;
    const { items }: z.infer<typeof eventsSchema> = await api.json('GET', `/runs/${runId}/events`, eventsSchema, {
      query: { after, waitSeconds: String(isOver(run) ? 0 : isNew ? FIRST_WAIT_SECONDS : WAIT_SECONDS) },
      signal,
    });
    for (const { event } of items) {
      if (event.type === 'progress' && event.progress !== undefined) {
        onEvent({ type: 'planned', runId, progress: event.progress });
      }
    }
    after = items.at(-1)?.id ?? after;
    if (items.length === 0 && isOver(run)) return run;
    // An end may be that of an earlier attempt, and an end that nobody could tell is seen in the run alone.
    if (items.length === 0 || items.some(({ event }) => event.type === 'ended')) run = await getRun(api, runId, signal);
    if (items.length > 0 || isOver(run)) continue;
    if (run.status === 'queued' && isNew) {
      isToldToWait = true;
      onQueued();
    }
    if (Date.now() - askedMs < EMPTY_WAIT_MS) await pause(EMPTY_WAIT_MS, signal);
  }
}

/** Following a run: what is told of it, as server-sent events where answers can be streamed, by long polling elsewhere. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from 'hono';
import { accepts } from 'hono/accepts';
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import { activeStatuses, serviceEventSchema } from '../contracts/run.ts';
import { optionalEnv } from '../platform/env.ts';
import { runPaths } from '../service/run-view.ts';
import { listEvents, type StoredEvent } from '../store/run-lists.ts';
import { loadRun } from '../store/runs.ts';
import { defineRoute, type Route } from './route.ts';
import { findRun, type RunWords, runParams, titleOf } from './run-words.ts';

/** Events of one answer. */
const PAGE = 100;
/** How often events are looked for while somebody waits, milliseconds. */
const LOOK_MS = 500;
/** A stream that has nothing to tell says so, so that nobody between takes it for dead, milliseconds. */
const PING_MS = 15_000;
/** Whoever cannot be streamed to asks again after this, milliseconds. */
const RETRY_MS = 1_000;

const eventIdSchema = z.string().regex(/^\d{4}-\d{7}-\d-[a-z_]{1,40}$/, 'must be the id of an event');

const pageSchema = z
  .strictObject({ items: z.array(z.strictObject({ id: z.string(), event: serviceEventSchema })) })
  .meta({ id: 'RunEvents', description: 'What was told of a run, in order.' });

export function eventsRoute(words: RunWords): Route {
  const { kind, noun, plural } = words;
  return defineRoute({
    method: 'GET',
    path: `${runPaths[kind]}/{id}/events`,
    operationId: `follow${titleOf(words)}`,
    tag: plural,
    summary: `What is told of the ${noun}.`,
    description:
      'JSON, at most 100 events; with `waitSeconds` the answer waits for the first one. With `Accept: text/event-stream`, server-sent events: a stream until the run is over where answers can be streamed, else what there is now. 204 to a stream that has been told everything.',
    params: runParams,
    query: z.object({
      after: eventIdSchema.optional().describe('Only events after this one.'),
      waitSeconds: z.number().int().min(0).max(20).default(0).describe('How long to wait for a first event.'),
    }),
    headers: z.object({
      'last-event-id': z.string().max(200).optional().describe('As `after`, sent by browsers; ignored if it is no id.'),
    }),
    errors: [404],
    responses: {
      200: { description: 'The events.', schema: pageSchema, alsoContentTypes: ['text/event-stream'] },
      204: { description: 'The run is over, and all was told.' },
    },
    async handler({ params: { id }, query: { after: given = null, waitSeconds }, headers }, context) {
      const run = await findRun(words, id);
      const after = eventIdSchema.safeParse(headers['last-event-id']).data ?? given;
      const supports = ['application/json', 'text/event-stream'];
      if (accepts(context, { header: 'Accept', supports, default: 'application/json' }) !== 'text/event-stream') {
        const untilMs = Date.now() + (activeStatuses.includes(run.status) ? waitSeconds * 1000 : 0);
        return { status: 200, body: { items: await firstEvents(id, after, untilMs, context.req.raw.signal) } };
      }
      const events = await listEvents(id, after, PAGE);
      if (events.length === 0 && !activeStatuses.includes(run.status)) return { status: 204 };
      return optionalEnv('STREAM_EVENTS') === 'true' ? stream(context, id, after) : whole(events);
    },
  });
}

async function firstEvents(
  runId: string,
  after: string | null,
  untilMs: number,
  signal: AbortSignal,
): Promise<StoredEvent[]> {
  for (;;) {
    const events = await listEvents(runId, after, PAGE);
    if (events.length > 0 || Date.now() >= untilMs || signal.aborted) return events;
    await wait(Math.min(LOOK_MS, Math.max(0, untilMs - Date.now())));
  }
}

/** What there is now. A browser asks again by itself, from where it was. */
function whole(events: readonly StoredEvent[]): Response {
  const lines = events.map(({ id, event }) => `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  return new Response(`retry: ${RETRY_MS}\n\n${lines.join('')}`, {
    headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' },
  });
}

/** Until the run is over and all of it was told. */
function stream(context: Context, runId: string, from: string | null): Response {
  return streamSSE(context, async (out) => {
    let after = from;
    let toldMs = Date.now();
    await out.write(`retry: ${RETRY_MS}\n\n`);
    while (!out.aborted) {
      // Before the events: the last one of a run that is over then is among them.
      const run = await loadRun(runId);
      const events = await listEvents(runId, after, PAGE);
      for (const { id, event } of events) {
        await out.writeSSE({ id, event: event.type, data: JSON.stringify(event) });
        after = id;
      }
      if (events.length > 0) toldMs = Date.now();
      else if (run === null || !activeStatuses.includes(run.status)) return;
      else if (Date.now() - toldMs >= PING_MS) {
        await out.write(': ping\n\n');
        toldMs = Date.now();
      }
      if (events.length < PAGE) await out.sleep(LOOK_MS);
    }
  });
}

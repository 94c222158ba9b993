/** What all kinds of runs have in common: each is listed, shown, stopped, resumed and followed in the same way. */
import { accepts } from 'hono/accepts';
import { z } from 'zod';
import { runIdSchema } from '../contracts/payloads.ts';
import { activeStatuses, type RunRecord, runStatuses } from '../contracts/run.ts';
import { taskNameSchema } from '../contracts/task.ts';
import { tryDispatch } from '../service/dispatch.ts';
import { listedRun, mayHaveReport, runPaths } from '../service/run-view.ts';
import { type Changed, resumeRun, stopRun } from '../service/stop-run.ts';
import { runObject } from '../store/artifacts.ts';
import { linkTo } from '../store/links.ts';
import { getText } from '../store/objects.ts';
import { listRuns, type RunCursor } from '../store/run-lists.ts';
import { cursorsOf, pageOf, pageQuery } from './cursor.ts';
import { eventsRoute } from './events.ts';
import { notFound, ProblemError } from './problem.ts';
import { defineRoute, type Route } from './route.ts';
import { bodyOf, findRun, type RunWords, runParams, titleOf, type ViewSchema } from './run-words.ts';

/** Operations that every kind has, beside asking for one. `report` is the schema of its result, in `file`. */
export function sharedRoutes(
  words: RunWords,
  schema: ViewSchema,
  { report, file }: { readonly report: z.ZodType; readonly file: string },
): Route[] {
  return [
    listRoute(words, schema),
    getRoute(words, schema),
    changeRoute(words, schema, 'stop', stopRun),
    changeRoute(words, schema, 'resume', resumeRun),
    reportRoute(words, report, file),
    eventsRoute(words),
  ];
}

function listRoute(words: RunWords, schema: ViewSchema): Route {
  const { kind, plural } = words;
  const cursors = cursorsOf(
    plural,
    z.strictObject({
      runId: runIdSchema,
      createdAt: z.iso.datetime(),
      taskName: taskNameSchema,
    }) satisfies z.ZodType<RunCursor>,
  );
  return defineRoute({
    method: 'GET',
    path: runPaths[kind],
    operationId: `list${titleOf({ noun: plural })}`,
    tag: plural,
    summary: `The ${plural}, newest first.`,
    query: z.object({
      task: taskNameSchema.optional().describe('Only those of this task.'),
      status: z.enum(runStatuses).optional().describe('Only those that stand there.'),
      ...pageQuery,
    }),
    errors: [422],
    responses: { 200: { description: 'A page.', schema: pageOf(schema).meta({ id: `${titleOf(words)}Page` }) } },
    async handler({ query: { task, status, limit, cursor } }) {
      const filter = { task, status };
      const statuses = status === undefined ? undefined : [status];
      const page = await listRuns({ kind, task, statuses }, limit, cursors.read(cursor, filter));
      const items = page.items.map((run) => schema.parse(listedRun(run)));
      return { status: 200, body: { items, next: cursors.write(page.next, filter) } };
    },
  });
}

function getRoute(words: RunWords, schema: ViewSchema): Route {
  const { kind, noun, plural } = words;
  return defineRoute({
    method: 'GET',
    path: `${runPaths[kind]}/{id}`,
    operationId: `get${titleOf(words)}`,
    tag: plural,
    summary: `Where the ${noun} stands.`,
    params: runParams,
    errors: [404],
    responses: { 200: { description: `The ${noun}.`, schema } },
    async handler({ params: { id } }) {
      const run = await findRun(words, id);
      if (run.status !== 'queued' && run.status !== 'stopping') return { status: 200, body: await bodyOf(run, schema) };
      // Whatever has kept it there: if it can go on, it does now.
      await tryDispatch(id);
      return { status: 200, body: await bodyOf(await findRun(words, id), schema) };
    },
  });
}

function changeRoute(
  words: RunWords,
  schema: ViewSchema,
  verb: 'stop' | 'resume',
  change: (runId: string) => Promise<Changed | null>,
): Route {
  const { kind, noun, plural } = words;
  const isStop = verb === 'stop';
  return defineRoute({
    method: 'POST',
    path: `${runPaths[kind]}/{id}/${verb}`,
    operationId: `${verb}${titleOf(words)}`,
    tag: plural,
    summary: isStop ? `Stop the ${noun}.` : `Go on with the ${noun} where it was stopped or has failed.`,
    description: isStop
      ? 'Nothing new is begun, and what was paid for is kept. One that waits is stopped at once; one that goes on is so within seconds.'
      : 'It waits for a place as a new one does. What was paid for is not paid again.',
    params: runParams,
    errors: [404, 409],
    responses: {
      200: { description: isStop ? 'It is stopped.' : 'It goes on.', schema },
      202: { description: isStop ? 'It is being stopped.' : 'It waits for a place.', schema },
    },
    async handler({ params: { id } }) {
      await findRun(words, id);
      const changed = await change(id);
      if (changed === null) throw notFound('id', `There is no ${noun} ${id}.`);
      if (!changed.ok) {
        const { code, message, remedy } = changed;
        throw new ProblemError(409, code, { detail: message, field: 'id', remedy });
      }
      const { record } = changed;
      const body = await bodyOf(record, schema);
      const isUnderWay = record.status === 'queued' || record.status === 'stopping';
      return isUnderWay ? { status: 202, body } : { status: 200, body };
    },
  });
}

/** A page that was made from what models have said loads nothing and runs nothing. */
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";

/** What a Lambda function may answer is 6 MB of JSON, in which quotes of the report are escaped. */
const MOST_BYTES = 4_000_000;

function reportRoute(words: RunWords, schema: z.ZodType, file: string): Route {
  const { kind, noun, plural } = words;
  const hasPage = kind === 'optimization';
  return defineRoute({
    method: 'GET',
    path: `${runPaths[kind]}/{id}/report`,
    operationId: `get${titleOf(words)}Report`,
    tag: plural,
    summary: `What the ${noun} has found.`,
    description: hasPage
      ? 'As JSON, or as a page where `Accept` asks for text/html. A stopped run has a report that says so.'
      : 'As JSON.',
    params: runParams,
    errors: [404],
    responses: {
      200: { description: 'The report.', schema, ...(hasPage ? { alsoContentTypes: ['text/html'] } : {}) },
      303: {
        description: 'The report is too large for an answer: it is fetched from there, unsigned, within the hour.',
        headers: { Location: 'Where the report is.' },
      },
    },
    async handler({ params: { id } }, context) {
      const run = await findRun(words, id);
      const supports = ['application/json', ...(hasPage ? ['text/html'] : [])];
      const isPage = accepts(context, { header: 'Accept', supports, default: 'application/json' }) === 'text/html';
      const text = mayHaveReport(run) ? await getText(runObject(id, isPage ? 'report.html' : file)) : null;
      if (text === null) throw noReport(words, run);
      if (Buffer.byteLength(text) > MOST_BYTES) {
        const { url } = await linkTo(runObject(id, isPage ? 'report.html' : file));
        return new Response(null, { status: 303, headers: { Location: url, Vary: 'Accept' } });
      }
      return new Response(text, {
        headers: isPage
          ? { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': PAGE_POLICY, Vary: 'Accept' }
          : { 'Content-Type': 'application/json', Vary: 'Accept' },
      });
    },
  });
}

function noReport({ noun }: RunWords, { runId, status }: RunRecord): ProblemError {
  const remedy = activeStatuses.includes(status)
    ? 'Wait until it is over: its events tell.'
    : status === 'skipped'
      ? `Start another ${noun}.`
      : `Resume it, or start another ${noun}.`;
  const detail = `The ${noun} ${runId} has no report: it is ${status}.`;
  return new ProblemError(404, 'no_report', { field: 'id', detail, remedy });
}

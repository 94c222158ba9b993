/** The prompt of a task that is in use: the champion, what was before it, and who wanted to be. */
import { z } from 'zod';
import { type Challenger, type Champion, challengerSchema, championSchema } from '../contracts/catalog.ts';
import { runIdSchema } from '../contracts/payloads.ts';
import { taskNameSchema } from '../contracts/task.ts';
import { etagOf, namesTag, versionIn } from '../service/etags.ts';
import { type PromotionResult, promote, rollback } from '../service/promotion.ts';
import { loadChampion } from '../store/champions.ts';
import { listPromptHistory, type PromptEvent } from '../store/prompt-history.ts';
import { cursorsOf, pageOf, pageQuery } from './cursor.ts';
import { ifMatchHeader, preconditionFailed } from './etag.ts';
import { notFound, ProblemError } from './problem.ts';
import { defineRoute, type Route } from './route.ts';

const taskSchema = taskNameSchema.describe('Name of the task.');
const versionSchema = z.number().int().min(1).max(99_999_999);
const noteSchema = z.string().max(500).describe('Why, for the history.');

const linksSchema = z.strictObject({
  self: z.string(),
  task: z.string(),
  history: z.string(),
  run: z.string().nullable().describe('The run that found it; null for the prompt that the task came with.'),
  report: z.string().nullable().describe('What that run has shown.'),
});

const promptSchema = championSchema.extend({ links: linksSchema }).meta({
  id: 'Prompt',
  description: 'A version of the prompt of a task. The newest is the champion: the one in use.',
});

const eventSchema = z
  .discriminatedUnion('kind', [
    championSchema.extend({ kind: z.literal('champion') }).meta({ id: 'PromptChampion' }),
    challengerSchema.extend({ kind: z.literal('challenger') }).meta({ id: 'PromptChallenger' }),
  ])
  .meta({ id: 'PromptEvent', description: 'A version that was in use, or a challenger that did not become one.' });

const ETAG = { ETag: 'Of this version: for If-Match and If-None-Match.' };

const getPrompt = defineRoute({
  method: 'GET',
  path: '/prompts/{task}',
  operationId: 'getPrompt',
  tag: 'prompts',
  summary: 'The champion of a task, or an earlier version.',
  params: z.object({ task: taskSchema }),
  query: z.object({ version: versionSchema.optional().describe('Default: the one in use.') }),
  headers: z.object({
    'if-none-match': z.string().max(1_000).optional().describe('The ETag of the version that you have.'),
  }),
  errors: [404],
  responses: {
    200: { description: 'The prompt.', schema: promptSchema, headers: ETAG },
    304: { description: 'You have it already.', headers: ETAG },
  },
  async handler({ params: { task }, query: { version }, headers }) {
    const champion = await loadChampion(task, version);
    if (champion === null) throw noPrompt(task, version);
    const tag = { ETag: etagOf(champion.version), 'Cache-Control': 'no-cache' };
    const known = headers['if-none-match'];
    if (known !== undefined && namesTag(known, tag.ETag)) return { status: 304, headers: tag };
    return { status: 200, body: resourceOf(champion), headers: tag };
  },
});

const entrySchema = z.strictObject({
  champion: z
    .string()
    .regex(/^version#\d{8}$/)
    .nullable(),
  challenger: z
    .string()
    .regex(/^challenger#.{1,300}$/)
    .nullable(),
});
const cursors = cursorsOf('prompt-history', entrySchema);

const getHistory = defineRoute({
  method: 'GET',
  path: '/prompts/{task}/history',
  operationId: 'listPromptHistory',
  tag: 'prompts',
  summary: 'Champions and challengers.',
  params: z.object({ task: taskSchema }),
  query: z.object(pageQuery),
  errors: [404],
  responses: { 200: { description: 'Newest first.', schema: pageOf(eventSchema).meta({ id: 'PromptHistoryPage' }) } },
  async handler({ params: { task }, query: { limit, cursor } }) {
    const after = cursors.read(cursor, { task });
    const page = await listPromptHistory(task, after, limit);
    if (after === null && page.items.length === 0) throw noPrompt(task);
    return { status: 200, body: { items: page.items.map(eventOf), next: cursors.write(page.next, { task }) } };
  },
});

const promotePrompt = defineRoute({
  method: 'POST',
  path: '/prompts/{task}/promote',
  operationId: 'promotePrompt',
  tag: 'prompts',
  summary: "Make a run's prompt the champion.",
  description: 'It must have beaten the champion on the sealed test set, unless `force` says otherwise.',
  params: z.object({ task: taskSchema }),
  headers: z.object({ 'if-match': ifMatchHeader }),
  body: {
    'application/json': z
      .strictObject({
        runId: runIdSchema,
        candidateId: z.string().min(1).max(200).optional().describe('Default: the prompt that the run recommends.'),
        force: z.boolean().optional().describe('Also what is not proven to be better.'),
        note: noteSchema.optional(),
      })
      .meta({ id: 'Promotion', description: 'Which prompt is to be in use.' }),
  },
  examples: { 'application/json': { runId: '0197c0de-triage', note: 'Reviewed.' } },
  errors: [404, 409, 412],
  responses: { 200: { description: 'The champion now.', schema: promptSchema, headers: ETAG } },
  async handler({ params: { task }, headers, body }) {
    const ifVersion = expectedVersion(task, headers['if-match']);
    return promoted(task, await promote({ ...body, task, ifVersion }));
  },
});

const rollbackPrompt = defineRoute({
  method: 'POST',
  path: '/prompts/{task}/rollback',
  operationId: 'rollbackPrompt',
  tag: 'prompts',
  summary: 'Make an earlier version the champion again.',
  description: 'It becomes a new version.',
  params: z.object({ task: taskSchema }),
  headers: z.object({ 'if-match': ifMatchHeader }),
  body: {
    'application/json': z
      .strictObject({
        version: versionSchema
          .optional()
          .describe("Default: the one before that in which the champion's prompt came first."),
        note: noteSchema.optional(),
      })
      .meta({ id: 'Rollback', description: 'Which version is to be back.' })
      .prefault({}),
  },
  examples: { 'application/json': { version: 1, note: 'The new one is too long-winded.' } },
  errors: [404, 409, 412],
  responses: { 200: { description: 'The champion now.', schema: promptSchema, headers: ETAG } },
  async handler({ params: { task }, headers, body }) {
    const ifVersion = expectedVersion(task, headers['if-match']);
    return promoted(task, await rollback({ ...body, task, ifVersion }));
  },
});

/** The version that If-Match names; none where it names any. @throws ProblemError 412 where it names what no prompt has */
function expectedVersion(task: string, header: string | undefined): number | undefined {
  if (header === undefined || namesTag(header, '*')) return undefined;
  const version = versionIn(header);
  if (version === null) throw preconditionFailed(`The prompt of ${task}`);
  return version;
}

function promoted(task: string, result: PromotionResult) {
  if (result.ok) {
    const { champion } = result;
    return { status: 200 as const, body: resourceOf(champion), headers: { ETag: etagOf(champion.version) } };
  }
  const { code, message: detail, remedy, field } = result;
  if (code === 'not_found') throw notFound(field ?? 'task', detail, remedy);
  if (code === 'version_conflict') throw preconditionFailed(`The prompt of ${task}`);
  throw new ProblemError(409, code, { detail, field, remedy });
}

function noPrompt(task: string, version?: number): ProblemError {
  return version === undefined
    ? notFound('task', `There is no prompt of ${task}.`, `A task has one from the beginning: PUT /tasks/${task}.`)
    : notFound('version', `There is no version ${version} of the prompt of ${task}.`, `See /prompts/${task}/history.`);
}

function resourceOf(champion: Champion): z.infer<typeof promptSchema> {
  const { task, version, runId } = champion;
  return {
    ...champion,
    links: {
      self: `/prompts/${task}?version=${version}`,
      task: `/tasks/${task}`,
      history: `/prompts/${task}/history`,
      run: runId === null ? null : `/runs/${runId}`,
      report: runId === null ? null : `/runs/${runId}/report`,
    },
  };
}

function eventOf(event: PromptEvent): ({ kind: 'champion' } & Champion) | ({ kind: 'challenger' } & Challenger) {
  return event.kind === 'champion'
    ? { kind: event.kind, ...event.champion }
    : { kind: event.kind, ...event.challenger };
}

export const promptRoutes: readonly Route[] = [getPrompt, getHistory, promotePrompt, rollbackPrompt];

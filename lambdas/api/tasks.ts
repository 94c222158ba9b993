/** Stored tasks. */
import { z } from 'zod';
import type { TaskHead, TaskVersion } from '../contracts/catalog.ts';
import { scheduleSchema, taskNameSchema } from '../contracts/task.ts';
import { etagOf } from '../service/etags.ts';
import { inlineTaskSchema } from '../service/task-request.ts';
import { deleteTask, loadTask, storeTask } from '../service/tasks.ts';
import { listTaskHeads, listTaskVersions, loadTaskVersion } from '../store/tasks.ts';
import { cursorsOf, pageOf, pageQuery } from './cursor.ts';
import { ifMatchHeader, preconditionFailed } from './etag.ts';
import { notFound, ProblemError, refused } from './problem.ts';
import { defineRoute, type Route } from './route.ts';

const nameSchema = taskNameSchema.describe('Name of the task.');
const versionSchema = z.number().int().min(1).max(99_999_999);
const linksSchema = z.strictObject({
  self: z.string(),
  versions: z.string(),
  prompt: z.string(),
  runs: z.string(),
  datasets: z.string(),
});

const taskSchema = z
  .strictObject({
    name: taskNameSchema,
    version: versionSchema,
    task: z
      .record(z.string(), z.unknown())
      .describe('As it was given, with defaults filled in and datasets by URI: what PUT takes.'),
    createdAt: z.string().describe('When this version was stored.'),
    schedule: scheduleSchema.nullable().describe('When it is optimized again by itself.'),
    links: linksSchema,
  })
  .meta({ id: 'Task', description: 'A version of a stored task.' });

const taskSummarySchema = z
  .strictObject({
    name: taskNameSchema,
    version: versionSchema,
    updatedAt: z.string(),
    schedule: scheduleSchema.nullable(),
    links: linksSchema,
  })
  .meta({ id: 'TaskSummary', description: 'A task in the list of tasks.' });

const versionSummarySchema = z
  .strictObject({ version: versionSchema, createdAt: z.string(), links: z.strictObject({ self: z.string() }) })
  .meta({ id: 'TaskVersion', description: 'A version in the list of versions.' });

const givenTaskSchema = inlineTaskSchema
  .extend({ name: taskNameSchema.optional().describe('That of the path; may be left out.') })
  .meta({ id: 'TaskInput', description: 'A task.' });

/** Header values that go with a task. */
const ETAG = { ETag: 'Of this version: for If-Match.' };

const example = {
  prompt: {
    system: 'Name the topic of the ticket: billing, bug or other. Answer with the topic alone.',
    user: '{{input}}',
  },
  model: { name: 'gpt-4.1-mini', temperature: 0 },
  reflection: { name: 'gpt-5.1' },
  datasets: {
    train: [
      { id: 't-1', input: 'My card was charged twice', expected: 'billing' },
      { id: 't-2', input: 'The page stays empty', expected: 'bug' },
    ],
    test: [{ id: 's-1', input: 'I was charged for a cancelled plan', expected: 'billing' }],
  },
  evals: [{ name: 'topic', type: 'exact_match' }],
  budget: { rollouts: 200 },
};

const putTask = defineRoute({
  method: 'PUT',
  path: '/tasks/{name}',
  operationId: 'putTask',
  tag: 'tasks',
  summary: 'Store a task, or a new version of it.',
  description:
    'The same content again makes no new version. Examples that come with the task are stored as datasets. The first prompt of a task is its first champion. A `schedule` in the task holds from now on.',
  params: z.object({ name: nameSchema }),
  headers: z.object({
    'if-match': ifMatchHeader,
    'if-none-match': z.string().max(1_000).optional().describe('`*`: there must be no such task yet.'),
  }),
  body: { 'application/json': givenTaskSchema },
  examples: { 'application/json': example },
  errors: [409, 412, 422],
  responses: {
    200: { description: 'It was there: a new version, or the same.', schema: taskSchema, headers: ETAG },
    201: { description: 'It is new.', schema: taskSchema, headers: { ...ETAG, Location: 'Path of the task.' } },
  },
  async handler({ params: { name }, headers, body }) {
    if (body.name !== undefined && body.name !== name) {
      throw refused([
        { field: 'name', message: 'is not that of the path.', remedy: 'Leave it out, or make them alike.' },
      ]);
    }
    const when = { ifMatch: headers['if-match'], ifNoneMatch: headers['if-none-match'] };
    const outcome = await storeTask(name, { ...body, name }, when);
    if (!outcome.ok) {
      if (outcome.reason === 'precondition') throw preconditionFailed(`The task ${name}`);
      const detail = `Others are storing versions of ${name} right now.`;
      throw new ProblemError(409, 'conflict', { detail, field: 'name', remedy: 'Try again.' });
    }
    const body200 = resourceOf(outcome.head, outcome.stored);
    const tag = { ETag: etagOf(body200.version) };
    return outcome.change === 'created'
      ? { status: 201, body: body200, headers: { ...tag, Location: body200.links.self } }
      : { status: 200, body: body200, headers: tag };
  },
});

const getTask = defineRoute({
  method: 'GET',
  path: '/tasks/{name}',
  operationId: 'getTask',
  tag: 'tasks',
  summary: 'A task, or an earlier version of it.',
  params: z.object({ name: nameSchema }),
  query: z.object({ version: versionSchema.optional().describe('Default: the newest.') }),
  errors: [404],
  responses: { 200: { description: 'The task.', schema: taskSchema, headers: ETAG } },
  async handler({ params: { name }, query: { version } }) {
    const task = await loadTask(name);
    if (task === null) throw noTask(name);
    const stored = version === undefined ? task.stored : await loadTaskVersion(name, version);
    if (stored === null) throw noTask(name, version);
    return {
      status: 200,
      body: resourceOf(task.head, stored),
      headers: { ETag: etagOf(stored.version) },
    };
  },
});

function noTask(name: string, version?: number): ProblemError {
  return version === undefined
    ? notFound('name', `There is no task ${name}.`, `Store it with PUT /tasks/${name}.`)
    : notFound('version', `There is no version ${version} of ${name}.`, `GET /tasks/${name}/versions lists them.`);
}

const deleteTaskRoute = defineRoute({
  method: 'DELETE',
  path: '/tasks/{name}',
  operationId: 'deleteTask',
  tag: 'tasks',
  summary: 'Take a task out of the list, and its schedule away.',
  description: 'Runs and prompts stay. So do its versions: PUT brings them back.',
  params: z.object({ name: nameSchema }),
  headers: z.object({ 'if-match': ifMatchHeader }),
  errors: [404, 412],
  responses: { 204: { description: 'It is deleted.' } },
  async handler({ params: { name }, headers }) {
    const outcome = await deleteTask(name, { ifMatch: headers['if-match'] });
    if (outcome === 'missing') throw noTask(name);
    if (outcome === 'precondition') throw preconditionFailed(`The task ${name}`);
    return { status: 204 };
  },
});

const taskCursors = cursorsOf('tasks', taskNameSchema);

const listTasks = defineRoute({
  method: 'GET',
  path: '/tasks',
  operationId: 'listTasks',
  tag: 'tasks',
  summary: 'All tasks.',
  query: z.object(pageQuery),
  responses: { 200: { description: 'By name.', schema: pageOf(taskSummarySchema).meta({ id: 'TaskPage' }) } },
  async handler({ query: { limit, cursor } }) {
    const heads: TaskHead[] = [];
    let after = taskCursors.read(cursor);
    // Deleted tasks are in the catalog too, and do not count.
    do {
      const page = await listTaskHeads({ after, limit: limit - heads.length });
      heads.push(...page.items.filter(({ deletedAt }) => deletedAt === null));
      after = page.next;
    } while (after !== null && heads.length < limit);
    return { status: 200, body: { items: heads.map(summaryOf), next: taskCursors.write(after) } };
  },
});

const versionCursors = cursorsOf('task-versions', z.string().regex(/^version#\d{8}$/));

const listVersions = defineRoute({
  method: 'GET',
  path: '/tasks/{name}/versions',
  operationId: 'listTaskVersions',
  tag: 'tasks',
  summary: 'The versions of a task.',
  params: z.object({ name: nameSchema }),
  query: z.object(pageQuery),
  errors: [404],
  responses: {
    200: {
      description: 'Newest first.',
      schema: pageOf(versionSummarySchema).meta({ id: 'TaskVersionPage' }),
    },
  },
  async handler({ params: { name }, query: { limit, cursor } }) {
    const after = versionCursors.read(cursor, { name });
    if ((await loadTask(name)) === null) throw noTask(name);
    const page = await listTaskVersions(name, { after, limit });
    const items = page.items.map(({ version, createdAt }) => ({
      version,
      createdAt,
      links: { self: `/tasks/${name}?version=${version}` },
    }));
    return { status: 200, body: { items, next: versionCursors.write(page.next, { name }) } };
  },
});

function resourceOf(
  { schedule }: TaskHead,
  { name, version, task, createdAt }: TaskVersion,
): z.infer<typeof taskSchema> {
  return { name, version, task, createdAt, schedule, links: linksOf(name) };
}

function summaryOf({ name, version, updatedAt, schedule }: TaskHead): z.infer<typeof taskSummarySchema> {
  return { name, version, updatedAt, schedule, links: linksOf(name) };
}

function linksOf(name: string): z.infer<typeof linksSchema> {
  return {
    self: `/tasks/${name}`,
    versions: `/tasks/${name}/versions`,
    prompt: `/prompts/${name}`,
    runs: `/runs?task=${name}`,
    datasets: `/datasets?task=${name}`,
  };
}

export const taskRoutes: readonly Route[] = [listTasks, putTask, getTask, deleteTaskRoute, listVersions];

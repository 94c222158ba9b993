/** Schedules of stored tasks. */
import { z } from 'zod';
import { type Schedule, scheduleSchema, taskNameSchema } from '../contracts/task.ts';
import { listedRun, runViewSchema } from '../service/run-view.ts';
import { checkSchedule } from '../service/schedule-expression.ts';
import { applySchedule, dueTimes, scheduleOf } from '../service/schedules.ts';
import { loadTask } from '../service/tasks.ts';
import { listRuns } from '../store/run-lists.ts';
import { notFound, ProblemError, refused } from './problem.ts';
import { defineRoute, type Route } from './route.ts';

/** Times and runs that are told. */
const TOLD = 5;

const path = '/tasks/{name}/schedule';
const params = z.object({ name: taskNameSchema.describe('Name of the task.') });

const viewSchema = scheduleSchema
  .extend({
    nextTimes: z.array(z.string()).max(TOLD).describe('When it is due next; none while it is off.'),
    lastRuns: z
      .array(
        runViewSchema.pick({ runId: true, status: true, createdAt: true, endedAt: true, outcome: true, error: true }),
      )
      .max(TOLD)
      .describe('The last runs that it has started, newest first.'),
    links: z.strictObject({ self: z.string(), task: z.string(), runs: z.string() }),
  })
  .meta({ id: 'Schedule', description: 'When a task is optimized again by itself.' });

async function viewOf(task: string, schedule: Schedule): Promise<z.output<typeof viewSchema>> {
  const [times, runs] = await Promise.all([
    dueTimes(task, schedule, TOLD),
    listRuns({ kind: 'optimization', task, startedBy: 'schedule' }, TOLD),
  ]);
  return {
    ...schedule,
    nextTimes: times.map((time) => time.toISOString()),
    lastRuns: runs.items.map(listedRun).map(({ runId, status, createdAt, endedAt, outcome, error }) => ({
      runId,
      status,
      createdAt,
      endedAt,
      outcome,
      error,
    })),
    links: { self: `/tasks/${task}/schedule`, task: `/tasks/${task}`, runs: `/runs?task=${task}` },
  };
}

async function mustExist(name: string): Promise<void> {
  if ((await loadTask(name)) === null) {
    throw notFound('name', `There is no task ${name}.`, `Store it with PUT /tasks/${name}.`);
  }
}

const putSchedule = defineRoute({
  method: 'PUT',
  path,
  operationId: 'putSchedule',
  tag: 'tasks',
  summary: 'Optimize a stored task again and again.',
  description:
    'Each time it first looks whether anything has changed, and ends after a small spend if not. One run of a task at a time, within `monthlyBudget`.',
  params,
  body: {
    'application/json': scheduleSchema.meta({ id: 'WantedSchedule', description: 'When, and within which budget.' }),
  },
  examples: {
    'application/json': {
      expression: 'cron(0 6 ? * MON *)',
      timeZone: 'Europe/Berlin',
      overlap: 'skip',
      monthlyBudget: { costUsd: 20 },
    },
  },
  errors: [404, 422],
  responses: { 200: { description: 'The schedule.', schema: viewSchema } },
  async handler({ params: { name }, body }) {
    await mustExist(name);
    const problems = checkSchedule(body);
    // Here the schedule is the body itself.
    if (problems.length > 0)
      throw refused(problems.map((one) => ({ ...one, field: one.field?.replace(/^schedule\./, '') })));
    await applySchedule(name, body);
    return { status: 200, body: await viewOf(name, body) };
  },
});

const getSchedule = defineRoute({
  method: 'GET',
  path,
  operationId: 'getSchedule',
  tag: 'tasks',
  summary: 'The schedule of a task, when it is due, and what it has started.',
  params,
  errors: [404],
  responses: { 200: { description: 'The schedule.', schema: viewSchema } },
  async handler({ params: { name } }) {
    await mustExist(name);
    const schedule = await scheduleOf(name);
    if (schedule === null) throw noSchedule(name);
    return { status: 200, body: await viewOf(name, schedule) };
  },
});

const deleteSchedule = defineRoute({
  method: 'DELETE',
  path,
  operationId: 'deleteSchedule',
  tag: 'tasks',
  summary: 'Take the schedule of a task away.',
  description: 'A run that it has started goes on.',
  params,
  errors: [404],
  responses: { 204: { description: 'It is gone.' } },
  async handler({ params: { name } }) {
    await mustExist(name);
    if ((await scheduleOf(name)) === null) throw noSchedule(name);
    await applySchedule(name, null);
    return { status: 204 };
  },
});

function noSchedule(name: string): ProblemError {
  return new ProblemError(404, 'no_schedule', {
    field: 'name',
    detail: `The task ${name} has no schedule.`,
    remedy: `Give it one with PUT /tasks/${name}/schedule.`,
  });
}

export const scheduleRoutes: readonly Route[] = [putSchedule, getSchedule, deleteSchedule];

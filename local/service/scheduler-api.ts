/** EventBridge Scheduler's API over the schedules of this process: the REST operations on `/schedules`. */
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import { AwsError, invalid } from './aws-error.ts';
import { type ScheduleRecord, scheduleArn, scheduleRequestSchema } from './schedule-record.ts';
import type { Scheduler } from './scheduler.ts';

const listSchema = z.object({
  ScheduleGroup: z.string().optional(),
  NamePrefix: z.string().default(''),
  State: z.enum(['ENABLED', 'DISABLED']).optional(),
  MaxResults: z.coerce.number().int().min(1).max(100).default(100),
  NextToken: z.string().optional(),
});

export function schedulerApi(scheduler: Scheduler): Hono {
  const app = new Hono();
  app.post('/schedules/:name', async (context) => {
    return context.json({ ScheduleArn: scheduleArn(scheduler.create(nameIn(context), await requestIn(context))) });
  });
  app.put('/schedules/:name', async (context) => {
    return context.json({ ScheduleArn: scheduleArn(scheduler.update(nameIn(context), await requestIn(context))) });
  });
  app.get('/schedules/:name', (context) => context.json(described(scheduler.get(groupIn(context), nameIn(context)))));
  app.delete('/schedules/:name', (context) => {
    scheduler.remove(groupIn(context), nameIn(context));
    return context.json({});
  });
  app.get('/schedules', (context) => {
    const query = listSchema.safeParse(context.req.query());
    if (!query.success) throw invalid(z.prettifyError(query.error));
    const { ScheduleGroup, NamePrefix, State, MaxResults, NextToken = '' } = query.data;
    const rest = scheduler
      .list()
      .filter((one) => ScheduleGroup === undefined || one.GroupName === ScheduleGroup)
      .filter((one) => one.Name.startsWith(NamePrefix) && (State === undefined || one.State === State))
      .filter((one) => scheduleArn(one) > NextToken);
    const page = rest.slice(0, MaxResults);
    const last = page.at(-1);
    const isWhole = last === undefined || page.length === rest.length;
    return context.json({ Schedules: page.map(listed), ...(isWhole ? {} : { NextToken: scheduleArn(last) }) });
  });
  return app;
}

function nameIn(context: Context): string {
  return context.req.param('name') ?? '';
}

function groupIn(context: Context): string {
  return context.req.query('groupName') ?? 'default';
}

async function requestIn(context: Context) {
  const body: unknown = await context.req.json().catch(() => {
    throw new AwsError('ValidationException', 'The body is no JSON.');
  });
  const request = scheduleRequestSchema.safeParse(body);
  if (!request.success) throw invalid(z.prettifyError(request.error));
  return request.data;
}

function dates({ createdAt, modifiedAt }: ScheduleRecord) {
  return { CreationDate: createdAt / 1000, LastModificationDate: modifiedAt / 1000 };
}

function described(record: ScheduleRecord) {
  const { createdAt: _created, modifiedAt: _modified, dueAt: _due, ...schedule } = record;
  return { Arn: scheduleArn(record), ...schedule, ...dates(record) };
}

function listed(record: ScheduleRecord) {
  const { Name, GroupName, State, Target } = record;
  return { Arn: scheduleArn(record), Name, GroupName, State, Target: { Arn: Target.Arn }, ...dates(record) };
}

/** Step Functions, EventBridge and EventBridge Scheduler on one loopback port, for the SDK's clients of this process. */
import { Hono } from 'hono';
import { logger } from '../../lambdas/platform/logger.ts';
import { LOOPBACK } from '../loopback.ts';
import { AwsError } from './aws-error.ts';
import { type AwsJsonServices, callAwsJson } from './aws-json.ts';
import { refusesStranger } from './guard.ts';
import { type Listening, listenOn } from './listen.ts';
import type { Scheduler } from './scheduler.ts';
import { schedulerApi } from './scheduler-api.ts';

/** @returns the server, on a free port */
export function startFacades(services: AwsJsonServices, scheduler: Scheduler): Promise<Listening> {
  const app = new Hono();
  app.use(async (context, next) => {
    const stranger = refusesStranger(context.req.raw.headers);
    if (stranger !== null) throw new AwsError('AccessDeniedException', stranger, 403);
    return next();
  });
  app.post('/', async (context) => {
    const target = context.req.header('x-amz-target') ?? '';
    return context.json(callAwsJson(services, target, await context.req.text()));
  });
  app.route('/', schedulerApi(scheduler));
  app.notFound((context) => {
    throw new AwsError('UnknownOperationException', `${context.req.method} ${context.req.path} is not done here.`, 404);
  });
  app.onError((error) => errorReply(error));
  return listenOn(app, LOOPBACK, 0);
}

/** The type is in a header for REST, and in the body for JSON. */
function errorReply(error: Error): Response {
  if (!(error instanceof AwsError)) logger.error('a facade failed', error);
  const { type, message, status } =
    error instanceof AwsError ? error : new AwsError('InternalServerException', error.message, 500);
  return new Response(JSON.stringify({ __type: type, message, Message: message }), {
    status,
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': type },
  });
}

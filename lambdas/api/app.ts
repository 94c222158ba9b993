/** The HTTP API: all routes in one Hono app, the same on AWS and on one machine. */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { InvalidInputError } from '../contracts/errors.ts';
import { logger } from '../platform/logger.ts';
import { describeApi } from './openapi.ts';
import { type Problem, ProblemError, problemFor, problemOfInvalidInput } from './problem.ts';
import type { Route } from './route.ts';
import { routes as allRoutes } from './routes.ts';

export function createApp(given: readonly Route[] = allRoutes): Hono {
  const routes = [...given, describeApi(given)];
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    context.res.headers.set('X-Content-Type-Options', 'nosniff');
    if (!context.res.headers.has('Cache-Control')) context.res.headers.set('Cache-Control', 'no-store');
  });
  // "{" comes after every letter: `/datasets/uploads` is looked for before `/datasets/{id}`.
  const paths = [...Map.groupBy(routes, ({ path }) => path)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [path, operations] of paths) {
    const pattern = path.replaceAll(/\{(\w+)\}/g, ':$1');
    for (const route of operations) app.on(route.method, pattern, limitOf(route), (context) => route.answer(context));
    app.all(pattern, (context) => otherMethod(context, operations));
  }
  app.notFound(() => {
    const remedy = 'GET /openapi.json lists all of them.';
    return send(problemFor(404, 'not_found', { detail: 'There is no such path.', remedy }));
  });
  app.onError((error, context) => {
    if (error instanceof ProblemError) return send(error.problem, error.headers);
    if (error instanceof InvalidInputError) return send(problemOfInvalidInput(error));
    // What went wrong inside may hold anything, so it goes to the log alone.
    logger.error('A request failed', { method: context.req.method, route: context.req.routePath, error });
    const detail = 'The request could not be carried out. The log of the function says why.';
    return send(problemFor(500, 'internal_error', { detail, remedy: 'Try again.' }));
  });
  return app;
}

function limitOf({ bodyLimit: maxSize, bodyLimitRemedy }: Route) {
  return bodyLimit({
    maxSize,
    onError: () => {
      const detail = `The body has more than ${maxSize} bytes.`;
      return send(problemFor(413, 'payload_too_large', { detail, field: 'body', remedy: bodyLimitRemedy }));
    },
  });
}

/** A known path with a method that it does not have. Hono answers HEAD as GET without the body. */
function otherMethod(context: Context, operations: readonly Route[]): Response {
  const methods = operations.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  const allow = [...methods, 'OPTIONS'].join(', ');
  if (context.req.method === 'OPTIONS') return context.body(null, 204, { Allow: allow });
  const problem = problemFor(405, 'method_not_allowed', {
    detail: 'The path does not know this method.',
    remedy: `Use ${methods.join(', ')}.`,
  });
  return send(problem, { Allow: allow });
}

function send(problem: Problem, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${JSON.stringify(problem)}\n`, {
    status: problem.status,
    headers: { ...headers, 'Content-Type': 'application/problem+json' },
  });
}

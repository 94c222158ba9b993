/** The API's OpenAPI 3.1 document, made from its routes. */
import { z } from 'zod';
import { documentOf, type OpenApiDocument } from './document.ts';
import { defineRoute, type Route } from './route.ts';

/** The route that serves the document of `routes` and of itself. */
export function describeApi(routes: readonly Route[]): Route {
  let document: OpenApiDocument | undefined;
  const route: Route = defineRoute({
    method: 'GET',
    path: '/openapi.json',
    operationId: 'describeApi',
    tag: 'api',
    summary: 'This document.',
    responses: {
      200: { description: 'OpenAPI 3.1.', schema: z.looseObject({ openapi: z.literal('3.1.0') }) },
    },
    async handler() {
      document ??= documentOf([...routes, route]);
      return { status: 200, body: document };
    },
  });
  return route;
}

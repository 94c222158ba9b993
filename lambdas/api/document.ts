/** Routes to an OpenAPI 3.1 document: the same schemas that requests are read with, and replies are typed by. Pure. */

import { z } from 'zod';
import { Schemas } from './document-schemas.ts';
import { type ProblemStatus, problemSchema, problemTitles } from './problem.ts';
import { type ResponseSpec, type Route, tags } from './route.ts';

type Json = Readonly<Record<string, unknown>>;

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly [part: string]: unknown;
}

export function documentOf(routes: readonly Route[]): OpenApiDocument {
  const schemas = new Schemas();
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    Object.assign(paths[route.path] ?? {}, { [route.method.toLowerCase()]: operationOf(route, schemas) });
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Prompt Optimizer',
      version: '1.0.0',
      description:
        'Finds a better prompt for a task by itself, and proves that it is better. Errors are problem documents (RFC 9457) with a stable `code`, the `field` and a `remedy`. Lists are read page by page: `next` of a page is `cursor` of the next one.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    // Which of them holds depends on where the API runs; on one machine's loopback none is asked for.
    security: [{ awsSigV4: [] }, { bearer: [] }, {}],
    tags: tags.filter((name) => routes.some(({ tag }) => tag === name)).map((name) => ({ name })),
    paths,
    components: {
      responses: Object.fromEntries(
        Object.entries(problemTitles).map(([status, title]) => [
          `Problem${status}`,
          problemResponse(status, title, schemas),
        ]),
      ),
      // After all that may name a schema.
      schemas: schemas.components(),
      securitySchemes: {
        awsSigV4: {
          type: 'apiKey',
          name: 'Authorization',
          in: 'header',
          'x-amazon-apigateway-authtype': 'awsSigv4',
          description: 'On AWS: requests are signed (Signature Version 4) for the service `execute-api`.',
        },
        bearer: { type: 'http', scheme: 'bearer', description: 'Of `npm run serve` that was given a token.' },
      },
    },
  };
}

function operationOf(route: Route, schemas: Schemas): Json {
  const parameters = [
    ...parametersOf(route.params, 'path', schemas),
    ...parametersOf(route.query, 'query', schemas),
    ...parametersOf(route.headers, 'header', schemas),
  ];
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...requestBodyOf(route, schemas),
    responses: responsesOf(route, schemas),
  };
}

function parametersOf(object: z.ZodObject, place: 'path' | 'query' | 'header', schemas: Schemas): Json[] {
  return Object.entries(object.shape).map(([name, field]) => {
    const { description, ...schema } = schemas.of(zodType(field), 'input');
    return {
      name: place === 'header' ? headerName(name) : name,
      in: place,
      required: !takesNothing(zodType(field)),
      ...(description === undefined ? {} : { description }),
      schema,
    };
  });
}

function requestBodyOf({ body, examples = {}, bodyLimit }: Route, schemas: Schemas): Json {
  const types = Object.entries(body);
  if (types.length === 0) return {};
  const required = types.every(([, schema]) => schema === 'text' || !takesNothing(schema));
  const content = types.map(([type, schema]) => [
    type,
    {
      schema: schema === 'text' ? { type: 'string' } : schemas.of(schema, 'input'),
      ...(Object.hasOwn(examples, type) ? { example: examples[type] } : {}),
    },
  ]);
  return {
    requestBody: { required, description: `At most ${bodyLimit} bytes.`, content: Object.fromEntries(content) },
  };
}

/** What any operation can answer, by whether it takes a body or a cursor; 405 is of a path's other methods. */
function problemsOf({ errors = [], body, query }: Route): ProblemStatus[] {
  const ofBody: ProblemStatus[] = Object.keys(body).length === 0 ? [] : [413, 415, 422];
  const ofCursor: ProblemStatus[] = 'cursor' in query.shape ? [422] : [];
  return [...new Set<ProblemStatus>([400, 401, ...errors, ...ofBody, ...ofCursor, 500])].toSorted((a, b) => a - b);
}

function responsesOf(route: Route, schemas: Schemas): Json {
  const own = Object.entries(route.responses).map(([status, response]) => [status, responseOf(response, schemas)]);
  const problems = problemsOf(route).map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]);
  return { ...Object.fromEntries(problems), ...Object.fromEntries(own) };
}

function responseOf(
  { description, schema, contentType, alsoContentTypes = [], headers = {}, example }: ResponseSpec,
  schemas: Schemas,
): Json {
  const type = contentType ?? (schema === undefined ? undefined : 'application/json');
  const main = schema === undefined ? { type: 'string' } : schemas.of(schema, 'output');
  const content = [
    ...(type === undefined ? [] : [[type, { schema: main, ...(example === undefined ? {} : { example }) }]]),
    ...alsoContentTypes.map((other) => [other, { schema: { type: 'string' } }]),
  ];
  return {
    description,
    ...headersOf(headers),
    ...(content.length === 0 ? {} : { content: Object.fromEntries(content) }),
  };
}

function problemResponse(status: string, title: string, schemas: Schemas): Json {
  const headers: Record<string, string> = status === '405' ? { Allow: 'The methods that the path knows.' } : {};
  return {
    description: `${title}.`,
    ...headersOf(headers),
    content: { 'application/problem+json': { schema: schemas.of(problemSchema, 'output') } },
  };
}

function headersOf(headers: Readonly<Record<string, string>>): Json {
  const described = Object.entries(headers).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ]);
  return described.length === 0 ? {} : { headers: Object.fromEntries(described) };
}

/** Whether the schema takes a value that is absent. */
function takesNothing(schema: z.ZodType): boolean {
  return schema.safeParse(undefined).success;
}

function zodType(field: unknown): z.ZodType {
  if (field instanceof z.ZodType) return field;
  throw new Error('A parameter has no schema.');
}

/** `if-match` as it is usually written. */
function headerName(name: string): string {
  return name.replaceAll(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}

/** One operation of the API: what it takes, what it answers, and what it does. The document is made from the same. */
import type { Context } from 'hono';
import { z } from 'zod';
import type { ProblemStatus } from './problem.ts';
import { readBody, readHeaders, readParams, readQuery } from './read-request.ts';

export const methods = ['GET', 'PUT', 'POST', 'DELETE'] as const;
export type Method = (typeof methods)[number];

/** Bodies by content type: a schema of the JSON, or text as it is. A schema that takes `undefined` may be left out. */
export type Bodies = Readonly<Record<string, z.ZodType | 'text'>>;

export interface ResponseSpec {
  readonly description: string;
  /** Of the JSON. None: there is no body, or it is text. */
  readonly schema?: z.ZodType;
  /** Default `application/json` with a schema. Others that may be asked for by `Accept`, with none. */
  readonly contentType?: string;
  readonly alsoContentTypes?: readonly string[];
  /** Header names and what they say. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly example?: unknown;
}
export type Responses = Readonly<Record<number, ResponseSpec>>;

/** What a handler gives back. A `Response` of its own is for streams and for what is not JSON. */
export type Reply<R extends Responses> = {
  [S in keyof R & number]: {
    readonly status: S;
    readonly headers?: Readonly<Record<string, string>>;
    readonly contentType?: string;
  } & (R[S] extends { readonly schema: infer T extends z.ZodType }
    ? { readonly body: z.output<T> }
    : { readonly body?: string });
}[keyof R & number];

type None = z.ZodObject<Record<never, never>>;

type BodyInput<B extends Bodies> = [keyof B] extends [never]
  ? { readonly body?: undefined; readonly contentType?: undefined }
  : {
      [K in keyof B & string]: {
        readonly contentType: K;
        readonly body: B[K] extends z.ZodType ? z.output<B[K]> : string;
      };
    }[keyof B & string];

export type Input<P extends z.ZodObject, Q extends z.ZodObject, H extends z.ZodObject, B extends Bodies> = {
  readonly params: z.output<P>;
  readonly query: z.output<Q>;
  /** By lower-case name. */
  readonly headers: z.output<H>;
} & BodyInput<B>;

export const tags = [
  'tasks',
  'datasets',
  'runs',
  'evaluations',
  'calibrations',
  'syntheses',
  'prompts',
  'api',
] as const;

interface Description {
  readonly method: Method;
  /** `/tasks/{name}`. */
  readonly path: string;
  readonly operationId: string;
  readonly tag: (typeof tags)[number];
  readonly summary: string;
  readonly description?: string;
  /** Statuses that are answered with a problem, beside those that every operation has (400, 401, 405, 413, 415, 500). */
  readonly errors?: readonly ProblemStatus[];
  /** Largest body, bytes. */
  readonly bodyLimit?: number;
  /** Told when a body is larger. */
  readonly bodyLimitRemedy?: string;
  /** An example of the body, by content type. */
  readonly examples?: Readonly<Record<string, unknown>>;
}

interface RouteSpec<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  H extends z.ZodObject,
  B extends Bodies,
  R extends Responses,
> extends Description {
  readonly params?: P;
  readonly query?: Q;
  /** Names in lower case. */
  readonly headers?: H;
  readonly body?: B;
  readonly responses: R;
  handler(input: Input<P, Q, H, B>, context: Context): Promise<Reply<NoInfer<R>> | Response>;
}

/** A route of whatever types: what the app and the document need of it. */
export interface Route extends Description {
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly headers: z.ZodObject;
  readonly body: Bodies;
  readonly responses: Responses;
  readonly bodyLimit: number;
  /** Reads the request, does what was asked, and makes the answer. @throws ProblemError, InvalidInputError */
  answer(context: Context): Promise<Response>;
}

/** A route's handler, whatever the types of what it is given. */
interface AnyHandler {
  handler(input: AnyInput, context: Context): Promise<AnyReply | Response>;
}

interface AnyInput {
  readonly params: unknown;
  readonly query: unknown;
  readonly headers: unknown;
  readonly contentType?: string;
  readonly body?: unknown;
}

/** Largest body where a route does not say otherwise: what an execution's input may have. */
const BODY_LIMIT = 256 * 1024;

const none: z.ZodObject = z.object({});

/** @param spec the handler gets what the schemas made of the request, and answers as `responses` says */
export function defineRoute<
  const R extends Responses,
  P extends z.ZodObject = None,
  Q extends z.ZodObject = None,
  H extends z.ZodObject = None,
  const B extends Bodies = Record<never, never>,
>(spec: RouteSpec<P, Q, H, B, R>): Route {
  const { params = none, query = none, headers = none, body = {} } = spec;
  const { handler: _handler, ...described } = spec;
  // Each part is read with the schema that its type comes from; absent schemas are those of empty objects.
  const anyHandler: AnyHandler = spec;
  return {
    ...described,
    params,
    query,
    headers,
    body,
    bodyLimit: spec.bodyLimit ?? BODY_LIMIT,
    async answer(context) {
      const input = {
        params: readParams(params, context.req),
        query: readQuery(query, context.req),
        headers: readHeaders(headers, context.req),
        ...(await readBody(body, context.req)),
      };
      const reply = await anyHandler.handler(input, context);
      return reply instanceof Response ? reply : respond(reply);
    },
  };
}

interface AnyReply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType?: string;
}

function respond({ status, body, headers = {}, contentType }: AnyReply): Response {
  if (body === undefined) return new Response(null, { status, headers });
  // The line's end is for terminals.
  const text = typeof body === 'string' && contentType !== undefined ? body : `${JSON.stringify(body)}\n`;
  return new Response(text, { status, headers: { ...headers, 'Content-Type': contentType ?? 'application/json' } });
}

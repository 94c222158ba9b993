/** Requests to the API without a port, and their answers. */
import { createApp } from '../../lambdas/api/app.ts';
import { problemSchema } from '../../lambdas/api/problem.ts';

const app = createApp();

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON; null without a body. */
  readonly body: Record<string, unknown>;
}

/** @param body text as it is, anything else as JSON */
export async function ask(
  method: string,
  path: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const isText = typeof body === 'string';
  const response = await app.request(path, {
    method,
    headers: { ...(body === undefined || isText ? {} : { 'Content-Type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json: Record<string, unknown> = text === '' ? {} : JSON.parse(text);
  if (response.status >= 400) problemSchema.parse(json);
  return { status: response.status, headers: response.headers, body: json };
}

/** What a problem says of where it is. */
export function placeOf({ status, body: { code, field } }: Answer): [number, unknown, unknown] {
  return [status, code, field];
}

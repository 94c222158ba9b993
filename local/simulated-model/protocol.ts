/** What the routes of the OpenAI API share: error bodies and the count of tokens. */
import type { z } from 'zod';

/** An OpenAI-style error body. */
export type ErrorBody = Readonly<{
  error: { message: string; type: string; param: string | null; code: string | null };
}>;

export function errorBody(
  message: string,
  type: string,
  param: string | null = null,
  code: string | null = null,
): ErrorBody {
  return { error: { message, type, param, code } };
}

/** What a request is answered whose body does not have the form of the route. */
export function invalidRequest(error: z.ZodError): ErrorBody {
  const issue = error.issues[0];
  const param = issue?.path.join('.') || null;
  return errorBody(`Invalid request: ${issue?.message ?? 'not an object'}`, 'invalid_request_error', param);
}

/** English has about four characters a token. */
export const CHARS_PER_TOKEN = 4;

export function tokensOf(text: string): number {
  return Math.max(1, Math.ceil(text.length / CHARS_PER_TOKEN));
}

/** What an API answers when it refuses: problem documents (RFC 9457) as input errors, anything else in plain words. */
import { z } from 'zod';
import { type InputProblem, InvalidInputError, PromptOptimizerError } from '../../lambdas/contracts/errors.ts';

/** The service could not be reached, or could not do what it was asked; the command cannot mend that. */
export class RemoteError extends PromptOptimizerError {
  readonly name = 'RemoteError';
}

/** The service refuses a request. `code` is what it calls that. */
export class RefusedError extends InvalidInputError {
  readonly code: string | undefined;
  constructor(problems: readonly InputProblem[], code?: string) {
    super(problems);
    this.code = code;
  }
}

/** What is read of a problem document. `message` alone is what API Gateway itself answers with. */
const problemDocumentSchema = z.object({
  title: z.string().optional(),
  detail: z.string().optional(),
  code: z.string().optional(),
  field: z.string().optional(),
  remedy: z.string().optional(),
  message: z.string().optional(),
  problems: z
    .array(
      z.object({
        file: z.string().nullish(),
        field: z.string().nullish(),
        line: z.number().nullish(),
        message: z.string(),
        remedy: z.string().nullish(),
      }),
    )
    .optional(),
});

/** Makes an error of an answer that is none of success. `file` is what the request was about, as the user named it. */
export async function errorOf(response: Response, file: string | undefined): Promise<RefusedError | RemoteError> {
  const { status } = response;
  const body = problemDocumentSchema.safeParse(parseJson(await response.text())).data ?? {};
  const message = body.detail ?? body.message ?? body.title ?? `the answer was ${status} ${response.statusText}`;
  if (status >= 500) return new RemoteError(`The service failed: ${sentence(message)}`);
  if (status === 401 || status === 403) {
    return new RefusedError([{ file: '--remote', message: sentence(message), remedy: access(status) }]);
  }
  const problems = body.problems ?? [];
  if (problems.length === 0) {
    return new RefusedError([{ file, field: body.field, message: sentence(message), remedy: body.remedy }], body.code);
  }
  return new RefusedError(
    problems.map(
      ({ file: named, field, line, message, remedy }): InputProblem => ({
        file: named ?? file,
        line: line ?? undefined,
        field: field ?? undefined,
        message,
        remedy: remedy ?? undefined,
      }),
    ),
    body.code,
  );
}

function access(status: 401 | 403): string {
  return status === 401
    ? 'Set PROMPT_OPTIMIZER_TOKEN to the token that the server was started with.'
    : 'Your AWS identity needs execute-api:Invoke on this API (docs/gitops.md), and credentials that have not expired.';
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

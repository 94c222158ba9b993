/** Asking for a run of any kind: at most one for an idempotency key. */
import { z } from 'zod';
import { requestRun } from '../service/request-run.ts';
import type { PreparedRun } from '../service/run-request.ts';
import { ProblemError } from './problem.ts';
import { bodyOf, type RunWords, type ViewSchema } from './run-words.ts';

/** Headers of every operation that asks for a run. */
export const askHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x20-\x7e]{1,200}$/, 'must be 1 to 200 printable characters')
    .optional()
    .describe('The same key with the same body is the same run, however often it is sent.'),
});

/** Answers of every operation that asks for a run. */
export function askResponses(schema: ViewSchema) {
  return {
    200: {
      description: 'The same was asked for before: this is that run.',
      schema,
      headers: { Location: 'Path of the run.', 'Idempotency-Replayed': '`true`.' },
    },
    202: {
      description: 'It waits for a place, or has begun.',
      schema,
      headers: { Location: 'Path of the run.' },
    },
  } as const;
}

export interface Ask<B> {
  readonly words: RunWords;
  readonly schema: ViewSchema;
  readonly body: B;
  readonly key: string | undefined;
  readonly prepare: (body: B) => Promise<PreparedRun>;
}

/** Asks for a run. @throws ProblemError 409 for a run id that is taken, 422 for a key of another request */
export async function ask<B extends { readonly runId?: string | undefined }>({
  words,
  schema,
  body,
  key,
  prepare,
}: Ask<B>) {
  const outcome = await requestRun({ kind: words.kind, body, key, prepare: () => prepare(body) });
  if (outcome.state === 'key_reused') {
    throw new ProblemError(422, 'idempotency_key_reused', {
      field: 'Idempotency-Key',
      detail: 'The key was used for another request.',
      remedy: 'Give each request a key of its own, and send the same body with the same key.',
    });
  }
  if (outcome.state === 'id_taken') {
    throw new ProblemError(409, 'run_id_taken', {
      field: 'runId',
      detail: `There is a run ${body.runId ?? ''} already.`,
      remedy: 'Choose another run id, or leave it out.',
    });
  }
  const view = await bodyOf(outcome.record, schema);
  const headers = { Location: view.links.self };
  return outcome.state === 'new'
    ? ({ status: 202, body: view, headers } as const)
    : ({ status: 200, body: view, headers: { ...headers, 'Idempotency-Replayed': 'true' } } as const);
}

/** A kind of runs in the API: how it is spoken of, and how one of it is found and shown. */
import { z } from 'zod';
import { runIdSchema } from '../contracts/payloads.ts';
import type { RunKind, RunRecord } from '../contracts/run.ts';
import { runViewSchema, shownRun } from '../service/run-view.ts';
import { loadRun } from '../store/runs.ts';
import { notFound } from './problem.ts';

/** How a kind of runs is spoken of. */
export interface RunWords {
  readonly kind: RunKind;
  /** `run`, `evaluation`. */
  readonly noun: string;
  readonly plural: 'runs' | 'evaluations' | 'calibrations' | 'syntheses';
}

/** `Evaluation`. */
export const titleOf = ({ noun }: Pick<RunWords, 'noun'>): string => `${noun[0]?.toUpperCase()}${noun.slice(1)}`;

export const runParams = z.object({ id: runIdSchema.describe('Its run id.') });

/** The schema of one run of a kind; its name in the document is the kind's. */
export function viewSchemaOf({ kind, noun }: RunWords) {
  return runViewSchema.extend({ kind: z.literal(kind) }).meta({ id: titleOf({ noun }), description: `One ${noun}.` });
}
export type ViewSchema = ReturnType<typeof viewSchemaOf>;

/** A run of this kind. @throws ProblemError 404 */
export async function findRun({ kind, noun, plural }: RunWords, runId: string): Promise<RunRecord> {
  const run = await loadRun(runId);
  if (run?.kind === kind) return run;
  throw notFound('id', `There is no ${noun} ${runId}.`, `GET /${plural} lists them.`);
}

export async function bodyOf(run: RunRecord, schema: ViewSchema): Promise<z.output<ViewSchema>> {
  return schema.parse(await shownRun(run));
}

/** A run as the API shows it: what was asked for, where it stands, and where the rest is. */
import { HeadObjectCommand, NotFound } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { evaluationRequestSchema } from '../contracts/evaluation.ts';
import { overridesSchema, runOutcomeSchema } from '../contracts/payloads.ts';
import { activeStatuses, type RunKind, type RunRecord, runKinds, runRecordSchema } from '../contracts/run.ts';
import { taskNameSchema } from '../contracts/task.ts';
import { runObject } from '../store/artifacts.ts';
import { objectClient } from '../store/clients.ts';
import { linkTo } from '../store/links.ts';
import { loadRunInput } from '../store/runs.ts';

/** Where runs of a kind are found. */
export const runPaths: Readonly<Record<RunKind, string>> = {
  optimization: '/runs',
  evaluation: '/evaluations',
  calibration: '/calibrations',
  synthesis: '/syntheses',
};

const record = runRecordSchema.shape;

export const runViewSchema = z.strictObject({
  runId: z.string(),
  kind: z.enum(runKinds),
  task: z
    .union([taskNameSchema, z.record(z.string(), z.unknown())])
    .describe('Its name; of a single run of a task that is not stored, the task itself.'),
  version: z.number().int().nullable().describe('Of the stored task; null: the task came with the request.'),
  overrides: overridesSchema.optional(),
  from: z.enum(['task', 'champion']).optional(),
  evaluation: evaluationRequestSchema.optional().describe('What is compared, of an evaluation or a calibration.'),
  status: record.status,
  startedBy: z.enum(['api', 'schedule', 'execution']),
  attempt: z
    .number()
    .int()
    .describe('How often it was started: 0 before it has begun, more than 1 once it was resumed.'),
  createdAt: z.string().describe('When it was asked for.'),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  progress: record.progress.unwrap().describe('Where an optimization stands; null before its first step.'),
  spend: record.spend.unwrap(),
  outcome: runOutcomeSchema.nullable().describe('How an optimization has ended.'),
  error: record.error.describe('Why it has failed.'),
  reportUrl: z.string().optional().describe('Opens report.html in a browser, for an hour. Of a single run.'),
  links: z.strictObject({
    self: z.string(),
    report: z.string(),
    events: z.string(),
    stop: z.string(),
    resume: z.string(),
    candidates: z.string().optional(),
    lineage: z.string().optional(),
    task: z.string().optional(),
  }),
});
export type RunView = z.output<typeof runViewSchema>;

/** A run in a list: the task by its name, and no links that expire. */
export function listedRun(run: RunRecord): RunView {
  const { runId, kind, taskName, taskVersion, createdAt, startedAt, outcome } = run;
  const self = `${runPaths[kind]}/${runId}`;
  return {
    runId,
    kind,
    task: taskName,
    version: taskVersion,
    status: run.status,
    startedBy: run.startedBy,
    attempt: run.attempt,
    createdAt: createdAt === '' ? (startedAt ?? '') : createdAt,
    startedAt,
    endedAt: run.endedAt,
    progress: run.progress,
    spend: run.spend,
    // The link of the execution's own output has expired, or soon will.
    outcome: outcome === null ? null : { ...outcome, reportUrl: null, reportUrlExpiresAt: null },
    error: run.error,
    links: {
      self,
      report: `${self}/report`,
      events: `${self}/events`,
      stop: `${self}/stop`,
      resume: `${self}/resume`,
      ...(kind === 'optimization' ? { candidates: `${self}/candidates`, lineage: `${self}/lineage` } : {}),
      ...(taskVersion === null ? {} : { task: `/tasks/${taskName}` }),
      ...(kind === 'synthesis' ? { task: `${self}/task` } : {}),
    },
  };
}

/** What is shown of the input of an execution. That of a synthesis may become test data and stays where it is. */
const askedSchema = z.object({
  task: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
  overrides: overridesSchema.optional(),
  from: z.enum(['task', 'champion']).optional(),
  evaluation: evaluationRequestSchema.optional(),
});

/** A single run, with what was asked for and a link to its report where there is one. */
export async function shownRun(run: RunRecord): Promise<RunView> {
  const [input, link] = await Promise.all([loadRunInput(run.runId), pageLink(run)]);
  const view = listedRun(run);
  const parsed = run.kind === 'synthesis' ? null : askedSchema.safeParse(input);
  const { task = view.task, ...asked } = parsed?.data ?? {};
  const { outcome } = view;
  return {
    ...view,
    task,
    ...asked,
    outcome:
      outcome === null || link === null
        ? outcome
        : { ...outcome, reportUrl: link.url, reportUrlExpiresAt: link.expiresAt },
    ...(link === null ? {} : { reportUrl: link.url }),
  };
}

async function pageLink(run: RunRecord) {
  const page = runObject(run.runId, 'report.html');
  if (run.kind !== 'optimization' || !mayHaveReport(run)) return null;
  try {
    await objectClient().send(new HeadObjectCommand({ Bucket: page.bucket, Key: page.key }));
  } catch (error) {
    if (error instanceof NotFound) return null;
    throw error;
  }
  return linkTo(page);
}

/** While a run goes on, and when it has failed, what lies there is of an earlier stop. */
export function mayHaveReport({ status }: RunRecord): boolean {
  return !activeStatuses.includes(status) && status !== 'failed';
}

/** The beginning of every machine: a run is begun once under its name, and goes on when it is started again. */
import { InvalidInputError } from '../contracts/errors.ts';
import { type PrepareInput, resumeInputSchema, type Turn } from '../contracts/payloads.ts';
import { type RunKind, type RunRecord, stopStatuses } from '../contracts/run.ts';
import { StoppedError } from '../platform/shutdown.ts';
import { contentHash } from '../rollout/resolve-task.ts';
import { createRun, loadRun, loadRunInput, updateRun } from '../store/runs.ts';
import { tellStarted } from './run-events.ts';

/** What a run turns out to be once its input was read. */
export interface Begun {
  readonly kind: RunKind;
  readonly taskName: string;
  readonly taskVersion: number | null;
}

/** Checks the input and saves what the run needs. @throws InvalidInputError */
export type Begin = (runId: string, input: unknown) => Promise<Begun>;

/**
 * @returns the empty turn before the first step, or the turn before the one that was interrupted
 * @throws InvalidInputError when the input is wrong, or the name was used with another one
 */
export async function startRun({ runId, input }: PrepareInput, begin: Begin): Promise<Turn> {
  const resume = resumeInputSchema.safeParse(input);
  if (resume.success) return goOn(resume.data.resume, runId, begin);
  const run = await loadRun(runId);
  if (run === null) return beginRun(null, { runId, execution: runId, input }, begin);
  refuseOtherInput(run, input);
  return run.startedAt === null ? beginRun(run, { runId, execution: runId, input }, begin) : reissue(run, runId);
}

/** @throws InvalidInputError when the run was asked for with another input */
export function refuseOtherInput(run: RunRecord, input: unknown): void {
  if (run.inputHash === contentHash(input)) return;
  throw new InvalidInputError([
    {
      field: 'runId',
      message: `${JSON.stringify(run.runId)} was started with another task.`,
      remedy: 'Choose another run id.',
    },
  ]);
}

interface Asked {
  readonly runId: string;
  /** Name of the execution that begins it. */
  readonly execution: string;
  readonly input: unknown;
}

/** @param run the record that whoever asked for it has left; null: nobody did, the execution was started as it is */
async function beginRun(run: RunRecord | null, { runId, execution, input }: Asked, begin: Begin): Promise<Turn> {
  // Stopped in the queue, in the moment in which its execution was started.
  if (run !== null && stopStatuses.includes(run.status)) {
    throw new StoppedError(`Run ${runId} was stopped before it had begun.`);
  }
  const begun = await begin(runId, input);
  const startedAt = new Date().toISOString();
  const started = {
    ...begun,
    status: 'running' as const,
    execution,
    attempt: 1,
    startedAt,
    endedAt: null,
    lastSeenMs: Date.now(),
    error: null,
  };
  // The record comes last: a run that has begun by it has all that it needs.
  if (run === null) await createRun({ ...started, runId, inputHash: contentHash(input), turn: 0, epoch: 0 });
  else await updateRun(runId, started, { status: run.status });
  await tellStarted({ ...begun, runId, attempt: 1, turn: 0 });
  return { runId, turn: 0, results: [] };
}

async function goOn(runId: string, execution: string, begin: Begin): Promise<Turn> {
  const run = await loadRun(runId);
  const input = run?.startedAt === null ? await loadRunInput(runId) : null;
  // What failed before it had begun is begun, if it is known with what.
  if (run !== null && run.startedAt !== null) return reissue(run, execution);
  if (run !== null && input !== null) return beginRun(run, { runId, execution, input }, begin);
  throw new InvalidInputError([
    {
      field: 'resume',
      message: run === null ? `there is no run ${JSON.stringify(runId)}.` : `${JSON.stringify(runId)} never began.`,
      remedy: run === null ? 'Give the name of the execution that failed.' : 'Start it anew, under another name.',
    },
  ]);
}

/** Hands out the turn before the interrupted one: the plan then names the interrupted step once more. */
async function reissue(run: RunRecord, execution: string): Promise<Turn> {
  const changes = { ...resumed(run), execution };
  await updateRun(run.runId, changes);
  const turn = Math.max(0, run.turn - 1);
  if (run.status !== 'succeeded') await tellStarted({ ...run, ...changes, turn });
  return { runId: run.runId, turn, results: [] };
}

/**
 * A run that had failed tries what failed for a passing reason once more. One that was stopped, or killed, goes on as if
 * nothing had been; so does one whose Prepare is tried again.
 */
function resumed(run: RunRecord): Partial<RunRecord> {
  const clock = { lastSeenMs: Date.now() };
  const hadFailed = run.status === 'failed' || (run.status === 'queued' && run.start === 'resume');
  if (!hadFailed && run.status !== 'stopped' && run.status !== 'queued') return clock;
  const again = { ...clock, status: 'running' as const, attempt: run.attempt + 1, endedAt: null };
  return hadFailed ? { ...again, epoch: run.epoch + 1, error: null } : again;
}

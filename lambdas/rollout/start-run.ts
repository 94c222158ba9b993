/** The beginning of every machine: a run is begun once under its name, and goes on when it is started again. */

import { InvalidInputError } from '../contracts/errors.ts';
import { type PrepareInput, resumeInputSchema, type Turn } from '../contracts/payloads.ts';
import type { RunRecord } from '../contracts/run.ts';
import { createRun, loadRun, updateRun } from '../store/runs.ts';
import { contentHash } from './resolve-task.ts';

/**
 * @param begin checks the input and saves what the run needs; gives the name of its task
 * @returns the empty turn before the first step, or the turn before the one that was interrupted
 * @throws InvalidInputError when the input is wrong, or the name was used with another one
 */
export async function startRun(
  { runId, input }: PrepareInput,
  begin: (runId: string, input: unknown) => Promise<string>,
): Promise<Turn> {
  const resume = resumeInputSchema.safeParse(input);
  if (resume.success) return goOn(resume.data.resume);
  const inputHash = contentHash(input);
  const run = await loadRun(runId);
  if (run === null) {
    const taskName = await begin(runId, input);
    // The record comes last: a run that has one has all that it needs.
    await createRun({
      runId,
      status: 'running',
      taskName,
      inputHash,
      turn: 0,
      epoch: 0,
      startedAt: new Date().toISOString(),
      lastSeenMs: Date.now(),
      error: null,
    });
    return { runId, turn: 0, results: [] };
  }
  if (run.inputHash !== inputHash) {
    throw new InvalidInputError([
      {
        field: 'runId',
        message: `${JSON.stringify(runId)} was started with another task.`,
        remedy: 'Choose another run id.',
      },
    ]);
  }
  return reissue(run);
}

async function goOn(runId: string): Promise<Turn> {
  const run = await loadRun(runId);
  if (run !== null) return reissue(run);
  throw new InvalidInputError([
    {
      field: 'resume',
      message: `there is no run ${JSON.stringify(runId)}.`,
      remedy: 'Give the name of the execution that failed.',
    },
  ]);
}

/** Hands out the turn before the interrupted one: the plan then names the interrupted step once more. */
async function reissue(run: RunRecord): Promise<Turn> {
  await updateRun(run.runId, resumed(run));
  return { runId: run.runId, turn: Math.max(0, run.turn - 1), results: [] };
}

/** A run that had failed tries what failed for a passing reason once more; a killed one goes on as if nothing had been. */
function resumed(run: RunRecord): Partial<RunRecord> {
  const clock = { lastSeenMs: Date.now() };
  return run.status === 'failed' ? { ...clock, status: 'running', epoch: run.epoch + 1, error: null } : clock;
}

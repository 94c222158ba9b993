/** Whether a scheduled run may begin: one run of a task at a time, within the monthly budget of the task. */
import type { Prepared, Skip } from '../contracts/payloads.ts';
import { activeStatuses, type RunRecord, stopStatuses } from '../contracts/run.ts';
import { type Schedule, scheduleSchema } from '../contracts/task.ts';
import { executionInputSchema } from '../evals/task-schema.ts';
import { contentHash } from '../rollout/resolve-task.ts';
import { listRuns, type RunCursor } from '../store/run-lists.ts';
import { createRun, loadRun, saveRunInput, updateRun } from '../store/runs.ts';
import { loadTurnHolder, passTurn } from '../store/schedule-turns.ts';
import { loadTaskHead } from '../store/tasks.ts';
import { isSpent, monthSpend } from './month.ts';
import { skippedOutcome } from './outcome.ts';
import { tellEnded } from './run-events.ts';
import { refuseOtherInput } from './start-run.ts';

/** Bounds of one wait, seconds, and of all waiting: a run that waits for longer is skipped. */
const LEAST_WAIT = 5;
const MOST_WAIT = 300;
const PATIENCE_SECONDS = 24 * 60 * 60;

/** How a task that has no schedule (any more) is treated. */
const noSchedule = scheduleSchema.omit({ expression: true }).parse({});
type Rules = Pick<Schedule, 'overlap' | 'monthlyBudget'>;

export async function scheduleRules(task: string): Promise<Rules> {
  return (await loadTaskHead(task))?.schedule ?? noSchedule;
}

/**
 * Decides about an execution that a schedule has started. Its record is written first, so that of those that are due at once
 * the earlier one goes first.
 * @returns null when it may begin, or is no scheduled one
 * @throws InvalidInputError when the name was used with another input
 */
export async function admit(runId: string, input: unknown, now = Date.now()): Promise<Prepared | null> {
  const parsed = executionInputSchema.safeParse(input);
  if (!parsed.success || parsed.data.trigger !== 'schedule') return null;
  const { task } = parsed.data;
  if (typeof task !== 'string') return null;
  const run = (await loadRun(runId)) ?? (await enlist(runId, task, input, now));
  refuseOtherInput(run, input);
  if (run.status === 'skipped' && run.outcome !== null) return held(run, { next: 'skip', outcome: run.outcome });
  if (run.startedAt !== null || stopStatuses.includes(run.status)) return null;

  const rules = await scheduleRules(task);
  if (!(await isItsTurn(run))) {
    const waitSeconds = waitAfter((now - Date.parse(run.createdAt)) / 1000);
    if (rules.overlap === 'skip' || waitSeconds === null) return skip(run, 'skipped_overlap');
    return held(run, { next: 'wait', waitSeconds });
  }
  return isSpent(rules.monthlyBudget, await monthSpend(task, runId)) ? skip(run, 'skipped_budget') : null;
}

/** How long a run that has waited so long waits before it asks again, seconds; null: it has waited long enough. */
export function waitAfter(waitedSeconds: number): number | null {
  if (waitedSeconds >= PATIENCE_SECONDS) return null;
  return Math.round(Math.min(MOST_WAIT, Math.max(LEAST_WAIT, waitedSeconds / 2)));
}

/** Ends a scheduled run that is not begun. */
export async function skip(run: RunRecord, verdict: Exclude<Skip, 'skipped_unchanged'>): Promise<Prepared> {
  const outcome = skippedOutcome(run, verdict);
  await updateRun(run.runId, { status: 'skipped', outcome, endedAt: new Date().toISOString(), error: null });
  await tellEnded(run, 'skipped', run.spend, { outcome });
  return held(run, { next: 'skip', outcome });
}

async function enlist(runId: string, taskName: string, input: unknown, now: number): Promise<RunRecord> {
  const at = new Date(now).toISOString();
  await saveRunInput(runId, input);
  await createRun({
    runId,
    status: 'queued',
    taskName,
    startedBy: 'schedule',
    inputHash: contentHash(input),
    turn: 0,
    epoch: 0,
    attempt: 0,
    // Its execution goes on already: the queue has nothing to start.
    execution: runId,
    launchedAt: at,
    createdAt: at,
    startedAt: null,
    lastSeenMs: now,
    error: null,
  });
  const run = await loadRun(runId);
  if (run === null) throw new Error(`Run ${runId} does not exist.`);
  return run;
}

/** Takes the turn when nobody is ahead. Whoever has it waits for none of those that wait themselves. */
async function isItsTurn(run: RunRecord): Promise<boolean> {
  const { runId, taskName } = run;
  const holder = await loadTurnHolder(taskName);
  if (await isAnotherAhead(run, holder === runId)) return false;
  if (holder === runId) return true;
  const before = holder === null ? null : await loadRun(holder);
  if (before !== null && activeStatuses.includes(before.status)) return false;
  return passTurn(taskName, holder, runId);
}

/** Whether another run of the task goes on, or waits and was there before. */
async function isAnotherAhead(run: RunRecord, hasTurn: boolean): Promise<boolean> {
  const query = { kind: 'optimization', task: run.taskName, statuses: activeStatuses } as const;
  let after: RunCursor | null = null;
  do {
    const page = await listRuns(query, 100, after);
    if (page.items.some((other) => other.runId !== run.runId && isAhead(other, run, hasTurn))) return true;
    after = page.next;
  } while (after !== null);
  return false;
}

function isAhead(other: RunRecord, run: RunRecord, hasTurn: boolean): boolean {
  // What its status says is no sign: one that was resumed while it waited is `running`, and waits.
  if (other.startedAt !== null) return true;
  return !hasTurn && `${other.createdAt} ${other.runId}` < `${run.createdAt} ${run.runId}`;
}

function held(
  { runId }: RunRecord,
  { next, waitSeconds = 0, outcome = null }: Pick<Prepared, 'next'> & Partial<Prepared>,
): Prepared {
  return { runId, turn: 0, results: [], next, waitSeconds, outcome };
}

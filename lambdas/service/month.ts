/** What a task's scheduled runs have spent in a calendar month (UTC), and what is left of their budget. */
import type { RunRecord } from '../contracts/run.ts';
import type { Schedule, Task } from '../contracts/task.ts';
import { listRuns, type RunCursor } from '../store/run-lists.ts';

type Spent = RunRecord['spend'];
type MonthlyBudget = Schedule['monthlyBudget'];

const PAGE = 100;

/** @param exceptRunId a run that is not counted: the one that asks */
export async function monthSpend(task: string, exceptRunId: string, now = new Date()): Promise<Spent> {
  const since = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth())).toISOString();
  let rollouts = 0;
  let costUsd = 0;
  let after: RunCursor | null = null;
  do {
    const page = await listRuns({ kind: 'optimization', task, since }, PAGE, after);
    for (const { runId, startedBy, spend } of page.items) {
      if (startedBy !== 'schedule' || runId === exceptRunId) continue;
      rollouts += spend.rollouts;
      // A price that is not known is not capped either.
      costUsd += spend.costUsd ?? 0;
    }
    after = page.next;
  } while (after !== null);
  return { rollouts, costUsd };
}

/** Whether a cap of the month has nothing left. */
export function isSpent({ rollouts, costUsd }: MonthlyBudget, spent: Spent): boolean {
  return (
    (rollouts !== undefined && spent.rollouts >= rollouts) || (costUsd !== undefined && (spent.costUsd ?? 0) >= costUsd)
  );
}

/** The largest share of a cap of the month that is used up; 0 without caps. */
export function monthShare({ rollouts, costUsd }: MonthlyBudget, spent: Spent): number {
  return Math.max(
    rollouts === undefined ? 0 : spent.rollouts / rollouts,
    costUsd === undefined ? 0 : (spent.costUsd ?? 0) / costUsd,
  );
}

/** The task with caps that are no higher than what the month has left. */
export function withinMonth(task: Task, { rollouts, costUsd }: MonthlyBudget, spent: Spent): Task {
  const { budget } = task;
  const lowered = {
    ...budget,
    rollouts: Math.min(budget.rollouts, (rollouts ?? Number.POSITIVE_INFINITY) - spent.rollouts),
  };
  if (costUsd === undefined) return { ...task, budget: lowered };
  const left = costUsd - (spent.costUsd ?? 0);
  return { ...task, budget: { ...lowered, costUsd: Math.min(budget.costUsd ?? left, left) } };
}

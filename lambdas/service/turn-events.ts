/** What is told and measured at each turn of an optimization. */
import type { Archive } from '../contracts/artifacts.ts';
import type { RunContext } from '../contracts/context.ts';
import type { budgetCaps, Progress, RunRecord } from '../contracts/run.ts';
import { taskCallsOf } from '../optimizer/budget.ts';
import { putMetric } from '../platform/metrics.ts';
import { monthShare, monthSpend } from './month.ts';
import { tellBudget, tellGeneration, tellProgress } from './run-events.ts';
import { scheduleRules } from './schedule-admission.ts';

type Cap = (typeof budgetCaps)[number];

/** A cap of which this much is used up is told, once. */
const WARN_AT = 0.8;

export interface FullCap {
  readonly cap: Cap;
  readonly share: number;
}

/** Caps that are nearly used up and were not told yet. */
export async function fullCaps(run: RunRecord, { task }: RunContext, archive: Archive): Promise<FullCap[]> {
  const { spend, elapsedMs } = archive;
  const { budget } = task;
  const used = { rollouts: taskCallsOf(spend), costUsd: spend.costUsd };
  const shares: readonly (readonly [Cap, number])[] = [
    ['rollouts', used.rollouts / budget.rollouts],
    ['tokens', (spend.inputTokens + spend.outputTokens) / (budget.tokens ?? Number.POSITIVE_INFINITY)],
    ['costUsd', (spend.costUsd ?? 0) / (budget.costUsd ?? Number.POSITIVE_INFINITY)],
    ['minutes', elapsedMs / 60_000 / (budget.minutes ?? Number.POSITIVE_INFINITY)],
    ['monthly', await shareOfMonth(run, used)],
  ];
  return shares.flatMap(([cap, share]) => (share >= WARN_AT && !run.warnedCaps.includes(cap) ? [{ cap, share }] : []));
}

/** Only scheduled runs have a budget of the month. */
async function shareOfMonth(run: RunRecord, used: RunRecord['spend']): Promise<number> {
  if (run.startedBy !== 'schedule' || run.warnedCaps.includes('monthly')) return 0;
  const { monthlyBudget } = await scheduleRules(run.taskName);
  if (monthlyBudget.costUsd === undefined && monthlyBudget.rollouts === undefined) return 0;
  const others = await monthSpend(run.taskName, run.runId);
  return monthShare(monthlyBudget, {
    rollouts: others.rollouts + used.rollouts,
    costUsd: (others.costUsd ?? 0) + (used.costUsd ?? 0),
  });
}

export interface PlannedTurn {
  /** The archive that the turn began with, and the one that it ends with. */
  readonly before: Archive;
  readonly next: Archive;
  readonly progress: Progress;
  readonly spend: RunRecord['spend'];
  readonly caps: readonly FullCap[];
}

/** @param run at the turn that begins */
export async function tellTurn(run: RunRecord, { before, next, progress, spend, caps }: PlannedTurn): Promise<void> {
  await tellProgress(run, progress);
  for (const generation of finished(before, next)) await tellGeneration(run, generation, spend);
  for (const { cap, share } of caps) await tellBudget(run, cap, share);
  if (progress.best !== null) putMetric('BestScore', progress.best, 'None', { task: run.taskName });
}

/** Generations that the turn has ended: a later one has begun, or the sealed test. */
function finished(before: Archive, next: Archive): Archive['generations'] {
  const isLast = next.step?.kind === 'verify';
  return next.generations.filter(
    ({ generation }) => generation >= before.generation && (isLast || generation < next.generation),
  );
}

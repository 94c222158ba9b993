/** The events of a run's life, each at its place among those of the run. */
import type { Archive } from '../contracts/artifacts.ts';
import type { RunOutcome } from '../contracts/payloads.ts';
import { budgetCaps, type Progress, type RunRecord, type ServiceEvent } from '../contracts/run.ts';
import { publish } from './publish.ts';

type About = Pick<RunRecord, 'runId' | 'taskName' | 'kind' | 'attempt' | 'turn'>;
type EndStatus = Extract<ServiceEvent, { type: 'ended' }>['status'];

/** Order within a turn, a digit each. One generation is told a turn; each cap has a place of its own, from `warning` on. */
const ORDER = { started: 0, progress: 1, generation: 2, warning: 3, promoted: 8, ended: 9 } as const;

export async function tellStarted(run: About): Promise<void> {
  await publish({ ...placeOf(run), order: ORDER.started }, { ...about(run), type: 'started', attempt: run.attempt });
}

export async function tellProgress(run: About, progress: Progress): Promise<void> {
  await publish({ ...placeOf(run), order: ORDER.progress }, { ...about(run), type: 'progress', progress });
}

/** @param run at the turn that begins */
export async function tellGeneration(
  run: About,
  { generation, bestValidation }: Archive['generations'][number],
  { rollouts, costUsd }: RunRecord['spend'],
): Promise<void> {
  await publish(
    { ...placeOf(run), order: ORDER.generation },
    { ...about(run), type: 'generation_finished', generation, bestValidation, rollouts, costUsd },
  );
}

export async function tellBudget(run: About, cap: (typeof budgetCaps)[number], share: number): Promise<void> {
  const order = ORDER.warning + budgetCaps.indexOf(cap);
  await publish({ ...placeOf(run), order }, { ...about(run), type: 'budget_warning', cap, share });
}

export async function tellEnded(
  run: About,
  status: EndStatus,
  { rollouts, costUsd }: RunRecord['spend'],
  { outcome = null, error = null }: { outcome?: RunOutcome | null; error?: RunRecord['error'] } = {},
): Promise<void> {
  const { verdict = null, gain = null } = outcome ?? {};
  await publish(
    { ...placeOf(run), order: ORDER.ended },
    { ...about(run), type: 'ended', status, verdict, gain, rollouts, costUsd, error },
  );
}

/** @param after how many turns after the run's last one it is told: what a person does later comes after the end */
export async function tellPromoted(
  run: About,
  promoted: Pick<Extract<ServiceEvent, { type: 'promoted' }>, 'version' | 'by' | 'promotion'>,
  after = 0,
): Promise<void> {
  const { attempt, turn } = placeOf(run);
  await publish(
    { attempt, turn: turn + after, order: ORDER.promoted },
    { ...about(run), type: 'promoted', ...promoted },
  );
}

function about({ runId, taskName, kind }: About) {
  return { runId, task: taskName, kind, at: new Date().toISOString() };
}

function placeOf({ attempt, turn }: About) {
  // A run that ends before it has begun has no attempt yet.
  return { attempt: Math.max(1, attempt), turn };
}

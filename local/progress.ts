/** What a person wants to know while it runs: a bar on a terminal, one line a generation elsewhere. */
import type { Progress } from '../lambdas/contracts/run.ts';
import type { Budget } from '../lambdas/contracts/task.ts';
import type { RunEvent } from '../lambdas/platform/events.ts';

export interface ProgressView {
  onEvent(event: RunEvent): void;
  /** Clears the bar, so that what is printed next has the line for itself. */
  done(): void;
}

interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const BAR_WIDTH = 20;
const REDRAW_MS = 100;

/** @param now milliseconds; passed in so that tests have their own clock */
export function showProgress(output: Output, budget: Budget, now: () => number = Date.now): ProgressView {
  let progress: Progress | null = null;
  let plannedMs = 0;
  let since = { rollouts: 0, failures: 0, costUsd: 0 };
  let drawnMs = Number.NEGATIVE_INFINITY;
  let printed = -1;

  const current = (): Progress | null =>
    progress && {
      ...progress,
      rollouts: progress.rollouts + since.rollouts,
      failures: progress.failures + since.failures,
      costUsd: progress.costUsd === null ? null : progress.costUsd + since.costUsd,
    };
  // The run's own clock: whoever resumes a run, or begins to follow one, comes in the middle of it.
  const elapsedMs = (state: Progress): number => state.elapsedMs + now() - plannedMs;
  const draw = (force: boolean): void => {
    const state = current();
    if (state === null || (!force && now() - drawnMs < REDRAW_MS)) return;
    drawnMs = now();
    const line = describe(state, budget, elapsedMs(state), true);
    output.write(`\r\u001B[2K${line.slice(0, Math.max(20, (output.columns ?? 100) - 1))}`);
  };
  const printGeneration = (state: Progress): void => {
    // A generation is told when its scores are in: with the first step of what comes after it.
    const over =
      state.step === 'mutate'
        ? state.generation - 1
        : state.step === 'finalists' || state.step === 'verdict'
          ? state.generation
          : -1;
    if (over <= printed) return;
    printed = over;
    output.write(`${describe({ ...state, generation: over }, budget, elapsedMs(state), false)}\n`);
  };

  return {
    onEvent(event) {
      if (event.type === 'planned') {
        progress = event.progress;
        plannedMs = now();
        since = { rollouts: 0, failures: 0, costUsd: 0 };
        if (output.isTTY === true) draw(true);
        else printGeneration(event.progress);
        return;
      }
      if (event.type !== 'rollout') return;
      since.rollouts += 1;
      since.failures += event.status === 'failed' ? 1 : 0;
      since.costUsd += event.costUsd ?? 0;
      if (output.isTTY === true) draw(false);
    },
    done() {
      if (output.isTTY === true && progress !== null) output.write('\r\u001B[2K');
    },
  };
}

function describe(state: Progress, budget: Budget, elapsedMs: number, bar: boolean): string {
  const share = shareDone(state, budget);
  const parts = [
    state.step === 'verdict'
      ? 'sealed test'
      : state.generation === 0
        ? 'baseline'
        : `generation ${state.generation}/${state.generations}`,
    state.best === null ? null : `best ${points(state.best)} (baseline ${points(state.baseline)})`,
    `${state.rollouts}/${budget.rollouts} rollouts`,
    state.costUsd === null
      ? null
      : `$${state.costUsd.toFixed(2)}${budget.costUsd === undefined ? '' : ` of $${budget.costUsd}`}`,
    state.failures === 0 ? null : `${state.failures} failed`,
    timeLeft(share, elapsedMs, state, budget),
  ];
  const text = parts.filter((part) => part !== null).join(' · ');
  if (!bar) return text;
  const filled = Math.round(share * BAR_WIDTH);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${text}`;
}

/** The cap that is nearest to its end says how far the run is. */
function shareDone(state: Progress, budget: Budget): number {
  const shares = [
    state.rollouts / budget.rollouts,
    budget.costUsd === undefined || state.costUsd === null ? 0 : state.costUsd / budget.costUsd,
    budget.minutes === undefined ? 0 : state.elapsedMs / (budget.minutes * 60_000),
    (state.generation - 1) / state.generations,
  ];
  return Math.min(1, Math.max(0, ...shares));
}

/** From the pace so far; said once there is enough of it. */
function timeLeft(share: number, elapsedMs: number, state: Progress, budget: Budget): string | null {
  if (share < 0.03 || state.step === 'verdict') return null;
  const byPace = (elapsedMs * (1 - share)) / share;
  const byCap = budget.minutes === undefined ? byPace : budget.minutes * 60_000 - state.elapsedMs;
  const seconds = Math.max(0, Math.round(Math.min(byPace, byCap) / 1000));
  const text =
    seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} min`;
  return `about ${text} left`;
}

function points(score: number | null): string {
  return score === null ? 'not measured' : (score * 100).toFixed(1);
}

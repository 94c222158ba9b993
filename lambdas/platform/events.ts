/**
 * What happens during a run, as small facts for whoever watches: structured logs on AWS, the progress bar on one
 * machine. Watching never changes what a run does, and no fact carries a prompt or data.
 */
import type { Progress } from '../contracts/run.ts';
import { logger } from './logger.ts';

export type RunEvent =
  | { readonly type: 'planned'; readonly runId: string; readonly progress: Progress }
  | {
      readonly type: 'rollout';
      readonly runId: string;
      readonly status: 'scored' | 'failed';
      readonly costUsd: number | null;
    }
  | { readonly type: 'evaluating'; readonly runId: string; readonly progress: EvaluationProgress }
  | { readonly type: 'generated'; readonly runId: string; readonly costUsd: number | null }
  | { readonly type: 'synthesizing'; readonly runId: string; readonly progress: SynthesisProgress };

/** Where an evaluation stands: rollouts that have landed before this step, of all. */
export interface EvaluationProgress {
  readonly done: number;
  readonly of: number;
  readonly rollouts: number;
  readonly judgeCalls: number;
  readonly costUsd: number | null;
  readonly failures: number;
  readonly elapsedMs: number;
}

/** Where a synthesis stands: what this step makes, what is there of it, and of how many. */
export interface SynthesisProgress {
  readonly step: 'topics' | 'inputs' | 'answers' | 'done';
  readonly topics: number;
  readonly inputs: number;
  readonly inputsWanted: number;
  readonly answered: number;
  readonly answersWanted: number;
  readonly costUsd: number | null;
  readonly failures: number;
  readonly elapsedMs: number;
}

type Listener = (event: RunEvent) => void;

let listener: Listener = (event) => {
  if ('progress' in event) logger.info(event.type, { runId: event.runId, ...event.progress });
};

/** Replaces the listener (one process, one watcher). */
export function onRunEvent(next: Listener): void {
  listener = next;
}

export function emitRunEvent(event: RunEvent): void {
  listener(event);
}

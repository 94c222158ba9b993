import { describe, expect, it } from 'vitest';
import type { Progress } from '../../lambdas/contracts/run.ts';
import { showProgress } from '../../local/progress.ts';

const state: Progress = {
  generation: 3,
  generations: 10,
  step: 'mutate',
  baseline: 0.5,
  best: 0.625,
  accepted: 4,
  rollouts: 250,
  costUsd: 0.5,
  failures: 2,
  elapsedMs: 10_000,
};

function watch(isTTY: boolean, columns = 200) {
  let text = '';
  let nowMs = 0;
  const output = { isTTY, columns, write: (more: string) => (text += more) };
  const view = showProgress(output, { rollouts: 1000, costUsd: 5 }, () => nowMs);
  return {
    plan: (changes: Partial<Progress> = {}) =>
      view.onEvent({ type: 'planned', runId: 'r', progress: { ...state, ...changes } }),
    rollout: (status: 'scored' | 'failed') => view.onEvent({ type: 'rollout', runId: 'r', status, costUsd: 0.01 }),
    wait: (milliseconds: number) => {
      nowMs += milliseconds;
    },
    text: () => text,
  };
}

describe('progress', () => {
  it('shows on a terminal what a person wants to know', () => {
    const screen = watch(true);
    screen.wait(10_000);
    screen.plan();
    expect(screen.text()).toContain(
      'generation 3/10 · best 62.5 (baseline 50.0) · 250/1000 rollouts · $0.50 of $5 · 2 failed · about 30 s left',
    );
    expect(screen.text()).not.toContain('\n');
  });

  it('counts rollouts as they land', () => {
    const screen = watch(true);
    screen.plan();
    screen.wait(1000);
    screen.rollout('scored');
    screen.wait(1000);
    screen.rollout('failed');
    expect(screen.text()).toContain('252/1000 rollouts · $0.52 of $5 · 3 failed');
  });

  it('stays on one line of a narrow terminal', () => {
    const screen = watch(true, 40);
    screen.plan();
    for (const line of screen.text().split('\r')) expect(line.replace('\u001B[2K', '').length).toBeLessThan(40);
  });

  it('prints one line a generation elsewhere, once its scores are in', () => {
    const log = watch(false);
    log.plan({ generation: 0, step: 'probe', best: null, baseline: null });
    log.plan({ generation: 0, step: 'baseline' });
    log.plan({ generation: 1, step: 'mutate' });
    log.rollout('scored');
    log.plan({ generation: 1, step: 'children' });
    log.plan({ generation: 2, step: 'mutate' });
    log.plan({ generation: 2, step: 'finalists' });
    log.plan({ generation: 2, step: 'verdict' });
    const starts = log
      .text()
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ·')[0]);
    expect(starts).toEqual(['baseline', 'generation 1/10', 'generation 2/10']);
  });
});

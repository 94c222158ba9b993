/** `npm run bench:overhead`: what the workflow costs beside the model. Ratios of one run; see docs/benchmarks.md. */
import './quiet.ts';

import type { Step } from '../lambdas/contracts/step.ts';
import { type Measured, measureRun } from './harness.ts';

const TASK_MS = 200;
const REFLECTION_MS = 1000;
const CONCURRENCY = 32;

/** Model time that no scheduling could avoid: the steps are sequential, `concurrency` calls are in flight at once. */
function criticalPathMs(steps: readonly Step[], concurrency: number): number {
  const rounds = (calls: number): number => Math.ceil(calls / concurrency) * TASK_MS;
  return steps.reduce((sum, step) => {
    if (step.kind === 'score') return sum + rounds(step.items.reduce((n, { rollouts }) => n + rollouts.length, 0));
    if (step.kind === 'verify')
      return (
        sum + rounds(step.items.reduce((n, { from, to, candidateIds }) => n + (to - from) * candidateIds.length, 0))
      );
    const calls = step.items.reduce((n, { minibatch, proposeOnly }) => n + (proposeOnly ? 0 : minibatch.length), 0);
    return sum + 2 * rounds(calls) + REFLECTION_MS;
  }, 0);
}

function row(name: string, value: string, target: string): void {
  console.log(`${name.padEnd(58)} ${value.padStart(14)}   ${target}`);
}

const sizes = { train: 80, validation: 50, test: 70 };
const optimizer = {
  strategy: 'gepa' as const,
  generations: 30,
  proposals: 8,
  minibatchSize: 4,
  concurrency: CONCURRENCY,
  seed: 1,
};
const budget = { rollouts: 1500 };
console.log(`node ${process.version}, a server in another process, seed ${optimizer.seed}\n`);

const slow = await measureRun(
  { seed: 1, sizes, rules: 24 },
  { optimizer, budget },
  { taskLatencyMs: TASK_MS, reflectionLatencyMs: REFLECTION_MS },
);
const path = criticalPathMs(slow.steps, CONCURRENCY);
row(
  `wall time / critical path (${slow.report.spend.rollouts} rollouts, ${TASK_MS} ms and ${REFLECTION_MS / 1000} s)`,
  (slow.wallMs / path).toFixed(2),
  `at most 1.4 (${(slow.wallMs / 1000).toFixed(1)} s / ${(path / 1000).toFixed(1)} s)`,
);

const WIDE = 64;
const mixed = await measureRun(
  { seed: 1, sizes, rules: 24 },
  { optimizer: { ...optimizer, strategy: 'attribution' as const, concurrency: WIDE }, budget },
  { taskLatencyMs: TASK_MS, reflectionLatencyMs: REFLECTION_MS },
);
const mixedPath = criticalPathMs(mixed.steps, WIDE);
row(
  `attribution, ${WIDE} in flight (${mixed.report.spend.rollouts} rollouts): wall / critical path`,
  (mixed.wallMs / mixedPath).toFixed(2),
  `at most 1.3 and 15 s (${(mixed.wallMs / 1000).toFixed(1)} s / ${(mixedPath / 1000).toFixed(1)} s), Plan ${(mixed.planMs.reduce((a, b) => a + b, 0) / 1000).toFixed(1)} s in all`,
);

const quick = await measureRun({ seed: 1, sizes, rules: 24 }, { optimizer, budget });
row(
  'processor time a rollout, zero latency',
  `${(quick.cpuMs / quick.report.spend.rollouts).toFixed(2)} ms`,
  'at most 3 ms',
);
row('largest memory', `${Math.round(quick.maxMemoryMib)} MiB`, 'under 600 MB');

const small = { train: 40, validation: 8, test: 10 };
const runs: [number, Measured][] = [];
for (const generations of [10, 100, 500]) {
  const many = { ...optimizer, generations, proposals: 4, minibatchSize: 2 };
  runs.push([
    generations,
    await measureRun(
      { seed: 2, sizes: small, rules: 40, luck: 0.1 },
      { optimizer: many, budget: { rollouts: 60_000 } },
    ),
  ]);
}
for (const [generations, { planMs, maxPayloadBytes, report, maxMemoryMib }] of runs) {
  const last = planMs.slice(-10);
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  row(
    `${generations} generations (${report.generations.length - 1} run, ${report.spend.rollouts} rollouts): Plan, all turns`,
    `${mean(planMs).toFixed(1)} ms`,
    `last ten turns ${mean(last).toFixed(1)} ms, largest payload ${maxPayloadBytes} bytes, ${Math.round(maxMemoryMib)} MiB`,
  );
}

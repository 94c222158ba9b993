/** What the benchmarks share: a rule task on disk, its server in another process, a run with its measures. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { planOutputSchema, turnSchema } from '../lambdas/contracts/payloads.ts';
import type { Report } from '../lambdas/contracts/report.ts';
import type { Step } from '../lambdas/contracts/step.ts';
import { onRunEvent } from '../lambdas/platform/events.ts';
import { loadArchive } from '../lambdas/store/artifacts.ts';
import { stateFunctions } from '../local/engine.ts';
import { runLocally } from '../local/run.ts';
import { writeRuleTask } from '../tests/support/rule-task.ts';
import type { RuleWorldOptions } from './rule-world.ts';

export interface Measured {
  readonly report: Report;
  readonly wallMs: number;
  /** Processor time of this process, user and system. */
  readonly cpuMs: number;
  readonly steps: readonly Step[];
  /** Duration of each turn of Plan, milliseconds, in order. */
  readonly planMs: readonly number[];
  /** Largest payload of any Task, bytes. */
  readonly maxPayloadBytes: number;
  /** Largest resident memory of this process, MiB. */
  readonly maxMemoryMib: number;
}

export async function measureRun(
  world: RuleWorldOptions,
  changes: Record<string, unknown>,
  server: { taskLatencyMs?: number; reflectionLatencyMs?: number } = {},
): Promise<Measured> {
  onRunEvent(() => {});
  const task = writeRuleTask(world, changes);
  const child = fork(join(import.meta.dirname, 'serve.ts'), [JSON.stringify({ world, server })]);
  const steps: Step[] = [];
  const planMs: number[] = [];
  let maxPayloadBytes = 0;
  const plan = async (event: unknown): Promise<unknown> => {
    const started = performance.now();
    const output = planOutputSchema.parse(await stateFunctions.Plan?.(event));
    planMs.push(performance.now() - started);
    const { step } = await loadArchive(turnSchema.parse(event).runId, output.turn);
    if (step !== null) steps.push(step);
    return output;
  };
  try {
    const [{ baseUrl }] = (await once(child, 'message')) as [{ baseUrl: string }];
    process.env.OPENAI_BASE_URL = baseUrl;
    process.env.OPENAI_API_KEY = 'bench';
    const loaded = task.load();
    const cpu = process.cpuUsage();
    const started = performance.now();
    const run = { runId: 'bench', folder: join(task.folder, 'out'), loaded, notice: undefined };
    const result = await runLocally(run, undefined, {
      functions: { ...stateFunctions, Plan: plan },
      onPayload: (_state, bytes) => {
        maxPayloadBytes = Math.max(maxPayloadBytes, bytes);
      },
    });
    const wallMs = performance.now() - started;
    const { user, system } = process.cpuUsage(cpu);
    if (result.status !== 'SUCCEEDED') throw new Error(`The run ended ${JSON.stringify(result)}.`);
    const maxMemoryMib = process.resourceUsage().maxRSS / 1024;
    return {
      report: result.report,
      wallMs,
      cpuMs: (user + system) / 1000,
      steps,
      planMs,
      maxPayloadBytes,
      maxMemoryMib,
    };
  } finally {
    child.disconnect();
    task.remove();
  }
}

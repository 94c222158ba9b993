/** Runs a rule task in this process against a real HTTP server, on a fresh store. */
import { join } from 'node:path';
import { type ModelServer, type ModelServerOptions, startModelServer } from '../../bench/model-server.ts';
import type { Report } from '../../lambdas/contracts/report.ts';
import { type LocalResult, runLocally } from '../../local/run.ts';
import type { RuleTask } from './rule-task.ts';

export interface RuleRun {
  readonly result: LocalResult;
  readonly counts: ModelServer['counts'];
  readonly taskBodies: readonly string[];
}

let runs = 0;

export async function runRuleTask(
  ruleTask: RuleTask,
  options: { overrides?: readonly string[]; server?: ModelServerOptions; out?: string; runId?: string } = {},
): Promise<RuleRun> {
  const server = await startModelServer(ruleTask.world, options.server);
  process.env.OPENAI_BASE_URL = server.baseUrl;
  process.env.OPENAI_API_KEY = 'test';
  runs += 1;
  try {
    const result = await runLocally({
      runId: options.runId ?? `run-${runs}`,
      folder: options.out ?? join(ruleTask.folder, `out-${runs}`),
      loaded: ruleTask.load(...(options.overrides ?? [])),
      notice: undefined,
    });
    return { result, counts: { ...server.counts }, taskBodies: server.taskBodies };
  } finally {
    await server.close();
  }
}

/** The report of a run that must have succeeded. */
export function reportOf({ result }: RuleRun): Report {
  if (result.status !== 'SUCCEEDED') throw new Error(`The run ended ${JSON.stringify(result)}.`);
  return result.report;
}

/** A report without what may differ between equal runs: times and the run id. */
export function timeless(report: Report): Omit<Report, 'runId' | 'wallSeconds'> {
  const { runId: _runId, wallSeconds: _wallSeconds, ...rest } = report;
  return rest;
}

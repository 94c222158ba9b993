/** The candidates of a run: of its report once there is one, of its archive while it goes on. */
import { z } from 'zod';
import { archiveSchema } from '../contracts/artifacts.ts';
import { reportSchema } from '../contracts/report.ts';
import type { RunRecord } from '../contracts/run.ts';
import { reportedCandidates } from '../report/candidates.ts';
import { loadContext, runObject } from '../store/artifacts.ts';
import { getText } from '../store/objects.ts';
import { mayHaveReport } from './run-view.ts';

export const reportedCandidateSchema = reportSchema.shape.candidates.element;
export type ReportedCandidate = z.output<typeof reportedCandidateSchema>;

const reportedSchema = z.object({ candidates: z.array(reportedCandidateSchema) });

/** In the order in which they were made; empty before the run has begun. */
export async function candidatesOf(run: RunRecord): Promise<readonly ReportedCandidate[]> {
  const report = mayHaveReport(run) ? await loadJson(run.runId, 'report.json', reportedSchema) : null;
  if (report !== null) return report.candidates;
  // Two objects take turns: the one with the later turn is whole.
  const archives = await Promise.all([0, 1].map((i) => loadJson(run.runId, `archive-${i}.json`, archiveSchema)));
  const newest = archives.flatMap((one) => one ?? []).toSorted((a, b) => b.turn - a.turn)[0];
  return newest === undefined ? [] : reportedCandidates(newest, (await loadContext(run.runId)).task);
}

/** null: it is not there. */
async function loadJson<S extends z.ZodType>(runId: string, name: string, schema: S): Promise<z.output<S> | null> {
  const text = await getText(runObject(runId, name));
  return text === null ? null : schema.parse(JSON.parse(text));
}

/** What a run of the service left, fetched into the files that a run on this machine leaves. */
import { z } from 'zod';
import { type Report, reportSchema, unfinishedReportSchema } from '../../lambdas/contracts/report.ts';
import { writeResult } from '../result-files.ts';
import type { RemoteApi } from './api.ts';
import { RemoteError } from './problems.ts';

/**
 * Fetches report.json, report.html and the recommended prompt.
 * @returns the report; null when the run ended without a verdict
 * @throws RemoteError when the report cannot be read here
 */
export async function fetchResult(api: RemoteApi, runId: string, folder: string): Promise<Report | null> {
  const path = `/runs/${runId}/report`;
  const value = await api.json('GET', path, z.unknown());
  const finished = reportSchema.safeParse(value);
  const read = finished.success ? finished : unfinishedReportSchema.safeParse(value);
  if (!read.success) {
    throw new RemoteError(
      `The report of run ${runId} cannot be read: this checkout and ${api.url} are of different versions.`,
      { cause: read.error },
    );
  }
  const page = await api.text('GET', path, { headers: { accept: 'text/html' } });
  const data = `${JSON.stringify(value, null, 2)}\n`;
  writeResult(folder, { data, page, components: read.data.recommended.components });
  return finished.success ? finished.data : null;
}

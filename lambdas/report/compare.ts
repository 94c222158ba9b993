/**
 * Whether the prompt that an earlier report recommended has got worse: by itself, because the model behind its name
 * changed, or by what this run would put in its place. Pure.
 */
import type { Report, SealedMean } from '../contracts/report.ts';
import type { Components } from '../contracts/task.ts';
import { sameParts } from '../optimizer/archive.ts';
import { ROUNDING_ERROR } from '../optimizer/statistics.ts';
import { formatInterval, formatPlural, formatPoints, formatSignedPoints } from './format.ts';

/** Half the width of a 95 % interval, in standard errors. */
const Z = 1.959964;

export interface Comparison {
  readonly worse: boolean;
  /** A sentence for each thing that got worse; empty where nothing did. */
  readonly reasons: readonly string[];
  /** Its mean on the sealed test as the earlier report told it, and as it is now. */
  readonly before: SealedMean;
  readonly now: SealedMean;
}

/**
 * @param earlier tells the prompt: what it recommended
 * @param current of a run that had this prompt to compare with, or as its baseline
 * @throws Error when `current` did not measure it
 */
export function compareReports(earlier: Report, current: Report): Comparison {
  const before = (earlier.recommended.candidateId === earlier.best.candidateId ? earlier.best : earlier.baseline).test;
  const { now, recommended } = measuredIn(current, earlier.recommended.components);
  const reasons = [fallSentence(before, now), lossSentence(recommended)].filter((reason) => reason !== null);
  return { worse: reasons.length > 0, reasons, before, now };
}

/** What is recommended minus the champion; null where it is the champion itself. */
type Loss = { readonly mean: number; readonly ci95: readonly [number, number]; readonly n: number } | null;

function measuredIn(report: Report, prompt: Components): { now: SealedMean; recommended: Loss } {
  const { champion, baseline, best, testDelta, recommended } = report;
  if (champion !== undefined && sameParts(champion.components, prompt)) {
    return { now: champion.test, recommended: champion.recommendedDelta ?? champion.delta };
  }
  const isSide = ({ candidateId }: { candidateId: string }): boolean =>
    report.candidates.some(({ id, components }) => id === candidateId && sameParts(components, prompt));
  const isImproved = recommended.candidateId === best.candidateId;
  if (isSide(baseline)) return { now: baseline.test, recommended: isImproved ? testDelta : null };
  if (isSide(best)) return { now: best.test, recommended: isImproved ? null : reversed(testDelta) };
  throw new Error(`Run ${report.runId} did not run the prompt that it is to be compared with on its sealed test.`);
}

function reversed({ mean, ci95: [low, high], n }: Report['testDelta']): Loss {
  return { mean: -mean, ci95: [-high, -low], n };
}

/**
 * Two means of scores that are not paired: the 95 % interval of their difference, by the normal approximation. A report
 * without a standard deviation (of before they had one) takes the new one's.
 */
function fallSentence(before: SealedMean, now: SealedMean): string | null {
  const sds = { before: before.sd ?? now.sd, now: now.sd ?? before.sd };
  if (before.mean === null || now.mean === null || sds.before === undefined || sds.now === undefined) return null;
  const difference = now.mean - before.mean;
  const margin = Z * Math.sqrt(sds.before ** 2 / before.n + sds.now ** 2 / now.n);
  if (difference + margin >= -ROUNDING_ERROR) return null;
  const interval = formatInterval([difference - margin, difference + margin]);
  return `It now scores ${formatPoints(now.mean)} on ${formatPlural(now.n, 'sealed example')}, ${formatPoints(before.mean)} before: ${formatSignedPoints(difference)} points (95 % interval ${interval}).`;
}

function lossSentence(loss: Loss): string | null {
  if (loss === null || loss.ci95[1] >= -ROUNDING_ERROR) return null;
  return `What this run recommends is worse than it: ${formatSignedPoints(loss.mean)} points on ${formatPlural(loss.n, 'sealed example')} (95 % interval ${formatInterval(loss.ci95)}).`;
}

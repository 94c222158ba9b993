/** The verdict in plain words: the page's headline and the terminal's last word. */
import type { Report } from '../contracts/report.ts';
import { ROUNDING_ERROR } from '../optimizer/statistics.ts';
import { formatInterval, formatPlural, formatPValue, formatSignedPoints } from './format.ts';

/** Significance level of the verdict (DESIGN §7.4). */
const ALPHA = 0.05;

export interface VerdictWords {
  /** What was found: `The new prompt is better`. */
  finding: string;
  /** The proof: difference, examples, interval, p-value; null when nothing was compared. */
  evidence: string | null;
  /** What to do, where it is not "take the new prompt"; null otherwise. */
  advice: string | null;
}

/** The verdict's parts, for a page that sets them apart. */
export function verdictWords(report: Report): VerdictWords {
  const { mean, ci95, pValue, n } = report.testDelta;
  const advice = 'Keep your prompt.';
  if (report.best.candidateId === report.baseline.candidateId) {
    return { finding: 'No better prompt was found in this search', evidence: null, advice };
  }
  if (n === 0) {
    return { finding: 'Nothing is proven: no sealed example could be scored', evidence: null, advice };
  }
  const interval = `95 % interval ${formatInterval(ci95)}, ${formatPValue(pValue)}`;
  const evidence = `${formatSignedPoints(mean)} points on ${formatPlural(n, 'sealed example')} (${interval})`;
  if (report.verdict === 'improved') return { finding: 'The new prompt is better', evidence, advice: null };
  if (report.verdict === 'regressed') return { finding: 'The new prompt is worse', evidence, advice };
  // A gain beyond luck that still does not count: only a guard can have stopped it.
  const guarded = ci95[0] > ROUNDING_ERROR && pValue < ALPHA;
  return { finding: guarded ? 'The score rose, but a guarded eval did not hold' : 'No real gain', evidence, advice };
}

/**
 * The verdict in a sentence: `The new prompt is better: +12.3 points on 70 sealed examples (95 % interval +8.1 to
 * +16.4, p = 0.0001).` or `No real gain: … Keep your prompt.`
 */
export function verdictSentence(report: Report): string {
  const { finding, evidence, advice } = verdictWords(report);
  return `${finding}${evidence === null ? '' : `: ${evidence}`}.${advice === null ? '' : ` ${advice}`}`;
}

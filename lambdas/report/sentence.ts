/** The verdict in plain words: the page's headline and the terminal's last word. */
import type { Difference, Power, Report } from '../contracts/report.ts';
import { COARSE_GAIN, examplesFor, measuredPower } from '../optimizer/power.ts';
import { ROUNDING_ERROR } from '../optimizer/statistics.ts';
import {
  formatCount,
  formatInterval,
  formatPlural,
  formatPoints,
  formatProbability,
  formatPValue,
  formatSignedPoints,
} from './format.ts';

/** Significance level of the verdict (DESIGN §7.4). */
export const ALPHA = 0.05;

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
  const advice = 'Keep your prompt.';
  if (report.best.candidateId === report.baseline.candidateId) {
    return { finding: 'No better prompt was found in this search', evidence: null, advice };
  }
  if (report.testDelta.n === 0) {
    return { finding: 'Nothing is proven: no sealed example could be scored', evidence: null, advice };
  }
  const evidence = evidenceOf(report.testDelta);
  if (report.verdict === 'improved') return { finding: 'The new prompt is better', evidence, advice: null };
  if (report.verdict === 'regressed') return { finding: 'The new prompt is worse', evidence, advice };
  return {
    finding: isStoppedByGuard(report) ? `The score rose, but ${guardSentence(report)}` : 'No real gain',
    evidence,
    advice,
  };
}

/** `+12.3 points on 70 sealed examples (95 % interval +8.1 to +16.4, p = 0.0001)`. */
export function evidenceOf({ mean, ci95, pValue, n }: Difference): string {
  const interval = `95 % interval ${formatInterval(ci95)}, ${formatPValue(pValue)}`;
  return `${formatSignedPoints(mean)} points on ${formatPlural(n, 'sealed example')} (${interval})`;
}

/**
 * The verdict in a sentence: `The new prompt is better: +12.3 points on 70 sealed examples (95 % interval +8.1 to
 * +16.4, p = 0.0001).` or `No real gain: … Keep your prompt.`
 */
export function verdictSentence(report: Report): string {
  const { finding, evidence, advice } = verdictWords(report);
  return `${finding}${evidence === null ? '' : `: ${evidence}`}.${advice === null ? '' : ` ${advice}`}`;
}

/**
 * What a sealed test can show, said before the run: `The 60 sealed examples can show a gain of 20 points
 * or more. That is coarse: about 220 would show 10 points.`
 */
export function powerSentence({ n, draws, sd, detectableGain }: Power): string {
  const drawn = draws > 1 ? `, each run ${draws} times,` : '';
  const fact = `The ${formatPlural(n, 'sealed example')}${drawn} can show a gain of ${inPoints(detectableGain)} or more.`;
  // As it is shown: 10.4 points are said to be 10.
  if (Math.round(detectableGain * 100) <= COARSE_GAIN * 100) return fact;
  const needed = formatCount(roughly(examplesFor(COARSE_GAIN, draws, sd)));
  return `${fact} That is coarse: about ${needed} would show ${inPoints(COARSE_GAIN)}.`;
}

/** A gain that is worth proving, and that few tests are large enough for. */
const FINE_GAIN = 0.05;

/**
 * After a run that proved nothing, what its test could have shown: `With differences that spread like these, this test
 * could only have shown a gain of 12 points or more; about 400 examples would show 5 points.` Null after any other.
 */
export function missedGainSentence(report: Report): string | null {
  const isCompared = report.best.candidateId !== report.baseline.candidateId;
  if (report.verdict !== 'no_significant_gain' || isStoppedByGuard(report) || !isCompared) return null;
  const power = measuredPower(report);
  if (power === null) return null;
  const { draws, sd, detectableGain } = power;
  const fact = `With differences that spread like these, this test could only have shown a gain of ${inPoints(detectableGain)} or more`;
  if (detectableGain <= FINE_GAIN) return `${fact}.`;
  return `${fact}; about ${formatCount(roughly(examplesFor(FINE_GAIN, draws, sd)))} examples would show ${inPoints(FINE_GAIN)}.`;
}

/** `short fell by 7.7 points, and its guard allows 5.0`. */
function guardSentence({ guardBroken }: Report): string {
  if (guardBroken === undefined) return 'a guarded eval did not hold';
  const { eval: name, drop, maxDrop } = guardBroken;
  return `${name} fell by ${formatPoints(drop)} points, and its guard allows ${formatPoints(maxDrop)}`;
}

/** What weakens a verdict, a sentence each: a test set that was looked at, judges and their noise. */
export function cautions(report: Report): string[] {
  const { unsealed = [], judging, notes = [] } = report;
  return [
    ...(report.guardBroken === undefined || isStoppedByGuard(report)
      ? []
      : [`On the sealed test ${guardSentence(report)}.`]),
    ...(unsealed.length === 0 ? [] : [unsealedSentence(unsealed)]),
    ...(judging?.score == null || judging.score.difference === 0
      ? []
      : [noiseSentence(report, judging.score.difference)]),
    ...(judging === undefined || judging.uncalibrated.length === 0 ? [] : [uncalibratedSentence(judging.uncalibrated)]),
    ...notes,
  ];
}

function unsealedSentence(unsealed: NonNullable<Report['unsealed']>): string {
  const last = unsealed.at(-1);
  const most = Math.max(...unsealed.map(({ share }) => share));
  const what = most === 1 ? 'it' : `${formatProbability(most)} of it`;
  return `This test set is not sealed any more: ${what} was looked at ${formatPlural(unsealed.length, 'time')} before this run (last on ${last?.at.slice(0, 10)}, ${last?.runId}). If what was seen went into the task, the gain is overstated; a new test set mends it.`;
}

function noiseSentence({ testDelta }: Report, difference: number): string {
  const size = formatPoints(difference);
  const fact = `The judges' own noise makes differences of up to ${size} points in the score of this test in 95 of 100 cases`;
  return Math.abs(testDelta.mean) < difference ? `${fact}, and this difference is smaller than that.` : `${fact}.`;
}

function uncalibratedSentence(names: readonly string[]): string {
  return `Nobody has compared the ${names.length === 1 ? 'judge' : 'judges'} of ${names.join(', ')} with people yet: npm run -s calibrate does.`;
}

/** A gain beyond luck that does not count all the same: only a guard can have stopped it. */
function isStoppedByGuard({ verdict, testDelta }: Report): boolean {
  return verdict === 'no_significant_gain' && testDelta.ci95[0] > ROUNDING_ERROR && testDelta.pValue < ALPHA;
}

/** `0.123` → `12 points`, `0.046` → `4.6 points`: finer than that no such figure is. */
function inPoints(gain: number): string {
  const size = gain < COARSE_GAIN ? formatPoints(gain).replace(/\.0$/, '') : String(Math.round(gain * 100));
  return `${size} ${size === '1' ? 'point' : 'points'}`;
}

/** Up to the next number of two digits: `197` → `200`. */
function roughly(count: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(count)) - 1);
  return Math.ceil(count / step) * step;
}

/**
 * The scales of a judge, and what each verdict is in [0, 1]. Stars are (stars - 1) / 4. On `pass_fail_critical` a critical
 * failure is 0 and a plain one 0.5: half way, as Kiln normalises its own -1, 0 and 1.
 */
import type { Rating } from '../contracts/dataset.ts';

export const scaleNames = ['pass_fail', 'pass_fail_critical', 'five_star'] as const;
export type ScaleName = (typeof scaleNames)[number];

export interface Scale {
  /** Verdicts from worst to best, as a judge writes them, with their scores in [0, 1]. */
  readonly verdicts: readonly { readonly verdict: string | number; readonly score: number; readonly means: string }[];
  /** Score from which on an answer passes, where the eval names no `threshold`. */
  readonly threshold: number;
}

export const scales: Readonly<Record<ScaleName, Scale>> = {
  pass_fail: {
    verdicts: [
      { verdict: 'fail', score: 0, means: 'the answer does not meet the criterion' },
      { verdict: 'pass', score: 1, means: 'the answer meets the criterion' },
    ],
    // The majority of several samples.
    threshold: 0.5,
  },
  pass_fail_critical: {
    verdicts: [
      { verdict: 'critical', score: 0, means: 'the answer fails in a way that must never happen' },
      { verdict: 'fail', score: 0.5, means: 'the answer does not meet the criterion' },
      { verdict: 'pass', score: 1, means: 'the answer meets the criterion' },
    ],
    threshold: 0.75,
  },
  five_star: {
    verdicts: [
      { verdict: 1, score: 0, means: 'the criterion is missed altogether' },
      { verdict: 2, score: 0.25, means: 'most of it is missed' },
      { verdict: 3, score: 0.5, means: 'part of it is met' },
      { verdict: 4, score: 0.75, means: 'it is met, with small faults' },
      { verdict: 5, score: 1, means: 'it is met in full' },
    ],
    threshold: 0.75,
  },
};

/** The score of a judge's verdict, numbers in quotes and any case included; null when the scale does not have it. */
export function scoreOfVerdict(scale: ScaleName, given: unknown): number | null {
  if (typeof given !== 'string' && typeof given !== 'number') return null;
  const wanted = String(given).trim().toLowerCase();
  return scales[scale].verdicts.find(({ verdict }) => String(verdict) === wanted)?.score ?? null;
}

/** The score of a person's rating: a verdict, stars, or yes and no. null when the scale does not have it. */
export function scoreOfRating(scale: ScaleName, rating: Rating): number | null {
  if (typeof rating === 'boolean') return scale === 'five_star' ? null : Number(rating);
  return scoreOfVerdict(scale, rating);
}

/** A mean score in the words of its scale: `pass`, `3.5 of 5`. */
export function describeScore(scale: ScaleName, score: number): string {
  if (scale === 'five_star') return `${Number((1 + 4 * score).toFixed(2))} of 5`;
  const exact = scales[scale].verdicts.find((one) => Math.abs(one.score - score) < 1e-9);
  if (exact !== undefined) return String(exact.verdict);
  return `${score.toFixed(2)} between ${scales[scale].verdicts[0]?.verdict} (0) and pass (1)`;
}

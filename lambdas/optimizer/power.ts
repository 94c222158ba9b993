/** Which gain a sealed test of a given size can show, by the usual arithmetic for a paired mean. */
import type { Power, Report } from '../contracts/report.ts';

/** Normal quantiles of a two-sided test at 5 % and of a power of 80 %. */
const Z_ALPHA = 1.959964;
const Z_POWER = 0.841621;

/**
 * Variance of a paired difference that is assumed before anything was measured: two prompts whose right-or-wrong answers
 * differ on a quarter of the examples (p + q - (p - q)² for shares p and q of wins and losses, gains being small). Graded
 * scores mostly differ by less, so this is rather too careful for them.
 */
const ASSUMED_VARIANCE = 0.25;
/**
 * Part of it that is the model's own chance, which is all that drawing an example again averages out. A half: the same
 * prompt, run twice, would answer an eighth of the examples differently. A model at temperature 0 may have next to none.
 */
const ASSUMED_NOISE = 0.5;

/** A detectable gain above this deserves a warning: few prompts gain that much. */
export const COARSE_GAIN = 0.1;

/**
 * The gain that `n` paired examples, each drawn `draws` times, show with a probability of 80 % (two-sided, 5 %), by the
 * normal approximation with the continuity correction of a paired test of counts (Edwards, 1948), 1 / n: without it the
 * promise of 80 % is kept in 71 to 76 % of tests of 60 to 400 examples. `sd` is that of a paired difference of means over
 * the draws.
 */
export function powerOf(n: number, draws = 1, sd = assumedSd(draws)): Power {
  const detectableGain = n === 0 ? 1 : Math.min(1, ((Z_ALPHA + Z_POWER) * sd) / Math.sqrt(n) + 1 / n);
  return { n, draws, sd, detectableGain };
}

/** How many examples would show `gain` with the same probability. */
export function examplesFor(gain: number, draws = 1, sd = assumedSd(draws)): number {
  // powerOf, a quadratic equation in 1 / sqrt(n), solved for n.
  const b = (Z_ALPHA + Z_POWER) * sd;
  const root = (Math.sqrt(b * b + 4 * gain) - b) / 2;
  return Math.ceil(1 / root ** 2);
}

/**
 * What the test could have shown, now that it is known how much its differences spread: from the width of its interval,
 * not from an assumption. Null when nothing was compared.
 */
export function measuredPower({ testDelta, power }: Report): Power | null {
  const { n, ci95 } = testDelta;
  if (n === 0) return null;
  const standardError = (ci95[1] - ci95[0]) / (2 * Z_ALPHA);
  return standardError > 0 ? powerOf(n, power.draws, standardError * Math.sqrt(n)) : null;
}

function assumedSd(draws: number): number {
  return Math.sqrt(ASSUMED_VARIANCE * (1 - ASSUMED_NOISE + ASSUMED_NOISE / draws));
}

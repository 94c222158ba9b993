/** Which gain a sealed test of a given size can show. */
import type { Power } from '../contracts/report.ts';

/** Normal quantiles of a two-sided test at 5 % and of a power of 80 %. */
const Z_ALPHA = 1.959964;
const Z_POWER = 0.841621;

/**
 * Standard deviation of a paired difference that is assumed before anything was measured: two prompts that differ on
 * about a quarter of the examples.
 */
const ASSUMED_SD = 0.5;

/** A detectable gain above this deserves a warning: few prompts gain that much. */
export const COARSE_GAIN = 0.1;

/** The gain that `n` paired examples show with a probability of 80 % (two-sided, 5 %), by the normal approximation. */
export function powerOf(n: number, draws = 1, sd = ASSUMED_SD): Power {
  const detectableGain = n === 0 ? 1 : Math.min(1, ((Z_ALPHA + Z_POWER) * sd) / Math.sqrt(n));
  return { n, draws, sd, detectableGain };
}

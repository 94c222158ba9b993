/**
 * Numbers as people read them, the same in the page and the terminal. Scores and differences come in [0, 1] and are
 * shown as points of 100. Written out rather than left to `Intl`, so that every Node gives the same bytes.
 */

/** Mathematical minus: as wide as a plus, and read as "minus". */
const MINUS = '\u2212';

/** `0.6123` → `61.2`; null, a mean over nothing, → `–`. */
export function formatPoints(score: number | null): string {
  return score === null ? '–' : (score * 100).toFixed(1);
}

/** `0.123` → `+12.3`, `-0.04` → `−4.0`; what rounds to nothing has no sign. */
export function formatSignedPoints(difference: number): string {
  const size = Math.abs(difference * 100).toFixed(1);
  if (Number(size) === 0) return '0.0';
  return `${difference > 0 ? '+' : MINUS}${size}`;
}

/** `[0.081, 0.164]` → `+8.1 to +16.4`. */
export function formatInterval([low, high]: readonly [number, number]): string {
  return `${formatSignedPoints(low)} to ${formatSignedPoints(high)}`;
}

export function formatPValue(p: number): string {
  if (p < 0.0001) return 'p < 0.0001';
  return `p = ${p.toFixed(p < 0.01 ? 4 : p < 0.1 ? 3 : 2)}`;
}

/** `0.034` → `3 %`; what is nearly sure or nearly impossible is not rounded to certainty. */
export function formatProbability(probability: number): string {
  if (probability < 0.01) return 'under 1 %';
  if (probability > 0.99) return 'over 99 %';
  return `${Math.round(probability * 100)} %`;
}

/** Whole numbers with their runs joined: `[1, 2, 3, 6]` → `1–3, 6`. */
export function formatRuns(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of [...new Set(numbers)].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`)).join(', ');
}

/** `1234567` → `1,234,567`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `formatPlural(1, 'example')` → `1 example`; `formatPlural(2, 'example')` → `2 examples`. */
export function formatPlural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** US dollars; small sums keep the digits that tell them from nothing. */
export function formatUsd(usd: number): string {
  if (usd === 0) return '$0.00';
  if (usd < 0.01) return `$${usd.toPrecision(2)}`;
  const [whole = '0', cents = '00'] = usd.toFixed(2).split('.');
  return `$${formatCount(Number(whole))}.${cents}`;
}

/** Seconds → `42 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`;
  return `${formatCount(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

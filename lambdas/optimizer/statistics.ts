/**
 * What can be said about a mean difference: interval, p-value, shrinkage. Scores and differences are points in [0, 1]
 * and [-1, 1]; differences are paired, one an example.
 */
import type { Random } from './random.ts';

/** Sums of a few thousand scores that differ by less than this differ by rounding alone. */
export const ROUNDING_ERROR = 1e-9;

/** Lower and upper end. */
export type Interval = [number, number];

/** Arithmetic mean; null for no values. */
export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : sum(values) / values.length;
}

/** Of a sample (n - 1 degrees of freedom); null for less than two values. */
export function standardDeviation(values: readonly number[]): number | null {
  const centre = mean(values);
  if (centre === null || values.length < 2) return null;
  return Math.sqrt(sum(values.map((value) => (value - centre) ** 2)) / (values.length - 1));
}

/** Share outside the interval on each side: 95 % lie inside. */
const TAIL = 0.025;
/** Its quantile of the normal distribution. */
const Z = 1.959964;

/**
 * 95 % interval of a mean by the expanded percentile bootstrap (Hesterberg, "What Teachers Should Know About the
 * Bootstrap", The American Statistician 69, 2015, section 5.2). The plain percentile interval is too short for few
 * values: the bootstrap's spread is that of n values, not of n - 1, and its quantiles are normal ones, not Student's. So
 * the quantiles that are read are moved outwards until a mean of normal values gets the t interval.
 *
 * Values that are all equal have no spread to resample, and an interval without width would claim what n equal values do
 * not show. At 97.5 % confidence on each side no more than 1 - 0.025^(1/n) of the population can differ from them
 * (Clopper & Pearson, 1934, for no event in n; "the rule of three"), and what differs lies at the end of `range` at
 * worst: 60 differences of 0 give ±6 points. No value gives the whole of `range`.
 *
 * Assumes that the examples are an independent sample of what the prompt will meet, and that the sample shows the kind
 * of outcome that matters: a loss too rare to be in it is in no resample either. Coverage: `npm run bench:coverage`.
 *
 * Time is `resamples * values.length` draws (10 million in about 0.1 s).
 *
 * @param range ends that a value can have; -1 and 1 for differences of scores.
 */
export function bootstrapInterval(
  values: readonly number[],
  random: Random,
  resamples = 10_000,
  range: Interval = [-1, 1],
): Interval {
  const n = values.length;
  const [first = 0] = values;
  if (values.every((value) => Math.abs(value - first) <= ROUNDING_ERROR)) return intervalOfEqual(first, n, range);
  const sample = Float64Array.from(values);
  const means = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    let total = 0;
    for (let draw = 0; draw < n; draw++) total += sample[random.int(n)] ?? 0;
    means[resample] = total / n;
  }
  means.sort();
  const share = normalTail(Math.sqrt(n / (n - 1)) * studentQuantile(n - 1));
  return [quantile(means, share), quantile(means, 1 - share)];
}

/** Of `n` values that are all `value`. */
function intervalOfEqual(value: number, n: number, [least, most]: Interval): Interval {
  if (n === 0) return [least, most];
  const unseen = 1 - TAIL ** (1 / n);
  return [value - unseen * (value - least), value + unseen * (most - value)];
}

/**
 * 97.5 % quantile of Student's t (Cornish & Fisher; Abramowitz & Stegun 26.7.5). Within 1 % from 3 degrees of freedom on;
 * too small for 1 and 2, where the share that it stands for is below one resample in a million anyway.
 */
function studentQuantile(degrees: number): number {
  const terms = [
    (Z ** 3 + Z) / 4,
    (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96,
    (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384,
  ];
  return terms.reduce((value, term, at) => value + term / degrees ** (at + 1), Z);
}

/** Share of a normal distribution above `z`, z ≥ 0 (Abramowitz & Stegun 26.2.17); off by less than 10^-7. */
function normalTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const factors = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const polynomial = factors.reduceRight((value, factor) => t * (factor + value), 0);
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
}

/** Up to this many non-zero differences every assignment of signs is tried (65,536 of them). */
const EXACT_LIMIT = 16;

/**
 * Two-sided p-value of the paired sign-flip permutation test (Fisher, 1935; Phipson & Smyth, 2010 for the + 1).
 *
 * Assumes that without an effect each difference is as likely to have the other sign. Exact for up to 16 non-zero
 * differences, otherwise `(1 + extreme) / (1 + samples)` by Monte Carlo. Sums as extreme as the observed one, give or
 * take rounding, count as extreme. No difference other than 0 gives 1; so does a single one.
 */
export function signFlipPValue(differences: readonly number[], random: Random, samples = 10_000): number {
  const nonZero = differences.filter((difference) => Math.abs(difference) > ROUNDING_ERROR);
  const sizes = nonZero.map(Math.abs);
  const observed = Math.abs(sum(nonZero)) - ROUNDING_ERROR * Math.max(1, sum(sizes));
  if (sizes.length <= EXACT_LIMIT) return exactShare(sizes, observed);
  let extreme = 0;
  for (let sample = 0; sample < samples; sample++) {
    if (Math.abs(randomlySigned(sizes, random)) >= observed) extreme += 1;
  }
  return (1 + extreme) / (1 + samples);
}

/** Share of all sign assignments whose sum is at least `observed` away from 0; one sign changes a step (Gray code). */
function exactShare(sizes: readonly number[], observed: number): number {
  const signed = [...sizes];
  const assignments = 2 ** sizes.length;
  let current = sum(sizes);
  let extreme = current >= observed ? 1 : 0;
  for (let step = 1; step < assignments; step++) {
    const flipped = 31 - Math.clz32(step & -step);
    const value = signed[flipped] ?? 0;
    current -= 2 * value;
    signed[flipped] = -value;
    if (Math.abs(current) >= observed) extreme += 1;
  }
  return extreme / assignments;
}

function randomlySigned(sizes: readonly number[], random: Random): number {
  let total = 0;
  let bits = 0;
  for (let index = 0; index < sizes.length; index++) {
    if (index % 32 === 0) bits = random.uint32();
    const size = sizes[index] ?? 0;
    total += bits & 1 ? size : -size;
    bits >>>= 1;
  }
  return total;
}

/**
 * Shrinks the means of several candidates towards their common mean, by as much as their spread looks like luck
 * (empirical Bayes, the positive-part rule of Efron & Morris, 1973). The factor is `1 - noise / spread`, kept in
 * [0, 1]: `spread` is the variance between the means, `noise` the variance that a mean has on its own, from the
 * residuals after taking out each candidate's mean and each example's mean (hard examples are hard for everybody).
 * With too little data to tell the noise, all are shrunk to the common mean.
 *
 * One row a candidate, one column an example; null is a failed rollout. Only examples that every candidate has a score
 * for are used. A candidate without any score gets null and is left out of all this; when no example is common to the
 * rest, each keeps its plain mean.
 *
 * @throws RangeError when the rows are not of one length.
 */
export function shrinkMeans(scores: readonly (readonly (number | null)[])[]): (number | null)[] {
  if (new Set(scores.map((row) => row.length)).size > 1) throw new RangeError('rows of scores need one length');
  const plain = scores.map((row) => mean(row.filter((score) => score !== null)));
  const known = scores.filter((_, candidate) => plain[candidate] !== null);
  const common = transpose(known).flatMap((column) => {
    const present = column.filter((score) => score !== null);
    return present.length === known.length ? [present] : [];
  });
  if (common.length === 0) return plain;
  const shrunk = shrinkColumns(common).values();
  return plain.map((value) => (value === null ? null : (shrunk.next().value ?? null)));
}

/** `columns`: one an example, each with a score a candidate. */
function shrinkColumns(columns: readonly number[][]): number[] {
  const n = columns.length;
  const means = transpose(columns).map((row) => sum(row) / n);
  const k = means.length;
  const centre = sum(means) / k;
  const spread = sum(means.map((value) => (value - centre) ** 2)) / (k - 1);
  const residuals = columns.flatMap((column) => {
    const exampleMean = sum(column) / k;
    return column.map((score, candidate) => score - exampleMean - (means[candidate] ?? 0) + centre);
  });
  const noise = sum(residuals.map((residual) => residual ** 2)) / ((k - 1) * (n - 1)) / n;
  // Not a number for one candidate or one example; nothing can be told apart from luck then.
  const factor = spread > 0 && noise >= 0 ? Math.max(0, 1 - noise / spread) : 0;
  return means.map((value) => centre + factor * (value - centre));
}

function transpose<T>(rows: readonly (readonly T[])[]): T[][] {
  const [first = []] = rows;
  return first.map((_, column) => rows.flatMap((row) => row.slice(column, column + 1)));
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Linear interpolation between order statistics; `sorted` is ascending and not empty. */
function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] ?? 0;
  const high = sorted[below + 1] ?? low;
  return low + (position - below) * (high - low);
}

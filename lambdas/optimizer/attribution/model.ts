/**
 * The statistical model behind attribution: a logistic regression with Gaussian priors, fitted by Newton's method, with
 * the posterior's Laplace approximation (Bishop, Pattern Recognition and Machine Learning, 2006, sections 4.3.3 and 4.4).
 *
 * The log odds of a rollout's score are the sum of a level, the example's own ease, and what each unit in the prompt adds.
 * Log odds, since a rule can help only where the answer was wrong, and break only what was right. Scores may be anything
 * in [0, 1]; failed rollouts are not given, so they say nothing.
 */
import { cholesky, inverseFrom, solveWith } from './linear-algebra.ts';

/** One scored rollout. `terms` are the parameters that act on it, with their values. */
export interface Observation {
  readonly example: number;
  readonly terms: readonly Term[];
  /** [0, 1] */
  readonly score: number;
}

export interface Term {
  readonly parameter: number;
  readonly value: number;
}

/** Prior of a parameter in log odds. */
export interface Prior {
  readonly mean: number;
  readonly sd: number;
}

export interface Posterior {
  readonly level: number;
  /** By example. */
  readonly ease: Float64Array;
  /** Mean by parameter. */
  readonly means: Float64Array;
  /** Log of the marginal likelihood, up to a constant that is the same for all priors (Laplace's approximation). */
  readonly logEvidence: number;
  /** Covariance of two parameters. */
  covariance(first: number, second: number): number;
}

/** Spread of the examples' ease, log odds: from hardly ever to nearly always right is usual. */
const EASE_SD = 2;
const LEVEL_SD = 3;
const MOST_STEPS = 40;
const CONVERGED = 1e-3;
/** Longest Newton step of any parameter, log odds: far from the mode a quadratic is a poor guide. */
const LONGEST_STEP = 2;

/**
 * Fits the model. The answer does not depend on the order of the observations.
 *
 * @param examples how many there are; `Observation.example` counts from 0
 * @param priors by parameter
 */
export function fitModel(observations: readonly Observation[], examples: number, priors: readonly Prior[]): Posterior {
  const ordered = inOrder(observations);
  // A parameter that acts on no rollout stays what it was believed to be, and needs no row of the matrix.
  const used = [...new Set(ordered.flatMap(({ terms }) => terms.map(({ parameter }) => parameter)))].sort(
    (a, b) => a - b,
  );
  const place = new Map(used.map((parameter, i) => [parameter, i]));
  const placed = ordered.map((one) => ({
    ...one,
    terms: one.terms.map(({ parameter, value }) => ({ parameter: place.get(parameter) ?? 0, value })),
  }));
  const usedPriors = used.map((parameter) => priors[parameter] ?? { mean: 0, sd: 1 });
  const first = newtonFit(placed, examples, usedPriors, 1);
  const dispersion = dispersionOf(placed, first);
  const fitted = dispersion === 1 ? first : newtonFit(placed, examples, usedPriors, dispersion);
  const covariance = (a: number, b: number): number => {
    const [i, j] = [place.get(a), place.get(b)];
    if (i !== undefined && j !== undefined) return fitted.covariance(i, j);
    return a === b ? (priors[a]?.sd ?? 1) ** 2 : 0;
  };
  const means = Float64Array.from(priors, ({ mean }, parameter) => fitted.means[place.get(parameter) ?? -1] ?? mean);
  return { ...fitted, means, covariance };
}

/** Log odds of an example under a set of terms. */
export function logOdds(posterior: Posterior, example: number, terms: readonly Term[]): number {
  let sum = posterior.level + (posterior.ease[example] ?? 0);
  for (const { parameter, value } of terms) sum += (posterior.means[parameter] ?? 0) * value;
  return sum;
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Sums in floating point depend on their order, so there is one; terms are in the order of the parameters. */
function inOrder(given: readonly Observation[]): Observation[] {
  const observations = given.map((one) => ({ ...one, terms: one.terms.toSorted((a, b) => a.parameter - b.parameter) }));
  const key = ({ terms, score }: Observation): string =>
    `${score} ${terms.map(({ parameter, value }) => `${parameter}:${value}`).join(' ')}`;
  return observations
    .map((observation) => ({ observation, key: key(observation) }))
    .sort((a, b) => a.observation.example - b.observation.example || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ observation }) => observation);
}

/** Log posterior's curvature and slope at a point; the examples' ease apart, since each acts on its own example alone. */
interface Quadratic {
  /** Lower half, row by row. */
  readonly hessian: Float64Array;
  readonly gradient: Float64Array;
  readonly easeHessian: Float64Array;
  readonly easeGradient: Float64Array;
  /** By example: the curvature that its ease shares with each parameter, and which parameters those are. */
  readonly shared: readonly Float64Array[];
  readonly touched: readonly (readonly number[])[];
}

/**
 * Newton steps. The examples' ease is eliminated first (a Schur complement), so that the matrix has a row a parameter
 * however many examples there are. Parameter 0 is the level.
 */
function newtonFit(
  observations: readonly Observation[],
  examples: number,
  priors: readonly Prior[],
  dispersion: number,
): Posterior {
  const size = priors.length + 1;
  const prior = Float64Array.from({ length: size }, (_, i) => (i === 0 ? 0 : (priors[i - 1]?.mean ?? 0)));
  const at = Float64Array.from(prior);
  const ease = new Float64Array(examples);
  const precision = Float64Array.from(
    { length: size },
    (_, i) => 1 / (i === 0 ? LEVEL_SD : (priors[i - 1]?.sd ?? 1)) ** 2,
  );
  const rows = observations.map(({ terms }) => Int32Array.from([0, ...terms.map(({ parameter }) => parameter + 1)]));
  const values = observations.map(({ terms }) => Float64Array.from([1, ...terms.map(({ value }) => value)]));
  const touched = touchedBy(observations, rows, examples);
  let factor: Float64Array = new Float64Array(0);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const quadratic = quadraticAt(observations, rows, values, { at, ease, prior, precision, dispersion, touched });
    eliminateEase(quadratic, size);
    const { gradient, easeHessian, easeGradient, shared } = quadratic;
    factor = cholesky(quadratic.hessian, size);
    const move = solveWith(factor, gradient, size);
    const easeMove = new Float64Array(examples);
    for (let example = 0; example < examples; example += 1) {
      let sum = easeGradient[example] ?? 0;
      for (const i of touched[example] ?? []) sum -= (shared[example]?.[i] ?? 0) * (move[i] ?? 0);
      easeMove[example] = sum / (easeHessian[example] ?? 1);
    }
    const longest = Math.max(largest(move), largest(easeMove));
    const share = Math.min(1, LONGEST_STEP / Math.max(longest, 1e-12));
    for (let i = 0; i < size; i += 1) at[i] = (at[i] ?? 0) + share * (move[i] ?? 0);
    for (let i = 0; i < examples; i += 1) ease[i] = (ease[i] ?? 0) + share * (easeMove[i] ?? 0);
    if (longest < CONVERGED) break;
  }
  const inverse = inverseFrom(factor, size);
  return {
    level: at[0] ?? 0,
    ease,
    means: at.slice(1),
    logEvidence: logEvidenceOf(observations, rows, values, { at, ease, prior, precision, dispersion, touched }, factor),
    covariance: (first, second) => inverse[(first + 1) * size + second + 1] ?? 0,
  };
}

interface Point {
  readonly at: Float64Array;
  readonly ease: Float64Array;
  readonly prior: Float64Array;
  readonly precision: Float64Array;
  readonly dispersion: number;
  readonly touched: readonly (readonly number[])[];
}

function quadraticAt(
  observations: readonly Observation[],
  rows: readonly Int32Array[],
  values: readonly Float64Array[],
  { at, ease, prior, precision, dispersion, touched }: Point,
): Quadratic {
  const size = at.length;
  const easePrecision = 1 / EASE_SD ** 2;
  const hessian = new Float64Array(size * size);
  const gradient = at.map((value, i) => -(precision[i] ?? 0) * (value - (prior[i] ?? 0)));
  for (let i = 0; i < size; i += 1) hessian[i * size + i] = precision[i] ?? 0;
  const easeHessian = new Float64Array(ease.length).fill(easePrecision);
  const easeGradient = ease.map((value) => -easePrecision * value);
  const shared = Array.from(ease, () => new Float64Array(size));
  const none = new Float64Array(0);
  for (const [r, { example, score }] of observations.entries()) {
    const row = rows[r] ?? new Int32Array(0);
    const value = values[r] ?? none;
    let odds = ease[example] ?? 0;
    for (let k = 0; k < row.length; k += 1) odds += (at[row[k] as number] as number) * (value[k] as number);
    const p = sigmoid(odds);
    const weight = Math.max(1e-6, p * (1 - p)) / dispersion;
    const residual = (score - p) / dispersion;
    easeHessian[example] = (easeHessian[example] ?? 0) + weight;
    easeGradient[example] = (easeGradient[example] ?? 0) + residual;
    const own = shared[example] ?? none;
    for (let k = 0; k < row.length; k += 1) {
      const i = row[k] as number;
      const weighted = weight * (value[k] as number);
      gradient[i] = (gradient[i] as number) + residual * (value[k] as number);
      own[i] = (own[i] as number) + weighted;
      for (let l = 0; l <= k; l += 1) {
        // Rows are in the order of the parameters, so this is the lower half.
        const cell = i * size + (row[l] as number);
        hessian[cell] = (hessian[cell] as number) + weighted * (value[l] as number);
      }
    }
  }
  return { hessian, gradient, easeHessian, easeGradient, shared, touched };
}

/** Takes the examples' ease out of the system of the parameters. */
function eliminateEase(
  { hessian, gradient, easeHessian, easeGradient, shared, touched }: Quadratic,
  size: number,
): void {
  for (const [example, parameters] of touched.entries()) {
    const scale = 1 / (easeHessian[example] ?? 1);
    const pull = (easeGradient[example] ?? 0) * scale;
    const own = shared[example] ?? new Float64Array(0);
    for (const [k, i] of parameters.entries()) {
      const value = own[i] as number;
      gradient[i] = (gradient[i] as number) - value * pull;
      const scaled = value * scale;
      for (let l = 0; l <= k; l += 1) {
        const j = parameters[l] as number;
        hessian[i * size + j] = (hessian[i * size + j] as number) - scaled * (own[j] as number);
      }
    }
  }
}

function logEvidenceOf(
  observations: readonly Observation[],
  rows: readonly Int32Array[],
  values: readonly Float64Array[],
  { at, ease, prior, precision, dispersion }: Point,
  factor: Float64Array,
): number {
  const size = at.length;
  const easeHessian = new Float64Array(ease.length).fill(1 / EASE_SD ** 2);
  let sum = 0;
  for (const [r, { example, score }] of observations.entries()) {
    let odds = ease[example] ?? 0;
    for (const [k, i] of (rows[r] ?? []).entries()) odds += (at[i] ?? 0) * (values[r]?.[k] ?? 0);
    const p = sigmoid(odds);
    easeHessian[example] = (easeHessian[example] ?? 0) + Math.max(1e-6, p * (1 - p)) / dispersion;
    sum += (score * Math.log(Math.max(1e-12, p)) + (1 - score) * Math.log(Math.max(1e-12, 1 - p))) / dispersion;
  }
  for (let i = 0; i < size; i += 1) {
    sum -= 0.5 * (precision[i] ?? 0) * ((at[i] ?? 0) - (prior[i] ?? 0)) ** 2;
    sum += 0.5 * Math.log(precision[i] ?? 1) - Math.log(factor[i * size + i] ?? 1);
  }
  for (const value of ease) sum -= 0.5 * (value / EASE_SD) ** 2;
  for (const curvature of easeHessian) sum -= 0.5 * Math.log(curvature);
  return sum;
}

/** By example: the parameters that act on any of its rollouts, in order. */
function touchedBy(observations: readonly Observation[], rows: readonly Int32Array[], examples: number): number[][] {
  const sets = Array.from({ length: examples }, () => new Set<number>());
  for (const [r, { example }] of observations.entries()) for (const i of rows[r] ?? []) sets[example]?.add(i);
  return sets.map((set) => [...set].sort((a, b) => a - b));
}

/**
 * How much less the scores vary than right-or-wrong ones would (McCullagh and Nelder, 1989, section 4.5): shares of
 * fields are closer to their mean. 1 for scores of 0 and 1.
 */
function dispersionOf(observations: readonly Observation[], posterior: Posterior): number {
  if (observations.every(({ score }) => score === 0 || score === 1)) return 1;
  let sum = 0;
  for (const { example, terms, score } of observations) {
    const p = Math.min(0.98, Math.max(0.02, sigmoid(logOdds(posterior, example, terms))));
    sum += (score - p) ** 2 / (p * (1 - p));
  }
  // The fit follows its data: about half as many degrees of freedom as rollouts are left in a small stage.
  return Math.min(1, Math.max(0.1, (1.3 * sum) / Math.max(1, observations.length)));
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

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
  return fitterOf(observations, examples)(priors);
}

/** `fitModel` for several priors of the same parameters: each fit starts where the last one ended. */
export function fitterOf(
  observations: readonly Observation[],
  examples: number,
): (priors: readonly Prior[]) => Posterior {
  // A parameter that acts on no rollout stays what it was believed to be, and needs no row of the matrix.
  const used = usedIn(observations);
  const place = new Map(used.map((parameter, i) => [parameter, i]));
  const data = dataOf(observations, examples, place);
  let last: Posterior | null = null;
  return (priors) => {
    const usedPriors = used.map((parameter) => priors[parameter] ?? { mean: 0, sd: 1 });
    const first = newtonFit(data, usedPriors, 1, last);
    const dispersion = dispersionOf(data, first);
    const fitted = dispersion === 1 ? first : newtonFit(data, usedPriors, dispersion, first);
    last = first;
    const covariance = (a: number, b: number): number => {
      const [i, j] = [place.get(a), place.get(b)];
      if (i !== undefined && j !== undefined) return fitted.covariance(i, j);
      return a === b ? (priors[a]?.sd ?? 1) ** 2 : 0;
    };
    const means = Float64Array.from(priors, ({ mean }, parameter) => fitted.means[place.get(parameter) ?? -1] ?? mean);
    return { ...fitted, means, covariance };
  };
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

/** The observations as the fit walks over them: in an order of their own, parameters by their place in the matrix. */
interface Data {
  readonly examples: number;
  readonly example: Int32Array;
  readonly score: Float64Array;
  /** By observation: the level (row 0 of the matrix), then the parameters in order, and their values. */
  readonly rows: readonly Int32Array[];
  readonly values: readonly Float64Array[];
  /** By example: the rows that act on any of its rollouts, in order. */
  readonly touched: readonly Int32Array[];
}

function usedIn(observations: readonly Observation[]): number[] {
  const used = new Set<number>();
  for (const { terms } of observations) for (const { parameter } of terms) used.add(parameter);
  return [...used].sort((a, b) => a - b);
}

/** Sums in floating point depend on their order, so there is one, whichever the observations came in. */
function dataOf(observations: readonly Observation[], examples: number, place: ReadonlyMap<number, number>): Data {
  const ordered = observations
    .map(({ example, score, terms }) => {
      const sorted = terms.toSorted((a, b) => a.parameter - b.parameter);
      return {
        example,
        score,
        row: Int32Array.from([0, ...sorted.map(({ parameter }) => (place.get(parameter) ?? 0) + 1)]),
        value: Float64Array.from([1, ...sorted.map(({ value }) => value)]),
      };
    })
    .sort(
      (a, b) =>
        a.example - b.example || a.score - b.score || compareEach(a.row, b.row) || compareEach(a.value, b.value),
    );
  const sets = Array.from({ length: examples }, () => new Set<number>());
  for (const { example, row } of ordered) for (const i of row) sets[example]?.add(i);
  return {
    examples,
    example: Int32Array.from(ordered, ({ example }) => example),
    score: Float64Array.from(ordered, ({ score }) => score),
    rows: ordered.map(({ row }) => row),
    values: ordered.map(({ value }) => value),
    touched: sets.map((set) => Int32Array.from(set).sort()),
  };
}

function compareEach(a: Int32Array | Float64Array, b: Int32Array | Float64Array): number {
  if (a.length !== b.length) return a.length - b.length;
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

/** Log posterior's curvature and slope at a point; the examples' ease apart, since each acts on its own example alone. */
interface Quadratic {
  /** Lower half, row by row. */
  readonly hessian: Float64Array;
  readonly gradient: Float64Array;
  readonly easeHessian: Float64Array;
  readonly easeGradient: Float64Array;
  /** By example: the curvature that its ease shares with each parameter. */
  readonly shared: readonly Float64Array[];
}

/**
 * Newton steps. The examples' ease is eliminated first (a Schur complement), so that the matrix has a row a parameter
 * however many examples there are. Parameter 0 is the level.
 */
function newtonFit(data: Data, priors: readonly Prior[], dispersion: number, start: Posterior | null): Posterior {
  const { examples, touched } = data;
  const size = priors.length + 1;
  const prior = Float64Array.from({ length: size }, (_, i) => (i === 0 ? 0 : (priors[i - 1]?.mean ?? 0)));
  const at = start === null ? Float64Array.from(prior) : Float64Array.from([start.level, ...start.means]);
  const ease = start === null ? new Float64Array(examples) : Float64Array.from(start.ease);
  const precision = Float64Array.from(
    { length: size },
    (_, i) => 1 / (i === 0 ? LEVEL_SD : (priors[i - 1]?.sd ?? 1)) ** 2,
  );
  const point = { at, ease, prior, precision, dispersion };
  let factor: Float64Array = new Float64Array(0);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const quadratic = quadraticAt(data, point);
    eliminateEase(quadratic, touched, size);
    const { gradient, easeHessian, easeGradient, shared } = quadratic;
    factor = cholesky(quadratic.hessian, size);
    const move = solveWith(factor, gradient, size);
    const easeMove = easeGradient.map((pull, example) => {
      const own = shared[example] as Float64Array;
      let sum = pull;
      for (const i of touched[example] ?? []) sum -= (own[i] as number) * (move[i] as number);
      return sum / (easeHessian[example] ?? 1);
    });
    const longest = Math.max(largest(move), largest(easeMove));
    const share = Math.min(1, LONGEST_STEP / Math.max(longest, 1e-12));
    for (let i = 0; i < size; i += 1) at[i] = (at[i] ?? 0) + share * (move[i] ?? 0);
    for (let i = 0; i < examples; i += 1) ease[i] = (ease[i] ?? 0) + share * (easeMove[i] ?? 0);
    if (longest < CONVERGED) break;
  }
  let inverse: Float64Array | undefined;
  const covariance = (first: number, second: number): number => {
    inverse ??= inverseFrom(factor, size);
    return inverse[(first + 1) * size + second + 1] ?? 0;
  };
  return { level: at[0] ?? 0, ease, means: at.slice(1), logEvidence: logEvidenceOf(data, point, factor), covariance };
}

interface Point {
  readonly at: Float64Array;
  readonly ease: Float64Array;
  readonly prior: Float64Array;
  readonly precision: Float64Array;
  readonly dispersion: number;
}

/** Chance (or expected score) of an observation. */
function chanceOf({ example, rows, values }: Data, r: number, at: Float64Array, ease: Float64Array): number {
  const row = rows[r] as Int32Array;
  const value = values[r] as Float64Array;
  let odds = ease[example[r] as number] as number;
  for (let k = 0; k < row.length; k += 1) odds += (at[row[k] as number] as number) * (value[k] as number);
  return sigmoid(odds);
}

function quadraticAt(data: Data, { at, ease, prior, precision, dispersion }: Point): Quadratic {
  const size = at.length;
  const easePrecision = 1 / EASE_SD ** 2;
  const hessian = new Float64Array(size * size);
  const gradient = at.map((value, i) => -(precision[i] ?? 0) * (value - (prior[i] ?? 0)));
  for (let i = 0; i < size; i += 1) hessian[i * size + i] = precision[i] ?? 0;
  const easeHessian = new Float64Array(ease.length).fill(easePrecision);
  const easeGradient = ease.map((value) => -easePrecision * value);
  const shared = Array.from(ease, () => new Float64Array(size));
  for (let r = 0; r < data.rows.length; r += 1) {
    const example = data.example[r] as number;
    const row = data.rows[r] as Int32Array;
    const value = data.values[r] as Float64Array;
    const p = chanceOf(data, r, at, ease);
    const weight = Math.max(1e-6, p * (1 - p)) / dispersion;
    const residual = ((data.score[r] as number) - p) / dispersion;
    easeHessian[example] = (easeHessian[example] as number) + weight;
    easeGradient[example] = (easeGradient[example] as number) + residual;
    const own = shared[example] as Float64Array;
    for (let k = 0; k < row.length; k += 1) {
      const i = row[k] as number;
      const weighted = weight * (value[k] as number);
      gradient[i] = (gradient[i] as number) + residual * (value[k] as number);
      own[i] = (own[i] as number) + weighted;
      const start = i * size;
      for (let l = 0; l <= k; l += 1) {
        // Rows are in the order of the parameters, so this is the lower half.
        const cell = start + (row[l] as number);
        hessian[cell] = (hessian[cell] as number) + weighted * (value[l] as number);
      }
    }
  }
  return { hessian, gradient, easeHessian, easeGradient, shared };
}

/** Takes the examples' ease out of the system of the parameters. */
function eliminateEase(
  { hessian, gradient, easeHessian, easeGradient, shared }: Quadratic,
  touched: readonly Int32Array[],
  size: number,
): void {
  for (const [example, rows] of touched.entries()) {
    const scale = 1 / (easeHessian[example] ?? 1);
    const pull = (easeGradient[example] ?? 0) * scale;
    const own = shared[example] as Float64Array;
    for (let k = 0; k < rows.length; k += 1) {
      const i = rows[k] as number;
      const scaled = (own[i] as number) * scale;
      gradient[i] = (gradient[i] as number) - (own[i] as number) * pull;
      const start = i * size;
      for (let l = 0; l <= k; l += 1) {
        const j = rows[l] as number;
        hessian[start + j] = (hessian[start + j] as number) - scaled * (own[j] as number);
      }
    }
  }
}

function logEvidenceOf(data: Data, { at, ease, prior, precision, dispersion }: Point, factor: Float64Array): number {
  const size = at.length;
  const easeHessian = new Float64Array(ease.length).fill(1 / EASE_SD ** 2);
  let sum = 0;
  for (let r = 0; r < data.rows.length; r += 1) {
    const [example, score] = [data.example[r] as number, data.score[r] as number];
    const p = chanceOf(data, r, at, ease);
    easeHessian[example] = (easeHessian[example] as number) + Math.max(1e-6, p * (1 - p)) / dispersion;
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

/**
 * How much less the scores vary than right-or-wrong ones would (McCullagh and Nelder, 1989, section 4.5): shares of
 * fields are closer to their mean. 1 for scores of 0 and 1.
 */
function dispersionOf(data: Data, { level, means, ease }: Posterior): number {
  if (data.score.every((score) => score === 0 || score === 1)) return 1;
  const at = Float64Array.from([level, ...means]);
  const sum = data.score.reduce((total, score, r) => {
    const p = Math.min(0.98, Math.max(0.02, chanceOf(data, r, at, ease)));
    return total + (score - p) ** 2 / (p * (1 - p));
  }, 0);
  // The fit follows its data: about half as many degrees of freedom as rollouts are left in a small stage.
  return Math.min(1, Math.max(0.1, (1.3 * sum) / Math.max(1, data.score.length)));
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

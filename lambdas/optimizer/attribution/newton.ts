/** The mode of the model's posterior and its curvature there, by Newton's method. */
import { cholesky, inverseFrom, solveWith } from './linear-algebra.ts';
import { chanceOf, type Data } from './observations.ts';

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
export function newtonFit(
  data: Data,
  priors: readonly Prior[],
  dispersion: number,
  start: Posterior | null,
): Posterior {
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

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

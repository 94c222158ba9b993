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
  /** Covariance of two parameters. */
  covariance(first: number, second: number): number;
}

/** Spread of the examples' ease, log odds: from hardly ever to nearly always right is usual. */
const EASE_SD = 2;
const LEVEL_SD = 3;
const MOST_STEPS = 40;
const CONVERGED = 1e-7;
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
  const first = newtonFit(ordered, examples, priors, 1);
  const dispersion = dispersionOf(ordered, first);
  return dispersion === 1 ? first : newtonFit(ordered, examples, priors, dispersion);
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

/** Sums in floating point depend on their order, so there is one. */
function inOrder(observations: readonly Observation[]): Observation[] {
  const key = ({ terms, score }: Observation): string =>
    `${score} ${terms.map(({ parameter, value }) => `${parameter}:${value}`).join(' ')}`;
  return observations
    .map((observation) => ({ observation, key: key(observation) }))
    .sort((a, b) => a.observation.example - b.observation.example || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ observation }) => observation);
}

/**
 * Newton steps. The examples' ease is eliminated first (each acts on its own example alone), so that the matrix has a row
 * a parameter however many examples there are.
 */
function newtonFit(
  observations: readonly Observation[],
  examples: number,
  priors: readonly Prior[],
  dispersion: number,
): Posterior {
  const size = priors.length + 1;
  const at = new Float64Array(size);
  for (const [i, { mean }] of priors.entries()) at[i + 1] = mean;
  const ease = new Float64Array(examples);
  const precision = Float64Array.from({ length: size }, (_, i) => 1 / (i === 0 ? LEVEL_SD : (priors[i - 1]?.sd ?? 1)) ** 2);
  const easePrecision = 1 / EASE_SD ** 2;
  const rows = observations.map(({ terms }) => [{ parameter: -1, value: 1 }, ...terms]);
  let inverse: Float64Array = new Float64Array(size * size);

  for (let step = 0; step < MOST_STEPS; step += 1) {
    const hessian = new Float64Array(size * size);
    const gradient = new Float64Array(size);
    for (let i = 0; i < size; i += 1) {
      const prior = i === 0 ? 0 : (priors[i - 1]?.mean ?? 0);
      hessian[i * size + i] = precision[i] ?? 0;
      gradient[i] = -(precision[i] ?? 0) * ((at[i] ?? 0) - prior);
    }
    const easeHessian = new Float64Array(examples).fill(easePrecision);
    const easeGradient = ease.map((value) => -easePrecision * value);
    const shared = Array.from({ length: examples }, () => new Map<number, number>());
    for (const [r, { example, score }] of observations.entries()) {
      const terms = rows[r] ?? [];
      let odds = ease[example] ?? 0;
      for (const { parameter, value } of terms) odds += (at[parameter + 1] ?? 0) * value;
      const p = sigmoid(odds);
      const weight = Math.max(1e-6, p * (1 - p)) / dispersion;
      const residual = (score - p) / dispersion;
      easeHessian[example] = (easeHessian[example] ?? 0) + weight;
      easeGradient[example] = (easeGradient[example] ?? 0) + residual;
      const row = shared[example];
      for (const { parameter, value } of terms) {
        const i = parameter + 1;
        gradient[i] = (gradient[i] ?? 0) + residual * value;
        row?.set(i, (row.get(i) ?? 0) + weight * value);
        for (const other of terms) {
          const cell = i * size + other.parameter + 1;
          hessian[cell] = (hessian[cell] ?? 0) + weight * value * other.value;
        }
      }
    }
    for (const [example, row] of shared.entries()) {
      const scale = 1 / (easeHessian[example] ?? 1);
      const pull = (easeGradient[example] ?? 0) * scale;
      for (const [i, value] of row) {
        gradient[i] = (gradient[i] ?? 0) - value * pull;
        for (const [j, other] of row) hessian[i * size + j] = (hessian[i * size + j] ?? 0) - value * other * scale;
      }
    }
    const factor = cholesky(hessian, size);
    const move = solveWith(factor, gradient, size);
    const easeMove = new Float64Array(examples);
    for (const [example, row] of shared.entries()) {
      let sum = easeGradient[example] ?? 0;
      for (const [i, value] of row) sum -= value * (move[i] ?? 0);
      easeMove[example] = sum / (easeHessian[example] ?? 1);
    }
    const longest = Math.max(largest(move), largest(easeMove));
    const share = Math.min(1, LONGEST_STEP / Math.max(longest, 1e-12));
    for (let i = 0; i < size; i += 1) at[i] = (at[i] ?? 0) + share * (move[i] ?? 0);
    for (let i = 0; i < examples; i += 1) ease[i] = (ease[i] ?? 0) + share * (easeMove[i] ?? 0);
    if (longest < CONVERGED || step === MOST_STEPS - 1) {
      inverse = inverseFrom(factor, size);
      break;
    }
  }
  return {
    level: at[0] ?? 0,
    ease,
    means: at.slice(1),
    covariance: (first, second) => inverse[(first + 1) * size + second + 1] ?? 0,
  };
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

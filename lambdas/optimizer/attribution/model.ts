/**
 * The statistical model behind attribution: a logistic regression with Gaussian priors, fitted by Newton's method, with
 * the posterior's Laplace approximation (Bishop, Pattern Recognition and Machine Learning, 2006, sections 4.3.3 and 4.4).
 *
 * The log odds of a rollout's score are the sum of a level, the example's own ease, and what each unit in the prompt adds.
 * Log odds, since a rule can help only where the answer was wrong, and break only what was right. Scores may be anything
 * in [0, 1]; failed rollouts are not given, so they say nothing.
 */
import { newtonFit, type Posterior, type Prior } from './newton.ts';
import { chanceOf, type Data, dataOf, type Observation, type Term, usedIn } from './observations.ts';

/**
 * Fits the model, as often as there are priors to try: each fit starts where the last one ended. The answer does not
 * depend on the order of the observations.
 *
 * @param examples how many there are; `Observation.example` counts from 0
 * @returns the fit by the priors of all parameters
 */
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

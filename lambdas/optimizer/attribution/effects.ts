/** What the posterior says in points: what each unit does to the mean score, and what a whole prompt would score. */
import type { Unit, UnitEffect } from '../../contracts/attribution.ts';
import { excludes } from '../units/pool.ts';
import type { Design } from './evidence.ts';
import { logOdds, type Posterior, sigmoid } from './model.ts';

/** Points of the three-dimensional normal that stand for the posterior of a unit's effect. */
const DRAWS = 128;
/** Examples over which an effect is averaged, at most. */
const MOST_EXAMPLES = 300;

/** A model fitted to a design, as the rest of the strategy asks it. */
export interface Fitted {
  readonly design: Design;
  readonly posterior: Posterior;
  /** Examples that stand for all. */
  readonly examples: readonly number[];
}

export function fittedOf(design: Design, posterior: Posterior, exampleCount: number): Fitted {
  const stride = Math.max(1, exampleCount / MOST_EXAMPLES);
  const count = Math.min(exampleCount, MOST_EXAMPLES);
  return { design, posterior, examples: Array.from({ length: count }, (_, i) => Math.floor(i * stride)) };
}

/** Chance (or expected score) of an example under a prompt. */
export function predict({ design, posterior }: Fitted, included: readonly Unit[], example: number): number {
  const terms = included.flatMap((unit) => design.termsOf(unit, example));
  return sigmoid(logOdds(posterior, example, [...terms, ...design.pairTerms(included, example)]));
}

/** Mean score that a prompt would have. */
export function predictMean(fitted: Fitted, included: readonly Unit[]): number {
  const { examples } = fitted;
  return examples.reduce((sum, example) => sum + predict(fitted, included, example), 0) / Math.max(1, examples.length);
}

/**
 * Effect of each of `units` in the company of `included`: with it and without what it excludes, against `included` as it
 * is; or, for a unit that is in, against `included` without it. The mean is over the examples that it was not written
 * for, the interval from the uncertainty of the parameters of the unit and of what it would replace.
 *
 * @param counts scored rollouts with and without each unit, which go into the answer as they are
 */
export function effectsOf(
  fitted: Fitted,
  included: readonly Unit[],
  units: readonly Unit[],
  counts: ReadonlyMap<string, { with: number; without: number }>,
): Record<string, UnitEffect> {
  const odds = new OddsCache(fitted);
  return Object.fromEntries(
    units.map((unit) => [
      unit.id,
      { ...effectOf(fitted, included, unit, odds), ...(counts.get(unit.id) ?? { with: 0, without: 0 }) },
    ]),
  );
}

/** Log odds of each example under the same company, worked out once. */
class OddsCache {
  private readonly fitted: Fitted;
  private readonly known = new Map<string, Float64Array>();
  constructor(fitted: Fitted) {
    this.fitted = fitted;
  }

  of(units: readonly Unit[]): Float64Array {
    const key = units.map(({ id }) => id).join(' ');
    const cached = this.known.get(key);
    if (cached !== undefined) return cached;
    const { design, posterior, examples } = this.fitted;
    const odds = Float64Array.from(examples, (example) =>
      logOdds(posterior, example, [
        ...units.flatMap((unit) => design.termsOf(unit, example)),
        ...design.pairTerms(units, example),
      ]),
    );
    this.known.set(key, odds);
    return odds;
  }
}

function effectOf(
  fitted: Fitted,
  included: readonly Unit[],
  unit: Unit,
  odds: OddsCache,
): Omit<UnitEffect, 'with' | 'without'> {
  const { design, posterior, examples } = fitted;
  const isIn = included.some(({ id }) => id === unit.id);
  const company = included.filter((other) => other.id !== unit.id && !excludes(unit, other));
  const before = odds.of(isIn ? company : included);
  const after = odds.of(isIn ? included : [...company, unit]);
  // What moves between the two sides: the unit's own parameters, less those of what it stands in for.
  const general = design.parameterOf(unit);
  const replaced = isIn
    ? []
    : included.filter((other) => excludes(unit, other)).map((other) => design.parameterOf(other));
  const aimed = general + 1;
  const named = general + 2;
  const moved = [general, ...replaced];
  const sign = (parameter: number): number => (parameter === general ? 1 : -1);
  const variance = moved.reduce(
    (sum, a) => sum + moved.reduce((row, b) => row + sign(a) * sign(b) * posterior.covariance(a, b), 0),
    0,
  );
  const withMoved = (parameter: number): number =>
    moved.reduce((sum, a) => sum + sign(a) * posterior.covariance(a, parameter), 0);
  const spread = factorOf([
    [variance],
    [withMoved(aimed), posterior.covariance(aimed, aimed)],
    [withMoved(named), posterior.covariance(named, aimed), posterior.covariance(named, named)],
  ]);
  const others = examples.flatMap((example, i) =>
    design.isOwn(unit, example)
      ? []
      : [
          {
            before: sigmoid(before[i] ?? 0),
            after: after[i] ?? 0,
            weight: 1,
            aim: design.aim(unit, example),
            name: design.named(unit, example),
          },
        ],
  );
  const own = examples.flatMap((example, i) =>
    design.isOwn(unit, example) ? [sigmoid(after[i] ?? 0) - sigmoid(before[i] ?? 0)] : [],
  );
  return {
    ...summary(others, spread),
    own: own.length === 0 ? null : own.reduce((sum, value) => sum + value, 0) / own.length,
  };
}

/** An example with a unit and without it: a chance, log odds, and how the unit's parameters act on it. */
export interface Contrast {
  readonly before: number;
  readonly after: number;
  readonly weight: number;
  readonly aim: number;
  readonly name: number;
}

/** Mean, interval and probability of harm of a weighted mean of contrasts, over the posterior of the unit's parameters. */
export function summary(
  contrasts: readonly Contrast[],
  spread: (point: Triple) => Triple,
): Pick<UnitEffect, 'mean' | 'ci95' | 'harm'> {
  const total = contrasts.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const draws = NORMAL_DRAWS.map((point) => {
    const [first, second, third] = spread(point);
    let sum = 0;
    for (const { before, after, weight, aim, name } of contrasts) {
      sum += weight * (sigmoid(after + first + second * aim + third * name) - before);
    }
    return sum / total;
  }).sort((a, b) => a - b);
  const mean = draws.reduce((sum, draw) => sum + draw, 0) / DRAWS;
  return {
    mean,
    ci95: [quantile(draws, 0.025), quantile(draws, 0.975)],
    harm: draws.filter((draw) => draw < 0).length / DRAWS,
  };
}

export type Triple = readonly [number, number, number];

/** Turns points of the standard normal into draws with the given covariance (its lower half). */
export function factorOf(lower: readonly (readonly number[])[]): (point: Triple) => Triple {
  const [[a2 = 0] = [], [ab = 0, b2 = 0] = [], [ac = 0, bc = 0, c2 = 0] = []] = lower;
  const a = Math.sqrt(Math.max(0, a2));
  const ba = a === 0 ? 0 : ab / a;
  const ca = a === 0 ? 0 : ac / a;
  const b = Math.sqrt(Math.max(0, b2 - ba * ba));
  const cb = b === 0 ? 0 : (bc - ca * ba) / b;
  const c = Math.sqrt(Math.max(0, c2 - ca * ca - cb * cb));
  return ([x, y, z]) => [a * x, ba * x + b * y, ca * x + cb * y + c * z];
}

function quantile(sorted: readonly number[], share: number): number {
  const position = share * (sorted.length - 1);
  const low = sorted[Math.floor(position)] ?? 0;
  const high = sorted[Math.ceil(position)] ?? low;
  return low + (position - Math.floor(position)) * (high - low);
}

/**
 * Points of the standard normal in three dimensions, evenly spread: the R3 sequence (Roberts, 2018) through the normal's
 * quantiles, with each point's mirror image so that means are exact.
 */
const NORMAL_DRAWS: readonly Triple[] = Array.from({ length: DRAWS / 2 }, (_, i): Triple[] => {
  const coordinate = (step: number): number => normalQuantile((0.5 + step * (i + 1)) % 1);
  const [x, y, z] = [0.8191725133961645, 0.6710436067037893, 0.5497004779019703].map(coordinate);
  const point: Triple = [x ?? 0, y ?? 0, z ?? 0];
  return [point, [-point[0], -point[1], -point[2]]];
}).flat();

/** Quantile of the standard normal (Winitzki's approximation of the inverse error function; error below 0.003). */
function normalQuantile(share: number): number {
  const x = 2 * Math.min(1 - 1e-9, Math.max(1e-9, share)) - 1;
  const log = Math.log(1 - x * x);
  const a = 0.147;
  const half = 2 / (Math.PI * a) + log / 2;
  return Math.sign(x) * Math.sqrt(2) * Math.sqrt(Math.sqrt(half * half - log / a) - half);
}

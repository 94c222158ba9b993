/** What the posterior says in points: what each unit does to the mean score, and what a whole prompt would score. */
import type { Unit, UnitEffect } from '../../contracts/attribution.ts';
import { excludes } from '../units/pool.ts';
import type { Design } from './evidence.ts';
import type { Posterior } from './newton.ts';
import { sigmoid } from './observations.ts';

/** Points of the three-dimensional normal that stand for the posterior of a unit's effect. */
const DRAWS = 96;
/** Examples over which an effect is averaged, at most. */
const MOST_EXAMPLES = 300;

/** A model fitted to a design, as the rest of the strategy asks it. */
export interface Fitted {
  readonly design: Design;
  readonly posterior: Posterior;
  /** Examples that stand for all. */
  readonly examples: readonly number[];
  /** What a unit adds to the log odds of each example. */
  contribution(unit: Unit): Float64Array;
}

export function fittedOf(design: Design, posterior: Posterior, exampleCount: number): Fitted {
  const stride = Math.max(1, exampleCount / MOST_EXAMPLES);
  const count = Math.min(exampleCount, MOST_EXAMPLES);
  const known = new Map<string, Float64Array>();
  return {
    design,
    posterior,
    examples: Array.from({ length: count }, (_, i) => Math.floor(i * stride)),
    contribution(unit) {
      const cached = known.get(unit.id);
      if (cached !== undefined) return cached;
      const sums = Float64Array.from({ length: exampleCount }, (_, example) => {
        let sum = 0;
        for (const { parameter, value } of design.termsOf(unit, example))
          sum += (posterior.means[parameter] ?? 0) * value;
        return sum;
      });
      known.set(unit.id, sums);
      return sums;
    },
  };
}

/** Log odds of each example under a prompt. */
export function oddsOf({ design, posterior, contribution }: Fitted, included: readonly Unit[]): Float64Array {
  const odds = posterior.ease.map((ease) => ease + posterior.level);
  const add = (more: Float64Array, times: number): void => {
    for (let example = 0; example < odds.length; example += 1) {
      odds[example] = (odds[example] ?? 0) + times * (more[example] ?? 0);
    }
  };
  for (const unit of included) add(contribution(unit), 1);
  for (const { parameter, strength } of design.pairsAmong(included)) add(strength, posterior.means[parameter] ?? 0);
  return odds;
}

/** Chance (or expected score) of each example under a prompt. */
export function predict(fitted: Fitted, included: readonly Unit[]): Float64Array {
  return oddsOf(fitted, included).map(sigmoid);
}

/** Mean score that a prompt would have. */
export function predictMean(fitted: Fitted, included: readonly Unit[]): number {
  const chances = predict(fitted, included);
  const { examples } = fitted;
  return examples.reduce((sum, example) => sum + (chances[example] ?? 0), 0) / Math.max(1, examples.length);
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
    const odds = this.known.get(key) ?? oddsOf(this.fitted, units);
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
  const others = new Contrasts(examples.length);
  let own = 0;
  let owns = 0;
  for (const example of examples) {
    const [from, to] = [sigmoid(before[example] ?? 0), after[example] ?? 0];
    if (design.isOwn(unit, example)) {
      own += sigmoid(to) - from;
      owns += 1;
    } else others.add(from, to, 1, design.aim(unit, example), design.named(unit, example));
  }
  return { ...others.summary(spread), own: owns === 0 ? null : own / owns };
}

/** Examples with a unit and without it. */
export class Contrasts {
  private readonly after: Float64Array;
  private readonly weight: Float64Array;
  private readonly aim: Float64Array;
  private readonly name: Float64Array;
  private count = 0;
  private before = 0;
  private total = 0;

  constructor(most: number) {
    [this.after, this.weight, this.aim, this.name] = [0, 0, 0, 0].map(() => new Float64Array(most)) as Four;
  }

  /** An example: its chance without the unit, its log odds with it, and how the unit's parameters act on it. */
  add(before: number, after: number, weight: number, aim: number, name: number): void {
    const at = this.count;
    this.after[at] = after;
    this.weight[at] = weight;
    this.aim[at] = aim;
    this.name[at] = name;
    this.before += weight * before;
    this.total += weight;
    this.count += 1;
  }

  /** Mean, interval and probability of harm of the weighted mean, over the posterior of the unit's parameters. */
  summary(spread: (point: Triple) => Triple): Pick<UnitEffect, 'mean' | 'ci95' | 'harm'> {
    const total = this.total || 1;
    const draws = new Float64Array(DRAWS);
    for (const [d, point] of NORMAL_DRAWS.entries()) {
      const [first, second, third] = spread(point);
      let sum = 0;
      for (let i = 0; i < this.count; i += 1) {
        const odds =
          (this.after[i] as number) + first + second * (this.aim[i] as number) + third * (this.name[i] as number);
        sum += (this.weight[i] as number) / (1 + Math.exp(-odds));
      }
      draws[d] = (sum - this.before) / total;
    }
    draws.sort();
    return {
      mean: draws.reduce((sum, draw) => sum + draw, 0) / DRAWS,
      ci95: [quantile(draws, 0.025), quantile(draws, 0.975)],
      harm: draws.filter((draw) => draw < 0).length / DRAWS,
    };
  }
}

type Four = [Float64Array, Float64Array, Float64Array, Float64Array];
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

function quantile(sorted: Float64Array, share: number): number {
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

/** What the units of a run truly do, against what the run said of them. */
import type { Archive } from '../lambdas/contracts/artifacts.ts';
import { BASELINE_ID } from '../lambdas/optimizer/archive.ts';
import { baselineOf } from '../lambdas/optimizer/steps/search.ts';
import { fromBits } from '../lambdas/optimizer/units/bits.ts';
import { composePrompt } from '../lambdas/optimizer/units/compose.ts';
import { excludes } from '../lambdas/optimizer/units/pool.ts';
import type { World } from './worlds/world.ts';

export interface MeasuredUnit {
  readonly truth: number;
  readonly estimate: number;
  readonly covered: boolean;
  /** Rollouts in which it was in. */
  readonly rollouts: number;
  /** Whether a reply brought it; otherwise it is the user's own. */
  readonly isEdit: boolean;
}

/** Every unit with an effect, beside its true effect in the company of the best prompt. */
export function trueEffects(world: World, archive: Archive): MeasuredUnit[] {
  const { attribution } = archive;
  if (attribution === null) return [];
  const { pool, compositions, effects } = attribution;
  const best = fromBits(pool, compositions[archive.winnerId ?? BASELINE_ID]?.units ?? '');
  const scoreOf = (included: ReadonlySet<string>): number =>
    world.trueScore({ ...baselineOf(archive), ...composePrompt(pool, included) });
  const known = pool.units.filter(({ id }) => best.has(id));
  return pool.units.flatMap((unit): MeasuredUnit[] => {
    const effect = effects[unit.id];
    if (effect === undefined) return [];
    const others = known.filter((other) => other.id !== unit.id && !excludes(unit, other));
    const isIn = best.has(unit.id);
    const without = new Set((isIn ? others : known).map(({ id }) => id));
    const within = new Set([...others.map(({ id }) => id), unit.id]);
    const truth = scoreOf(within) - scoreOf(without);
    const [low, high] = effect.ci95;
    return [
      {
        truth,
        estimate: effect.mean,
        covered: low <= truth && truth <= high,
        rollouts: effect.with,
        isEdit: unit.origins.length > 0,
      },
    ];
  });
}

/** Spearman's rank correlation of estimate and truth, ties at their mean rank; null for fewer than three or no variation. */
export function spearman(units: readonly MeasuredUnit[]): number | null {
  if (units.length < 3) return null;
  const x = ranksOf(units.map(({ estimate }) => estimate));
  const y = ranksOf(units.map(({ truth }) => Math.round(truth * 1e4) / 1e4));
  const mean = (units.length + 1) / 2;
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (const [i, rank] of x.entries()) {
    const other = y[i] ?? 0;
    xy += (rank - mean) * (other - mean);
    xx += (rank - mean) ** 2;
    yy += (other - mean) ** 2;
  }
  return xx === 0 || yy === 0 ? null : xy / Math.sqrt(xx * yy);
}

function ranksOf(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 + 1);
}

/** What the units of a run truly do, against what the run said of them. */
import type { Archive } from '../lambdas/contracts/artifacts.ts';
import type { AttributionState } from '../lambdas/contracts/attribution.ts';
import { BASELINE_ID } from '../lambdas/optimizer/archive.ts';
import { baselineOf } from '../lambdas/optimizer/steps/search.ts';
import { fromBits, toBits } from '../lambdas/optimizer/units/bits.ts';
import { composePrompt } from '../lambdas/optimizer/units/compose.ts';
import { excludes } from '../lambdas/optimizer/units/pool.ts';
import type { World } from './worlds/world.ts';

export interface MeasuredUnit {
  /** In the company of the mixtures that were run, which is what the report tells; and in that of the best prompt. */
  readonly truth: number;
  readonly truthInBest: number;
  readonly estimate: number;
  readonly ci95: readonly [number, number];
  /** Rollouts in which it was in. */
  readonly rollouts: number;
  /** Whether a reply brought it; otherwise it is the user's own. */
  readonly isEdit: boolean;
}

/** Prompts in whose company a true effect is averaged: a sample, since each costs two true scores a unit. */
const COMPANIES = 40;

/** Every unit with an effect, beside its true effect: with it against without it, what it excludes being out. */
export function trueEffects(world: World, archive: Archive): MeasuredUnit[] {
  const { attribution } = archive;
  if (attribution === null) return [];
  const { pool, compositions, effects } = attribution;
  const best = fromBits(pool, compositions[archive.winnerId ?? BASELINE_ID]?.units ?? '');
  const companies = sampleOfCompanies(archive, attribution);
  const known = new Map<string, number>();
  const scoreOf = (included: ReadonlySet<string>): number => {
    const key = toBits(pool, included);
    const score = known.get(key) ?? world.trueScore({ ...baselineOf(archive), ...composePrompt(pool, included) });
    known.set(key, score);
    return score;
  };
  return pool.units.flatMap((unit): MeasuredUnit[] => {
    const effect = effects[unit.id];
    if (effect === undefined) return [];
    const excluded = new Set(pool.units.filter((other) => excludes(unit, other)).map(({ id }) => id));
    const effectAmong = (company: ReadonlySet<string>): number => {
      const without = new Set([...company].filter((id) => id !== unit.id && !excluded.has(id)));
      return scoreOf(new Set([...without, unit.id])) - scoreOf(without);
    };
    return [
      {
        truth: companies.reduce((sum, company) => sum + effectAmong(company), 0) / companies.length,
        truthInBest: effectAmong(best),
        estimate: effect.mean,
        ci95: effect.ci95,
        rollouts: effect.with,
        isEdit: unit.origins.length > 0,
      },
    ];
  });
}

/** Prompts of the run, drawn evenly from its scored rollouts, every example counting the same. */
function sampleOfCompanies(archive: Archive, { pool, mixtures, compositions }: AttributionState): Set<string>[] {
  const scored = archive.scores.filter(([id, , , , score]) => score !== null && (mixtures[id] ?? compositions[id]));
  const seen = new Map<string, number>();
  for (const [, split, example] of scored) {
    const key = `${split}:${example}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  const step = seen.size / COMPANIES;
  const companies: Set<string>[] = [];
  let passed = 0;
  for (const [id, split, example] of scored) {
    passed += 1 / (seen.get(`${split}:${example}`) ?? 1);
    if (passed < (companies.length + 0.5) * step) continue;
    companies.push(fromBits(pool, (mixtures[id] ?? compositions[id])?.units ?? ''));
  }
  return companies;
}

/** Spearman's rank correlation of two columns, ties at their mean rank; null for fewer than three pairs or no variation. */
export function spearman(pairs: readonly (readonly [number, number])[]): number | null {
  if (pairs.length < 3) return null;
  const [x, y] = [0, 1].map((column) => ranksOf(pairs.map((pair) => Math.round((pair[column] ?? 0) * 1e4))));
  const mean = (pairs.length + 1) / 2;
  let xy = 0;
  let xx = 0;
  let yy = 0;
  for (const [i, rank] of (x ?? []).entries()) {
    const other = y?.[i] ?? 0;
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

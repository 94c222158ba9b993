/**
 * The mixtures of a stage: each rollout runs on a random subset of the units that are being tried, so that every rollout
 * tests all of them at once. Mixtures come in pairs on the same example, where one has what the other lacks: the
 * example's own difficulty then cancels, and each unit is in as often as out.
 */
import type { Unit, UnitEffect } from '../../contracts/attribution.ts';
import type { Random } from '../random.ts';
import { excludes } from '../units/pool.ts';

/** How often a seed unit is out before anything is known, at most; and how many of them at once, on average. */
const SEED_OUT = 0.1;
const SEEDS_OUT_AT_ONCE = 1;
/** How often an accepted edit is out, at least; doubt adds to it. */
const EDIT_OUT = 0.04;
const MOST_OUT = 0.5;

export interface Roster {
  /** Units of the incumbent that are not on trial. */
  readonly kept: readonly Unit[];
  /** Units on trial, in the incumbent (deletions) or not. */
  readonly onTrial: readonly Unit[];
  readonly effects: Readonly<Record<string, UnitEffect>>;
}

/** Draws one mixture and its counterpart. Units that exclude each other are never both in; protected ones always are. */
export function drawPair(roster: Roster, random: Random): [Unit[], Unit[]] {
  const first = drawMixture(roster, random, null);
  return [first, drawMixture(roster, random, new Set(first.map(({ id }) => id)))];
}

function drawMixture(roster: Roster, random: Random, counterpart: ReadonlySet<string> | null): Unit[] {
  const { kept, onTrial } = roster;
  const chosen: Unit[] = [];
  const order = random.shuffle(onTrial);
  for (const [i, unit] of order.entries()) {
    if (chosen.some((other) => excludes(unit, other))) continue;
    const rivals = order.slice(i + 1).filter((other) => excludes(unit, other));
    const isIn = random.next() < chanceOf(unit, rivals.length, kept);
    // A unit without rivals on trial is in exactly one of the two.
    const opposite = counterpart !== null && !onTrial.some((other) => excludes(unit, other));
    if (opposite ? !counterpart.has(unit.id) : isIn) chosen.push(unit);
  }
  const seeds = kept.filter(({ origins, protected: isProtected }) => origins.length === 0 && !isProtected).length;
  for (const unit of kept) {
    if (chosen.some((other) => excludes(unit, other))) continue;
    if (unit.protected || random.next() >= chanceOut(unit, roster, seeds)) chosen.push(unit);
  }
  return chosen;
}

/** The same chance for each of those that exclude each other, the incumbent's own unit among them. */
function chanceOf(unit: Unit, rivals: number, kept: readonly Unit[]): number {
  const hasIncumbent = kept.some((other) => excludes(unit, other));
  return 1 / (rivals + 1 + (hasIncumbent || rivals === 0 ? 1 : 0));
}

/** Rarely, and more often the more likely it is that the unit does harm. */
function chanceOut(unit: Unit, { effects }: Roster, seeds: number): number {
  const harm = effects[unit.id]?.harm;
  if (unit.origins.length === 0) {
    const rare = Math.min(SEED_OUT, SEEDS_OUT_AT_ONCE / Math.max(1, seeds));
    return Math.min(MOST_OUT, rare + Math.max(0, (harm ?? 0) - 0.5));
  }
  return Math.min(MOST_OUT, EDIT_OUT + (harm ?? 0.3) / 2);
}

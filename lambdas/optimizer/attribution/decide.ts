/** What becomes of each unit after a stage: what probably helps enters, what harms leaves, whatever its age. Pure. */
import type { Unit, UnitEffect } from '../../contracts/attribution.ts';
import { excludes } from '../units/pool.ts';

/** Probabilities of harm at which units move. */
export interface Thresholds {
  /** An edit on trial with less enters the incumbent. */
  readonly enter: number;
  /** An edit with more leaves. */
  readonly leave: number;
  /** A unit of the user's own prompt with more leaves: it has the benefit of the doubt. */
  readonly seedLeaves: number;
  /** Stages that an edit may be on trial. */
  readonly trials: number;
}

/** While the search goes on. */
export const SEARCHING: Thresholds = { enter: 0.35, leave: 0.7, seedLeaves: 0.9, trials: 3 };
/** Whole rewrites compete with each other and with the incumbent: the best one so far goes on, as long as it is likelier better. */
const WHOLE_ENTERS = 0.45;

type Status = Unit['status'];

export interface Standing {
  readonly units: readonly Unit[];
  /** Ids of the units that are in the incumbent. */
  readonly incumbent: ReadonlySet<string>;
  /** In the company of the incumbent. */
  readonly effects: Readonly<Record<string, UnitEffect>>;
  /** Stages that a unit has been on trial so far. */
  trials(unit: Unit): number;
}

/**
 * The status of each unit. Of units that exclude each other one stays: a newcomer was compared with what it would replace,
 * so it goes first, and among newcomers the one with the highest mean.
 */
export function decide(standing: Standing, thresholds: Thresholds): Map<string, Status> {
  const { units, incumbent, effects } = standing;
  const wanted = new Map(units.map((unit) => [unit.id, wantedStatus(unit, standing, thresholds)]));
  const meanOf = ({ id }: Unit): number => effects[id]?.mean ?? 0;
  const age = ({ id }: Unit): number => (incumbent.has(id) ? 1 : 0);
  const stay: Unit[] = [];
  const ranked = units
    .filter(({ id }) => wanted.get(id) === 'kept')
    .sort((a, b) => age(a) - age(b) || meanOf(b) - meanOf(a));
  for (const unit of ranked) {
    if (stay.some((other) => excludes(unit, other))) wanted.set(unit.id, 'out');
    else stay.push(unit);
  }
  return wanted;
}

function wantedStatus(unit: Unit, { incumbent, effects, trials }: Standing, limits: Thresholds): Status {
  if (unit.protected && incumbent.has(unit.id)) return 'kept';
  if (unit.status === 'out') return 'out';
  const harm = effects[unit.id]?.harm;
  if (unit.origins.length === 0) return harm !== undefined && harm > limits.seedLeaves ? 'out' : 'kept';
  if (incumbent.has(unit.id)) return harm !== undefined && harm > limits.leave ? 'out' : 'kept';
  if (harm === undefined) return trials(unit) >= limits.trials ? 'out' : 'on_trial';
  if (harm < (unit.whole ? WHOLE_ENTERS : limits.enter)) return 'kept';
  return harm > limits.leave || trials(unit) >= limits.trials ? 'out' : 'on_trial';
}

/** Between stages: the model is fitted anew, and each unit's effect and status follow from it. */
import type { Archive } from '../../contracts/artifacts.ts';
import type { AttributionState, Unit, UnitEffect } from '../../contracts/attribution.ts';
import type { Search } from '../steps/search.ts';
import { fromBits } from '../units/bits.ts';
import { decide, type Thresholds } from './decide.ts';
import { effectsOf, type Fitted, fittedOf, predictMean } from './effects.ts';
import { designOf } from './evidence.ts';
import { fitModel } from './model.ts';
import { incumbentUnits, materialOf, stateOf, withinLength } from './state.ts';

/** Rounds of deciding in which each unit's effect is seen in the company that the last one chose. */
const MOST_PASSES = 4;

export function fit(archive: Archive, search: Search): Fitted {
  const material = materialOf(search);
  const design = designOf(archive, stateOf(archive), material);
  const posterior = fitModel(design.observations, material.keys.length, design.priors);
  return fittedOf(design, posterior, material.keys.length);
}

export interface Chosen {
  readonly included: readonly Unit[];
  readonly statuses: ReadonlyMap<string, Unit['status']>;
  readonly effects: Readonly<Record<string, UnitEffect>>;
  /** Mean score that the model expects of the chosen units, and of the user's prompt. */
  readonly predicted: number;
  readonly baseline: number;
}

/** Which units make the next incumbent, by the model's word. */
export function choose(archive: Archive, search: Search, fitted: Fitted, thresholds: Thresholds): Chosen {
  const state = stateOf(archive);
  const { units } = state.pool;
  const counts = countsOf(archive, state);
  let included = incumbentUnits(state);
  let statuses = new Map<string, Unit['status']>();
  const trials = (unit: Unit): number => state.trials[unit.id]?.length ?? 0;
  const measured = units.filter((unit) => !unit.protected && hasData(counts.get(unit.id)));
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const incumbent = new Set(included.map(({ id }) => id));
    const effects = effectsOf(fitted, included, measured, counts);
    statuses = decide({ units, incumbent, effects, trials }, thresholds);
    const next = byWorth(units.filter(({ id }) => statuses.get(id) === 'kept'), effects);
    const fitting = withinLength(state.pool, next, search);
    const same = fitting.length === included.length && fitting.every(({ id }) => incumbent.has(id));
    included = fitting;
    if (same) break;
  }
  return {
    included,
    statuses,
    effects: effectsOf(fitted, included, measured, counts),
    predicted: predictMean(fitted, included),
    baseline: predictMean(fitted, units.filter(({ origins }) => origins.length === 0)),
  };
}

/** The user's own units first, then the edits, the best first: what does not fit goes from the end. */
function byWorth(units: readonly Unit[], effects: Readonly<Record<string, UnitEffect>>): Unit[] {
  const worth = (unit: Unit): number => (unit.origins.length === 0 ? 2 : (effects[unit.id]?.mean ?? 0));
  return [...units].sort((a, b) => worth(b) - worth(a));
}

interface Counts {
  with: number;
  without: number;
}

/** Scored rollouts with and without each unit, from the round on in which it came. */
export function countsOf(archive: Archive, { pool, mixtures, compositions }: AttributionState): Map<string, Counts> {
  const counts = new Map(pool.units.map(({ id }): [string, Counts] => [id, { with: 0, without: 0 }]));
  const known = new Map<string, Set<string>>();
  for (const [id, , , , score] of archive.scores) {
    const mixture = mixtures[id] ?? compositions[id];
    if (score === null || mixture === undefined) continue;
    const included = known.get(id) ?? fromBits(pool, mixture.units);
    known.set(id, included);
    for (const unit of pool.units) {
      const count = counts.get(unit.id);
      if (count === undefined) continue;
      if (included.has(unit.id)) count.with += 1;
      else count.without += 1;
    }
  }
  return counts;
}

function hasData(counts: Counts | undefined): boolean {
  return counts !== undefined && counts.with > 0 && counts.without > 0;
}

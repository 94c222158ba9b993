/** Between stages: the model is fitted anew, and each unit's effect and status follow from it. */
import type { Archive } from '../../contracts/artifacts.ts';
import type { AttributionState, Unit, UnitEffect } from '../../contracts/attribution.ts';
import type { Search } from '../steps/search.ts';
import { fromBits } from '../units/bits.ts';
import { excludes } from '../units/pool.ts';
import { decide, type Thresholds } from './decide.ts';
import { effectsOf, type Fitted, fittedOf, predictMean } from './effects.ts';
import { designOf } from './evidence.ts';
import { guardModels, withinGuards } from './guarded.ts';
import { fitterOf } from './model.ts';
import { observedEffects } from './observed-effects.ts';
import { incumbentUnits, materialOf, stateOf, withinLength } from './state.ts';

/** Rounds of deciding in which each unit's effect is seen in the company that the last one chose. */
const MOST_PASSES = 4;

/**
 * What the priors leave to the data (empirical Bayes: what has the highest evidence). `GENERAL_SDS`, in log odds: where
 * words tell which examples a line is for, it does little to the others; where they do not, all that it does is general.
 * Scales of all priors: while the search goes on the middle one will do. How strong units are in this task is read from
 * the data when the prompt is handed over: where nothing helps, no unit seems to.
 */
const GENERAL_SDS = [0.3, 0.6];
const SEARCHING_SCALE = 0.65;
const SCALES = [0.3, SEARCHING_SCALE, 1.2];

/** The model fitted to all rollouts so far. */
export function fitArchive(archive: Archive, search: Search): Fitted {
  const modelWith = fitterFor(archive, search);
  return likeliestOf(GENERAL_SDS.map((general) => modelWith(SEARCHING_SCALE, general)));
}

/**
 * The model at the scale that the data speak for, and at the widest one: what is told of single units should come from
 * their own rollouts, not from what units are usually like.
 */
export function fitToConclude(archive: Archive, search: Search): { likeliest: Fitted; widest: Fitted } {
  const modelWith = fitterFor(archive, search);
  const fits = SCALES.map((scale) => likeliestOf(GENERAL_SDS.map((general) => modelWith(scale, general))));
  const likeliest = likeliestOf(fits);
  return { likeliest, widest: fits.at(-1) ?? likeliest };
}

function fitterFor(archive: Archive, search: Search): (scale: number, general: number) => Fitted {
  const material = materialOf(search);
  const { length } = material.keys;
  const design = designOf(archive, stateOf(archive), material);
  const modelOf = fitterOf(design.observations, length);
  return (scale, general) => {
    const priors = design.priorsWith(general).map(({ mean, sd }) => ({ mean, sd: sd * scale }));
    return fittedOf(design, modelOf(priors), length);
  };
}

function likeliestOf(fits: readonly Fitted[]): Fitted {
  return fits.reduce((best, one) => (one.posterior.logEvidence > best.posterior.logEvidence ? one : best));
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
  let included: readonly Unit[] = incumbentUnits(state);
  let statuses = new Map<string, Unit['status']>();
  const trials = (unit: Unit): number => state.trials[unit.id]?.length ?? 0;
  const measured = units.filter((unit) => !unit.protected && hasData(counts.get(unit.id)));
  const open = measured.filter(({ status }) => status !== 'out');
  const guards = guardModels(archive, search.task, (scored) => fitArchive(scored, search));
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const incumbent = new Set(included.map(({ id }) => id));
    const effects = effectsOf(fitted, included, open, counts);
    statuses = decide({ units, incumbent, effects, trials }, thresholds);
    const next = byWorth(
      units.filter(({ id }) => statuses.get(id) === 'kept'),
      effects,
    );
    const fitting = withinGuards(withinLength(state.pool, next, search), seedOf(units), guards);
    const same = fitting.length === included.length && fitting.every(({ id }) => incumbent.has(id));
    included = fitting;
    if (same) break;
  }
  return { ...outcomeOf(fitted, included, units), statuses, effects: effectsOf(fitted, included, measured, counts) };
}

/** An edit that is less likely than this to help is not handed over. */
const LEAST_HELP = 0.5;
/** A unit of the user's own prompt goes only when it is this likely to do harm. */
const SEED_HARM = 0.9;
/** An edit on trial that is this likely to help is taken in at the end. */
const SURE_HELP = 0.9;

/**
 * Which units make the prompt that is handed over: the incumbent's, without those that probably do not help. One goes at
 * a time, the worst first, and the others are then seen anew: of two edits that say the same one is enough.
 */
export function settle(archive: Archive, search: Search, fitted: Fitted): Chosen {
  const state = stateOf(archive);
  const { units } = state.pool;
  const counts = countsOf(archive, state);
  const measured = units.filter((unit) => !unit.protected && hasData(counts.get(unit.id)));
  const waiting = measured.filter(({ status }) => status === 'on_trial');
  let included = incumbentUnits(state);
  for (const unit of waiting) {
    if (included.some((other) => other.id === unit.id || excludes(unit, other))) continue;
    const harm = effectsOf(fitted, included, [unit], counts)[unit.id]?.harm ?? 1;
    if (1 - harm >= SURE_HELP) included = [...included, unit];
  }
  for (;;) {
    const open = included.filter((unit) => measured.includes(unit));
    const effects = effectsOf(fitted, included, open, counts);
    const excess = ({ id, origins }: Unit): number =>
      (effects[id]?.harm ?? 0) - (origins.length === 0 ? SEED_HARM : 1 - LEAST_HELP);
    const worst = open.reduce<Unit | null>(
      (most, unit) => (most === null || excess(unit) > excess(most) ? unit : most),
      null,
    );
    if (worst === null || excess(worst) <= 0) break;
    included = included.filter(({ id }) => id !== worst.id);
  }
  const guards = guardModels(archive, search.task, (scored) => fitArchive(scored, search));
  const fitting = withinLength(state.pool, byWorth(included, state.effects), search);
  included = [...withinGuards(fitting, seedOf(units), guards)];
  const ids = new Set(included.map(({ id }) => id));
  const statuses = new Map(
    units.map((unit) => [
      unit.id,
      ids.has(unit.id) ? ('kept' as const) : unit.status === 'kept' ? ('out' as const) : unit.status,
    ]),
  );
  return { ...outcomeOf(fitted, included, units), statuses, effects: effectsOf(fitted, included, measured, counts) };
}

/** Effects of all units over the rollouts in which they were seen, for the report. */
export function tell(archive: Archive, fitted: Fitted): Pick<Chosen, 'effects'> {
  const state = stateOf(archive);
  const counts = countsOf(archive, state);
  const { units } = state.pool;
  const measured = units.filter((unit) => !unit.protected && hasData(counts.get(unit.id)));
  return { effects: observedEffects(fitted, units, measured, counts) };
}

/** Effects of all units in the company of the incumbent. */
export function measure(archive: Archive, fitted: Fitted): Pick<Chosen, 'effects'> {
  const state = stateOf(archive);
  const counts = countsOf(archive, state);
  const measured = state.pool.units.filter((unit) => !unit.protected && hasData(counts.get(unit.id)));
  return { effects: effectsOf(fitted, incumbentUnits(state), measured, counts) };
}

function outcomeOf(
  fitted: Fitted,
  included: readonly Unit[],
  units: readonly Unit[],
): Pick<Chosen, 'included' | 'predicted' | 'baseline'> {
  return { included, predicted: predictMean(fitted, included), baseline: predictMean(fitted, seedOf(units)) };
}

/** The user's own units. */
function seedOf(units: readonly Unit[]): Unit[] {
  return units.filter(({ origins }) => origins.length === 0);
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

/**
 * The `attribution` strategy, turn by turn: survey of the incumbent, proposals, mixtures, a new incumbent; at the end the
 * finalists and the sealed test. Reserved before it is handed out. Pure.
 */
import type { Archive } from '../../contracts/artifacts.ts';
import type { RoundPlan, Unit } from '../../contracts/attribution.ts';
import { type Amount, howMany, minus, reflectionSlot, taskCall, times } from '../budget.ts';
import { withAdaptedConcurrency } from '../steps/concurrency.ts';
import { freeForSearch, longestOf } from '../steps/reserves.ts';
import type { Search } from '../steps/search.ts';
import { unpackWhole } from '../units/diff.ts';
import { SEARCHING } from './decide.ts';
import type { Fitted } from './effects.ts';
import { concludeFinalists, finishSearch } from './finish.ts';
import { proposalStep } from './proposals.ts';
import { finalistsShare, planRounds } from './rounds.ts';
import { stageStep, withMixtures, withSurvey } from './stages.ts';
import { incumbentUnits, newState, stateOf, withIncumbent, withState } from './state.ts';
import { choose, fitArchive, measure } from './statistics-step.ts';

/** Share of the search that is not planned, so that calls that failed can be made again. */
const HELD_FOR_RETRIES = 0.03;
/** Share of a token or cost cap that reflections may have, at their worst. */
const REFLECTION_SHARE = 0.5;

/** The archive with the step of its next turn. `folded` has everything in it that landed so far. */
export function planAttribution(folded: Archive, search: Search): Archive {
  const archive = { ...folded, turn: folded.turn + 1 };
  if (folded.step === null) return begin(archive, search);
  const { purpose } = folded.step;
  const isOutOfTime = timeIsUp(archive, search);
  if (archive.finalists !== null) return concludeFinalists(archive, search, isOutOfTime);
  if (isOutOfTime) return finishSearch(withState(archive, { due: [] }), search, 'minutes');
  switch (purpose) {
    case 'probe':
    case 'baseline':
      return stageStep(archive, search, 'baseline') ?? propose(archive, search);
    case 'survey':
      return stageStep(archive, search, 'survey') ?? propose(archive, search);
    case 'mixtures':
      return stageStep(archive, search, 'mixtures') ?? secondRung(archive, search) ?? endRound(archive, search);
    default:
      return tryProposals(archive, search);
  }
}

function begin(archive: Archive, search: Search): Archive {
  const started = { ...archive, attribution: newState(archive, search.task) };
  const planned = withPlan(started, search);
  const { plan } = stateOf(planned);
  if (plan.rounds === 0) return finishSearch(planned, search, 'rollouts');
  const surveyed = withSurvey(planned, search, null, firstSurvey(plan, search));
  return stageStep(surveyed, search, 'probe') ?? finishSearch(planned, search, 'rollouts');
}

/** Nothing is known yet: the first survey takes from its round's mixtures what makes it half as large again. */
function firstSurvey({ survey, mixtures }: Pick<RoundPlan, 'survey' | 'mixtures'>, { trainIds }: Search): number {
  return Math.min(trainIds.length, survey + Math.floor(mixtures * 0.15));
}

/** The archive with the plan for the rounds that are left, from what the caps leave now. */
function withPlan(archive: Archive, search: Search): Archive {
  const { task, facts } = search;
  const started = archive.generation;
  const longest = longestOf(archive, search);
  const call = dearest(taskCall(task, facts, 'train', longest), taskCall(task, facts, 'validation', longest));
  const slot = reflectionSlot(task, facts, longest);
  const known = stateOf(archive).plan;
  const before = rolloutsIn(freeForSearch(archive, search), call);
  // What is held for the finalists is decided once, before anything was searched.
  const finalists = archive.scores.length === 0 ? finalistsShare(before, facts.validationSize, task) : known.finalists;
  const held = withState(archive, { plan: { ...known, finalists } });
  const free = freeForSearch(held, search);
  const wanted = planRounds(rolloutsIn(free, call), facts.trainSize, task, started);
  const affordable = howMany(slot, times(free, REFLECTION_SHARE));
  const proposals = Math.min(wanted.proposals, Math.floor(affordable / Math.max(1, wanted.rounds)));
  const forRollouts = minus(free, times(slot, proposals * wanted.rounds));
  const plan = planRounds(rolloutsIn(forRollouts, call), facts.trainSize, task, started);
  return withState(held, { plan: { ...plan, proposals: Math.min(proposals, plan.proposals), finalists } });
}

function rolloutsIn(free: Amount, call: Amount): number {
  const most = howMany(call, free);
  return most - Math.ceil(most * HELD_FOR_RETRIES);
}

function dearest(a: Amount, b: Amount): Amount {
  return a.tokens > b.tokens ? a : b;
}

/** After the survey: reflections on what failed. Where nothing did, what is still on trial goes on; then the end. */
function propose(archive: Archive, search: Search): Archive {
  const next = { ...archive, generation: archive.generation + 1 };
  const step = proposalStep(next, search);
  if (typeof step !== 'string') return step;
  return hasTrials(archive) ? tryProposals(next, search) : finishSearch(archive, search, step);
}

function hasTrials(archive: Archive): boolean {
  return stateOf(archive).pool.units.some(({ status }) => status === 'on_trial');
}

/** After the reflections: mixtures of all that is on trial. */
function tryProposals(archive: Archive, search: Search): Archive {
  if (!hasTrials(archive)) return endRound(archive, search);
  const { plan } = stateOf(archive);
  const fitted = fitArchive(archive, search);
  const share = rewritesOf(archive).length >= LEAST_REWRITES ? FIRST_RUNG : 1;
  const room = Math.min(Math.floor(plan.mixtures * share), mixturesRoom(archive, search));
  const mixed = withMixtures(archive, search, fitted, room);
  return stageStep(mixed, search, 'mixtures') ?? endRound(archive, search);
}

/** Whole rewrites that make a second rung worth its while, the share of the stage before it, and how many go on. */
const LEAST_REWRITES = 3;
const FIRST_RUNG = 0.5;
const SECOND_RUNG_SHARE = 1 / 3;

function rewritesOf(archive: Archive): Unit[] {
  return stateOf(archive).pool.units.filter(({ whole, status }) => whole && status === 'on_trial');
}

/**
 * Whole rewrites cannot be mixed with each other, so they compete: after half of the stage the better third goes on, with
 * the other half to itself. Null when there are none, or when this was the second rung.
 */
function secondRung(archive: Archive, search: Search): Archive | null {
  const state = stateOf(archive);
  const rewrites = rewritesOf(archive);
  const isFirst = rewrites.every(
    ({ id }) => state.trials[id]?.filter((round) => round === archive.generation).length === 1,
  );
  if (rewrites.length < LEAST_REWRITES || !isFirst) return null;
  const fitted = fitArchive(archive, search);
  const { effects } = measure(archive, fitted);
  const meanOf = ({ id }: Unit): number => effects[id]?.mean ?? -1;
  const going = Math.max(1, Math.round(rewrites.length * SECOND_RUNG_SHARE));
  const better = new Set(
    [...rewrites]
      .sort((a, b) => meanOf(b) - meanOf(a))
      .slice(0, going)
      .map(({ id }) => id),
  );
  const units = state.pool.units.map((unit) =>
    unit.whole && unit.status === 'on_trial' && !better.has(unit.id) ? { ...unit, status: 'out' as const } : unit,
  );
  const left = Math.ceil(state.plan.mixtures * (1 - FIRST_RUNG));
  const narrowed = withState(archive, { pool: { ...state.pool, units }, effects });
  const mixed = withMixtures(narrowed, search, fitted, Math.min(left, mixturesRoom(narrowed, search)));
  return stageStep(mixed, search, 'mixtures');
}

/** How many mixtures fit now: replies may have made the prompt longer than was planned for. */
function mixturesRoom(archive: Archive, search: Search): number {
  const longest = longestOf(archive, search);
  const { task, facts } = search;
  const call = dearest(taskCall(task, facts, 'train', longest), taskCall(task, facts, 'validation', longest));
  return howMany(call, freeForSearch(archive, search));
}

/** The end of a round: the units are judged, the incumbent is composed anew, and the next round is planned. */
function endRound(ended: Archive, search: Search): Archive {
  const fitted = fitArchive(ended, search);
  const archive = withAdaptedConcurrency(judged(ended, search, fitted), search.task);
  const planned = withPlan(archive, search);
  const { plan } = stateOf(planned);
  const { budget, optimizer } = search.task;
  if (planned.generation >= Math.min(optimizer.generations, budget.generations ?? Number.POSITIVE_INFINITY)) {
    return finishSearch(archive, search, 'generations');
  }
  if (plan.rounds === 0) return finishSearch(archive, search, 'rollouts');
  const surveyed = withSurvey(planned, search, fitted, plan.survey);
  return stageStep(surveyed, search, 'survey') ?? finishSearch(archive, search, 'rollouts');
}

/** The archive with the units' new statuses and effects, and with the incumbent that they make. */
function judged(archive: Archive, search: Search, fitted: Fitted): Archive {
  const chosen = choose(archive, search, fitted, SEARCHING);
  const state = stateOf(archive);
  const included = new Set(chosen.included.map(({ id }) => id));
  const before = new Set(incumbentUnits(state).map(({ id }) => id));
  const guarded = new Set(state.pool.units.filter((unit) => unit.protected).map(({ id }) => id));
  const units = state.pool.units.map((unit) => ({
    ...unit,
    status: chosen.statuses.get(unit.id) ?? unit.status,
    // What stands in for a placeholder or for the answer's form must stay as they had to.
    protected: unit.protected || (included.has(unit.id) && unit.replaces.some((id) => guarded.has(id))),
  }));
  const entered = chosen.included.filter(({ id }) => !before.has(id)).length;
  const left = units.filter(
    ({ id, status }, i) => status === 'out' && state.pool.units[i]?.status !== 'out' && !included.has(id),
  ).length;
  const generations = archive.generations.map((summary) =>
    summary.generation === archive.generation && archive.generation > 0
      ? {
          ...summary,
          accepted: entered,
          rejected: summary.rejected + left,
          bestValidation: chosen.predicted,
          rollouts: archive.spend.rollouts,
        }
      : summary,
  );
  const withUnits = withState({ ...archive, generations }, { pool: { ...state.pool, units }, effects: chosen.effects });
  return unpacked(withIncumbent(withUnits, included, `r${archive.generation}`), included, search.task.keep);
}

/** A whole rewrite that was adopted is taken apart, so that the next replies can be told apart again. */
function unpacked(archive: Archive, included: ReadonlySet<string>, keep: readonly string[]): Archive {
  const state = stateOf(archive);
  const whole = state.pool.units.find(({ id, whole: isWhole }) => isWhole && included.has(id));
  if (whole === undefined) return archive;
  const { pool, units } = unpackWhole(state.pool, whole.id, keep);
  const now = new Set([...included].filter((id) => id !== whole.id).concat(units));
  return withIncumbent(withState(archive, { pool }), now, `r${archive.generation}`);
}

function timeIsUp({ elapsedMs }: Archive, { task: { budget } }: Search): boolean {
  return budget.minutes !== undefined && elapsedMs >= budget.minutes * 60_000;
}

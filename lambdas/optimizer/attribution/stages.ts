/** The stages of a round as lists of rollouts: survey of the incumbent, mixtures, finalists; cut into `score` steps. */
import type { Archive } from '../../contracts/artifacts.ts';
import type { Mixture, Unit } from '../../contracts/attribution.ts';
import type { RolloutRequest, Step } from '../../contracts/step.ts';
import { stream } from '../random.ts';
import { cutEvenly, layOut, stepCapacity } from '../shards.ts';
import { NO_LEASE, withLeases } from '../steps/leases.ts';
import type { Search } from '../steps/search.ts';
import { allocate } from './allocation.ts';
import { type Fitted, predict } from './effects.ts';
import { exampleKey } from './evidence.ts';
import { drawPair } from './mixtures.ts';
import {
  freshDraws,
  incumbentUnits,
  materialOf,
  mixtureOf,
  splitKey,
  stateOf,
  withinLength,
  withState,
} from './state.ts';

type Purpose = Extract<Step, { kind: 'score' }>['purpose'];

/** The archive with the next step of the stage that is due; null when all of it was handed out. */
export function stageStep(archive: Archive, search: Search, purpose: Purpose): Archive | null {
  const { due } = stateOf(archive);
  if (due.length === 0) return null;
  const { timeoutSeconds } = search.task.model;
  const evalSeconds = search.facts.judging?.seconds;
  // The first call is made alone: a wrong key costs one call.
  const capacity = purpose === 'probe' ? 1 : stepCapacity(archive.concurrency, timeoutSeconds, evalSeconds);
  const now = due.slice(0, capacity);
  const layout = layOut(now.length, archive.concurrency, timeoutSeconds, 1, evalSeconds);
  const { maxConcurrency, concurrency } = layout;
  const items = cutEvenly(now, layout.sizes).map((rollouts) => ({ rollouts, concurrency, lease: NO_LEASE }));
  const step: Step = { kind: 'score', purpose, maxConcurrency, items };
  return withLeases(withState({ ...archive, step }, { due: due.slice(capacity) }), search);
}

/**
 * The archive with a survey of `count` training examples due: the incumbent on those that it probably fails, the longest
 * unseen first.
 */
export function withSurvey(archive: Archive, search: Search, fitted: Fitted | null, count: number): Archive {
  const state = stateOf(archive);
  const { keys } = materialOf(search);
  const incumbent = incumbentUnits(state);
  const random = stream(search.task.optimizer.seed, archive.generation + 1, 'survey');
  const shown = timesShown(archive);
  const chances = fitted === null ? null : predict(fitted, incumbent);
  const train = keys.flatMap((key, example) => {
    const { split, exampleId } = splitKey(key);
    if (split !== 'train') return [];
    const chance = chances?.[example] ?? 0.5;
    return [{ exampleId, order: chance + 0.25 * (shown.get(key) ?? 0) + 0.1 * random.next() }];
  });
  const chosen = train.sort((a, b) => a.order - b.order).slice(0, count);
  return withState(archive, {
    due: requestsOf(
      archive,
      state.incumbentId,
      'train',
      chosen.map(({ exampleId }) => exampleId),
    ),
  });
}

/** How often the edits of the pool were written for each example: what was worked on gives way to what was not. */
function timesShown(archive: Archive): Map<string, number> {
  const shown = new Map<string, number>();
  const slots = new Set<string>();
  for (const { origins } of stateOf(archive).pool.units) {
    for (const { generation, slot, exampleIds } of origins) {
      if (slots.has(`${generation} ${slot}`)) continue;
      slots.add(`${generation} ${slot}`);
      for (const id of exampleIds) {
        const key = exampleKey('train', id);
        shown.set(key, (shown.get(key) ?? 0) + 1);
      }
    }
  }
  return shown;
}

/** Fresh draws of a candidate on examples of a split. */
export function requestsOf(
  archive: Archive,
  candidateId: string,
  split: RolloutRequest['split'],
  exampleIds: readonly string[],
  draws = freshDraws(archive),
): RolloutRequest[] {
  const { compositions } = stateOf(archive);
  const promptId = compositions[candidateId]?.promptId ?? '';
  return exampleIds.map((exampleId) => ({ candidateId, split, exampleId, draw: draws(promptId, split, exampleId) }));
}

/** The archive with `count` rollouts of mixtures due; the incumbent's units and those on trial take part. */
export function withMixtures(archive: Archive, search: Search, fitted: Fitted, count: number): Archive {
  const state = stateOf(archive);
  const { optimizer } = search.task;
  const { keys } = materialOf(search);
  const random = stream(optimizer.seed, archive.generation, 'mixtures', archive.turn);
  const onTrial = state.pool.units.filter(({ status }) => status === 'on_trial');
  const incumbent = incumbentUnits(state);
  const kept = incumbent.filter(({ status }) => status !== 'on_trial');
  const roster = { kept, onTrial, effects: state.effects };
  const pairs = Math.ceil(count / 2);
  const chosen = allocate(pairs, {
    design: fitted.design,
    onTrial,
    chances: [...predict(fitted, incumbent)],
    seen: seenOf(archive, keys),
    random,
  });
  const mixtures: Record<string, Mixture> = {};
  const due: RolloutRequest[] = [];
  const draws = freshDraws(archive);
  const first = Object.keys(state.mixtures).length;
  let pair: { id: string; mixture: Mixture }[] = [];
  for (const [i, example] of chosen.entries()) {
    if (i % optimizer.mixtureSize === 0) {
      pair = drawPair(roster, random).map((units, side) => ({
        id: `g${archive.generation}-x${first + i}${side === 0 ? 'a' : 'b'}`,
        mixture: mixtureOfUnits(archive, search, units),
      }));
      for (const { id, mixture } of pair) mixtures[id] = mixture;
    }
    const { split, exampleId } = splitKey(keys[example] ?? '');
    for (const { id, mixture } of pair) {
      if (due.length < count)
        due.push({ candidateId: id, split, exampleId, draw: draws(mixture.promptId, split, exampleId) });
    }
  }
  const trials = { ...state.trials };
  for (const { id } of onTrial) trials[id] = [...(trials[id] ?? []), archive.generation];
  return withState(archive, { mixtures: { ...state.mixtures, ...mixtures }, due, trials });
}

function mixtureOfUnits(archive: Archive, search: Search, units: readonly Unit[]): Mixture {
  const { pool } = stateOf(archive);
  const fitting = withinLength(pool, units, search);
  return mixtureOf(archive, pool, new Set(fitting.map(({ id }) => id)));
}

/** Scored rollouts of each example so far. */
function seenOf(archive: Archive, keys: readonly string[]): number[] {
  const seen = new Map<string, number>();
  for (const [, split, exampleId] of archive.scores) {
    const key = exampleKey(split, exampleId);
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return keys.map((key) => seen.get(key) ?? 0);
}

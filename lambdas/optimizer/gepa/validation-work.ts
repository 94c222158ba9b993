/** Which validation rollouts are due, in what order, and which of them one step holds. */
import type { Archive, Candidate } from '../../contracts/artifacts.ts';
import type { RolloutRequest, Step } from '../../contracts/step.ts';
import { pairedDifferences } from '../acceptance.ts';
import { BASELINE_ID } from '../archive.ts';
import { stepCapacity } from '../shards.ts';
import type { Search } from '../steps/search.ts';
import { rungSizes, validationOrder } from './rungs.ts';

/** What the rollouts of a `score` step of this strategy are for. */
export type Purpose = Exclude<Extract<Step, { kind: 'score' }>['purpose'], 'check' | 'survey' | 'mixtures'>;

export interface ValidationWork {
  /** What one step holds. */
  readonly now: readonly RolloutRequest[];
  /** What must wait for a later step; its room is kept. */
  readonly later: readonly RolloutRequest[];
}

/** The draw of a candidate's first round on validation, and of the finalists' round. */
const FIRST_DRAW = 0;
const FINALISTS_DRAW = 1;

/** What `purpose` still asks for. */
export function validationWork(archive: Archive, search: Search, purpose: Purpose): ValidationWork {
  const { due, waiting } = dueRequests(archive, search, purpose);
  const { concurrency } = archive;
  const capacity =
    purpose === 'probe'
      ? 1
      : stepCapacity(concurrency, search.task.model.timeoutSeconds, search.facts.judging?.seconds);
  return { now: due.slice(0, capacity), later: [...due.slice(capacity), ...waiting] };
}

/** Accepted candidates of the generation that is under way, the most promising first; the baseline at the beginning. */
export function newcomers({ candidates, generation }: Archive): Candidate[] {
  return candidates
    .filter((candidate) => candidate.status === 'accepted' && candidate.generation === generation)
    .sort((a, b) => gainOf(b) - gainOf(a));
}

/** Validation rollouts that the newcomers still lack. */
export function unscoredRequests(archive: Archive, search: Search): RolloutRequest[] {
  const ids = newcomers(archive).map(({ id }) => id);
  return lacking(archive, validationOrder(search), ids, FIRST_DRAW);
}

/** What one candidate still lacks on some of validation, in its first round. */
export function unscoredOf({ id }: Candidate, exampleIds: readonly string[], archive: Archive): RolloutRequest[] {
  return lacking(archive, exampleIds, [id], FIRST_DRAW);
}

interface Due {
  readonly due: readonly RolloutRequest[];
  /** What a later rung asks for, unless its candidate is dropped before. */
  readonly waiting: readonly RolloutRequest[];
}

function dueRequests(archive: Archive, search: Search, purpose: Purpose): Due {
  const { validationIds } = search;
  switch (purpose) {
    case 'probe':
    case 'baseline':
      return { due: lacking(archive, validationIds, [BASELINE_ID], FIRST_DRAW), waiting: [] };
    case 'children':
      return dueOfChildren(archive, search);
    case 'finalists':
      return { due: lacking(archive, validationIds, archive.finalists ?? [], FINALISTS_DRAW), waiting: [] };
  }
}

/** The sample of a merge that is being tried; otherwise the first rung that some newcomer has not climbed. */
function dueOfChildren(archive: Archive, search: Search): Due {
  const unscored = unscoredRequests(archive, search);
  const merge = newcomers(archive).find(({ origin }) => origin === 'merge');
  const sample = merge === undefined ? [] : unscoredOf(merge, merge.minibatch?.exampleIds ?? [], archive);
  if (sample.length > 0) {
    const ids = new Set(sample.map(({ exampleId }) => exampleId));
    return { due: sample, waiting: unscored.filter(({ exampleId }) => !ids.has(exampleId)) };
  }
  const order = validationOrder(search);
  const sizes = rungSizes(search.task, order.length);
  const places = new Map(order.map((id, place) => [id, place]));
  const rungOf = ({ exampleId }: RolloutRequest): number => {
    const place = places.get(exampleId) ?? 0;
    return sizes.findIndex((size) => place < size);
  };
  const rung = Math.min(...unscored.map(rungOf));
  return {
    due: unscored.filter((request) => rungOf(request) === rung),
    waiting: unscored.filter((request) => rungOf(request) !== rung),
  };
}

function lacking(
  archive: Archive,
  exampleIds: readonly string[],
  ids: readonly string[],
  draw: number,
): RolloutRequest[] {
  const have = new Set<string>();
  for (const [id, split, exampleId, drawn] of archive.scores) {
    if (split === 'validation' && drawn === draw) have.add(JSON.stringify([id, exampleId]));
  }
  return ids.flatMap((candidateId) =>
    exampleIds
      .filter((exampleId) => !have.has(JSON.stringify([candidateId, exampleId])))
      .map((exampleId): RolloutRequest => ({ candidateId, split: 'validation', exampleId, draw })),
  );
}

/** By how much the child beat its parent on the minibatch, over the examples that both have a score for. */
function gainOf({ minibatch }: Candidate): number {
  if (minibatch === null) return 0;
  return pairedDifferences(minibatch.before, minibatch.after).reduce((sum, difference) => sum + difference, 0);
}

/** Which validation rollouts are due, in what order, and which of them one step holds. */
import type { Archive, Candidate } from '../../contracts/artifacts.ts';
import type { RolloutRequest, Step } from '../../contracts/step.ts';
import { pairedDifferences } from '../acceptance.ts';
import { BASELINE_ID } from '../archive.ts';
import { stepCapacity } from '../shards.ts';
import type { Search } from '../steps/search.ts';

/** What the rollouts of a `score` step of this strategy are for. */
export type Purpose = Exclude<Extract<Step, { kind: 'score' }>['purpose'], 'survey' | 'mixtures'>;

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
  const due = dueRequests(archive, search, purpose);
  const { concurrency } = archive;
  const capacity = purpose === 'probe' ? 1 : stepCapacity(concurrency, search.task.model.timeoutSeconds);
  return { now: due.slice(0, capacity), later: due.slice(capacity) };
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
  return lacking(archive, search, ids, FIRST_DRAW);
}

function dueRequests(archive: Archive, search: Search, purpose: Purpose): RolloutRequest[] {
  switch (purpose) {
    case 'probe':
    case 'baseline':
      return lacking(archive, search, [BASELINE_ID], FIRST_DRAW);
    case 'children':
      return unscoredRequests(archive, search);
    case 'finalists':
      return lacking(archive, search, archive.finalists ?? [], FINALISTS_DRAW);
  }
}

function lacking(archive: Archive, search: Search, ids: readonly string[], draw: number): RolloutRequest[] {
  const have = new Set<string>();
  for (const [id, split, exampleId, drawn] of archive.scores) {
    if (split === 'validation' && drawn === draw) have.add(JSON.stringify([id, exampleId]));
  }
  return ids.flatMap((candidateId) =>
    search.validationIds
      .filter((exampleId) => !have.has(JSON.stringify([candidateId, exampleId])))
      .map((exampleId): RolloutRequest => ({ candidateId, split: 'validation', exampleId, draw })),
  );
}

/** By how much the child beat its parent on the minibatch, over the examples that both have a score for. */
function gainOf({ minibatch }: Candidate): number {
  if (minibatch === null) return 0;
  return pairedDifferences(minibatch.before, minibatch.after).reduce((sum, difference) => sum + difference, 0);
}

/**
 * Leases of a step: each item's worst case, and retries as far as there is room. Together they never take more than the
 * caps leave beside what is reserved. A step that is handed out once more, after a failed run was started again, gets
 * new leases for what it still lacks.
 */
import type { Archive } from '../../contracts/artifacts.ts';
import type { LeaseGrant, RolloutRequest, Step } from '../../contracts/step.ts';
import type { Components } from '../../contracts/task.ts';
import {
  type Amount,
  childValidation,
  fits,
  minus,
  mutationSlot,
  NOTHING,
  plus,
  reflectionSlot,
  remaining,
  sumOf,
  taskCall,
  times,
} from '../budget.ts';
import { CHAMPION_ID } from '../champion.ts';
import { validationWork } from '../gepa/validation-work.ts';
import { grantLeases } from '../shards.ts';
import { checkRoom, checkWork } from './check-work.ts';
import { freeBeforeTest, freeForSearch, longerOf, longestOf } from './reserves.ts';
import { componentsById, type Search } from './search.ts';

export const NO_LEASE: LeaseGrant = { calls: 0, tokens: 0, costUsd: 0 };

/** Retries of the very first call: the machine's own retries must not find its lease used up. */
const PROBE_RETRIES = 19;

/** What an item of an interrupted step has used so far, and the calls of the task model that it still needs. */
export interface ItemProgress {
  readonly used: Amount;
  readonly callsMissing: number;
}

/** The archive with the leases of its step. */
export function withLeases(archive: Archive, search: Search): Archive {
  const step = stepOf(archive);
  return grant(archive, search, itemNeeds(step, archive, search));
}

/**
 * The archive with leases for what its step still lacks, on top of what was used. An item that no longer fits beside the
 * others gets no further call, and its rollouts end as failures.
 * @param progress by item, in order
 */
export function withRenewedLeases(archive: Archive, search: Search, progress: readonly ItemProgress[]): Archive {
  const step = stepOf(archive);
  const whole = itemNeeds(step, archive, search);
  const room = stepRoom(step, archive, search);
  let held = plus(...progress.map(({ used }) => used));
  const needs = progress.map(({ used, callsMissing }, i) => {
    const missing = callsMissing === 0 ? NOTHING : { ...(whole[i] ?? NOTHING), calls: callsMissing };
    if (!fits(plus(held, missing), room)) return used;
    held = plus(held, missing);
    return plus(used, missing);
  });
  return grant(archive, search, needs);
}

function grant(archive: Archive, search: Search, needs: readonly Amount[]): Archive {
  const step = stepOf(archive);
  const isFirst = archive.scores.length === 0 && !isCheck(step);
  const leases = grantLeases(
    needs,
    stepRoom(step, archive, search),
    retryOf(step, archive, search),
    isFirst ? PROBE_RETRIES : undefined,
  );
  return { ...archive, step: leased(step, leases) };
}

/** What the leases of a step may take together. */
function stepRoom(step: Step, archive: Archive, search: Search): Amount {
  const { task, facts } = search;
  switch (step.kind) {
    case 'score': {
      if (isCheck(step)) {
        return minus(checkRoom(archive, search), sumOf(checkWork(archive, search).later.map(callsOf(archive, search))));
      }
      const isSearch = step.purpose === 'children' || step.purpose === 'survey' || step.purpose === 'mixtures';
      const free = isSearch ? freeForSearch(archive, search) : freeBeforeTest(archive, search);
      return minus(free, sumOf(laterRequests(step, archive, search).map(callsOf(archive, search))));
    }
    case 'mutate': {
      // A child that could not be scored on validation would be made for nothing: its room is held from the start.
      if (archive.attribution !== null) return freeForSearch(archive, search);
      const held = step.items.map(({ parentId }) => childValidation(task, facts, componentsById(archive, parentId)));
      return minus(freeForSearch(archive, search), plus(...held));
    }
    case 'verify':
      return remaining(task.budget, archive.spend);
  }
}

/** Worst case of each item, without retries. */
function itemNeeds(step: Step, archive: Archive, search: Search): Amount[] {
  const { task, facts } = search;
  switch (step.kind) {
    case 'score': {
      const call = callsOf(archive, search);
      return step.items.map(({ rollouts }) => plus(...rollouts.map(call)));
    }
    case 'mutate':
      return step.items.map(({ parentId, proposeOnly }) =>
        (proposeOnly ? reflectionSlot : mutationSlot)(task, facts, componentsById(archive, parentId)),
      );
    case 'verify':
      return step.items.map(({ from, to, draws, candidateIds }) => {
        const calls = candidateIds.map((id) => taskCall(task, facts, 'test', sealedPrompt(archive, search, id)));
        return times(plus(...calls), (to - from) * draws);
      });
  }
}

/** Worst case of one more call, whichever prompt it is for. */
function retryOf(step: Step, archive: Archive, search: Search): Amount {
  const { task, facts } = search;
  const split = { score: 'validation', mutate: 'train', verify: 'test' } as const;
  const longest = longestOf(archive, search);
  const isSealed = step.kind === 'verify' && facts.champion != null;
  return taskCall(task, facts, split[step.kind], isSealed ? longerOf(longest, facts.champion, search) : longest);
}

function isCheck(step: Step): boolean {
  return step.kind === 'score' && step.purpose === 'check';
}

/** A prompt of the sealed test: the champion's is in no archive. */
function sealedPrompt(archive: Archive, { facts }: Search, id: string): Components {
  return id === CHAMPION_ID && facts.champion != null ? facts.champion : componentsById(archive, id);
}

/** Rollouts of the stage that wait for a later step; their room is kept. */
function laterRequests(
  { purpose }: Extract<Step, { kind: 'score' }>,
  archive: Archive,
  search: Search,
): readonly RolloutRequest[] {
  if (archive.attribution !== null) return archive.attribution.due;
  const isElsewhere = purpose === 'check' || purpose === 'survey' || purpose === 'mixtures';
  return isElsewhere ? [] : validationWork(archive, search, purpose).later;
}

/** Worst case of one call, by prompt and split. */
export function callsOf(archive: Archive, { task, facts }: Search): (request: RolloutRequest) => Amount {
  const known = new Map<string, Amount>();
  return ({ candidateId, split }) => {
    const key = `${split} ${candidateId}`;
    const amount = known.get(key) ?? taskCall(task, facts, split, componentsById(archive, candidateId));
    known.set(key, amount);
    return amount;
  };
}

function leased(step: Step, leases: readonly LeaseGrant[]): Step {
  const lease = <T>(items: readonly T[]): (T & { lease: LeaseGrant })[] =>
    items.map((item, i) => ({ ...item, lease: leases[i] ?? NO_LEASE }));
  switch (step.kind) {
    case 'score':
      return { ...step, items: lease(step.items) };
    case 'mutate':
      return { ...step, items: lease(step.items) };
    case 'verify':
      return { ...step, items: lease(step.items) };
  }
}

/** @throws Error when the archive has no step. */
function stepOf({ step, runId, turn }: Archive): Step {
  if (step === null) throw new Error(`Turn ${turn} of run ${runId} has no step.`);
  return step;
}

/** Which strategy folds and plans a run: the one that its task names. */
import type { Archive } from '../contracts/artifacts.ts';
import type { MutateItem, Step } from '../contracts/step.ts';
import { foldProposals, foldStage } from './attribution/fold.ts';
import { planAttribution } from './attribution/next-step.ts';
import { foldMutations, foldShards } from './gepa/fold.ts';
import { planNextStep as planGepa, testFitsWith } from './gepa/next-step.ts';
import { foldCheck, isChecking, isCheckStep, planCheck } from './steps/check-step.ts';
import type { LandedMutation, LandedShard } from './steps/landed.ts';
import type { Search } from './steps/search.ts';

/**
 * The archive with the step of its next turn; without one and with the stop reason `unchanged` where a scheduled run has
 * found that there is nothing to do. `folded` has everything in it that landed so far.
 */
export function planNextStep(folded: Archive, search: Search): Archive {
  const checked = planCheck(folded, search);
  if (isChecking(checked)) return checked;
  return search.task.optimizer.strategy === 'attribution'
    ? planAttribution(checked, search)
    : planGepa(checked, search);
}

/** @throws ModelRefusedRequestError, ModelUnavailableError when going on makes no sense. */
export function foldScores(
  archive: Archive,
  step: Extract<Step, { kind: 'score' }>,
  landed: readonly LandedShard[],
  search: Search,
): Archive {
  if (isCheckStep(step)) return foldCheck(archive, step, landed, search);
  return archive.attribution === null
    ? foldShards(archive, step, landed, search.task)
    : foldStage(archive, step, landed, search.task);
}

/** @throws ModelRefusedRequestError, ModelUnavailableError when going on makes no sense. */
export function foldChildren(
  archive: Archive,
  items: readonly MutateItem[],
  landed: readonly LandedMutation[],
  search: Search,
): Archive {
  return archive.attribution === null
    ? foldMutations(archive, items, landed, search.task, (child, at) => testFitsWith(child, at, search))
    : foldProposals(archive, items, landed, search);
}

/** Merges: at most one after a generation that brought a child, first on a sample of validation, then like any child. */
import type { Archive, Candidate } from '../../contracts/artifacts.ts';
import type { Task } from '../../contracts/task.ts';
import { isAccepted, pairedDifferences } from '../acceptance.ts';
import { BASELINE_ID, candidateOf, componentsOf, sameParts } from '../archive.ts';
import { fits, taskCall, times } from '../budget.ts';
import { frontierWeights, meanScores } from '../frontier.ts';
import { crossover, mergeSample, pickTriplet, type Relative } from '../merge.ts';
import { stream } from '../random.ts';
import { freeForSearch } from '../steps/reserves.ts';
import type { Search } from '../steps/search.ts';
import { freeComponents } from './mutate-step.ts';
import { withRejected } from './rejection.ts';
import { scoreStep } from './score-step.ts';
import { unscoredOf } from './validation-work.ts';
import { isPerfect, wholeScores } from './whole-scores.ts';

/** Merges that a run tries (`max_merge_invocations` of the reference). */
export const MOST_MERGES = 5;

/** Whether the task lets candidates be merged: with one free component there is nothing to join. */
export function isMergeable({ optimizer, prompt, freeze }: Pick<Task, 'optimizer' | 'prompt' | 'freeze'>): boolean {
  return optimizer.merge && freeComponents({ parts: prompt }, freeze).length > 1;
}

/** The archive with a merge and the step that tries it on its sample; null when none is due, possible or affordable. */
export function mergeStep(archive: Archive, search: Search): Archive | null {
  if (!isMergeDue(archive, search.task)) return null;
  const child = mergedChild(archive, search);
  if (child === null) return null;
  const next = withChild(archive, child);
  const call = taskCall(search.task, search.facts, 'validation', componentsOf(next, child));
  if (!fits(times(call, search.validationIds.length), freeForSearch(next, search))) return null;
  return scoreStep(next, search, 'children');
}

/**
 * The archive with its merge judged, once its sample was run: kept when it does at least as well there as either parent.
 * Judging twice comes to the same.
 */
export function withJudgedMerge(archive: Archive): Archive {
  const merge = archive.candidates.find((one) => isMergeOf(archive, one) && one.status === 'accepted');
  if (merge?.minibatch == null) return archive;
  const { exampleIds } = merge.minibatch;
  if (unscoredOf(merge, exampleIds, archive).length > 0) return archive;
  const on = (id: string): (number | null)[] => {
    const scores = firstScores(archive, id);
    return exampleIds.map((exampleId) => scores.get(exampleId) ?? null);
  };
  const after = on(merge.id);
  const [better = []] = merge.parents.map(on).sort((a, b) => gain(a, after) - gain(b, after));
  const judged: Candidate = { ...merge, minibatch: { exampleIds, before: better, after } };
  const candidates = archive.candidates.map((one) => (one.id === merge.id ? judged : one));
  const isKept = isAccepted('improvement_or_equal', better, after);
  const rejected = new Set(isKept ? [] : [merge.id]);
  return withRejected({ ...archive, candidates }, rejected, 'worse than a parent on a sample of validation');
}

function isMergeDue(archive: Archive, task: Task): boolean {
  const { candidates, generation } = archive;
  if (!isMergeable(task) || candidates.some((one) => isMergeOf(archive, one))) return false;
  if (candidates.filter(({ origin }) => origin === 'merge').length >= MOST_MERGES) return false;
  const brought = candidates.some((one) => one.generation === generation && one.status === 'accepted');
  return brought && !isPerfect(archive, task);
}

function isMergeOf({ generation }: Archive, candidate: Candidate): boolean {
  return candidate.origin === 'merge' && candidate.generation === generation;
}

/** A merge of two candidates of the frontier that is a new prompt; null when there is none. */
function mergedChild(archive: Archive, { task, validationIds }: Search): Candidate | null {
  const { candidates, generation } = archive;
  const { frontierType, proposals, seed } = task.optimizer;
  const scores = wholeScores(archive, task);
  const means = meanScores(scores);
  const relatives = candidates.flatMap(({ id, parents, parts }): Relative[] => {
    const mean = means.get(id);
    return mean === undefined ? [] : [{ id, parents, parts, mean }];
  });
  const onFrontier = frontierWeights(frontierType, scores);
  const random = stream(seed, generation, 'merge');
  const triplet = pickTriplet(
    relatives,
    relatives.filter(({ id }) => onFrontier.has(id)),
    (merged) => !candidates.some(({ parts }) => sameParts(parts, merged)),
    random,
  );
  if (triplet === null) return null;
  const { first, second } = triplet;
  const [ofFirst, ofSecond] = [first, second].map(({ id }) => firstScores(archive, id));
  const exampleIds = mergeSample(validationIds, ofFirst ?? new Map(), ofSecond ?? new Map(), random);
  if (exampleIds.length === 0) return null;
  const unknown = exampleIds.map(() => null);
  return {
    ...candidateOf(archive, BASELINE_ID),
    id: `g${generation}-m`,
    parents: [first.id, second.id],
    generation,
    // After the slots of its generation.
    slot: proposals,
    origin: 'merge',
    parts: crossover(triplet),
    minibatch: { exampleIds, before: unknown, after: unknown },
  };
}

/** The archive with a child more, and its generation's summary as well. */
function withChild(archive: Archive, child: Candidate): Archive {
  const generations = archive.generations.map((summary) =>
    summary.generation === child.generation
      ? { ...summary, proposed: summary.proposed + 1, accepted: summary.accepted + 1 }
      : summary,
  );
  return { ...archive, candidates: [...archive.candidates, child], generations };
}

/** Scores of a candidate's first round on validation, by example. */
function firstScores({ scores }: Archive, id: string): Map<string, number> {
  return new Map(
    scores.flatMap(([candidateId, split, exampleId, draw, score]): [string, number][] =>
      candidateId === id && split === 'validation' && draw === 0 && score !== null ? [[exampleId, score]] : [],
    ),
  );
}

/** By how much the sum of `after` is above that of `before`, over the examples that both have. */
function gain(before: readonly (number | null)[], after: readonly (number | null)[]): number {
  return pairedDifferences(before, after).reduce((sum, difference) => sum + difference, 0);
}

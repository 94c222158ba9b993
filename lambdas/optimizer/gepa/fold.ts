/** The reducer's first half: what has landed goes into the archive. Pure; throws what must end the run. */
import type { Archive, Candidate, Generation } from '../../contracts/artifacts.ts';
import type { MutateItem, Step } from '../../contracts/step.ts';
import type { Task } from '../../contracts/task.ts';
import { candidateOf, componentsOf, sameParts, store } from '../archive.ts';
import { meanScores } from '../frontier.ts';
import { type LandedMutation, type LandedRollout, type LandedShard, sawRateLimit, toRow } from '../steps/landed.ts';
import { countSilentGenerations, throwIfNoBaseline, throwIfOutage, throwIfRefused } from '../steps/outage.ts';
import { spendOf } from '../steps/spend.ts';
import { wholeScores } from './whole-scores.ts';

type ScoreStep = Extract<Step, { kind: 'score' }>;

/**
 * Folds a `score` step.
 * @throws ModelRefusedRequestError, ModelUnavailableError when going on makes no sense; the archive is then not saved,
 *   and starting the run again tries the step again.
 */
export function foldShards(archive: Archive, step: ScoreStep, landed: readonly LandedShard[], task: Task): Archive {
  throwIfRefused(landed);
  throwIfOutage(step, landed);
  const rollouts = landed.flatMap((shard) => shard.rollouts);
  const folded = {
    ...archive,
    scores: [...archive.scores, ...rollouts.map(toRow)],
    spend: spendOf(archive.spend, landed),
    rateLimited: archive.rateLimited || sawRateLimit(landed, rollouts),
  };
  if (step.purpose === 'baseline') throwIfNoBaseline(folded, landed, task.maxFailureShare);
  return step.purpose === 'probe' || step.purpose === 'finalists' ? folded : withSummary(folded, task);
}

/**
 * Folds a `mutate` step: every child becomes a candidate, the rejected ones with the reason and their scores.
 * @throws ModelRefusedRequestError, ModelUnavailableError as `foldShards` does.
 */
export function foldMutations(
  archive: Archive,
  items: readonly MutateItem[],
  landed: readonly LandedMutation[],
  task: Task,
  /** Whether the sealed test of a child would still fit the budget. */
  testFits: (child: Candidate, archive: Archive) => boolean,
): Archive {
  throwIfRefused(landed);
  const silentGenerations = countSilentGenerations(archive.silentGenerations, landed);
  const rollouts = landed.flatMap(({ before, after }) => [...before, ...after]);
  let next: Archive = {
    ...archive,
    spend: spendOf(archive.spend, landed),
    scores: [...archive.scores],
    candidates: [...archive.candidates],
    rateLimited: archive.rateLimited || sawRateLimit(landed, rollouts),
    silentGenerations,
  };
  const summary: Generation = emptySummary(next.generation);
  for (const [i, item] of items.entries()) {
    const one = landed[i];
    if (one === undefined) continue;
    let reason = one.outcome?.status === 'accepted' ? null : reasonOf(one);
    next.scores.push(...one.before.map(toRow));
    const text = one.outcome?.text ?? null;
    if (text !== null) {
      const { child, texts } = childOf(item, one, text, next);
      const twin = next.candidates.find((other) => sameParts(other.parts, child.parts));
      next = { ...next, texts };
      if (reason === null && twin !== undefined) reason = `the same prompt as ${twin.id}`;
      if (reason === null && !testFits(child, next)) reason = 'so long that the sealed test would not fit the budget';
      next.candidates.push(reason === null ? child : { ...child, status: 'rejected', reason });
      next.scores.push(...one.after.map(toRow));
      summary.proposed += 1;
    }
    if (reason === null) summary.accepted += 1;
    else {
      summary.rejected += 1;
      summary.reasons[reason] = (summary.reasons[reason] ?? 0) + 1;
    }
  }
  return withSummary({ ...next, generations: [...next.generations, summary] }, task);
}

export function childId({ generation, slot }: { generation: number; slot: number }): string {
  return `g${generation}-s${slot}`;
}

/**
 * The draw of a child on its minibatch. Each slot has its own: two slots that come to the same text then never share a
 * rollout, which both would pay for or only one, depending on who comes first.
 */
export function childDraw({ slot }: { slot: number }): number {
  return slot;
}

function childOf(
  item: MutateItem,
  { before, after }: LandedMutation,
  text: string,
  archive: Archive,
): { child: Candidate; texts: Archive['texts'] } {
  const parent = candidateOf(archive, item.parentId);
  const { parts, texts } = store({ ...componentsOf(archive, parent), [item.component]: text }, archive.texts);
  const child: Candidate = {
    id: childId(item),
    parents: [parent.id],
    generation: item.generation,
    slot: item.slot,
    origin: 'mutation',
    parts,
    status: 'accepted',
    reason: null,
    component: item.component,
    minibatch: {
      exampleIds: item.minibatch.map(({ exampleId }) => exampleId),
      before: before.map(scoreOf),
      after: after.map(scoreOf),
    },
  };
  return { child, texts };
}

/** The last generation's summary as it stands now; the baseline's own is made here. */
function withSummary(archive: Archive, task: Task): Archive {
  const generations = archive.generations.length === 0 ? [emptySummary(0)] : archive.generations;
  const best = Math.max(...meanScores(wholeScores(archive, task)).values());
  const last = generations.at(-1) ?? emptySummary(0);
  const updated = {
    ...last,
    bestValidation: Number.isFinite(best) ? best : null,
    rollouts: archive.spend.rollouts,
  };
  return { ...archive, generations: [...generations.slice(0, -1), updated] };
}

function emptySummary(generation: number): Generation {
  return { generation, proposed: 0, accepted: 0, rejected: 0, bestValidation: null, rollouts: 0, reasons: {} };
}

function reasonOf({ outcome, error }: LandedMutation): string {
  if (outcome?.reason != null) return outcome.reason;
  return `the item failed (${error ?? 'it left no result'})`;
}

function scoreOf({ result }: LandedRollout): number | null {
  return result.status === 'scored' ? result.score : null;
}

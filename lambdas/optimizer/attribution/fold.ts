/** What has landed goes into the archive: scores of a stage, and replies as edits in the pool. Pure. */
import type { Archive, Generation } from '../../contracts/artifacts.ts';
import type { UnitEffect, UnitOrigin, UnitPool } from '../../contracts/attribution.ts';
import type { MutateItem, Step } from '../../contracts/step.ts';
import type { Task } from '../../contracts/task.ts';
import { BASELINE_ID } from '../archive.ts';
import { fits, remaining, sealedTest } from '../budget.ts';
import { mean } from '../statistics.ts';
import { type LandedMutation, type LandedShard, sawRateLimit, toRow } from '../steps/landed.ts';
import { countSilentGenerations, throwIfNoBaseline, throwIfOutage, throwIfRefused } from '../steps/outage.ts';
import { baselineOf, type Search } from '../steps/search.ts';
import { spendOf } from '../steps/spend.ts';
import { composeAll } from '../units/compose.ts';
import { type AddedReply, addReply } from '../units/diff.ts';
import { copiesExample } from './copies.ts';
import { exampleKey } from './evidence.ts';
import { stateOf, unitsOfCandidate, withState } from './state.ts';

/**
 * Folds a `score` step.
 * @throws ModelRefusedRequestError, ModelUnavailableError when going on makes no sense; the archive is then not saved.
 */
export function foldStage(
  archive: Archive,
  step: Extract<Step, { kind: 'score' }>,
  landed: readonly LandedShard[],
  { maxFailureShare }: Pick<Task, 'maxFailureShare'>,
): Archive {
  throwIfRefused(landed);
  throwIfOutage(step, landed);
  const rollouts = landed.flatMap((shard) => shard.rollouts);
  const folded = {
    ...archive,
    scores: [...archive.scores, ...rollouts.map(toRow)],
    spend: spendOf(archive.spend, landed),
    rateLimited: archive.rateLimited || sawRateLimit(landed, rollouts),
  };
  if (step.purpose !== 'baseline' || stateOf(folded).due.length > 0) return folded;
  throwIfNoBaseline(folded, landed, maxFailureShare);
  return withBaselineSummary(folded);
}

/**
 * Folds the reflections of a round: each reply becomes edits on trial.
 * @throws ModelRefusedRequestError, ModelUnavailableError as `foldStage` does.
 */
export function foldProposals(
  archive: Archive,
  items: readonly MutateItem[],
  landed: readonly LandedMutation[],
  search: Search,
): Archive {
  throwIfRefused(landed);
  const silentGenerations = countSilentGenerations(archive.silentGenerations, landed);
  const state = stateOf(archive);
  let pool = state.pool;
  const seeds = unitsOfCandidate(state, BASELINE_ID);
  const summary: Generation = { ...emptySummary, generation: archive.generation, reasons: {} };
  const spend = spendOf(archive.spend, landed);
  const reject = (reason: string): void => {
    summary.rejected += 1;
    summary.reasons[reason] = (summary.reasons[reason] ?? 0) + 1;
  };
  for (const [i, item] of items.entries()) {
    const one = landed[i];
    const text = one?.outcome?.text ?? null;
    if (one === undefined) continue;
    if (text === null) {
      reject(one.outcome?.reason ?? `the item failed (${one.error ?? 'it left no result'})`);
      continue;
    }
    const origin: UnitOrigin = {
      generation: item.generation,
      slot: item.slot,
      exampleIds: item.minibatch.map(({ exampleId }) => exampleId),
    };
    const parent = unitsOfCandidate(state, item.parentId);
    const replied = addReply(pool, parent, item.component, text, origin, search.task.keep);
    const added = withSecondTrials(withoutCopies(ownUnitsKept(replied, seeds), origin, search), state.effects);
    const alive = added.touched.filter((id) =>
      added.pool.units.some((unit) => unit.id === id && unit.status !== 'out'),
    );
    if (alive.length === 0) reject('every edit of the reply was tried before, or copies an example');
    else if (!testFits(added.pool, { ...archive, spend }, search)) {
      reject('so long that the sealed test would not fit the budget');
      continue;
    } else summary.proposed += 1;
    pool = added.pool;
  }
  summary.rollouts = spend.rollouts;
  summary.bestValidation = archive.generations.at(-1)?.bestValidation ?? null;
  const generations = [...archive.generations, summary];
  const rateLimited = archive.rateLimited || sawRateLimit(landed, []);
  return withState({ ...archive, spend, generations, silentGenerations, rateLimited }, { pool });
}

type Replied = Pick<AddedReply, 'pool' | 'touched'>;

/** A line of the user's own prompt stays one, whichever reply says it once more. */
function ownUnitsKept({ pool, touched }: Replied, seeds: ReadonlySet<string>): Replied {
  const units = pool.units.map((unit) =>
    seeds.has(unit.id) && unit.origins.length > 0 ? { ...unit, origins: [] } : unit,
  );
  return { pool: { ...pool, units }, touched };
}

/** Edits that copy one of the examples that they were written for leave before they cost a rollout. */
function withoutCopies({ pool, touched }: Replied, { exampleIds }: UnitOrigin, { texts }: Search): Replied {
  const own = exampleIds.map((id) => texts.get(exampleKey('train', id)) ?? '');
  const copies = new Set(
    pool.units
      .filter(
        ({ id, whole, origins, text }) =>
          touched.includes(id) && !whole && origins.length > 0 && copiesExample(text, own, texts.values()),
      )
      .map(({ id }) => id),
  );
  const units = pool.units.map((unit) => (copies.has(unit.id) ? { ...unit, status: 'out' as const } : unit));
  return { pool: { ...pool, units }, touched: touched.filter((id) => !copies.has(id)) };
}

/** An edit that left in doubt is tried again when another reply has the same idea. */
function withSecondTrials(added: Replied, effects: Readonly<Record<string, UnitEffect>>): Replied {
  const again = new Set(added.touched.filter((id) => (effects[id]?.harm ?? 1) < HARMFUL));
  const units = added.pool.units.map((unit) =>
    unit.status === 'out' && again.has(unit.id) ? { ...unit, status: 'on_trial' as const } : unit,
  );
  return { ...added, pool: { ...added.pool, units } };
}

/** Whether the sealed test would fit if all edits that have not left were in the winner. */
function testFits(pool: UnitPool, archive: Archive, { task, facts }: Search): boolean {
  const baseline = baselineOf(archive);
  const longest = { ...baseline, ...composeAll(pool) };
  return fits(sealedTest(task, facts, baseline, longest), remaining(task.budget, archive.spend));
}

/** From this probability of harm on an edit is not tried a second time. */
const HARMFUL = 0.8;

const emptySummary: Omit<Generation, 'generation' | 'reasons'> = {
  proposed: 0,
  accepted: 0,
  rejected: 0,
  bestValidation: null,
  rollouts: 0,
};

function withBaselineSummary(archive: Archive): Archive {
  const scores = archive.scores.flatMap(([id, , , , score]) => (id === BASELINE_ID && score !== null ? [score] : []));
  const summary: Generation = {
    ...emptySummary,
    generation: 0,
    reasons: {},
    bestValidation: mean(scores),
    rollouts: archive.spend.rollouts,
  };
  return { ...archive, generations: [summary] };
}

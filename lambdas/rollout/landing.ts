/** Collects what a step has left in the store, as facts for the reducer. Loads; decides nothing. */
import type { Archive, Rollout, Usage } from '../contracts/artifacts.ts';
import type { RunContext } from '../contracts/context.ts';
import type { Example } from '../contracts/dataset.ts';
import type { Ledger } from '../contracts/item-records.ts';
import type { ItemResult } from '../contracts/payloads.ts';
import type { MutateItem, RolloutRequest, Step } from '../contracts/step.ts';
import type { Components } from '../contracts/task.ts';
import { candidateOf, componentsOf } from '../optimizer/archive.ts';
import { childDraw, childId } from '../optimizer/gepa/fold.ts';
import type { LandedMutation, LandedRollout, LandedShard, LandedVerification } from '../optimizer/steps/landed.ts';
import { promptsById } from '../optimizer/steps/search.ts';
import { noUsage } from '../optimizer/usage.ts';
import { loadVerification } from '../store/artifacts.ts';
import { loadRollouts } from '../store/rollouts.ts';
import { loadRecords, recordIds } from '../store/runs.ts';
import type { RolloutJob } from './make-rollout.ts';
import { REFLECTION_ATTEMPTS } from './reflect.ts';
import { jobKey, loadMissing, stands } from './run-rollouts.ts';

export interface Landing {
  readonly runId: string;
  readonly epoch: number;
  readonly context: RunContext;
  readonly archive: Archive;
  readonly results: readonly ItemResult[];
}

/** A request with everything that its key needs. */
interface Wanted {
  readonly request: RolloutRequest;
  readonly example: Example;
  readonly components: Components;
}

type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>;

export async function landShards(landing: Landing, step: StepOf<'score'>): Promise<LandedShard[]> {
  const { archive, context } = landing;
  const promptOf = promptsById(archive);
  const examples = examplesOf(context);
  const wanted = step.items.map(({ rollouts }) =>
    rollouts.map(
      (request): Wanted => ({
        request,
        example: examples(request.split, request.exampleId),
        components: promptOf(request.candidateId),
      }),
    ),
  );
  const ledgers = await loadLedgers(landing, step.items.length);
  const land = await lander(landing, wanted.flat());
  return wanted.map((shard, i) => {
    const item = { error: errorOf(landing, i), ledger: ledgers[i] ?? null };
    return { ...item, rollouts: shard.map((one) => land(one, item)) };
  });
}

export async function landMutations(landing: Landing, step: StepOf<'mutate'>): Promise<LandedMutation[]> {
  const { runId, archive, context } = landing;
  const outcomes = await loadRecords(
    'outcome',
    runId,
    step.items.map((_, i) => recordIds.outcome(archive.turn, i)),
  );
  const attempts = Array.from({ length: REFLECTION_ATTEMPTS }, (_, attempt) => attempt);
  const idsOf = ({ generation, slot }: MutateItem): string[] =>
    attempts.map((attempt) => recordIds.reflection(generation, slot, attempt));
  const reflections = await loadRecords('reflection', runId, step.items.flatMap(idsOf));
  const ledgers = await loadLedgers(landing, step.items.length);
  const examples = examplesOf(context);

  const slots = step.items.map((item, i) => {
    const outcome = outcomes.get(recordIds.outcome(archive.turn, i)) ?? null;
    const parent = componentsOf(archive, candidateOf(archive, item.parentId));
    // Proposals run nothing: what they were shown had landed before.
    const minibatch = item.proposeOnly ? [] : item.minibatch;
    const wantedOf = (candidateId: string, components: Components, drawOf: (n: number) => number): Wanted[] =>
      minibatch.map(({ exampleId }, n) => ({
        request: { candidateId, split: 'train', exampleId, draw: drawOf(n) },
        example: examples('train', exampleId),
        components,
      }));
    return {
      item,
      outcome,
      before: wantedOf(item.parentId, parent, (n) => item.minibatch[n]?.parentDraw ?? 0),
      after:
        outcome?.text == null
          ? []
          : wantedOf(childId(item), { ...parent, [item.component]: outcome.text }, () => childDraw(item)),
    };
  });
  const land = await lander(
    landing,
    slots.flatMap(({ before, after }) => [...before, ...after]),
  );
  return slots.map(({ item, outcome, before, after }, i) => {
    const failure = { error: errorOf(landing, i), ledger: ledgers[i] ?? null };
    return {
      ...failure,
      outcome,
      before: before.map((one) => land(one, failure)),
      after: after.map((one) => land(one, failure)),
      reflections: idsOf(item).flatMap((id) => reflections.get(id) ?? []),
    };
  });
}

/** What the sealed test has left so far: scores and usage, no data. */
export async function landVerifications(landing: Landing, step: StepOf<'verify'>): Promise<LandedVerification[]> {
  const { runId, archive } = landing;
  const shards = await Promise.all(step.items.map((_, i) => loadVerification(runId, archive.turn, i)));
  const ledgers = await loadLedgers(landing, step.items.length);
  return shards.map((shard, i) => ({ rows: shard?.rows ?? [], ledger: ledgers[i] ?? null }));
}

/** Reads all rollouts at once and gives each its place; one that is not there failed with its item. */
async function lander(
  { runId, epoch, context }: Landing,
  wanted: readonly Wanted[],
): Promise<(one: Wanted, item: { error: string | null; ledger: Ledger | null }) => LandedRollout> {
  const jobOf = ({ request, example, components }: Wanted): RolloutJob => {
    return { split: request.split, example, components, draw: request.draw };
  };
  const keys = new Map(wanted.map((one) => [one, jobKey(context.task, jobOf(one))]));
  const stored = await loadRollouts('search', [...keys.values()]);
  const place = { runId, epoch, task: context.task, table: 'search' } as const;
  const lacking = [...keys].filter(([, key]) => {
    const rollout = stored.get(key);
    return rollout === undefined || !stands(rollout, place);
  });
  const earlier = new Map([...stored].filter(([, rollout]) => rollout.runId === runId));
  // It was to be made and was not; what it had cost still counts.
  const left = await loadMissing(
    place,
    lacking.map(([one, key]) => [key, jobOf(one)]),
    earlier,
  );
  return (one, item) => {
    const key = keys.get(one) ?? '';
    const rollout = stored.get(key);
    if (rollout === undefined || left.has(key)) return missing(one.request, item, left.get(key)?.used ?? noUsage());
    return { request: one.request, usage: rollout.usage, cached: rollout.runId !== runId, result: resultOf(rollout) };
  };
}

function resultOf(rollout: Rollout): LandedRollout['result'] {
  if (rollout.status === 'scored' && rollout.score !== null) {
    return { status: 'scored', score: rollout.score, evals: rollout.evals.map(({ score }) => score) };
  }
  const unknown = { name: 'Unknown', message: 'The rollout failed without a reason.', transient: false };
  return { status: 'failed', failure: rollout.failure ?? unknown };
}

function missing(
  request: RolloutRequest,
  { error, ledger }: { error: string | null; ledger: Ledger | null },
  usage: Usage,
): LandedRollout {
  const { name, message } = ledger?.lastError ?? {
    name: error ?? 'Unknown',
    message: `Its item ended with ${error ?? 'no result'}.`,
  };
  return {
    request,
    usage,
    cached: false,
    result: { status: 'failed', failure: { name, message, transient: true } },
  };
}

async function loadLedgers({ runId, archive }: Landing, count: number): Promise<(Ledger | null)[]> {
  const ids = Array.from({ length: count }, (_, i) => recordIds.ledger(archive.turn, i));
  const ledgers = await loadRecords('ledger', runId, ids);
  return ids.map((id) => ledgers.get(id) ?? null);
}

function errorOf({ results }: Landing, index: number): string | null {
  const result = results.find((one) => one.index === index);
  return result?.status === 'failed' ? result.error : null;
}

/** Looks examples up by id. @throws Error when a split does not have one. */
function examplesOf(context: RunContext): (split: 'train' | 'validation', id: string) => Example {
  const byId = {
    train: new Map(context.train.map((example) => [example.id, example])),
    validation: new Map(context.validation.map((example) => [example.id, example])),
  };
  return (split, id) => {
    const example = byId[split].get(id);
    if (example === undefined) throw new Error(`Run ${context.runId} has no ${split} example ${id}.`);
    return example;
  };
}

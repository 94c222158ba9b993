/** `mutate` steps of this strategy: reflections on the incumbent's failures, which only propose. */
import type { Archive, StopReason } from '../../contracts/artifacts.ts';
import type { MutateItem } from '../../contracts/step.ts';
import { brokenCap, howMany, reflectionSlot } from '../budget.ts';
import { stream } from '../random.ts';
import { NO_LEASE, withLeases } from '../steps/leases.ts';
import { freeForSearch } from '../steps/reserves.ts';
import { componentsById, type Search } from '../steps/search.ts';
import { dealFailures, type Failing } from './deal.ts';
import { exampleKey } from './evidence.ts';
import { materialOf, stateOf } from './state.ts';

/** A score this close to 1 leaves nothing to reflect on. */
const PERFECT = 1 - 1e-9;

/** The archive with the reflections of `archive.generation`, or why there are none. */
export function proposalStep(archive: Archive, search: Search): Archive | StopReason {
  const { task, facts } = search;
  const { plan, incumbentId } = stateOf(archive);
  const failing = failuresOf(archive, incumbentId);
  if (failing.length === 0) return 'perfect_validation';
  const slot = reflectionSlot(task, facts, componentsById(archive, incumbentId));
  const free = freeForSearch(archive, search);
  const wanted = rewritesAll(archive) ? Math.ceil(plan.proposals / 2) : plan.proposals;
  const count = Math.min(wanted, howMany(slot, free));
  if (count === 0) return brokenCap(slot, free) ?? 'rollouts';
  const { similarity } = materialOf(search);
  const random = stream(task.optimizer.seed, archive.generation, 'deal');
  const between = (a: string, b: string): number => similarity.between(a, b);
  const hands = dealFailures(failing, count, task.optimizer.minibatchSize, between, random);
  const componentFor = leastShown(archive);
  const items = hands.map(
    (hand, i): MutateItem => ({
      generation: archive.generation,
      slot: i,
      parentId: incumbentId,
      component: componentFor(hand, archive.generation + i),
      proposeOnly: true,
      minibatch: hand.map(({ exampleId, draw }) => ({ exampleId, parentDraw: draw })),
      lease: NO_LEASE,
      concurrency: 1,
    }),
  );
  const maxConcurrency = Math.min(items.length, archive.concurrency);
  return withLeases({ ...archive, step: { kind: 'mutate', purpose: 'children', maxConcurrency, items } }, search);
}

/** Whether most of what the last round brought were whole rewrites: few of those can be told apart at once. */
function rewritesAll(archive: Archive): boolean {
  const latest = stateOf(archive).pool.units.filter(({ origins }) => origins[0]?.generation === archive.generation - 1);
  return latest.filter(({ whole }) => whole).length > latest.length / 2;
}

/**
 * The component whose reflections have seen the hand's failures least: what one component could not mend, another may.
 * Where that is equal they take turns.
 */
function leastShown(archive: Archive): (hand: readonly Failing[], turn: number) => string {
  const { pool } = stateOf(archive);
  const names = Object.keys(pool.components).sort();
  const shown = new Set(
    pool.units.flatMap(({ component, origins }) =>
      origins.flatMap(({ exampleIds }) => exampleIds.map((id) => `${component} ${id}`)),
    ),
  );
  return (hand, turn) => {
    const order = names.map((_, i) => names[(turn + i) % names.length] ?? '');
    const times = order.map((name) => hand.filter(({ exampleId }) => shown.has(`${name} ${exampleId}`)).length);
    return order[times.indexOf(Math.min(...times))] ?? '';
  };
}

/** Training examples that the incumbent failed, each with its last draw. */
function failuresOf(archive: Archive, incumbentId: string): Failing[] {
  const last = new Map<string, Failing | null>();
  for (const [id, split, exampleId, draw, score] of archive.scores) {
    if (id !== incumbentId || split !== 'train' || score === null) continue;
    const key = exampleKey(split, exampleId);
    last.set(key, score < PERFECT ? { key, exampleId, draw, score } : null);
  }
  return [...last.values()].filter((one) => one !== null);
}

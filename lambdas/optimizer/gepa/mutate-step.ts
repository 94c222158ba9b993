/** `mutate` steps: one generation's children, each slot with a parent, a component and a minibatch of its own. */
import type { Archive, Candidate, StopReason } from '../../contracts/artifacts.ts';
import type { MutateItem, RolloutRequest } from '../../contracts/step.ts';
import { candidateOf, componentsOf, nextDraws } from '../archive.ts';
import { brokenCap, childValidation, fits, mutationSlot, NOTHING, plus } from '../budget.ts';
import { minibatch } from '../minibatch.ts';
import { chooseParents } from '../parents.ts';
import { stream } from '../random.ts';
import { NO_LEASE, withLeases } from '../steps/leases.ts';
import { freeForSearch } from '../steps/reserves.ts';
import { type Search, scoresOf } from '../steps/search.ts';

/** The archive with the next generation's step, or the cap that leaves no room for any child. */
export function mutateStep(archive: Archive, search: Search): Archive | StopReason {
  const { task, facts } = search;
  const generation = archive.generation + 1;
  const random = stream(task.optimizer.seed, generation, 'parents');
  const parents = chooseParents(scoresOf(archive, task), task.optimizer, task.optimizer.proposals, random);
  const free = freeForSearch(archive, search);
  const draws = nextDraws(archive);
  const slots: Omit<MutateItem, 'concurrency'>[] = [];
  let held = NOTHING;
  let broken: StopReason | null = null;
  for (const [slot, parentId] of parents.entries()) {
    const parent = candidateOf(archive, parentId);
    const components = componentsOf(archive, parent);
    const whole = plus(held, mutationSlot(task, facts, components), childValidation(task, facts, components));
    if (!fits(whole, free)) {
      broken ??= brokenCap(whole, free);
      continue;
    }
    held = whole;
    slots.push(mutateItem(archive, search, { generation, slot, parent, draws }));
  }
  if (slots.length === 0) return broken ?? 'rollouts';
  const maxConcurrency = Math.min(slots.length, archive.concurrency);
  const concurrency = Math.floor(archive.concurrency / maxConcurrency);
  const items = slots.map((item) => ({ ...item, concurrency }));
  const step = { kind: 'mutate', purpose: 'children', maxConcurrency, items } as const;
  return withLeases({ ...archive, generation, step }, search);
}

function mutateItem(
  archive: Archive,
  { task, trainIds }: Search,
  made: {
    generation: number;
    slot: number;
    parent: Candidate;
    draws: (request: Pick<RolloutRequest, 'candidateId' | 'exampleId'>) => number;
  },
): Omit<MutateItem, 'concurrency'> {
  const { generation, slot, parent, draws } = made;
  const { minibatchSize, proposals, seed } = task.optimizer;
  const exampleIds = minibatch(trainIds, minibatchSize, seed, (generation - 1) * proposals + slot, proposals);
  return {
    generation,
    slot,
    parentId: parent.id,
    proposeOnly: false,
    component: componentFor(archive, task.freeze, parent, slot),
    minibatch: exampleIds.map((exampleId) => ({ exampleId, parentDraw: draws({ candidateId: parent.id, exampleId }) })),
    lease: NO_LEASE,
  };
}

/** Names of the components that may change, sorted. */
export function freeComponents({ parts }: Pick<Candidate, 'parts'>, frozen: readonly string[]): string[] {
  return Object.keys(parts)
    .filter((name) => !frozen.includes(name))
    .sort();
}

/** Round robin over the free components, from where this parent's earlier children left off. */
function componentFor(archive: Archive, frozen: readonly string[], parent: Candidate, slot: number): string {
  const free = freeComponents(parent, frozen);
  const earlier = archive.candidates.filter(
    ({ origin, parents }) => origin === 'mutation' && parents.includes(parent.id),
  ).length;
  const component = free[(earlier + slot) % free.length];
  if (component === undefined) throw new Error(`Candidate ${parent.id} has no free component.`);
  return component;
}

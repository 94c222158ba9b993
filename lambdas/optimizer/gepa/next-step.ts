/** The reducer's second half: what to do next, reserved before it is handed out. Pure. */
import type {
  Archive,
  Candidate,
  MutateItem,
  RolloutRequest,
  Step,
  StopReason,
  VerifyItem,
} from '../../contracts/artifacts.ts';
import type { Components, Task } from '../../contracts/task.ts';
import { BASELINE_ID, candidateOf, componentsOf, nextDraws, validationScores } from '../archive.ts';
import {
  type Amount,
  brokenCap,
  childValidation,
  fits,
  howMany,
  minus,
  mutationSlot,
  NOTHING,
  plus,
  type RunFacts,
  remaining,
  requiredAmount,
  sealedTest,
  taskCall,
  times,
} from '../budget.ts';
import { type CandidateScores, meanScores } from '../frontier.ts';
import { minibatch } from '../minibatch.ts';
import { chooseParents } from '../parents.ts';
import { stream } from '../random.ts';
import { grantLeases, layOut, stepCapacity } from '../shards.ts';
import { ROUNDING_ERROR, shrinkMeans } from '../statistics.ts';

/** What the reducer knows of a run besides its archive. */
export interface Search {
  readonly task: Task;
  readonly facts: RunFacts;
  readonly trainIds: readonly string[];
  readonly validationIds: readonly string[];
}

type Purpose = Extract<Step, { kind: 'score' }>['purpose'];

/** A validation mean this close to 1 leaves nothing to improve. */
const PERFECT = 1 - 1e-9;
/** Retries of the very first call: the machine's own retries must not find its lease used up. */
const PROBE_RETRIES = 19;
/** Times the finalists' round must fit into what baseline and test leave, or it is not planned. */
const FINALISTS_SHARE = 3;

/** The archive with the step of its next turn. `folded` has everything in it that landed so far. */
export function planNextStep(folded: Archive, search: Search): Archive {
  const archive = { ...folded, turn: folded.turn + 1 };
  const done = folded.step;
  if (done === null) return probe(archive, search);
  if (done.kind === 'score' && done.purpose === 'finalists') return verify(withWinner(archive, search), search);
  if (folded.finalists !== null) return verify(archive, search);
  const unscored = unscoredRequests(archive, search);
  if (unscored.length > 0) return scoreUnscored(archive, search, unscored);
  return proposeOrStop(archive, search);
}

/** The first call is made alone: a wrong key costs one call, not a whole baseline. */
function probe(archive: Archive, search: Search): Archive {
  const first = search.validationIds.slice(0, 1).map((exampleId) => request(BASELINE_ID, exampleId, 0));
  return withScoreStep(archive, search, 'probe', first, NOTHING, PROBE_RETRIES);
}

function scoreUnscored(archive: Archive, search: Search, requests: readonly RolloutRequest[]): Archive {
  const purpose = archive.generation === 0 ? 'baseline' : 'children';
  const reserved = purpose === 'baseline' ? NOTHING : finalistsReserve(archive, search);
  return withScoreStep(archive, search, purpose, requests, reserved);
}

function proposeOrStop(archive: Archive, search: Search): Archive {
  const stopReason = stopReasonOf(archive, search);
  if (stopReason !== null) return finish({ ...archive, stopReason }, search);

  const { task, facts } = search;
  const generation = archive.generation + 1;
  const scores = scoresOf(archive, task);
  const parents = chooseParents(
    scores,
    task.optimizer,
    task.optimizer.proposals,
    stream(task.optimizer.seed, generation, 'parents'),
  );
  const free = freeForSearch(archive, search);
  const draws = nextDraws(archive);
  const items: Omit<MutateItem, 'lease'>[] = [];
  const needs: Amount[] = [];
  let held = NOTHING;
  for (const [slot, parentId] of parents.entries()) {
    const parent = candidateOf(archive, parentId);
    const components = componentsOf(archive, parent);
    const need = mutationSlot(task, facts, components);
    // A child that could not be scored on validation would be made for nothing: its room is held from the start.
    const whole = plus(need, childValidation(task, facts, components));
    if (!fits(plus(held, whole), free)) break;
    held = plus(held, whole);
    needs.push(need);
    items.push(mutateItem(archive, search, { generation, slot, parent, draws }));
  }
  const retry = taskCall(task, facts, 'train', longest(archive, search));
  const leases = grantLeases(needs, minus(free, minus(held, plus(...needs))), retry);
  const maxConcurrency = Math.min(items.length, archive.concurrency);
  const concurrency = Math.max(1, Math.floor(archive.concurrency / maxConcurrency));
  return {
    ...archive,
    generation,
    step: {
      kind: 'mutate',
      purpose: 'children',
      maxConcurrency,
      items: items.map((item, i) => ({
        ...item,
        concurrency,
        lease: leases[i] ?? { calls: 0, tokens: 0, costUsd: 0 },
      })),
    },
  };
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
): Omit<MutateItem, 'lease'> {
  const { generation, slot, parent, draws } = made;
  const { minibatchSize, proposals, seed } = task.optimizer;
  const free = Object.keys(parent.parts)
    .filter((name) => !task.freeze.includes(name))
    .sort();
  // Round robin over the free components, from where this parent's earlier children left off.
  const earlier = archive.candidates.filter(({ parents }) => parents.includes(parent.id)).length;
  const component = free[(earlier + slot) % free.length];
  if (component === undefined) throw new Error(`Candidate ${parent.id} has no free component.`);
  const exampleIds = minibatch(trainIds, minibatchSize, seed, (generation - 1) * proposals + slot, proposals);
  return {
    generation,
    slot,
    parentId: parent.id,
    component,
    concurrency: 1,
    minibatch: exampleIds.map((exampleId) => ({ exampleId, parentDraw: draws({ candidateId: parent.id, exampleId }) })),
  };
}

function stopReasonOf(archive: Archive, search: Search): StopReason | null {
  const { task, facts } = search;
  const { budget, optimizer } = task;
  const best = Math.max(...meanScores(scoresOf(archive, task)).values());
  if (best >= PERFECT) return 'perfect_validation';
  if (archive.generation >= Math.min(optimizer.generations, budget.generations ?? Number.POSITIVE_INFINITY))
    return 'generations';
  if (budget.minutes !== undefined && archive.elapsedMs >= budget.minutes * 60_000) return 'minutes';
  const parent = longest(archive, search);
  const most = plus(mutationSlot(task, facts, parent), childValidation(task, facts, parent));
  return brokenCap(most, freeForSearch(archive, search));
}

/** The end of the search: the best few are drawn again if there is a choice to make and room to make it. */
function finish(archive: Archive, search: Search): Archive {
  const { task, validationIds } = search;
  const means = meanScores(scoresOf(archive, task));
  const baselineMean = means.get(BASELINE_ID) ?? Number.NEGATIVE_INFINITY;
  const better = [...means]
    .filter(([id, mean]) => id !== BASELINE_ID && mean > baselineMean)
    .sort(([, a], [, b]) => b - a);
  const free = minus(remaining(task.budget, archive.spend), testReserve(archive, search));
  const each = times(taskCall(task, search.facts, 'validation', longest(archive, search)), validationIds.length);
  const room = Math.min(task.optimizer.finalists, better.length, howMany(each, free));
  if (room < 2) {
    const winnerId = better[0]?.[0] ?? BASELINE_ID;
    return verify({ ...archive, finalists: better.slice(0, 1).map(([id]) => id), winnerId }, search);
  }
  const finalists = better.slice(0, room).map(([id]) => id);
  const requests = finalists.flatMap((id) => validationIds.map((exampleId) => request(id, exampleId, 1)));
  return withScoreStep({ ...archive, finalists }, search, 'finalists', requests, NOTHING);
}

/** The finalist with the best shrunk mean over both draws; on a tie the one with the better plain mean. */
function withWinner(archive: Archive, { task, validationIds }: Search): Archive {
  const finalists = scoresOf(archive, task).filter(({ id }) => archive.finalists?.includes(id));
  const plain = meanScores(finalists);
  const shrunk = shrinkMeans(finalists.map(({ scores }) => validationIds.map((id) => scores.get(id) ?? null)));
  const ranked = finalists
    .map(({ id }, i) => ({ id, shrunk: shrunk[i] ?? Number.NEGATIVE_INFINITY, plain: plain.get(id) ?? 0 }))
    .sort((a, b) => (Math.abs(b.shrunk - a.shrunk) > ROUNDING_ERROR ? b.shrunk - a.shrunk : b.plain - a.plain));
  return { ...archive, winnerId: ranked[0]?.id ?? BASELINE_ID };
}

/** Baseline and winner on the sealed test set, paired in one item; a run without a winner checks the baseline alone. */
function verify(archive: Archive, search: Search): Archive {
  const { task, facts } = search;
  const winnerId = archive.winnerId ?? BASELINE_ID;
  const candidateIds = winnerId === BASELINE_ID ? [BASELINE_ID] : [BASELINE_ID, winnerId];
  const calls = candidateIds.map((id) =>
    taskCall(task, facts, 'test', componentsOf(archive, candidateOf(archive, id))),
  );
  const layout = layOut(facts.testSize * candidateIds.length, archive.concurrency, task.model.timeoutSeconds);
  const items: Omit<VerifyItem, 'lease'>[] = [];
  const needs: Amount[] = [];
  const count = Math.min(layout.sizes.length, facts.testSize);
  for (let i = 0; i < count; i += 1) {
    const from = Math.floor((facts.testSize * i) / count);
    const to = Math.floor((facts.testSize * (i + 1)) / count);
    items.push({ from, to, candidateIds, concurrency: layout.concurrency });
    needs.push(times(plus(...calls), to - from));
  }
  const free = remaining(task.budget, archive.spend);
  const retry = largest(calls);
  const leases = grantLeases(needs, free, retry);
  return {
    ...archive,
    winnerId,
    finalists: archive.finalists ?? [],
    step: {
      kind: 'verify',
      purpose: 'verdict',
      maxConcurrency: Math.min(layout.maxConcurrency, count),
      items: items.map((item, i) => ({ ...item, lease: leases[i] ?? { calls: 0, tokens: 0, costUsd: 0 } })),
    },
  };
}

/** Validation rollouts that accepted candidates still lack, the most promising candidates first. */
function unscoredRequests(archive: Archive, { validationIds }: Search): RolloutRequest[] {
  const have = new Set(
    archive.scores.filter(([, split]) => split === 'validation').map(([id, , example]) => `${id} ${example}`),
  );
  const gain = ({ minibatch: tried }: Candidate): number =>
    tried === null ? 0 : tried.after.reduce<number>((sum, after, i) => sum + (after ?? 0) - (tried.before[i] ?? 0), 0);
  return archive.candidates
    .filter(
      ({ status, id, generation }) =>
        status === 'accepted' && (id === BASELINE_ID || generation === archive.generation),
    )
    .sort((a, b) => gain(b) - gain(a))
    .flatMap(({ id }) =>
      validationIds
        .filter((exampleId) => !have.has(`${id} ${exampleId}`))
        .map((exampleId) => request(id, exampleId, 0)),
    );
}

function withScoreStep(
  archive: Archive,
  search: Search,
  purpose: Purpose,
  wanted: readonly RolloutRequest[],
  reserved: Amount,
  retries?: number,
): Archive {
  const { task, facts } = search;
  const callOf = new Map<string, Amount>();
  const need = ({ candidateId }: RolloutRequest): Amount => {
    const known = callOf.get(candidateId);
    if (known !== undefined) return known;
    const amount = taskCall(task, facts, 'validation', componentsOf(archive, candidateOf(archive, candidateId)));
    callOf.set(candidateId, amount);
    return amount;
  };
  const free = minus(remaining(task.budget, archive.spend), plus(testReserve(archive, search), reserved));
  // Retries may have used what was held for the last children, and half a validation would compare with nothing.
  // The baseline always fits: `requiredAmount` was checked before the run.
  const requests: RolloutRequest[] = [];
  let held = NOTHING;
  for (const group of Map.groupBy(wanted, ({ candidateId }) => candidateId).values()) {
    const next = plus(held, ...group.map(need));
    if (purpose === 'children' && !fits(next, free)) break;
    held = next;
    requests.push(...group);
  }
  if (requests.length === 0) return proposeOrStop(withoutUnscored(archive), search);

  const now = requests.slice(0, stepCapacity(archive.concurrency, task.model.timeoutSeconds));
  const layout = layOut(now.length, archive.concurrency, task.model.timeoutSeconds);
  const shards = cut(now, layout.sizes);
  const leases = grantLeases(
    shards.map((shard) => plus(...shard.map(need))),
    free,
    largest([...callOf.values()]),
    retries,
  );
  return {
    ...archive,
    step: {
      kind: 'score',
      purpose,
      maxConcurrency: layout.maxConcurrency,
      items: shards.map((rollouts, i) => ({
        rollouts,
        concurrency: layout.concurrency,
        lease: leases[i] ?? { calls: 0, tokens: 0, costUsd: 0 },
      })),
    },
  };
}

/** Consecutive pieces of the given sizes. */
function cut<T>(items: readonly T[], sizes: readonly number[]): T[][] {
  let from = 0;
  return sizes.map((size) => {
    from += size;
    return items.slice(from - size, from);
  });
}

/** Children that no budget is left to score: they stay in the archive, rejected for that reason. */
function withoutUnscored(archive: Archive): Archive {
  const scored = new Set(archive.scores.filter(([, split]) => split === 'validation').map(([id]) => id));
  return {
    ...archive,
    candidates: archive.candidates.map((candidate) =>
      candidate.status === 'accepted' && !scored.has(candidate.id)
        ? { ...candidate, status: 'rejected', reason: 'no budget was left to score it on validation' }
        : candidate,
    ),
  };
}

/** Whether the sealed test would still fit if `child` were the winner. */
export function testFitsWith(child: Candidate, archive: Archive, { task, facts }: Search): boolean {
  const baseline = componentsOf(archive, candidateOf(archive, BASELINE_ID));
  return fits(sealedTest(task, facts, baseline, componentsOf(archive, child)), remaining(task.budget, archive.spend));
}

function freeForSearch(archive: Archive, search: Search): Amount {
  return minus(
    remaining(search.task.budget, archive.spend),
    plus(testReserve(archive, search), finalistsReserve(archive, search)),
  );
}

/** The sealed test at its worst: the longest prompt of all wins. */
function testReserve(archive: Archive, search: Search): Amount {
  const baseline = componentsOf(archive, candidateOf(archive, BASELINE_ID));
  return sealedTest(search.task, search.facts, baseline, longest(archive, search));
}

/** Room for the finalists' round, where the budget is large enough to afford one. */
function finalistsReserve(archive: Archive, search: Search): Amount {
  const { task, facts } = search;
  if (task.optimizer.finalists < 2) return NOTHING;
  const round = times(
    taskCall(task, facts, 'validation', longest(archive, search)),
    task.optimizer.finalists * facts.validationSize,
  );
  const caps = remaining(task.budget, {
    ...archive.spend,
    modelCalls: 0,
    reflectionCalls: 0,
    judgeCalls: 0,
    inputTokens: 0,
    outputTokens: 0,
    costUsd: 0,
  });
  return fits(times(round, FINALISTS_SHARE), minus(caps, requiredAmount(task, facts))) ? round : NOTHING;
}

/** The accepted prompt whose calls cost the most. */
function longest(archive: Archive, { task, facts }: Search): Components {
  const accepted = archive.candidates.filter(({ status }) => status === 'accepted');
  const sized = accepted.map((candidate) => {
    const components = componentsOf(archive, candidate);
    return { components, tokens: taskCall(task, facts, 'test', components).tokens };
  });
  return sized.reduce((most, one) => (one.tokens > most.tokens ? one : most)).components;
}

function largest(amounts: readonly Amount[]): Amount {
  return amounts.reduce((most, one) => (one.tokens > most.tokens ? one : most), NOTHING);
}

function scoresOf(archive: Archive, task: Task): CandidateScores[] {
  return validationScores(
    archive,
    task.evals.map(({ name }) => name),
  );
}

function request(candidateId: string, exampleId: string, draw: number): RolloutRequest {
  return { candidateId, split: 'validation', exampleId, draw };
}

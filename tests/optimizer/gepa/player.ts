/** Plays whole runs against the reducer: answers every request of a step within the granted leases, and folds. */
import type { Archive, Failure, Usage } from '../../../lambdas/contracts/artifacts.ts';
import type { Ledger, MutationOutcome, ReflectionRecord } from '../../../lambdas/contracts/item-records.ts';
import type { LeaseGrant, MutateItem, RolloutRequest, VerifyItem } from '../../../lambdas/contracts/step.ts';
import type { Components } from '../../../lambdas/contracts/task.ts';
import { isAccepted } from '../../../lambdas/optimizer/acceptance.ts';
import { candidateOf, componentsOf, newArchive, sameParts, textId } from '../../../lambdas/optimizer/archive.ts';
import { mutationSlot, NOTHING, plus, reflectionSlot } from '../../../lambdas/optimizer/budget.ts';
import { CHAMPION_ID } from '../../../lambdas/optimizer/champion.ts';
import { childDraw, childId } from '../../../lambdas/optimizer/gepa/fold.ts';
import type { LandedMutation, LandedRollout, LandedShard } from '../../../lambdas/optimizer/steps/landed.ts';
import { promptsById } from '../../../lambdas/optimizer/steps/search.ts';
import { foldChildren, foldScores, planNextStep } from '../../../lambdas/optimizer/strategy.ts';
import { addUsage, costOf, noUsage } from '../../../lambdas/optimizer/usage.ts';
import { type Lease, openLease } from '../../../lambdas/rollout/lease.ts';
import { type World, worstCall } from './world.ts';

/** What really left for the models, counted where it leaves. */
export interface Totals {
  taskCalls: number;
  reflectionCalls: number;
  tokens: number;
  costUsd: number;
}

export interface Played {
  /** The archive of each turn, with its step. */
  readonly turns: readonly Archive[];
  readonly last: Archive;
  readonly totals: Totals;
}

/** More turns than any run of these tests may take. */
const MOST_TURNS = 2_000;

/** Plays until the sealed test is over, or nothing had changed. `onPlan` sees each archive with its step, `keep` stores it between two turns. */
export function play(
  world: World,
  onPlan: (archive: Archive) => void = () => {},
  keep: (archive: Archive) => Archive = (archive) => archive,
): Played {
  const { search } = world;
  const player = new Player(world);
  const turns: Archive[] = [];
  let archive = newArchive('run', search.task);
  while (turns.length < MOST_TURNS) {
    archive = planNextStep(archive, search);
    onPlan(archive);
    turns.push(archive);
    if (archive.step?.kind === 'verify') {
      for (const item of archive.step.items) player.verify(archive, item);
      return { turns, last: archive, totals: player.totals };
    }
    if (archive.step === null) return { turns, last: archive, totals: player.totals };
    const folded = foldStep(keep(archive), world, player);
    archive = { ...folded, elapsedMs: folded.elapsedMs + (world.options.stepMs ?? 1000) };
  }
  throw new Error(`The run did not end in ${MOST_TURNS} turns.`);
}

export function foldStep(archive: Archive, world: World, player = new Player(world)): Archive {
  const { step } = archive;
  const { search } = world;
  if (step?.kind === 'score') return foldScores(archive, step, player.shards(archive), search);
  if (step?.kind !== 'mutate') throw new Error('There is nothing to fold.');
  return foldChildren(archive, step.items, player.mutations(archive), search);
}

export class Player {
  readonly totals: Totals = { taskCalls: 0, reflectionCalls: 0, tokens: 0, costUsd: 0 };
  private readonly world: World;
  private readonly seen = new Set<string>();

  constructor(world: World) {
    this.world = world;
  }

  shards(archive: Archive): LandedShard[] {
    if (archive.step?.kind !== 'score') throw new Error('This is no score step.');
    const promptOf = promptsById(archive);
    return archive.step.items.map(({ rollouts, lease }) => {
      const { task } = openLease(lease, noUsage(), rollouts.length);
      const spare = lease.calls - rollouts.length;
      const landed = rollouts.map((request, i) => {
        const components = promptOf(request.candidateId);
        return this.rollout(request, components, task, i === 0 ? spare : 0);
      });
      return { error: null, ledger: null, rollouts: landed };
    });
  }

  mutations(archive: Archive): LandedMutation[] {
    if (archive.step?.kind !== 'mutate') throw new Error('This is no mutate step.');
    return archive.step.items.map((item) => this.mutation(archive, item));
  }

  verify(archive: Archive, item: VerifyItem): void {
    const rollouts = (item.to - item.from) * item.candidateIds.length;
    const { task } = openLease(item.lease, noUsage(), rollouts);
    let spare = item.lease.calls - rollouts;
    for (let i = item.from; i < item.to; i += 1) {
      for (const candidateId of item.candidateIds) {
        const { champion } = this.world.search.facts;
        const isChampion = candidateId === CHAMPION_ID && champion != null;
        const components = isChampion ? champion : componentsOf(archive, candidateOf(archive, candidateId));
        this.call('test', components, [candidateId, i], task, spare);
        spare = 0;
      }
    }
  }

  /** A reply to rollouts that are stored already: nothing is run. */
  private proposal(archive: Archive, item: MutateItem): LandedMutation {
    const { options, chance, search } = this.world;
    const components = componentsOf(archive, candidateOf(archive, item.parentId));
    const nothing = { error: null, ledger: null, before: [], after: [] };
    if (chance('dies', item.generation, item.slot) < (options.dying ?? 0)) {
      return { ...nothing, reflections: [], error: 'Sandbox.Timedout', outcome: null };
    }
    const { reflection: lease } = openLease(item.lease, noUsage(), 0);
    const reflections = this.reflect(item, search, components, lease);
    if (reflections.every(({ reply }) => reply === null)) {
      return { ...nothing, reflections, outcome: outcome('failed', 'reflection failed', null, 'unanswered') };
    }
    const idea = Math.floor(chance('idea', item.generation, item.slot) * (options.ideas ?? 1_000));
    const padding = 'x'.repeat(Math.floor(chance('growth', idea) * (options.growth ?? 0)));
    const text = `${components[item.component]}\nAnd here is idea ${idea} ${padding}`;
    return { ...nothing, reflections, outcome: outcome('proposed', null, text, 'answered') };
  }

  private mutation(archive: Archive, item: MutateItem): LandedMutation {
    if (item.proposeOnly) return this.proposal(archive, item);
    const { options, chance, search } = this.world;
    const size = item.minibatch.length;
    const parent = candidateOf(archive, item.parentId);
    const components = componentsOf(archive, parent);
    const lease = openLease(item.lease, noUsage(), 2 * size);
    const spare = item.lease.calls - 2 * size;
    const died = chance('dies', item.generation, item.slot) < (options.dying ?? 0);
    const before = item.minibatch.map(({ exampleId, parentDraw }, i) => {
      const request = { candidateId: parent.id, split: 'train', exampleId, draw: parentDraw } as const;
      return died && i > 0 ? lost(request) : this.rollout(request, components, lease.task, i === 0 ? spare : 0);
    });
    const nothing = { error: null, ledger: null, before, after: [], reflections: [] };
    if (died) return { ...nothing, error: 'Sandbox.Timedout', outcome: null };
    if (before.every(({ result }) => result.status === 'failed')) {
      return { ...nothing, outcome: outcome('failed', 'every rollout of the parent failed', null, 'not_asked') };
    }
    if (before.every(({ result }) => result.status === 'scored' && result.score === 1)) {
      return { ...nothing, outcome: outcome('rejected', 'the parent is perfect on the minibatch', null, 'not_asked') };
    }

    const reflections = this.reflect(item, search, components, lease.reflection);
    const reflected = { ...nothing, reflections };
    if (reflections.every(({ reply }) => reply === null)) {
      return { ...reflected, outcome: outcome('failed', 'reflection failed', null, 'unanswered') };
    }
    const idea = Math.floor(chance('idea', item.generation, item.slot) * (options.ideas ?? 1_000));
    const padding = 'x'.repeat(Math.floor(chance('growth', idea) * (options.growth ?? 0)));
    const text = `${components[item.component]} idea ${idea} ${padding}`;
    const twin = archive.candidates.some(({ parts }) =>
      sameParts(parts, { ...parent.parts, [item.component]: textId(text) }),
    );
    if (twin || chance('guard', item.generation, item.slot) < (options.guarded ?? 0)) {
      return { ...reflected, outcome: outcome('rejected', 'guard: the text was already tried', null, 'answered') };
    }
    const child = { ...components, [item.component]: text };
    const after = item.minibatch.map(({ exampleId }) => {
      const request = { candidateId: childId(item), split: 'train', exampleId, draw: childDraw(item) } as const;
      return this.rollout(request, child, lease.task, 0);
    });
    const accepted = isAccepted(search.task.optimizer.acceptance, before.map(scoreOf), after.map(scoreOf));
    const reason = accepted ? null : 'no better than its parent on the minibatch';
    return { ...reflected, after, outcome: outcome(accepted ? 'accepted' : 'rejected', reason, text, 'answered') };
  }

  private reflect(item: MutateItem, search: World['search'], components: Components, lease: Lease): ReflectionRecord[] {
    const { options, chance, weather } = this.world;
    const { task, facts } = search;
    const rollouts = item.proposeOnly ? 0 : 2 * item.minibatch.length;
    const slot = (item.proposeOnly ? reflectionSlot : mutationSlot)(task, facts, components);
    const call = worstCall(this.world, 'train', components);
    // What the slot reserves for its two reflection calls, one of them.
    const bound = {
      tokens: (slot.tokens - rollouts * call.tokens) / 4,
      costUsd: (slot.costUsd - rollouts * call.costUsd) / 4,
    };
    if (!lease.take(bound, 1)) return [{ ...reflection(null), failure: failure('BudgetExhaustedError') }];
    const answered = chance('reflection', item.generation, item.slot) >= (options.unanswered ?? 0);
    const share = weather === 'greedy' ? 1 : 0.3;
    const tokens = answered ? Math.floor(bound.tokens * share) : 0;
    const costUsd = answered ? (costOf({ input: 1, output: 1 }, tokens, 0) ?? 0) : 0;
    lease.settle(bound, { tokens, costUsd });
    this.totals.reflectionCalls += 1;
    this.count(tokens, costUsd);
    const usage = { calls: 1, judgeCalls: 0, rateLimited: 0, inputTokens: tokens, outputTokens: 0, costUsd };
    if (!answered) return [{ ...reflection(null), failure: failure('ModelUnavailableError'), usage }];
    return [{ ...reflection('a text'), usage }];
  }

  private rollout(request: RolloutRequest, components: Components, lease: Lease, spare: number): LandedRollout {
    const { candidateId, split, exampleId, draw } = request;
    const prompt = JSON.stringify(components);
    // A stored rollout is one draw: nobody may ask for the same one twice.
    const key = JSON.stringify([prompt, split, exampleId, draw]);
    if (this.seen.has(key)) throw new Error(`${candidateId} asks for ${key} a second time.`);
    this.seen.add(key);
    const { usage, failed } = this.call(split, components, [prompt, exampleId, draw], lease, spare);
    if (failed !== null) return { request, usage, cached: false, result: { status: 'failed', failure: failed } };
    const evals = this.world.scores(prompt, split, exampleId, draw);
    const score = evals.reduce((sum, one) => sum + one, 0) / evals.length;
    return { request, usage, cached: false, result: { status: 'scored', score, evals } };
  }

  /** One rollout's calls. `spare`: retries that a greedy rollout uses up before it is answered. */
  private call(
    split: 'train' | 'validation' | 'test',
    components: Components,
    key: (string | number)[],
    lease: Lease,
    spare: number,
  ): { usage: Usage; failed: Failure | null } {
    const { weather, options, chance } = this.world;
    const worst = worstCall(this.world, split, components);
    let usage = noUsage();
    const dead = weather === 'dead' || (weather === 'dead_after_baseline' && split === 'train');
    for (let attempt = 1; ; attempt += 1) {
      if (!lease.take(worst, attempt)) return { usage, failed: failure('BudgetExhaustedError') };
      this.totals.taskCalls += 1;
      const isGreedy = weather === 'greedy';
      const isFault =
        dead ||
        (isGreedy
          ? attempt <= spare
          : weather === 'faulty' && chance('fault', ...key, attempt) < (options.faults ?? 0.2));
      // The greedy one pays for each attempt at its worst, and is as long as can be.
      const share = isGreedy ? 1 : isFault ? 0 : 0.2;
      const tokens = Math.floor(worst.tokens * share);
      const costUsd = worst.costUsd * share;
      lease.settle(worst, { tokens, costUsd });
      this.count(tokens, costUsd);
      usage = addUsage(usage, {
        calls: 1,
        judgeCalls: 0,
        rateLimited: 0,
        inputTokens: tokens,
        outputTokens: 0,
        costUsd,
      });
      if (!isFault) break;
      if (dead && attempt >= 2) return { usage, failed: failure('ModelUnavailableError') };
    }
    return { usage, failed: chance('refusal', ...key) < (options.refusals ?? 0) ? refusal : null };
  }

  private count(tokens: number, costUsd: number): void {
    this.totals.tokens += tokens;
    this.totals.costUsd += costUsd;
  }
}

const refusal: Failure = { name: 'Refusal', message: 'I cannot help with that.', transient: false };

export function failure(name: string): Failure {
  return { name, message: `It ended with ${name}.`, transient: true };
}

export const someLedger = (name: string, usage: Partial<Usage> = {}): Ledger => ({
  task: { ...noUsage(), ...usage },
  reflection: noUsage(),
  lastError: { name, message: `The server said ${name}.` },
});

function lost(request: RolloutRequest): LandedRollout {
  const result = { status: 'failed', failure: failure('Sandbox.Timedout') } as const;
  return { request, usage: noUsage(), cached: false, result };
}

function outcome(
  status: MutationOutcome['status'],
  reason: string | null,
  text: string | null,
  reflected: MutationOutcome['reflected'],
): MutationOutcome {
  return { epoch: 0, status, reason, text, reflected };
}

function reflection(reply: string | null): ReflectionRecord {
  return { epoch: 0, reply, truncated: false, failure: null, usage: noUsage() };
}

function scoreOf({ result }: LandedRollout): number | null {
  return result.status === 'scored' ? result.score : null;
}

/** All leases of a step together; null (no cap) counts as nothing. */
export function granted(leases: readonly LeaseGrant[]): { calls: number; tokens: number; costUsd: number } {
  return plus(
    NOTHING,
    ...leases.map(({ calls, tokens, costUsd }) => ({ calls, tokens: tokens ?? 0, costUsd: costUsd ?? 0 })),
  );
}

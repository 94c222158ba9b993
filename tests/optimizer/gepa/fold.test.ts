import { describe, expect, it } from 'vitest';
import type { Archive } from '../../../lambdas/contracts/artifacts.ts';
import type { MutationOutcome, ReflectionRecord } from '../../../lambdas/contracts/item-records.ts';
import { newArchive } from '../../../lambdas/optimizer/archive.ts';
import { foldMutations, foldShards } from '../../../lambdas/optimizer/gepa/fold.ts';
import { planNextStep } from '../../../lambdas/optimizer/gepa/next-step.ts';
import type { LandedMutation, LandedRollout, LandedShard } from '../../../lambdas/optimizer/steps/landed.ts';
import { noUsage } from '../../../lambdas/optimizer/usage.ts';
import { failure, foldStep, Player, someLedger } from './player.ts';
import { makeWorld, type WorldOptions } from './world.ts';

/** An archive that waits for the results of its turn, and those that calm weather brings. */
function atTurn(turn: number, options: WorldOptions = {}) {
  const world = makeWorld(options);
  let archive = planNextStep(newArchive('run', world.search.task), world.search);
  for (let i = 1; i < turn; i += 1) archive = planNextStep(foldStep(archive, world), world.search);
  return { archive, player: new Player(world), task: world.search.task };
}

function scoreTurn(turn: number, options: WorldOptions = {}) {
  const { archive, player, task } = atTurn(turn, options);
  const { step } = archive;
  if (step?.kind !== 'score') throw new Error('This is no score step.');
  const landed = player.shards(archive);
  const fold = (shards: LandedShard[], changes: Partial<typeof task> = {}): Archive =>
    foldShards(archive, step, shards, { ...task, ...changes });
  return { archive, landed, fold };
}

function mutateTurn(options: WorldOptions = {}, at = (archive: Archive) => archive) {
  const { archive: planned, player, task } = atTurn(3, options);
  const archive = at(planned);
  const { step } = archive;
  if (step?.kind !== 'mutate') throw new Error('This is no mutate step.');
  const landed = player.mutations(archive);
  const fold = (slots: LandedMutation[], from = archive): Archive =>
    foldMutations(from, step.items, slots, task, () => true);
  return { archive, items: step.items, landed, fold };
}

const failing = (name: string, rollout: LandedRollout): LandedRollout => ({
  ...rollout,
  result: { status: 'failed', failure: failure(name) },
});

const failingShards = (name: string, shards: LandedShard[]): LandedShard[] =>
  shards.map((shard) => ({ ...shard, rollouts: shard.rollouts.map((rollout) => failing(name, rollout)) }));

const PROBE = 1;
const BASELINE = 2;
const CHILDREN = 4;
/** A world whose children are all accepted and not perfect. */
const fruitful: WorldOptions = { start: 0.1, gain: 0.5, seed: 2 };

describe('foldShards', () => {
  it.each([PROBE, BASELINE, CHILDREN])(
    'ends the run when nothing was scored and the model was out of reach (turn %i)',
    (turn) => {
      const { landed, fold } = scoreTurn(turn, fruitful);

      for (const name of ['RateLimitedError', 'ModelUnavailableError']) {
        expect(() => fold(failingShards(name, landed))).toThrow(
          expect.objectContaining({ name: 'ModelUnavailableError', message: expect.stringContaining(name) }),
        );
      }
    },
  );

  it('goes on when only a part was out of reach', () => {
    const { landed, fold } = scoreTurn(BASELINE);
    const [first, ...rest] = landed.flatMap(({ rollouts }) => rollouts);
    if (first === undefined) throw new Error('There is nothing to score.');
    const shard = { error: null, ledger: null, rollouts: [failing('ModelUnavailableError', first), ...rest] };

    const { spend, scores } = fold([shard]);

    expect(spend.failures).toBe(1);
    expect(scores.filter(([, , , , score]) => score === null)).toHaveLength(1);
  });

  it("goes on from a first call whose lease ran out, and ends with the server's word when the machine had given up", () => {
    const { landed, fold } = scoreTurn(PROBE);
    const exhausted = failingShards('BudgetExhaustedError', landed);

    expect(fold(exhausted).spend.failures).toBe(1);
    const interrupted = exhausted.map((shard) => ({ ...shard, ledger: someLedger('RateLimitedError') }));
    expect(() => fold(interrupted)).toThrow('The first call of the model failed: The server said RateLimitedError.');
  });

  it('ends the run when less than half of the baseline was scored', () => {
    const { landed, fold } = scoreTurn(BASELINE, { validation: 9 });
    const rollouts = landed.flatMap((shard) => shard.rollouts);
    const withFailures = (count: number): LandedShard[] => [
      { error: null, ledger: null, rollouts: rollouts.map((one, i) => (i < count ? failing('Refusal', one) : one)) },
    ];

    expect(() => fold(withFailures(5))).toThrow('The baseline could not be measured: 5 of 9 calls failed');
    expect(fold(withFailures(4)).generations).toMatchObject([{ generation: 0, rollouts: 9 }]);
  });

  it('ends the run when more of the baseline failed than a number may leave out; one failure alone is no reason', () => {
    const { landed, fold } = scoreTurn(BASELINE, { validation: 9 });
    const rollouts = landed.flatMap((shard) => shard.rollouts);
    const withFailures = (count: number, maxFailureShare: number): Archive => {
      const failed = rollouts.map((one, i) => (i < count ? failing('Refusal', one) : one));
      return fold([{ error: null, ledger: null, rollouts: failed }], { maxFailureShare });
    };

    expect(() => withFailures(2, 0.05)).toThrow(
      expect.objectContaining({
        name: 'TooManyFailuresError',
        message: expect.stringMatching(
          /2 of 9 calls failed.*more than the 5 % that may be left out \(maxFailureShare\)/,
        ),
      }),
    );
    expect(withFailures(1, 0.05).spend.failures).toBe(1);
    expect(withFailures(2, 0.25).spend.failures).toBe(2);
  });

  it('ends the run at once when the model refuses our requests as such', () => {
    const { landed, fold } = scoreTurn(PROBE);
    const refused = landed.map((shard) => ({
      ...shard,
      error: 'ModelRefusedRequestError',
      ledger: someLedger('ModelRefusedRequestError'),
    }));

    expect(() => fold(refused)).toThrow(
      expect.objectContaining({
        name: 'ModelRefusedRequestError',
        message: 'The server said ModelRefusedRequestError.',
      }),
    );
  });

  it('leaves the archive as it was when it throws', () => {
    const { archive, landed, fold } = scoreTurn(BASELINE);
    const before = structuredClone(archive);

    expect(() => fold(failingShards('ModelUnavailableError', landed))).toThrow();

    expect(archive).toEqual(before);
  });

  it('adds the calls of a ledger to the spend, and what another run has paid for to the hits alone', () => {
    const { archive, landed, fold } = scoreTurn(BASELINE);
    const [shard] = landed;
    if (shard === undefined) throw new Error('There is nothing to score.');
    const cached = shard.rollouts.map((rollout, i) => ({ ...rollout, cached: i === 0 }));
    const ledger = someLedger('RateLimitedError', { calls: 5, inputTokens: 7, rateLimited: 5 });

    const { spend, rateLimited } = fold([{ ...shard, rollouts: cached, ledger }]);

    const paid = cached.length - 1;
    expect(spend).toMatchObject({
      cacheHits: 1,
      rollouts: archive.spend.rollouts + paid,
      modelCalls: archive.spend.modelCalls + paid + 5,
    });
    expect(rateLimited).toBe(true);
  });

  it('does not take the 429s of another run for its own', () => {
    const { landed, fold } = scoreTurn(BASELINE);
    const limited = (cached: boolean): LandedShard[] =>
      landed.map((shard) => ({
        ...shard,
        rollouts: shard.rollouts.map((one) => ({ ...one, cached, usage: { ...noUsage(), calls: 1, rateLimited: 1 } })),
      }));

    expect(fold(limited(true)).rateLimited).toBe(false);
    expect(fold(limited(false)).rateLimited).toBe(true);
  });
});

describe('foldMutations', () => {
  const unanswered: MutationOutcome = {
    epoch: 0,
    status: 'failed',
    reason: 'reflection failed (ModelUnavailableError)',
    text: null,
    reflected: 'unanswered',
  };
  const silent = (slots: LandedMutation[], name: string): LandedMutation[] =>
    slots.map((slot): LandedMutation => {
      const record: ReflectionRecord = {
        epoch: 0,
        reply: null,
        truncated: false,
        failure: failure(name),
        usage: noUsage(),
      };
      return { ...slot, after: [], outcome: unanswered, reflections: [record] };
    });

  it('ends the run after two generations without any answered reflection', () => {
    const { landed, fold } = mutateTurn();

    const once = fold(silent(landed, 'ModelUnavailableError'));

    expect(once).toMatchObject({ silentGenerations: 1, generations: [{}, { proposed: 0, accepted: 0, rejected: 4 }] });
    expect(() => fold(silent(landed, 'ModelUnavailableError'), { ...once })).toThrow(
      'The reflection model did not answer: It ended with ModelUnavailableError.',
    );
  });

  it('counts anew after an answer, and not at all while nobody had a reason to ask', () => {
    const { archive, landed, fold } = mutateTurn();
    const before = { ...archive, silentGenerations: 1 };
    const [first, ...rest] = silent(landed, 'ModelUnavailableError');
    if (first === undefined) throw new Error('There is no slot.');
    const answered = { ...first, outcome: { ...unanswered, status: 'rejected', reflected: 'answered' } as const };
    const notAsked = landed.map(
      (slot): LandedMutation => ({
        ...slot,
        after: [],
        reflections: [],
        outcome: {
          ...unanswered,
          status: 'rejected',
          reason: 'the parent is perfect on the minibatch',
          reflected: 'not_asked',
        },
      }),
    );

    expect(fold([answered, ...rest], before).silentGenerations).toBe(0);
    expect(fold(notAsked, before).silentGenerations).toBe(1);
  });

  it('takes items that died on the way, and parents that nobody could roll out, for silence; a lease that ran out not', () => {
    const { archive, landed, fold } = mutateTurn();
    const before = { ...archive, silentGenerations: 1 };
    const died = landed.map((slot) => ({ ...slot, after: [], outcome: null, error: 'RateLimitedError' }));
    const failed = (name: string): LandedMutation[] =>
      landed.map((slot) => ({
        ...slot,
        after: [],
        reflections: [],
        before: slot.before.map((rollout) => failing(name, rollout)),
        outcome: { ...unanswered, reason: 'every rollout of the parent failed', reflected: 'not_asked' },
      }));

    expect(() => fold(died, before)).toThrow(expect.objectContaining({ name: 'ModelUnavailableError' }));
    expect(() => fold(failed('ModelUnavailableError'), before)).toThrow('No child could be made in 2 generations');
    expect(fold(failed('BudgetExhaustedError'), before).silentGenerations).toBe(1);
    expect(fold(silent(landed, 'BudgetExhaustedError'), before).silentGenerations).toBe(1);
  });

  it('ends the run when the model refuses our requests as such, whatever the other slots did', () => {
    const { landed, fold } = mutateTurn();
    const refused = landed.map((slot, i) => (i === 3 ? { ...slot, error: 'ModelRefusedRequestError' } : slot));

    expect(() => fold(refused)).toThrow(expect.objectContaining({ name: 'ModelRefusedRequestError' }));
  });

  it('keeps a child whose item died after its text was known, rejected, with what was measured of it', () => {
    const { landed, fold } = mutateTurn({ optimizer: { proposals: 1 } });
    const [slot] = landed;
    if (slot?.outcome == null) throw new Error('There is no child.');
    const outcome: MutationOutcome = { ...slot.outcome, status: 'running', reason: null, reflected: 'answered' };
    const after = slot.after.map((one, i) => (i === 0 ? one : failing('Sandbox.Timedout', one)));

    const { candidates, scores } = fold([{ ...slot, outcome, after, error: 'Sandbox.Timedout' }]);

    const child = candidates[1];
    expect(child).toMatchObject({ id: 'g1-s0', status: 'rejected', reason: 'the item failed (Sandbox.Timedout)' });
    expect(child?.minibatch?.after.slice(1)).toEqual([null, null]);
    expect(scores.filter(([id]) => id === 'g1-s0')).toHaveLength(3);
  });

  it('lets one of two equal prompts stay', () => {
    const { landed, fold } = mutateTurn({ ...fruitful, ideas: 1, optimizer: { proposals: 3 } });

    const { candidates, generations } = fold(landed);

    const accepted = landed.filter(({ outcome }) => outcome?.status === 'accepted').length;
    expect(accepted).toBeGreaterThan(1);
    expect(candidates.filter(({ status }) => status === 'accepted')).toHaveLength(2);
    expect(generations.at(-1)?.reasons).toMatchObject({ 'the same prompt as g1-s0': accepted - 1 });
  });

  it('keeps a text that did not change once', () => {
    const { archive, landed, fold } = mutateTurn({ freeComponents: 2 });

    const { candidates, texts } = fold(landed);

    const used = new Set(candidates.flatMap(({ parts }) => Object.values(parts)));
    expect(Object.keys(texts).sort()).toEqual([...used].sort());
    expect(Object.keys(texts).length).toBe(Object.keys(archive.texts).length + candidates.length - 1);
  });

  it('counts reflections apart from rollouts, interrupted ones included', () => {
    const { archive, landed, fold } = mutateTurn({ optimizer: { proposals: 1 } });
    const [slot] = landed;
    if (slot === undefined) throw new Error('There is no slot.');
    const ledger = { ...someLedger('RateLimitedError'), reflection: { ...noUsage(), calls: 4, rateLimited: 4 } };

    const { spend, rateLimited } = fold([{ ...slot, ledger }]);

    expect(spend.reflectionCalls).toBe(1 + 4);
    expect(spend.modelCalls - spend.reflectionCalls).toBe(archive.spend.modelCalls + 6);
    expect(rateLimited).toBe(true);
  });
});

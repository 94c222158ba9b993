import { describe, expect, it } from 'vitest';
import type { Archive } from '../../../lambdas/contracts/artifacts.ts';
import type { VerifyItem } from '../../../lambdas/contracts/step.ts';
import { newArchive } from '../../../lambdas/optimizer/archive.ts';
import { NOTHING } from '../../../lambdas/optimizer/budget.ts';
import { planNextStep } from '../../../lambdas/optimizer/gepa/next-step.ts';
import type { LandedMutation, LandedShard } from '../../../lambdas/optimizer/steps/landed.ts';
import { type ItemProgress, withRenewedLeases } from '../../../lambdas/optimizer/steps/leases.ts';
import {
  progressOfMutation,
  progressOfShard,
  progressOfVerification,
} from '../../../lambdas/optimizer/steps/progress.ts';
import { noUsage } from '../../../lambdas/optimizer/usage.ts';
import { failure, foldStep, granted, Player, someLedger } from '../gepa/player.ts';
import { makeWorld, type World } from '../gepa/world.ts';

function atTurn(turn: number, world: World): Archive {
  let archive = planNextStep(newArchive('run', world.search.task), world.search);
  for (let i = 1; i < turn; i += 1) archive = planNextStep(foldStep(archive, world), world.search);
  return archive;
}

const leasedCalls = ({ step }: Archive): number[] => step?.items.map(({ lease }) => lease.calls) ?? [];
const usedCalls = (calls: number) => ({ ...NOTHING, calls });

describe('withRenewedLeases', () => {
  const options = { validation: 40, optimizer: { concurrency: 16 } };

  it('grants what is still missing on top of what was used, with new retries', () => {
    const world = makeWorld({ ...options, extra: { calls: 2000 } });
    const archive = atTurn(2, world);
    const before = leasedCalls(archive);
    const progress: ItemProgress[] = before.map((calls) => ({ used: usedCalls(calls), callsMissing: 15 }));

    const renewed = withRenewedLeases(archive, world.search, progress);

    expect(before.length).toBe(2);
    for (const [i, calls] of leasedCalls(renewed).entries()) {
      expect(calls).toBeGreaterThan((before[i] ?? 0) + 15);
    }
    expect({ ...renewed, step: null }).toEqual({ ...archive, step: null });
  });

  it('grants nothing beyond the caps: what no longer fits keeps what it has used', () => {
    const world = makeWorld({ ...options, extra: { calls: 20 } });
    const archive = atTurn(2, world);
    const free = 39 + 20;
    expect(granted(archive.step?.items.map(({ lease }) => lease) ?? []).calls).toBe(free);
    const progress = [
      { used: usedCalls(25), callsMissing: 19 },
      { used: usedCalls(15), callsMissing: 20 },
    ];

    const calls = leasedCalls(withRenewedLeases(archive, world.search, progress));

    expect(calls).toEqual([25 + 19, 15]);
    expect(calls.reduce((sum, one) => sum + one, 0)).toBe(free);
  });

  it("keeps the room of the children's validation and of the sealed test", () => {
    const world = makeWorld({ ...options, extra: { calls: 4 * (6 + 40) } });
    const archive = atTurn(3, world);
    expect(archive.step?.kind).toBe('mutate');
    const progress = leasedCalls(archive).map((calls) => ({ used: usedCalls(calls), callsMissing: 6 }));

    const renewed = withRenewedLeases(archive, world.search, progress);

    // Each slot had used its whole lease, and nothing is left but the room that is kept.
    expect(leasedCalls(renewed)).toEqual(leasedCalls(archive));
  });
});

describe('progress', () => {
  it('of a shard counts what is not there or failed for a passing reason as missing, and all that was paid as used', () => {
    const world = makeWorld({ validation: 4, optimizer: { concurrency: 1 } });
    const archive = atTurn(2, world);
    const [shard] = new Player(world).shards(archive);
    if (shard === undefined) throw new Error('There is no shard.');
    const [a, b, c] = shard.rollouts;
    if (a === undefined || b === undefined || c === undefined) throw new Error('There are too few rollouts.');
    const ledger = someLedger('RateLimitedError', { calls: 4, inputTokens: 10 });
    const paid = { ...noUsage(), calls: 2, inputTokens: 5, outputTokens: 1, costUsd: 0.5 };
    const landed: LandedShard = {
      error: null,
      ledger,
      rollouts: [
        { ...a, usage: paid },
        { ...b, usage: paid, result: { status: 'failed', failure: failure('ModelUnavailableError') } },
        { ...c, cached: true },
      ],
    };

    expect(progressOfShard(landed)).toEqual({ used: { calls: 8, tokens: 22, costUsd: 1 }, callsMissing: 1 });
  });

  it('of a slot counts the child before it is known, and nothing more once the slot is decided', () => {
    const world = makeWorld();
    const archive = atTurn(3, world);
    const [slot] = new Player(world).mutations(archive);
    if (slot?.outcome == null) throw new Error('There is no child.');
    const dead: LandedMutation = { ...slot, outcome: null, after: [] };
    const running: LandedMutation = { ...slot, outcome: { ...slot.outcome, status: 'running' } };

    expect(progressOfMutation(slot).callsMissing).toBe(0);
    expect(progressOfMutation(dead).callsMissing).toBe(3);
    expect(progressOfMutation(running).callsMissing).toBe(0);
    // Calls of the task model, tokens of both models.
    const { used } = progressOfMutation(slot);
    const reflected = slot.reflections.reduce((sum, { usage }) => sum + usage.inputTokens + usage.outputTokens, 0);
    expect(used.calls).toBe(6);
    expect(used.tokens).toBeGreaterThan(reflected);
  });

  it.each([
    [1, 3],
    [3, 11],
  ])('of the sealed test counts rows without a score as missing, of %i draws', (draws, callsMissing) => {
    const item: VerifyItem = {
      from: 2,
      to: 4,
      draws,
      candidateIds: ['baseline', 'g1-s0'],
      concurrency: 1,
      lease: { calls: 4, tokens: null, costUsd: null },
    };
    const row = {
      exampleId: 'x',
      candidateId: 'baseline',
      draw: 0,
      evals: {},
      cached: false,
      usage: { ...noUsage(), calls: 2 },
    };
    const rows = [
      { ...row, score: 1 },
      { ...row, score: null },
    ];

    expect(progressOfVerification(item, { rows, ledger: null })).toMatchObject({ used: { calls: 4 }, callsMissing });
  });
});

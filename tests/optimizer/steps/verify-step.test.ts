import { describe, expect, it } from 'vitest';
import type { VerifyItem } from '../../../lambdas/contracts/step.ts';
import { BASELINE_ID, candidateOf, componentsOf } from '../../../lambdas/optimizer/archive.ts';
import { sealedTest } from '../../../lambdas/optimizer/budget.ts';
import { CHAMPION_ID } from '../../../lambdas/optimizer/champion.ts';
import { estimate } from '../../../lambdas/optimizer/estimate.ts';
import { granted, type Played, play } from '../gepa/player.ts';
import { makeWorld, type WorldOptions } from '../gepa/world.ts';

const TEST = 6;
const champion = { system: `Decide the case. ${'Be careful. '.repeat(40)}`, user: '{{input}}' };
/** A search that finds something better. */
const better: WorldOptions = { start: 0.1, gain: 0.3, optimizer: { generations: 2 } };

const sealed = ({ last }: Played): VerifyItem[] => (last.step?.kind === 'verify' ? last.step.items : []);
const idsIn = (played: Played): string[][] => sealed(played).map(({ candidateIds }) => candidateIds);

describe('verifyStep with a champion', () => {
  it('pairs baseline, winner and champion in each item', () => {
    const played = play(makeWorld({ ...better, champion }));

    const { winnerId } = played.last;
    expect(winnerId).not.toBe(BASELINE_ID);
    expect(idsIn(played).every((ids) => ids.join() === [BASELINE_ID, winnerId, CHAMPION_ID].join())).toBe(true);
    expect(sealed(played).reduce((sum, { from, to }) => sum + to - from, 0)).toBe(TEST);
  });

  it('runs it beside the baseline alone where nothing better was found', () => {
    const played = play(makeWorld({ champion, extra: { calls: 0 } }));

    expect(idsIn(played)[0]).toEqual([BASELINE_ID, CHAMPION_ID]);
    expect(played.totals.taskCalls).toBe(8 + 2 * TEST);
  });

  it('does not run a prompt twice: the winner stands for a champion that it is, and so does the baseline', () => {
    const { last } = play(makeWorld(better));
    const winner = componentsOf(last, candidateOf(last, last.winnerId ?? ''));

    const same = play(makeWorld({ ...better, champion: winner }));
    const own = play(makeWorld({ ...better, champion: makeWorld(better).search.task.prompt }));

    for (const played of [same, own]) expect(idsIn(played)[0]).toEqual([BASELINE_ID, last.winnerId]);
  });

  it.each(['gepa', 'attribution'] as const)('keeps its room from the beginning under %s, at the worst', (strategy) => {
    const extra = { calls: 60, tokens: 400_000, costUsd: 1 };
    const world = makeWorld({ ...better, champion, extra, weather: 'greedy', optimizer: { strategy } });
    const { task, facts } = world.search;

    const played = play(world, (archive) => {
      if (archive.step?.kind === 'verify') return;
      const { calls } = granted(archive.step?.items.map(({ lease }) => lease) ?? []);
      const left = task.budget.rollouts - (archive.spend.modelCalls - archive.spend.reflectionCalls);
      expect(left - calls).toBeGreaterThanOrEqual(3 * TEST);
    });

    const { totals, last } = played;
    expect(idsIn(played)[0]).toContain(CHAMPION_ID);
    const whole = sealedTest(task, facts, task.prompt, componentsOf(last, candidateOf(last, last.winnerId ?? '')));
    const leases = granted(sealed(played).map(({ lease }) => lease));
    expect(leases.calls).toBeGreaterThanOrEqual(last.winnerId === BASELINE_ID ? 2 * TEST : whole.calls);
    expect(totals.taskCalls).toBeLessThanOrEqual(task.budget.rollouts);
    expect(totals.tokens).toBeLessThanOrEqual(task.budget.tokens ?? 0);
    expect(totals.costUsd).toBeLessThanOrEqual(task.budget.costUsd ?? 0);
  });

  it('leaves it out where the caps never had room for it: they hold', () => {
    const played = play(makeWorld({ champion, budget: { rollouts: 8 + TEST + 1 } }));

    expect(idsIn(played)[0]).toEqual([BASELINE_ID]);
    expect(played.totals.taskCalls).toBe(8 + TEST);
  });

  it('is in the estimate, in every course', () => {
    const [without, with_] = [undefined, champion].map((one) => {
      const { task, facts } = makeWorld({
        extra: { calls: 0 },
        ...(one === undefined ? {} : { champion: one }),
      }).search;
      return estimate(task, facts);
    });

    for (const course of ['low', 'high'] as const) {
      expect(with_?.[course].rollouts).toBe((without?.[course].rollouts ?? 0) + TEST);
    }
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Unit, UnitEffect } from '../../../lambdas/contracts/attribution.ts';
import { taskSchema } from '../../../lambdas/contracts/task.ts';
import { copiesExample } from '../../../lambdas/optimizer/attribution/copies.ts';
import { dealFailures } from '../../../lambdas/optimizer/attribution/deal.ts';
import { decide, SEARCHING } from '../../../lambdas/optimizer/attribution/decide.ts';
import { drawPair } from '../../../lambdas/optimizer/attribution/mixtures.ts';
import { planRounds } from '../../../lambdas/optimizer/attribution/rounds.ts';
import { similarityOf } from '../../../lambdas/optimizer/attribution/similarity.ts';
import { stream } from '../../../lambdas/optimizer/random.ts';
import { hasConflict } from '../../../lambdas/optimizer/units/pool.ts';

function unitOf(id: string, changes: Partial<Unit> = {}): Unit {
  return {
    id,
    component: 'system',
    text: `Text of ${id}.`,
    lead: '',
    end: '',
    protected: false,
    roots: [id],
    replaces: [],
    whole: false,
    origins: [],
    deletions: [],
    status: 'kept',
    ...changes,
  };
}

const origin = { generation: 1, slot: 0, exampleIds: ['t1'] };
const edit = (id: string, changes: Partial<Unit> = {}): Unit =>
  unitOf(id, { origins: [origin], status: 'on_trial', ...changes });
const effect = (mean: number, harm: number): UnitEffect => ({
  mean,
  ci95: [mean - 0.1, mean + 0.1],
  harm,
  with: 20,
  without: 20,
  own: null,
});

describe('mixtures', () => {
  it('never hold two units that exclude each other, and always the protected ones', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const kept = [unitOf('u0', { protected: true }), unitOf('u1'), unitOf('u2')];
        const onTrial = [
          edit('u3'),
          edit('u4', { roots: ['u1'] }),
          edit('u5', { roots: ['u1'] }),
          edit('u6', { roots: ['u1', 'u2'] }),
        ];

        for (const mixture of drawPair({ kept, onTrial, effects: {} }, stream(seed, 'mixture'))) {
          expect(hasConflict(mixture)).toBe(false);
          expect(mixture.map(({ id }) => id)).toContain('u0');
        }
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it('come in pairs in which each edit without a rival is in exactly once', () => {
    const onTrial = [edit('u1'), edit('u2'), edit('u3')];
    for (let seed = 0; seed < 50; seed += 1) {
      const [first, second] = drawPair({ kept: [unitOf('u0')], onTrial, effects: {} }, stream(seed, 'pair'));
      for (const { id } of onTrial) {
        expect([first, second].filter((mixture) => mixture.some((unit) => unit.id === id))).toHaveLength(1);
      }
    }
  });

  it('leave doubtful edits out more often than proven ones, and seed units rarely', () => {
    const kept = [unitOf('u0'), unitOf('u1', { origins: [origin] }), unitOf('u2', { origins: [origin] })];
    const effects = { u1: effect(0.1, 0), u2: effect(0, 0.5) };
    const out = { u0: 0, u1: 0, u2: 0 };
    for (let seed = 0; seed < 500; seed += 1) {
      for (const mixture of drawPair({ kept, onTrial: [], effects }, stream(seed, 'doubt'))) {
        for (const id of ['u0', 'u1', 'u2'] as const) if (!mixture.some((unit) => unit.id === id)) out[id] += 1;
      }
    }
    expect(out.u1).toBeLessThan(80);
    expect(out.u2).toBeGreaterThan(200);
    expect(out.u0).toBeLessThan(150);
  });
});

describe('decisions', () => {
  const decided = (
    units: readonly Unit[],
    incumbent: readonly string[],
    effects: Record<string, UnitEffect>,
    trials = 1,
  ) => decide({ units, incumbent: new Set(incumbent), effects, trials: () => trials }, SEARCHING);

  it('let in what probably helps, keep doubtful edits on trial, and drop what harms, whatever its age', () => {
    const units = [unitOf('u0'), edit('u1'), edit('u2'), edit('u3'), edit('u4', { status: 'kept' })];
    const effects = {
      u0: effect(-0.2, 0.99),
      u1: effect(0.1, 0.05),
      u2: effect(0, 0.5),
      u3: effect(-0.1, 0.9),
      u4: effect(-0.1, 0.95),
    };

    expect(Object.fromEntries(decided(units, ['u0', 'u4'], effects))).toEqual({
      u0: 'out',
      u1: 'kept',
      u2: 'on_trial',
      u3: 'out',
      u4: 'out',
    });
  });

  it('give up on an edit after some rounds, and keep what nobody knows of the user', () => {
    const units = [unitOf('u0'), edit('u1')];

    expect(Object.fromEntries(decided(units, ['u0'], { u1: effect(0, 0.5) }, 3))).toEqual({ u0: 'kept', u1: 'out' });
  });

  it('let the better one of two that exclude each other stay', () => {
    const units = [unitOf('u0'), edit('u1', { roots: ['u0'] }), edit('u2', { roots: ['u0'] })];
    const effects = { u1: effect(0.05, 0.1), u2: effect(0.2, 0.01) };

    expect(Object.fromEntries(decided(units, ['u0'], effects))).toEqual({ u0: 'out', u1: 'out', u2: 'kept' });
  });

  it('never take a protected unit of the incumbent out', () => {
    const units = [unitOf('u0', { protected: true })];

    expect(decided(units, ['u0'], { u0: effect(-0.5, 1) }).get('u0')).toBe('kept');
  });
});

describe('similarity', () => {
  const texts = new Map([
    ['a', 'the boiler in the basement leaks water'],
    ['b', 'a boiler leaks again in the kitchen'],
    ['c', 'please clean the carpet of the office'],
    ['d', 'the office wants a quote for carpet cleaning'],
  ]);

  it('finds alike what shares rare words', () => {
    const { between } = similarityOf(texts);
    expect(between('a', 'b')).toBeGreaterThan(between('a', 'c'));
    expect(between('c', 'd')).toBeGreaterThan(between('b', 'c'));
    expect(between('a', 'a')).toBe(1);
    expect(between('a', 'b')).toBe(between('b', 'a'));
  });

  it('knows which examples hold the words that an edit names', () => {
    const named = similarityOf(texts).named('A leaking boiler is urgent.');
    expect(named.get('a')).toBeGreaterThan(0);
    expect(named.get('c') ?? 0).toBe(0);
  });
});

describe('dealing', () => {
  it('gives no example to two slots, every slot one before any has two, and like to like', () => {
    const failing = ['a1', 'a2', 'b1', 'b2', 'c1'].map((id) => ({
      key: `train:${id}`,
      exampleId: id,
      draw: 0,
      score: 0,
    }));
    const alike = (first: string, second: string): number => (first[6] === second[6] ? 0.9 : 0.1);

    const hands = dealFailures(failing, 3, 2, alike, stream(1, 'deal'));

    const ids = hands.map((hand) => hand.map(({ exampleId }) => exampleId));
    expect(ids.flat().sort()).toEqual(['a1', 'a2', 'b1', 'b2', 'c1']);
    for (const hand of ids) expect(new Set(hand.map((id) => id[0])).size).toBe(1);
  });
});

describe('the plan of rounds', () => {
  const task = taskSchema.pick({ optimizer: true, budget: true }).parse({ optimizer: {}, budget: {} });

  it('makes stages larger, not more, when there is more to spend', () => {
    const [small, usual, large] = [300, 1300, 20_000].map((rollouts) => planRounds(rollouts, 100, task));
    expect(usual?.rounds).toBe(6);
    expect(large?.rounds).toBe(6);
    expect(small?.rounds).toBeLessThan(6);
    expect(large?.mixtures).toBeGreaterThan(10 * (usual?.mixtures ?? 0));
  });

  it('never plans more than there is', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.integer({ min: 1, max: 500 }), (rollouts, train) => {
        const { rounds, survey, mixtures } = planRounds(rollouts, train, task);
        expect(rounds * (survey + mixtures)).toBeLessThanOrEqual(rollouts);
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});

describe('copies', () => {
  const example = 'My boiler broke down last night and the whole house is cold';
  const others = [example, 'The carpet is dirty', 'When my boiler broke I called you at once'];

  it.each([
    ['a copy of an example', 'If it says "my boiler broke down last night and", choose urgent.', true],
    ['a rule', 'A broken boiler is urgent.', false],
    ['a phrase that several examples have', 'Note "my boiler broke" as urgent.', false],
    ['nothing', '', false],
  ])('tells %s', (_name, text, copied) => {
    expect(copiesExample(text, [example], others)).toBe(copied);
  });
});

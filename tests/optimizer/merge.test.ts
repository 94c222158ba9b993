import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  crossover,
  isViable,
  legalTriplets,
  mergeSample,
  type Parts,
  pickTriplet,
  type Relative,
} from '../../lambdas/optimizer/merge.ts';
import { stream } from '../../lambdas/optimizer/random.ts';

const relative = (id: string, parents: string[], a: string, b: string, mean: number): Relative => ({
  id,
  parents,
  parts: { a, b },
  mean,
});

/** A root, two children that changed one component each, and a grandchild of the first. */
const root = relative('root', [], 'A', 'B', 0.2);
const left = relative('left', ['root'], 'A2', 'B', 0.4);
const right = relative('right', ['root'], 'A', 'B2', 0.5);
const below = relative('below', ['left'], 'A3', 'B', 0.6);
const family = [root, left, right, below];

const idsOf = (triplets: ReturnType<typeof legalTriplets>): string[] =>
  triplets.map(({ first, second, ancestor }) => `${first.id}+${second.id} of ${ancestor.id}`);

const anyFamily = fc
  .array(fc.tuple(fc.nat(), fc.constantFrom('x', 'y', 'z'), fc.constantFrom('x', 'y', 'z'), fc.nat(10)), {
    minLength: 1,
    maxLength: 9,
  })
  .map((rows) =>
    rows.map(([parent, a, b, points], i) =>
      relative(String(i), i === 0 ? [] : [String(parent % i)], a, b, points / 10),
    ),
  );

describe('legalTriplets', () => {
  it('joins lineages of a common ancestor, and nobody with an ancestor of its own', () => {
    expect(idsOf(legalTriplets(family))).toEqual(['left+right of root', 'right+below of root']);
  });

  it('takes no ancestor that is better than either of its descendants', () => {
    const proud = { ...root, mean: 0.45 };

    expect(idsOf(legalTriplets([proud, left, right, below]))).toEqual(['right+below of root']);
  });

  it('joins only whom it may, by ancestors that need not be among them', () => {
    expect(idsOf(legalTriplets(family, [right, below]))).toEqual(['right+below of root']);
  });
});

describe('crossover', () => {
  it('takes what each has changed', () => {
    expect(crossover({ ancestor: root, first: left, second: right })).toEqual({ a: 'A2', b: 'B2' });
  });

  it('takes the text of the better one where both have changed it, of the older one on a tie', () => {
    const both = relative('both', ['root'], 'A4', 'B2', 0.5);

    expect(crossover({ ancestor: root, first: left, second: both })).toEqual({ a: 'A4', b: 'B2' });
    expect(crossover({ ancestor: root, first: { ...left, mean: 0.5 }, second: both })).toEqual({ a: 'A2', b: 'B2' });
  });
});

describe('pickTriplet', () => {
  const any = (): boolean => true;

  it('picks each legal merge now and then, and no other', () => {
    const picked = new Set(
      Array.from({ length: 60 }, (_, seed) => pickTriplet(family, family, any, stream(seed, 'test'))).flatMap((one) =>
        one === null ? [] : idsOf([one]),
      ),
    );

    expect([...picked].sort()).toEqual(idsOf(legalTriplets(family)).sort());
  });

  it('passes over merges that come to a text that is there already', () => {
    const isNew = ({ a }: Parts): boolean => a !== 'A2';

    for (let seed = 0; seed < 20; seed += 1) {
      const one = pickTriplet(family, family, isNew, stream(seed, 'test'));
      expect(one === null ? [] : idsOf([one])).toEqual(['right+below of root']);
    }
    expect(pickTriplet(family, family, () => false, stream(0, 'test'))).toBeNull();
  });

  it('finds one whenever there is one, even of a family whose means are all 0', () => {
    fc.assert(
      fc.property(anyFamily, fc.boolean(), fc.nat(), (relatives, isHopeless, seed) => {
        const given = isHopeless ? relatives.map((one) => ({ ...one, mean: 0 })) : relatives;

        const picked = pickTriplet(given, given, any, stream(seed, 'test'));

        expect(picked === null).toBe(legalTriplets(given).length === 0);
        if (picked !== null) expect(isViable(picked)).toBe(true);
      }),
    );
  });
});

describe('mergeSample', () => {
  const ids = Array.from({ length: 12 }, (_, i) => `e${i}`);
  const scores = (values: readonly number[]): Map<string, number> =>
    new Map(values.map((value, i): [string, number] => [`e${i}`, value]));

  it('looks where the first is better, where the second is, and where neither is', () => {
    const first = scores([1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1]);
    const second = scores([0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1]);

    for (let seed = 0; seed < 20; seed += 1) {
      const places = mergeSample(ids, first, second, stream(seed, 'test')).map((id) => Number(id.slice(1)));
      const groups = [
        [0, 4],
        [4, 8],
        [8, 12],
      ].map(([from = 0, to = 0]) => places.filter((place) => place >= from && place < to).length);
      expect(groups).toEqual([2, 2, 1]);
    }
  });

  it('takes five examples that both have a score for, each once, or as many as there are', () => {
    const someScores = fc.array(fc.option(fc.constantFrom(0, 0.5, 1), { nil: null }), { minLength: 12, maxLength: 12 });
    const known = (values: readonly (number | null)[]): Map<string, number> =>
      new Map(values.flatMap((value, i): [string, number][] => (value === null ? [] : [[`e${i}`, value]])));
    fc.assert(
      fc.property(someScores, someScores, fc.nat(), (one, other, seed) => {
        const [first, second] = [known(one), known(other)];
        const common = ids.filter((id) => first.has(id) && second.has(id));

        const sample = mergeSample(ids, first, second, stream(seed, 'test'));

        expect(sample).toHaveLength(Math.min(5, common.length));
        expect(new Set(sample).size).toBe(sample.length);
        for (const id of sample) expect(common).toContain(id);
      }),
    );
  });
});

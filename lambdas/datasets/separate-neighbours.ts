/** Drops examples until no two neighbours are in different splits. */
import { type SplitName, splitNames } from '../contracts/dataset.ts';
import type { SynthesisSettings } from '../contracts/synthesis-settings.ts';
import type { Dropped } from './deduplicate.ts';
import type { SimilarPair } from './similarity.ts';

type Splits = Record<SplitName, number[]>;

interface Rules {
  /** Never dropped; all of them are in one split. */
  readonly never: ReadonlySet<number>;
  /** All indices, in the order that decides where nothing else does. */
  readonly order: readonly number[];
  readonly shares: SynthesisSettings['split'];
}

/** One example, where it is, and its neighbours in other splits, the most similar first. */
interface Placed {
  readonly index: number;
  readonly rank: number;
  readonly split: SplitName;
  readonly isKept: boolean;
  readonly across: { readonly other: Placed; readonly similarity: number }[];
}

/**
 * Of each pair of neighbours in different splits one goes: never one of `never`, else not the last one of its split,
 * else the one whose split is larger by its share. Where later drops make an earlier one needless, it is taken back.
 *
 * @returns the splits, ascending, and what was dropped, each with the nearest one that stays in another split.
 */
export function separateNeighbours(
  splits: Readonly<Splits>,
  neighbours: readonly SimilarPair[],
  { never, order, shares }: Rules,
): { splits: Splits; dropped: Dropped[] } {
  const placed = placedIn(splits, never, order);
  const sizes = new Map(splitNames.map((name) => [name, splits[name].length]));
  const sizeOf = ({ split }: Placed): number => sizes.get(split) ?? 0;
  const fullness = (one: Placed): number => sizeOf(one) / shares[one.split];
  const gone = new Set<Placed>();

  for (const [earlier, later] of crossingPairs(placed, neighbours)) {
    if (gone.has(earlier) || gone.has(later)) continue;
    const goes = loser(earlier, later);
    gone.add(goes);
    sizes.set(goes.split, sizeOf(goes) - 1);
  }
  const nearest = ({ across }: Placed): Placed['across'][number] | undefined =>
    across.find(({ other }) => !gone.has(other));
  for (const one of placed.values()) if (gone.has(one) && nearest(one) === undefined) gone.delete(one);

  function loser(earlier: Placed, later: Placed): Placed {
    if (earlier.isKept !== later.isKept) return earlier.isKept ? later : earlier;
    if ((sizeOf(earlier) === 1) !== (sizeOf(later) === 1)) return sizeOf(earlier) === 1 ? later : earlier;
    return fullness(earlier) > fullness(later) ? earlier : later;
  }

  const left: Splits = { train: [], validation: [], test: [], golden: [] };
  const dropped: Dropped[] = [];
  for (const one of [...placed.values()].sort((first, second) => first.index - second.index)) {
    const near = gone.has(one) ? nearest(one) : undefined;
    if (near === undefined) left[one.split].push(one.index);
    else dropped.push({ index: one.index, like: near.other.index, similarity: near.similarity });
  }
  return { splits: left, dropped };
}

function placedIn(
  splits: Readonly<Splits>,
  never: ReadonlySet<number>,
  order: readonly number[],
): ReadonlyMap<number, Placed> {
  const splitOf = new Map(splitNames.flatMap((name) => splits[name].map((index) => [index, name] as const)));
  return new Map(
    order.flatMap((index, rank): [number, Placed][] => {
      const split = splitOf.get(index);
      return split === undefined ? [] : [[index, { index, rank, split, isKept: never.has(index), across: [] }]];
    }),
  );
}

/** The pairs that are apart, the most similar first; notes in both what is across. */
function crossingPairs(placed: ReadonlyMap<number, Placed>, neighbours: readonly SimilarPair[]): [Placed, Placed][] {
  const crossing = neighbours.flatMap(({ a, b, similarity }) => {
    const [first, second] = [placed.get(a), placed.get(b)];
    if (first === undefined || second === undefined || first.split === second.split) return [];
    const [earlier, later] = first.rank < second.rank ? [first, second] : [second, first];
    return [{ earlier, later, similarity }];
  });
  crossing.sort(
    (one, other) =>
      other.similarity - one.similarity || one.earlier.rank - other.earlier.rank || one.later.rank - other.later.rank,
  );
  for (const { earlier, later, similarity } of crossing) {
    earlier.across.push({ other: later, similarity });
    later.across.push({ other: earlier, similarity });
  }
  return crossing.map(({ earlier, later }) => [earlier, later]);
}

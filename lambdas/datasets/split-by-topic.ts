/** Divides examples among the splits so that nothing in one split is like anything in another. */
import { type SplitName, splitNames } from '../contracts/dataset.ts';
import type { SynthesisSettings } from '../contracts/synthesis-settings.ts';
import { type Random, stream } from '../optimizer/random.ts';
import type { Dropped } from './deduplicate.ts';
import { separateNeighbours } from './separate-neighbours.ts';
import type { SimilarPair } from './similarity.ts';

/** Fewer topics than this, twice as many as splits, cannot be shared out whole. */
const MIN_TOPICS = 2 * splitNames.length;

interface SplitItem {
  readonly id: string;
  readonly topic: string;
  /** Rated by people: golden, whatever its topic, and never dropped. */
  readonly isGolden?: boolean;
}

export interface TopicSplits {
  /** Indices, ascending. */
  readonly splits: Record<SplitName, number[]>;
  readonly groupedBy: 'topic' | 'neighbours';
  /** Those that were too close to one in another split. */
  readonly dropped: Dropped[];
}

/**
 * With at least 8 topics, each goes to one split whole, so that the test asks about topics that training never saw;
 * with fewer, groups of connected neighbours do. Sizes come near the shares; where there are at least 4 groups, each
 * split gets one. Where two neighbours are in different splits even so, one of them is then dropped, so that no pair of
 * `neighbours` crosses. Which split an id goes to does not depend on the order of `examples`.
 *
 * @param neighbours pairs of indices that may not be apart.
 * @param shares of the splits, in any unit.
 */
export function splitByTopic(
  examples: readonly SplitItem[],
  neighbours: readonly SimilarPair[],
  shares: SynthesisSettings['split'],
  seed: number,
): TopicSplits {
  const order = [...examples.keys()].sort((a, b) => compare(examples[a]?.id, examples[b]?.id));
  const rated = order.filter((index) => examples[index]?.isGolden === true);
  const others = order.filter((index) => examples[index]?.isGolden !== true);
  const topics = Map.groupBy(others, (index) => examples[index]?.topic);
  const groupedBy = topics.size >= MIN_TOPICS ? 'topic' : 'neighbours';
  const targets = targetsOf(others.length, rated.length, shares);
  const groups =
    groupedBy === 'topic' ? [...topics.values()] : neighbourhoods(others, neighbours, targets, rated.length);
  const placed = place(groups, rated, targets, stream(seed, 'synthesis-split'));
  const { splits, dropped } = separateNeighbours(placed, neighbours, { never: new Set(rated), order, shares });
  return { splits, groupedBy, dropped };
}

/**
 * The connected components of neighbours. One that is larger than any split should be is cut at its weakest links, into
 * pieces that fit the smallest.
 */
function neighbourhoods(
  items: readonly number[],
  neighbours: readonly SimilarPair[],
  targets: Readonly<Record<SplitName, number>>,
  rated: number,
): number[][] {
  const rooms = Object.values({ ...targets, golden: targets.golden - rated }).filter((room) => room > 0);
  const largest = Math.ceil(Math.max(...rooms));
  const smallest = Math.ceil(Math.min(...rooms));
  return connected(items, neighbours, Infinity).flatMap((group) =>
    group.length > largest ? connected(group, neighbours, smallest) : [group],
  );
}

/**
 * Items joined along their links, the nearest first as in single-linkage clustering, to groups of at most `most`.
 *
 * @param items in the order that decides between equal links.
 */
function connected(items: readonly number[], neighbours: readonly SimilarPair[], most: number): number[][] {
  const ranks = new Map(items.map((item, rank) => [item, rank]));
  const links = neighbours
    .flatMap(({ a, b, similarity }) => {
      const [first, second] = [ranks.get(a), ranks.get(b)];
      if (first === undefined || second === undefined) return [];
      return [{ low: Math.min(first, second), high: Math.max(first, second), similarity }];
    })
    .sort((one, other) => other.similarity - one.similarity || one.low - other.low || one.high - other.high);
  const groups = items.map((item) => [item]);
  for (const { low, high } of links) {
    const [into, from] = [groups[low], groups[high]];
    if (into === undefined || from === undefined || into === from || into.length + from.length > most) continue;
    for (const item of from) {
      into.push(item);
      groups[ranks.get(item) ?? high] = into;
    }
  }
  return [...new Set(groups)];
}

/** The largest group first, each into the split that lacks most. */
function place(
  groups: readonly number[][],
  rated: readonly number[],
  targets: Readonly<Record<SplitName, number>>,
  random: Random,
): Record<SplitName, number[]> {
  const splits: Record<SplitName, number[]> = { train: [], validation: [], test: [], golden: [...rated] };
  const names = random.shuffle(splitNames);
  const queue = random.shuffle(groups).sort((first, second) => second.length - first.length);
  for (const [turn, group] of queue.entries()) {
    const empty = names.filter((name) => splits[name].length === 0);
    // The last groups are kept for splits that would have none.
    const open = queue.length - turn <= empty.length ? empty : names;
    const lack = (name: SplitName): number => targets[name] - splits[name].length;
    const name = open.reduce((most, other) => (lack(other) > lack(most) ? other : most));
    splits[name].push(...group);
  }
  return splits;
}

/** Sizes that the shares ask for; rated examples beyond golden's share are at the cost of all others alike. */
function targetsOf(others: number, rated: number, shares: SynthesisSettings['split']): Record<SplitName, number> {
  const { golden, ...rest } = shares;
  const unrated = rest.train + rest.validation + rest.test;
  const inGolden = Math.max(rated, ((others + rated) * golden) / (unrated + golden));
  const each = (others + rated - inGolden) / unrated;
  return { train: rest.train * each, validation: rest.validation * each, test: rest.test * each, golden: inGolden };
}

/** By code units, which no locale changes. */
function compare(first = '', second = ''): number {
  return first < second ? -1 : first > second ? 1 : 0;
}

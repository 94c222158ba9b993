/** Seeded splits of given examples: exact sizes, near neighbours together, every label in every split. Pure. */
import { type SplitName, splitNames } from '../contracts/dataset.ts';
import { stream } from '../optimizer/random.ts';

export type Shares = Readonly<Partial<Record<SplitName, number>>>;

/** How many of `n` each split gets, by the method of the largest remainder; ties go by the order of the splits. */
export function sizesOf(n: number, shares: Shares): Map<SplitName, number> {
  const names = splitNames.filter((name) => (shares[name] ?? 0) > 0);
  const total = names.reduce((sum, name) => sum + (shares[name] ?? 0), 0);
  const sizes = new Map(names.map((name) => [name, Math.floor(((shares[name] ?? 0) * n) / total)]));
  const remainder = (name: SplitName): number => ((shares[name] ?? 0) * n) / total - (sizes.get(name) ?? 0);
  const byRemainder = names.toSorted((a, b) => remainder(b) - remainder(a));
  const missing = n - [...sizes.values()].reduce((sum, size) => sum + size, 0);
  // Remainders are those of before: their order must not change while sizes grow.
  for (const name of byRemainder.slice(0, missing)) sizes.set(name, (sizes.get(name) ?? 0) + 1);
  return sizes;
}

/**
 * The split of each of `labels.length` examples. Groups of near neighbours are placed first, largest first, where there is
 * most room left; single examples then fill the splits, label by label, so that sizes are exact unless a group is larger
 * than what is left.
 *
 * @param labels by example; null where there is none
 * @param neighbours pairs of examples that may not be in two splits
 */
export function splitByShares(
  labels: readonly (string | null)[],
  neighbours: readonly { readonly a: number; readonly b: number }[],
  shares: Shares,
  seed: number,
): SplitName[] {
  const random = stream(seed, 'import-split');
  const groups = random.shuffle(groupsOf(labels.length, neighbours));
  const single = (group: readonly number[]): string => `${labels[group[0] ?? 0] ?? ''}`;
  const strata = Map.groupBy(
    groups.filter(({ length }) => length === 1),
    single,
  );
  const order = [
    ...groups.filter(({ length }) => length > 1).toSorted((a, b) => b.length - a.length),
    ...[...strata.values()].flat(),
  ];
  const sizes = sizesOf(labels.length, shares);
  const left = new Map(sizes);
  const splits = new Map<number, SplitName>();
  for (const group of order) {
    const name = roomiest(sizes, left, group.length);
    left.set(name, (left.get(name) ?? 0) - group.length);
    for (const index of group) splits.set(index, name);
  }
  return labels.map((_, index) => splits.get(index) ?? 'train');
}

/** The split with the largest part of its room left, of those that a group fits into; else the one with most room. */
function roomiest(
  sizes: ReadonlyMap<SplitName, number>,
  left: ReadonlyMap<SplitName, number>,
  size: number,
): SplitName {
  const room = (name: SplitName): number => left.get(name) ?? 0;
  const part = (name: SplitName): number => room(name) / Math.max(1, sizes.get(name) ?? 0);
  const names = [...sizes.keys()];
  const fitting = names.filter((name) => room(name) >= size);
  const best =
    fitting.length > 0 ? fitting.toSorted((a, b) => part(b) - part(a)) : names.toSorted((a, b) => room(b) - room(a));
  return best[0] ?? 'train';
}

/** Examples that neighbours join, directly or through others; each in the order of the examples. */
export function groupsOf(n: number, neighbours: readonly { readonly a: number; readonly b: number }[]): number[][] {
  const parents = Array.from({ length: n }, (_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    while (parents[root] !== root) root = parents[root] ?? root;
    parents[index] = root;
    return root;
  };
  for (const { a, b } of neighbours) {
    const [low, high] = [rootOf(a), rootOf(b)].toSorted((x, y) => x - y);
    if (low !== undefined && high !== undefined) parents[high] = low;
  }
  return [...Map.groupBy(parents.keys(), rootOf).values()];
}

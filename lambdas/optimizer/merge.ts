/**
 * System-aware merge of GEPA (arXiv 2507.19457, appendix; `proposer/merge.py` of the reference): two lineages that changed
 * different components since their common ancestor become one prompt that has both changes. It costs no reflection.
 */
import type { Random } from './random.ts';

/** Component → its text, or whatever stands for the text: only equality matters. */
export type Parts = Readonly<Record<string, string>>;

/** What a merge needs to know of a candidate. `mean` is its validation mean, points in [0, 1]. */
export interface Relative {
  readonly id: string;
  readonly parents: readonly string[];
  readonly parts: Parts;
  readonly mean: number;
}

/** Two candidates, the older first, of which neither descends from the other, and an ancestor that they share. */
export interface Triplet {
  readonly first: Relative;
  readonly second: Relative;
  readonly ancestor: Relative;
}

/** Examples that a merged prompt is tried on before all of validation. */
const SAMPLE_SIZE = 5;

/** Whether there is something to join: a component that exactly one of the two has changed. */
export function isDesirable(ancestor: Parts, first: Parts, second: Parts): boolean {
  return Object.keys(ancestor).some(
    (name) => first[name] !== second[name] && (first[name] === ancestor[name] || second[name] === ancestor[name]),
  );
}

/** Desirable, and neither of the two has become worse than the ancestor. */
export function isViable({ ancestor, first, second }: Triplet): boolean {
  return ancestor.mean <= Math.min(first.mean, second.mean) && isDesirable(ancestor.parts, first.parts, second.parts);
}

/** Per component what was changed; where both changed it, the text of the better one (of the older one on a tie). */
export function crossover({ ancestor, first, second }: Triplet): Record<string, string> {
  const better = second.mean > first.mean ? second : first;
  return Object.fromEntries(
    Object.entries(ancestor.parts).map(([name, before]) => {
      if (first.parts[name] === before) return [name, second.parts[name] ?? before];
      if (second.parts[name] === before) return [name, first.parts[name] ?? before];
      return [name, better.parts[name] ?? before];
    }),
  );
}

/**
 * Every merge that `eligible` candidates allow.
 * @param relatives in the order of their making, ancestors included
 */
export function legalTriplets(
  relatives: readonly Relative[],
  eligible: readonly Relative[] = relatives,
): readonly Triplet[] {
  const family = familyOf(relatives);
  return pairsOf(eligible).flatMap((pair) => tripletsOf(family, pair));
}

/**
 * One legal merge at random: every pair is as likely, and of its ancestors the better ones are (weight: the mean). Null
 * when there is none whose result `isNew`.
 */
export function pickTriplet(
  relatives: readonly Relative[],
  eligible: readonly Relative[],
  isNew: (merged: Parts) => boolean,
  random: Random,
): Triplet | null {
  const family = familyOf(relatives);
  for (const pair of random.shuffle(pairsOf(eligible))) {
    const triplets = tripletsOf(family, pair).filter((triplet) => isNew(crossover(triplet)));
    if (triplets.length === 0) continue;
    const weights = triplets.map(({ ancestor }) => ancestor.mean);
    const all = weights.every((weight) => weight === 0) ? weights.map(() => 1) : weights;
    return triplets[random.weighted(all)] ?? null;
  }
  return null;
}

/**
 * Examples on which a merge is tried first: as many where the first is better, where the second is, and where neither is,
 * filled up at random. Without repeats, so that none is paid for twice.
 * @param exampleIds in an order that is the same whenever this is asked
 */
export function mergeSample(
  exampleIds: readonly string[],
  first: ReadonlyMap<string, number>,
  second: ReadonlyMap<string, number>,
  random: Random,
): string[] {
  const common = exampleIds.filter((id) => first.has(id) && second.has(id));
  const lead = (id: string): number => Math.sign((first.get(id) ?? 0) - (second.get(id) ?? 0));
  const chosen = new Set<string>();
  const choose = (ids: readonly string[], most: number): void => {
    const wanted = Math.min(most, SAMPLE_SIZE - chosen.size);
    const left = ids.filter((id) => !chosen.has(id));
    for (const id of random.shuffle(left).slice(0, wanted)) chosen.add(id);
  };
  for (const sign of [1, -1, 0]) {
    const ids = common.filter((id) => lead(id) === sign);
    choose(ids, Math.ceil(SAMPLE_SIZE / 3));
  }
  choose(common, SAMPLE_SIZE);
  return common.filter((id) => chosen.has(id));
}

interface Family {
  readonly relatives: readonly Relative[];
  ancestorsOf(id: string): ReadonlySet<string>;
}

function familyOf(relatives: readonly Relative[]): Family {
  const known = new Map<string, ReadonlySet<string>>();
  // Parents come before their children, so that theirs are known by then.
  for (const { id, parents } of relatives) {
    known.set(id, new Set(parents.flatMap((parent) => [parent, ...(known.get(parent) ?? [])])));
  }
  return { relatives, ancestorsOf: (id) => known.get(id) ?? new Set() };
}

function pairsOf(eligible: readonly Relative[]): [Relative, Relative][] {
  return eligible.flatMap((first, i) => eligible.slice(i + 1).map((second): [Relative, Relative] => [first, second]));
}

function tripletsOf({ relatives, ancestorsOf }: Family, [first, second]: [Relative, Relative]): Triplet[] {
  const [ofFirst, ofSecond] = [ancestorsOf(first.id), ancestorsOf(second.id)];
  if (ofFirst.has(second.id) || ofSecond.has(first.id)) return [];
  return relatives
    .filter(({ id }) => ofFirst.has(id) && ofSecond.has(id))
    .map((ancestor): Triplet => ({ first, second, ancestor }))
    .filter(isViable);
}

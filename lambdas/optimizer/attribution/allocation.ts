/** Which examples a stage of mixtures runs on: those that can tell most about the units on trial. */
import type { Unit } from '../../contracts/attribution.ts';
import type { Random } from '../random.ts';
import type { Design } from './evidence.ts';

/** Share of the stage for examples at large, least seen first: edits may act where nobody aimed them. */
const AT_LARGE = 0.35;
/** An example that is right almost always can show harm alone. */
const NEARLY_RIGHT = 0.85;
const NEARLY_RIGHT_WORTH = 0.35;

export interface AllocationInput {
  readonly design: Design;
  readonly onTrial: readonly Unit[];
  /** By example: chance under the incumbent, and rollouts so far. */
  readonly chances: readonly number[];
  readonly seen: readonly number[];
  readonly random: Random;
}

/**
 * Examples for `pairs` pairs of mixtures, one entry a pair; an example may come more than once. In turn the unit on trial
 * that has been aimed at least gets the example that it is aimed at most; of the examples that it was written for each
 * unit gets one pair.
 */
export function allocate(pairs: number, { design, onTrial, chances, seen, random }: AllocationInput): number[] {
  const worth = chances.map((chance) => (chance > NEARLY_RIGHT ? NEARLY_RIGHT_WORTH : 1));
  const taken = new Array<number>(chances.length).fill(0);
  const jitter = chances.map(() => 0.05 * random.next());
  const chosen: number[] = [];
  const take = (example: number): void => {
    taken[example] = (taken[example] ?? 0) + 1;
    chosen.push(example);
  };
  const best = (worthOf: (example: number) => number): number => {
    let most = Number.NEGATIVE_INFINITY;
    let at = 0;
    for (let example = 0; example < chances.length; example += 1) {
      const value = worthOf(example);
      if (value > most) {
        most = value;
        at = example;
      }
    }
    return at;
  };
  const atLarge = (): void =>
    take(
      best(
        (example) =>
          ((worth[example] ?? 0) + (jitter[example] ?? 0)) / (1 + (seen[example] ?? 0) + 4 * (taken[example] ?? 0)),
      ),
    );

  // A whole rewrite is judged on all there is.
  const aimed = onTrial.filter((unit) => !unit.whole && unit.origins.length + unit.deletions.length > 0);
  const covered = new Map(aimed.map(({ id }) => [id, 0]));
  for (const unit of aimed) {
    const own = best((example) => (design.isOwn(unit, example) ? 1 - 0.1 * (taken[example] ?? 0) : -1));
    if (design.isOwn(unit, own) && chosen.length < pairs * (1 - AT_LARGE) * 0.4) take(own);
  }
  while (chosen.length < pairs) {
    if (aimed.length === 0 || chosen.length >= pairs * (1 - AT_LARGE)) {
      atLarge();
      continue;
    }
    const unit = aimed.reduce((least, one) =>
      (covered.get(one.id) ?? 0) < (covered.get(least.id) ?? 0) ? one : least,
    );
    const example = best((one) =>
      design.isOwn(unit, one)
        ? -1
        : (design.reach(unit, one) * (worth[one] ?? 0) + 0.02 * (jitter[one] ?? 0)) / (1 + (taken[one] ?? 0)) ** 1.5,
    );
    take(example);
    for (const other of aimed) {
      covered.set(other.id, (covered.get(other.id) ?? 0) + design.reach(other, example));
    }
    // A unit that is aimed at nothing must not be chosen for ever.
    covered.set(unit.id, (covered.get(unit.id) ?? 0) + 0.2);
  }
  return chosen;
}

/** From the archive to what the model is fitted on: each scored rollout as an example and the units that were in. */
import type { Archive } from '../../contracts/artifacts.ts';
import type { AttributionState, Unit } from '../../contracts/attribution.ts';
import { fromBits } from '../units/bits.ts';
import type { Prior } from './newton.ts';
import type { Observation, Term } from './observations.ts';
import type { Similarity } from './similarity.ts';

/** Key of an example in texts and similarities: the splits have ids of their own. */
export function exampleKey(split: string, exampleId: string): string {
  return `${split}:${exampleId}`;
}

/** What is known of a run beside its archive. */
export interface Material {
  /** Keys of all examples that may be run, train first. */
  readonly keys: readonly string[];
  readonly similarity: Similarity;
}

/** Where the parameters of each unit stand, and how strongly a unit is aimed at an example. */
export interface Design {
  /** Priors of all parameters. `general`: how much a line does to examples that it is not for, standard deviation. */
  priorsWith(general: number): readonly Prior[];
  readonly observations: readonly Observation[];
  /** The parameters of a unit on an example; only `own` where the unit was written for it. */
  termsOf(unit: Unit, example: number): readonly Term[];
  /** Whether a unit was written for an example. */
  isOwn(unit: Unit, example: number): boolean;
  /** How much an example is like those that the unit was written for, [0, 1]. */
  aim(unit: Unit, example: number): number;
  /** How many of the unit's rare words an example holds, [0, 1]. */
  named(unit: Unit, example: number): number;
  /** The larger of the two. */
  reach(unit: Unit, example: number): number;
  /** First parameter of a unit: its effect on any example; then on those it is aimed at, on those whose words it names, and on its own. */
  parameterOf(unit: Unit): number;
  /** The parameters that pairs of these units have, when both are aimed at the same examples. */
  pairsAmong(units: readonly Unit[]): readonly PairTerm[];
}

export interface PairTerm {
  readonly parameter: number;
  /** By example: how strongly both are aimed at it. */
  readonly strength: Float64Array;
}

/** Priors in log odds. An edit is as likely to harm as to help, and rarely does much on examples that it is not for. */
const SEED_PRIOR: Prior = { mean: 0, sd: 1 };
const AIMED_PRIOR: Prior = { mean: 0, sd: 2 };
const NAMED_PRIOR: Prior = { mean: 0, sd: 2 };
const OWN_PRIOR: Prior = { mean: 0, sd: 2 };
const PAIR_PRIOR: Prior = { mean: 0, sd: 1.2 };

/** The similarity at which an example begins to count as like the others, and at which it does in full: shares of all. */
const AIM_FROM = 0.6;
const AIM_FULL = 0.97;
/** Where even the most similar examples are hardly alike, words tell nothing. */
const LEAST_SIMILARITY = 0.05;

/** General, aimed, named, own. */
const PARAMETERS_A_UNIT = 4;
/** Aims that overlap by this much make a pair, and at most so many pairs are looked at. */
const PAIR_OVERLAP = 0.5;
const MOST_PAIRS = 60;

export function designOf(archive: Archive, state: AttributionState, { keys, similarity }: Material): Design {
  const { units } = state.pool;
  const indexOf = new Map(keys.map((key, i) => [key, i]));
  const numberOf = new Map(units.map(({ id }, i) => [id, i]));
  const aims = units.map((unit) => aimsOf(unit, keys, similarity));
  const own = units.map(({ origins }) => {
    const isOwn = new Uint8Array(keys.length);
    for (const { exampleIds } of origins) {
      for (const id of exampleIds) {
        const example = indexOf.get(exampleKey('train', id));
        if (example !== undefined) isOwn[example] = 1;
      }
    }
    return isOwn;
  });
  const named = units.map(({ origins, text, whole }) => {
    const words = origins.length === 0 || whole ? new Map<string, number>() : similarity.named(text);
    return Float64Array.from(keys, (key) => words.get(key) ?? 0);
  });
  const reach = aims.map((aim, i) => aim.map((value, example) => Math.max(value, named[i]?.[example] ?? 0)));
  const pairs = pairsOf(units, reach);
  const firstPair = units.length * PARAMETERS_A_UNIT;
  const pairTerms = pairs.map(([a, b], i) => ({
    a,
    b,
    parameter: firstPair + i,
    strength: Float64Array.from(keys, (_, example) => Math.min(reach[a]?.[example] ?? 0, reach[b]?.[example] ?? 0)),
  }));
  /** By unit and example: the same terms are asked for in every rollout. */
  const terms = units.map(() => new Array<readonly Term[] | undefined>(keys.length));

  const design = {
    priorsWith: (general: number): Prior[] => [
      ...units.flatMap((unit) => [
        unit.origins.length === 0 ? SEED_PRIOR : { mean: 0, sd: general },
        AIMED_PRIOR,
        NAMED_PRIOR,
        OWN_PRIOR,
      ]),
      ...pairs.map(() => PAIR_PRIOR),
    ],
    isOwn: (unit: Unit, example: number): boolean => own[numberOf.get(unit.id) ?? -1]?.[example] === 1,
    aim: (unit: Unit, example: number): number => aims[numberOf.get(unit.id) ?? -1]?.[example] ?? 0,
    reach: (unit: Unit, example: number): number => reach[numberOf.get(unit.id) ?? -1]?.[example] ?? 0,
    named: (unit: Unit, example: number): number => named[numberOf.get(unit.id) ?? -1]?.[example] ?? 0,
    parameterOf: (unit: Unit): number => (numberOf.get(unit.id) ?? 0) * PARAMETERS_A_UNIT,
    termsOf(unit: Unit, example: number): readonly Term[] {
      const own = terms[numberOf.get(unit.id) ?? -1] ?? [];
      const found = own[example] ?? termsFor(unit, example);
      own[example] = found;
      return found;
    },
    pairsAmong(included: readonly Unit[]): readonly PairTerm[] {
      const numbers = new Set(included.map(({ id }) => numberOf.get(id) ?? -1));
      return pairTerms.filter(({ a, b }) => numbers.has(a) && numbers.has(b));
    },
  };
  function termsFor(unit: Unit, example: number): Term[] {
    if (unit.protected) return [];
    const parameter = design.parameterOf(unit);
    if (design.isOwn(unit, example)) return [{ parameter: parameter + 3, value: 1 }];
    const aim = design.aim(unit, example);
    const name = design.named(unit, example);
    const found: Term[] = [{ parameter, value: 1 }];
    if (aim > 0) found.push({ parameter: parameter + 1, value: aim });
    if (name > 0) found.push({ parameter: parameter + 2, value: name });
    return found;
  }

  const compositions = new Map<string, Composition | null>();
  const compositionOf = (id: string): Composition | null => {
    const known = compositions.get(id);
    if (known !== undefined) return known;
    const mixture = state.mixtures[id] ?? state.compositions[id];
    const bits = mixture === undefined ? null : fromBits(state.pool, mixture.units);
    const included = units.filter((unit) => bits?.has(unit.id));
    const composition = bits === null ? null : { included, pairs: design.pairsAmong(included) };
    compositions.set(id, composition);
    return composition;
  };
  const observations = archive.scores.flatMap(([id, split, exampleId, , score]): Observation[] => {
    const example = indexOf.get(exampleKey(split, exampleId));
    const composition = compositionOf(id);
    if (score === null || example === undefined || composition === null) return [];
    const present: Term[] = [];
    for (const unit of composition.included) present.push(...design.termsOf(unit, example));
    for (const { parameter, strength } of composition.pairs) {
      const value = strength[example] ?? 0;
      if (value > 0) present.push({ parameter, value });
    }
    return [{ example, score, terms: present }];
  });
  return { ...design, observations };
}

interface Composition {
  readonly included: readonly Unit[];
  readonly pairs: readonly PairTerm[];
}

/** How much each example is like those that a unit was written for; 0 for all where words tell nothing. */
function aimsOf({ origins }: Unit, keys: readonly string[], similarity: Similarity): Float64Array {
  const own = [...new Set(origins.flatMap(({ exampleIds }) => exampleIds))].map((id) => exampleKey('train', id));
  const aims = new Float64Array(keys.length);
  if (own.length === 0) return aims;
  for (const one of own) {
    const likeness = similarity.toAll(one);
    for (let i = 0; i < aims.length; i += 1) aims[i] = Math.max(aims[i] ?? 0, likeness[i] ?? 0);
  }
  const others = aims.filter((_, i) => !own.includes(keys[i] ?? '')).sort();
  const from = others[Math.floor(AIM_FROM * others.length)] ?? 0;
  const full = others[Math.floor(AIM_FULL * others.length)] ?? 0;
  if (full < LEAST_SIMILARITY || full - from < 1e-9) return aims.map((_, i) => (own.includes(keys[i] ?? '') ? 1 : 0));
  return aims.map((aim) => Math.min(1, Math.max(0, (aim - from) / (full - from))));
}

/** Pairs of edits that are aimed at the same examples: they may say the same, or only make sense together. */
function pairsOf(units: readonly Unit[], aims: readonly Float64Array[]): [number, number][] {
  const found: { pair: [number, number]; overlap: number }[] = [];
  const lengths = aims.map((aim) => Math.hypot(...aim));
  for (const [b, second] of units.entries()) {
    for (let a = 0; a < b; a += 1) {
      const first = units[a];
      if (
        first === undefined ||
        (first.component !== second.component && first.roots.some((root) => second.roots.includes(root)))
      )
        continue;
      const length = (lengths[a] ?? 0) * (lengths[b] ?? 0);
      if (length === 0) continue;
      const dot = dotOf(aims[a], aims[b]);
      if (dot / length >= PAIR_OVERLAP) found.push({ pair: [a, b], overlap: dot / length });
    }
  }
  return found
    .sort((x, y) => y.overlap - x.overlap)
    .slice(0, MOST_PAIRS)
    .map(({ pair }) => pair);
}

function dotOf(first: Float64Array | undefined, second: Float64Array | undefined): number {
  let sum = 0;
  for (let i = 0; i < (first?.length ?? 0); i += 1) sum += (first?.[i] ?? 0) * (second?.[i] ?? 0);
  return sum;
}

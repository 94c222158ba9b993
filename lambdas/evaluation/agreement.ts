/**
 * How well a judge agrees with people: the usual measures, each a number or the reason why there is none. Values are on
 * the scale's own units (stars 1 to 5; pass 1, fail 0). Equal to scikit-learn's and SciPy's where those give a number.
 */
import type { Measure } from '../contracts/evaluation-result.ts';
import { kendallTauB, pearson, spearman } from './correlation.ts';

/** A person's rating and the judge's, of the same answer; null, or no number, where one of them has none. */
export interface RatedPair {
  readonly person: number | null;
  readonly judge: number | null;
}

export interface RatingScale {
  /** Values that a rating may have, ascending; null: any number in `range`. */
  readonly categories: readonly number[] | null;
  readonly range: readonly [number, number];
  /** Value from which on an answer passes. */
  readonly pass: number;
  /** Whether kappa counts how far two ratings are apart (squared), or only whether they are equal. */
  readonly weighted: boolean;
}

export interface AgreementMeasures {
  readonly n: number;
  readonly unrated: number;
  readonly unjudged: number;
  readonly agreement: Measure;
  readonly agreementCi95: [number, number] | null;
  readonly kappa: Measure;
  readonly mae: Measure;
  readonly mse: Measure;
  readonly normalizedMae: Measure;
  readonly normalizedMse: Measure;
  readonly pearson: Measure;
  readonly spearman: Measure;
  readonly kendallTauB: Measure;
  readonly precision: Measure;
  readonly recall: Measure;
  readonly confusion: {
    readonly truePositives: number;
    readonly falsePositives: number;
    readonly trueNegatives: number;
    readonly falseNegatives: number;
  } | null;
}

const known = (value: number | null): value is number => value !== null && Number.isFinite(value);

/**
 * All measures at once. A judge's mean of several samples counts for agreement and kappa as the category nearest to it (the
 * higher of two as near); where scores are numbers, both are about whether an answer passes. Everything else takes the
 * judge's score as it is.
 */
export function measureAgreement(pairs: readonly RatedPair[], scale: RatingScale): AgreementMeasures {
  const both = pairs.flatMap(({ person, judge }) => (known(person) && known(judge) ? [{ person, judge }] : []));
  const people = both.map(({ person }) => person);
  const judges = both.map(({ judge }) => judge);
  const rated = people.map((value) => categoryOf(value, scale));
  const said = judges.map((value) => categoryOf(value, scale));
  const n = both.length;
  const none: Measure = { notAvailable: 'no answer has both a rating and a judgement' };
  const meanOf = (of: (person: number, judge: number) => number): Measure =>
    n === 0 ? none : both.reduce((sum, { person, judge }) => sum + of(person, judge), 0) / n;
  const equal = rated.filter((value, i) => value === said[i]).length;
  const confusion = confusionOf(people, judges, scale.pass);
  const width = scale.range[1] - scale.range[0];
  const mae = meanOf((person, judge) => Math.abs(person - judge));
  const mse = meanOf((person, judge) => (person - judge) ** 2);
  return {
    n,
    unrated: pairs.filter(({ person }) => !known(person)).length,
    unjudged: pairs.filter(({ person, judge }) => known(person) && !known(judge)).length,
    agreement: n === 0 ? none : equal / n,
    agreementCi95: n === 0 ? null : wilsonInterval(equal, n),
    kappa:
      n === 0 ? none : (kappaOf(rated, said, scale) ?? { notAvailable: 'both give one and the same value always' }),
    mae,
    mse,
    normalizedMae: typeof mae === 'number' ? mae / width : mae,
    normalizedMse: typeof mse === 'number' ? mse / width ** 2 : mse,
    pearson: pearson(people, judges) ?? whyNoCorrelation(people),
    spearman: spearman(people, judges) ?? whyNoCorrelation(people),
    kendallTauB: kendallTauB(people, judges) ?? whyNoCorrelation(people),
    precision: n === 0 ? none : share(confusion.truePositives, confusion.falsePositives, 'the judge passes no answer'),
    recall: n === 0 ? none : share(confusion.truePositives, confusion.falseNegatives, 'people pass no answer'),
    confusion: n === 0 ? null : confusion,
  };
}

/**
 * How often each rating met each judgement: one row a category of people's, one column a category of the judge's, both
 * ascending. null where the scale has no categories. A rating that is no category is in no row.
 */
export function confusionMatrix(pairs: readonly RatedPair[], scale: RatingScale): number[][] | null {
  const { categories } = scale;
  if (categories === null) return null;
  return categories.map((rated) => {
    const said = pairs.flatMap(({ person, judge }) =>
      person === rated && known(judge) ? [categoryOf(judge, scale)] : [],
    );
    return categories.map((category) => said.filter((one) => one === category).length);
  });
}

/** 95 % interval of a share (Wilson, 1927). */
export function wilsonInterval(hits: number, n: number): [number, number] {
  const z = 1.959963984540054;
  const centre = (hits + z ** 2 / 2) / (n + z ** 2);
  const half = (z / (n + z ** 2)) * Math.sqrt((hits * (n - hits)) / n + z ** 2 / 4);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

/**
 * Ratings that are still missing until the interval of the agreement is at most `width` wide, if what comes agrees as
 * often as what is there; one half where nothing is there, the widest there is.
 */
export function ratingsMissing(hits: number, n: number, width = 0.2): number {
  const share = n === 0 ? 0.5 : hits / n;
  for (let size = n; ; size += 1) {
    const [low, high] = size === 0 ? [0, 1] : wilsonInterval(share * size, size);
    if (high - low <= width) return size - n;
  }
}

/** The category nearest to a value; where there are none, 1 for a pass and 0 for none. */
function categoryOf(value: number, { categories, pass }: RatingScale): number {
  if (categories === null) return value >= pass - 1e-9 ? 1 : 0;
  return categories.reduce((best, one) => (Math.abs(one - value) <= Math.abs(best - value) ? one : best));
}

/**
 * Cohen's kappa (1960; weighted by squared distance, 1968): agreement beyond what the two would reach by chance. Distances
 * are between places on the scale. null where chance alone would agree always.
 */
function kappaOf(people: readonly number[], said: readonly number[], scale: RatingScale): number | null {
  const values = scale.categories ?? [0, 1];
  const place = new Map(values.map((value, i) => [value, i]));
  const count = (side: readonly number[]): number[] =>
    values.map((value) => side.filter((one) => one === value).length);
  const [byPeople, byJudge] = [count(people), count(said)];
  const weight = (a: number, b: number): number => (scale.weighted ? (a - b) ** 2 : a === b ? 0 : 1);
  const observed = people.reduce(
    (sum, person, i) => sum + weight(place.get(person) ?? 0, place.get(said[i] ?? 0) ?? 0),
    0,
  );
  const expected = values.reduce(
    (sum, _, a) =>
      sum + values.reduce((inner, _value, b) => inner + weight(a, b) * (byPeople[a] ?? 0) * (byJudge[b] ?? 0), 0),
    0,
  );
  return expected === 0 ? null : 1 - (observed * people.length) / expected;
}

function confusionOf(people: readonly number[], judges: readonly number[], pass: number) {
  const counts = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
  for (const [i, person] of people.entries()) {
    const judged = (judges[i] ?? 0) >= pass - 1e-9;
    if (person >= pass - 1e-9) counts[judged ? 'truePositives' : 'falseNegatives'] += 1;
    else counts[judged ? 'falsePositives' : 'trueNegatives'] += 1;
  }
  return counts;
}

function share(hits: number, others: number, reason: string): Measure {
  return hits + others === 0 ? { notAvailable: reason } : hits / (hits + others);
}

function whyNoCorrelation(people: readonly number[]): Measure {
  if (people.length < 2) return { notAvailable: 'fewer than 2 pairs' };
  const constant = people.every((value) => value === people[0]);
  return { notAvailable: constant ? "people's ratings do not vary" : "the judge's ratings do not vary" };
}

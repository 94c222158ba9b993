/** Carves `validation` from `train` when none is given: seeded, stratified, exact in size. */
import type { Example, Json } from '../contracts/dataset.ts';
import { InvalidInputError } from '../contracts/errors.ts';
import { stream } from './random.ts';

/** A label with more values than this says too little about each to stratify by. */
const MAX_STRATA = 20;
/** Mean size of a stratum from which on a label is used. */
const MIN_MEAN_STRATUM = 2;

/**
 * Splits `examples` into train and validation; `share` of them (rounded, at least 1 on each side) go to validation.
 * Each stratum gives its part by the method of the largest remainder. Strata are, in this order of preference, the
 * values of a scalar `expected`, the values of the first fields of an object `expected`, the first tag; when none of
 * them has few values, the split is plainly random. Both sides keep the order of the dataset.
 *
 * @param share in (0, 1).
 * @throws InvalidInputError when there are fewer than 2 examples.
 */
export function splitTrain(
  examples: readonly Example[],
  share: number,
  seed: number,
): { train: Example[]; validation: Example[] } {
  if (examples.length < 2) {
    throw new InvalidInputError([
      {
        field: 'datasets.train',
        message: `has ${examples.length} example(s), too few to take validation examples from.`,
        remedy: 'Give at least 2, or a validation dataset.',
      },
    ]);
  }
  const total = Math.min(Math.max(Math.round(share * examples.length), 1), examples.length - 1);
  const random = stream(seed, 'split');
  // In random order, so that equal remainders do not always favour the same stratum.
  const strata = random.shuffle(stratify(examples));
  const chosen = new Set<Example>();
  for (const [index, count] of apportion(strata, total, examples.length).entries()) {
    for (const example of random.shuffle(strata[index] ?? []).slice(0, count)) chosen.add(example);
  }
  return {
    train: examples.filter((example) => !chosen.has(example)),
    validation: examples.filter((example) => chosen.has(example)),
  };
}

/** How many each stratum gives so that the sum is `total`; whole-number arithmetic, so no remainder is misread. */
function apportion(strata: readonly Example[][], total: number, all: number): number[] {
  const shares = strata.map((stratum, index) => {
    const remainder = (stratum.length * total) % all;
    return { index, remainder, whole: (stratum.length * total - remainder) / all };
  });
  const counts = shares.map(({ whole }) => whole);
  const missing = total - counts.reduce((sum, count) => sum + count, 0);
  const byRemainder = shares.toSorted((first, second) => second.remainder - first.remainder);
  for (const { index, whole } of byRemainder.slice(0, missing)) counts[index] = whole + 1;
  return counts;
}

/** Groups the examples by the best label there is. */
function stratify(examples: readonly Example[]): Example[][] {
  const labels =
    usable(examples.map(({ expected }) => (isScalar(expected) ? label(expected) : null))) ??
    fieldLabels(examples) ??
    usable(examples.map(({ tags }) => label(tags?.[0])));
  if (labels === null) return [[...examples]];
  return [...Map.groupBy(examples, (_, index) => labels[index]).values()];
}

/**
 * Joins the fields of object `expected`s into one label: each field in turn that is scalar everywhere, as long as the
 * joint label has few values. Null when no field is of use.
 */
function fieldLabels(examples: readonly Example[]): string[] | null {
  const records: { readonly [field: string]: Json }[] = [];
  for (const { expected } of examples) {
    if (typeof expected !== 'object' || expected === null || Array.isArray(expected)) return null;
    records.push(expected);
  }
  const fields = new Set(records.flatMap((record) => Object.keys(record)));
  let joint: string[] | null = null;
  for (const field of fields) {
    const values = records.map((record) => record[field]);
    if (!values.every(isScalar)) continue;
    const longer: string[] = values.map((value, index) => `${joint?.[index] ?? ''}${label(value)},`);
    joint = usable(longer) ?? joint;
  }
  return joint;
}

/** The labels, when every example has one and they have few values but more than one; otherwise null. */
function usable(labels: readonly (string | null)[]): string[] | null {
  const known = labels.filter((value) => value !== null);
  const distinct = new Set(known).size;
  const few = distinct > 1 && distinct <= MAX_STRATA && labels.length / distinct >= MIN_MEAN_STRATUM;
  return few && known.length === labels.length ? known : null;
}

function isScalar(value: Json | undefined): boolean {
  return value === undefined || value === null || typeof value !== 'object';
}

/** Keeps 1 apart from '1', and a missing value apart from null. */
function label(value: Json | undefined): string {
  return JSON.stringify(value) ?? 'absent';
}

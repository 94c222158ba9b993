/** Labels of examples: what a classifier is to say, wherever `expected` holds it. Pure. */
import type { Example, Json } from '../contracts/dataset.ts';

/** A place in `expected` whose values are few and repeat. */
export interface LabelField {
  /** `expected`, or `expected.urgency`. */
  readonly field: string;
  /** By example; null where it has none. */
  readonly labels: readonly (string | null)[];
}

/** More values than this are no labels. */
const MOST_LABELS = 20;
/** A value of a label is there twice at least, on average. */
const MIN_MEAN_COUNT = 2;
/** Fields of an object that are looked at. */
const MOST_FIELDS = 5;

/** The scalar `expected`, or else the first fields of an object that hold labels; none for free text. */
export function labelFields(examples: readonly Example[]): LabelField[] {
  const whole = { field: 'expected', labels: examples.map(({ expected }) => labelOf(expected)) };
  if (isLabel(whole)) return [whole];
  const records = examples.map(({ expected }) => (isRecord(expected) ? expected : {}));
  return [...new Set(records.flatMap((record) => Object.keys(record)))]
    .map((name) => ({
      field: `expected.${name}`,
      labels: records.map((record) => (Object.hasOwn(record, name) ? labelOf(record[name]) : null)),
    }))
    .filter(isLabel)
    .slice(0, MOST_FIELDS);
}

function isLabel({ labels }: LabelField): boolean {
  const known = labels.filter((label) => label !== null);
  const distinct = new Set(known).size;
  return distinct > 0 && distinct <= MOST_LABELS && known.length / distinct >= MIN_MEAN_COUNT;
}

/** A scalar as JSON, which keeps 1 apart from "1". */
function labelOf(value: Json | undefined): string | null {
  return value === undefined || value === null || typeof value === 'object' ? null : JSON.stringify(value);
}

function isRecord(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

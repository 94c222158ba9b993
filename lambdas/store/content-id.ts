/** Ids for examples that come without one: from what they say, so that the same example gets the same id again. Pure. */
import { createHash } from 'node:crypto';

/** Hexadecimal digits of an id: 48 bits, by which two of 10,000 examples are alike once in 5 million files. */
const DIGITS = 12;

/**
 * An id from input, expected value and answer, whatever the order of their fields. The same content a second time gets
 * `-2`, and so on.
 * @param taken ids that are in use; the new one is added
 */
export function contentId(example: Readonly<Record<string, unknown>>, taken: Set<string>): string {
  const content = ordered([example.input, example.expected, example.output].map((value) => value ?? null));
  const base = `x-${createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, DIGITS)}`;
  let id = base;
  for (let copy = 2; taken.has(id); copy += 1) id = `${base}-${copy}`;
  taken.add(id);
  return id;
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([name, inner]) => [name, ordered(inner)]),
  );
}

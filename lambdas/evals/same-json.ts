/** Whether an answer's JSON value is the expected one. */
import type { Json } from '../contracts/dataset.ts';

/**
 * Equal whatever the order of keys; texts in one Unicode form and, if asked, one case; -0 is 0. Nothing is inherited:
 * a key named `constructor` is a key like any other. Goes no deeper than `expected` does.
 */
export function sameJson(given: Json | undefined, expected: Json | undefined, fold: (text: string) => string): boolean {
  if (typeof expected === 'string') return typeof given === 'string' && fold(given) === fold(expected);
  if (typeof expected !== 'object' || expected === null) return given === expected;
  if (typeof given !== 'object' || given === null) return false;
  if (Array.isArray(expected) !== Array.isArray(given)) return false;
  const names = Object.keys(expected);
  const same = (name: string): boolean =>
    Object.hasOwn(given, name) && sameJson(Reflect.get(given, name), Reflect.get(expected, name), fold);
  return names.length === Object.keys(given).length && names.every(same);
}

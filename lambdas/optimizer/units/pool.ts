/** The pool of units: how it begins, how units are found in it, and which of them exclude each other. */
import type { Unit, UnitOrigin, UnitPool } from '../../contracts/attribution.ts';
import { isProtected } from './protect.ts';
import { type SplitText, splitText } from './split.ts';

/**
 * The pool of a task's own prompt: the units of all free components, components by name, units as they stand.
 * @throws RangeError when a free component is not in `components`.
 */
export function newPool(
  components: Readonly<Record<string, string>>,
  free: readonly string[],
  keep: readonly string[],
): UnitPool {
  const pool: UnitPool = { units: [], components: {} };
  for (const component of [...new Set(free)].sort()) {
    const text = Object.hasOwn(components, component) ? components[component] : undefined;
    if (text === undefined) throw new RangeError(`The prompt has no component ${component}.`);
    const split = splitText(text);
    const units = unitsFrom(split, component, pool.units.length, [], keep);
    pool.units.push(...units);
    const { prefix, tail, newline } = split;
    pool.components[component] = { prefix, tail, newline, order: units.map(({ id }) => id) };
  }
  return pool;
}

/** Kept units with roots of their own out of a text, with ids from `u<first>` on. */
export function unitsFrom(
  split: SplitText,
  component: string,
  first: number,
  origins: readonly UnitOrigin[],
  keep: readonly string[],
): Unit[] {
  const kept = keptUnits(split, keep);
  return split.units.map((piece, index) => ({
    ...newUnit(first + index, component, piece.text),
    lead: piece.lead,
    end: piece.end,
    protected: kept.has(index) || isProtected(piece.text, keep),
    origins: [...origins],
    status: 'kept',
  }));
}

/** A unit on trial with a root of its own and without anything around it. */
export function newUnit(index: number, component: string, text: string): Unit {
  const id = `u${index}`;
  return {
    id,
    component,
    text,
    lead: '',
    end: '',
    protected: false,
    roots: [id],
    replaces: [],
    whole: false,
    origins: [],
    deletions: [],
    status: 'on_trial',
  };
}

/** Indexes of the units in lines that `keep` touches: a kept text may go over several units. */
function keptUnits({ units }: SplitText, keep: readonly string[]): Set<number> {
  const text = units.map((unit) => unit.text + unit.end).join('');
  const ranges = keep.flatMap((kept) => occurrences(text, kept)).map((range) => wholeLines(text, range));
  const touched = new Set<number>();
  let start = 0;
  for (const [index, unit] of units.entries()) {
    const end = start + unit.text.length;
    if (ranges.some((range) => range.start < end && start < range.end)) touched.add(index);
    start = end + unit.end.length;
  }
  return touched;
}

function occurrences(text: string, kept: string): { start: number; end: number }[] {
  const found = [];
  if (kept === '') return [];
  for (let start = text.indexOf(kept); start >= 0; start = text.indexOf(kept, start + 1)) {
    found.push({ start, end: start + kept.length });
  }
  return found;
}

function wholeLines(text: string, { start, end }: { start: number; end: number }): { start: number; end: number } {
  const next = text.indexOf('\n', end - 1);
  return { start: start === 0 ? 0 : text.lastIndexOf('\n', start - 1) + 1, end: next < 0 ? text.length : next };
}

/** @throws RangeError for an id that the pool does not have. */
export function indexOf(pool: UnitPool, id: string): number {
  const index = Number(id.slice(1));
  if (pool.units[index]?.id !== id) throw new RangeError(`The pool has no unit ${id}.`);
  return index;
}

/** @throws RangeError for an id that the pool does not have. */
export function unitOf(pool: UnitPool, id: string): Unit {
  const unit = pool.units[Number(id.slice(1))];
  if (unit?.id !== id) throw new RangeError(`The pool has no unit ${id}.`);
  return unit;
}

/** @throws RangeError for a component that the pool does not have. */
export function componentOf(pool: UnitPool, component: string): UnitPool['components'][string] {
  const found = Object.hasOwn(pool.components, component) ? pool.components[component] : undefined;
  if (found === undefined) throw new RangeError(`The pool has no component ${component}.`);
  return found;
}

/** All units of a component, whatever their status, in the order in which they stand. @throws RangeError */
export function unitsOf(pool: UnitPool, component: string): Unit[] {
  return componentOf(pool, component).order.map((id) => unitOf(pool, id));
}

/** Whether a prompt cannot hold both: they have a root in common. A unit does not exclude itself. */
export function excludes(a: Unit, b: Unit): boolean {
  return a.id !== b.id && a.roots.some((root) => b.roots.includes(root));
}

/** Whether two of the units exclude each other. */
export function hasConflict(units: readonly Unit[]): boolean {
  const owner = new Map<string, string>();
  for (const { id, roots } of units) {
    for (const root of roots) {
      if ((owner.get(root) ?? id) !== id) return true;
      owner.set(root, id);
    }
  }
  return false;
}

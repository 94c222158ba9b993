/**
 * A prompt out of units. Any subset without conflicts composes, and what it composes to never changes while the pool
 * grows: units keep their order among each other, and a gap depends on nothing younger than its two neighbours.
 */
import type { Unit, UnitPool } from '../../contracts/attribution.ts';
import { mayTouch, mustBreak } from './kinds.ts';
import { componentOf, excludes, hasConflict, unitOf, unitsOf } from './pool.ts';

/** The free components with these units in, by name. @throws RangeError when two of the units exclude each other. */
export function composePrompt(pool: UnitPool, included: ReadonlySet<string>): Record<string, string> {
  return Object.fromEntries(
    Object.keys(pool.components).map((component) => [component, composeComponent(pool, component, included)]),
  );
}

/**
 * A component with those of its units that are in `included` (ids of other components are no matter); `''` without any.
 * @throws RangeError when two of them exclude each other, or the pool has no such component.
 */
export function composeComponent(pool: UnitPool, component: string, included: ReadonlySet<string>): string {
  const { order, prefix, tail, newline } = componentOf(pool, component);
  const sourceOf = sourcesOf(pool, component);
  const units: Unit[] = [];
  let skipped: Unit[] = [];
  let text = prefix;
  for (const id of order) {
    const unit = unitOf(pool, id);
    if (!included.has(id)) {
      skipped.push(unit);
      continue;
    }
    const left = units.at(-1);
    if (left !== undefined) {
      const source = sourceOf(unit);
      const between = sourceOf(left) === source ? skipped.filter((other) => sourceOf(other) === source) : null;
      text += gap(left, unit, between, newline);
    }
    text += unit.text;
    units.push(unit);
    skipped = [];
  }
  if (hasConflict(units)) throw new RangeError(`Units of ${component} exclude each other.`);
  return units.length === 0 ? '' : text + tail;
}

/**
 * The longest that each free component can still become: all units that have not left, of those that exclude each other
 * the longest. Longest first is a good bound and no proof: two short units can be longer than one that excludes both.
 */
export function composeAll(pool: UnitPool): Record<string, string> {
  return Object.fromEntries(
    Object.keys(pool.components).map((component) => {
      const alive = unitsOf(pool, component).filter(({ status }) => status !== 'out');
      const ranked = alive.filter(({ whole }) => !whole).sort((a, b) => b.text.length - a.text.length);
      const texts = [[], ...alive.filter(({ whole }) => whole).map((unit) => [unit])].map((start: Unit[]) => {
        const chosen = [...start];
        for (const unit of ranked) if (!chosen.some((other) => excludes(unit, other))) chosen.push(unit);
        return composeComponent(pool, component, new Set(chosen.map(({ id }) => id)));
      });
      return [component, texts.reduce((longest, text) => (text.length > longest.length ? text : longest), '')];
    }),
  );
}

/**
 * The white space between neighbours. In the text that both are from, it is the strongest break from one to the other, so
 * that nothing moves into another paragraph when what was between them is out. Otherwise the younger one has the say: it
 * was written into a text that held the older one.
 * @param between what the text that both are from has between them; null when they are from different ones
 */
function gap(left: Unit, right: Unit, between: readonly Unit[] | null, newline: string): string {
  if (between?.length === 0 && left.end === right.lead && left.end !== '') return left.end;
  const [first, second] = isYounger(left, right) ? [left.end, right.lead] : [right.lead, left.end];
  const recorded = between === null ? first : strongest([left.end, ...between.map(({ end }) => end), right.lead]);
  if (mustBreak(left.text, right.text)) return [recorded, second].find((space) => space.includes('\n')) ?? newline;
  if (recorded !== '') return recorded;
  return mayTouch(left.text, right.text) ? '' : second || newline;
}

function isYounger(unit: Unit, other: Unit): boolean {
  return Number(unit.id.slice(1)) > Number(other.id.slice(1));
}

function strongest(gaps: readonly string[]): string {
  const breaks = (space: string): number => space.split('\n').length - 1;
  return gaps.reduce((best, space) => (breaks(space) > breaks(best) || best === '' ? space : best));
}

/**
 * Which text each unit was written in: the component's first one, or a reply. That a unit is from the first text cannot
 * be told from its `origins`, as replies that ask for it again are noted there too; but those units come first in the
 * pool and follow on each other up to one that nothing follows.
 */
function sourcesOf(pool: UnitPool, component: string): (unit: Unit) => string {
  const place = new Map(componentOf(pool, component).order.map((id, index) => [id, index]));
  const follows = (unit: Unit, last: Unit): boolean =>
    unit.replaces.length === 0 &&
    (place.get(unit.id) ?? 0) > (place.get(last.id) ?? 0) &&
    unit.lead === last.end &&
    (unit.lead !== '' || mayTouch(last.text, unit.text));
  const first = new Set<Unit>();
  let last: Unit | undefined;
  for (const unit of pool.units) {
    if (unit.component !== component) continue;
    if (last !== undefined && !follows(unit, last)) break;
    first.add(unit);
    last = unit;
  }
  return (unit) => {
    const origin = first.has(unit) ? undefined : unit.origins[0];
    return origin === undefined ? '' : `${origin.generation}/${origin.slot}`;
  };
}

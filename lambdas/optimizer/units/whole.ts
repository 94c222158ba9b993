/** Replies that rewrote a component: one unit while they are tried, units of their own once adopted. */
import type { Unit, UnitPool } from '../../contracts/attribution.ts';
import { componentOf, excludes, newUnit, unitOf, unitsFrom } from './pool.ts';
import { losesPlaceholder } from './protect.ts';
import { splitText } from './split.ts';

/**
 * The rewrite as a unit that excludes all of its parent's; null when it lost a placeholder or a text to keep.
 * @param index its place in the pool
 */
export function wholeUnit(
  parent: readonly Unit[],
  index: number,
  component: string,
  reply: string,
  keep: readonly string[],
): Unit | null {
  const text = reply.trim();
  const before = parent.map((unit) => unit.text).join('\n');
  if (text === '' || losesPlaceholder(before, text)) return null;
  if (keep.some((kept) => before.includes(kept) && !text.includes(kept))) return null;
  return {
    ...newUnit(index, component, text),
    roots: [...new Set(parent.flatMap(({ roots }) => roots))],
    replaces: parent.map(({ id }) => id),
    whole: true,
  };
}

/**
 * Takes an adopted rewrite apart, so that later replies can be told apart from it: its own units are kept and protected
 * as the seed's are, it and all that it excludes are out. The new units alone compose to the rewrite's text.
 * @param keep the task's texts that stay
 * @throws RangeError when the unit is not in the pool, or no whole rewrite
 */
export function unpackWhole(
  pool: UnitPool,
  id: string,
  keep: readonly string[] = [],
): { pool: UnitPool; units: string[] } {
  const whole = unitOf(pool, id);
  if (!whole.whole) throw new RangeError(`${id} is no whole rewrite.`);
  const fresh = unitsFrom(splitText(whole.text), whole.component, pool.units.length, whole.origins, keep);
  const ids = fresh.map((unit) => unit.id);
  const retired = pool.units.map(
    (unit): Unit => (unit === whole || excludes(unit, whole) ? { ...unit, status: 'out' } : unit),
  );
  const layout = componentOf(pool, whole.component);
  const order = layout.order.flatMap((one) => (one === id ? [one, ...ids] : [one]));
  return {
    pool: {
      units: [...retired, ...fresh],
      components: { ...pool.components, [whole.component]: { ...layout, order } },
    },
    units: ids,
  };
}

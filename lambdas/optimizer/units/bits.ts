/**
 * Sets of units as hexadecimal text. The first digit holds u0 to u3 (u0 is its lowest bit), the next u4 to u7, and so
 * on: zeros at the end say nothing and are left out, so that a set stays the same text however much the pool grows.
 */
import type { UnitPool } from '../../contracts/attribution.ts';
import { indexOf } from './pool.ts';

/** @throws RangeError for an id that the pool does not have. */
export function toBits(pool: UnitPool, included: Iterable<string>): string {
  const digits: number[] = [];
  for (const id of included) {
    const index = indexOf(pool, id);
    const digit = index >> 2;
    while (digits.length <= digit) digits.push(0);
    digits[digit] = (digits[digit] ?? 0) | (1 << (index & 3));
  }
  return digits.map((digit) => digit.toString(16)).join('');
}

/** The ids, in the pool's order. @throws RangeError for anything but hexadecimal digits, and for bits beyond the pool. */
export function fromBits(pool: UnitPool, hex: string): Set<string> {
  if (!/^[0-9a-f]*$/.test(hex)) throw new RangeError(`${JSON.stringify(hex)} is no set of units.`);
  const included = new Set<string>();
  for (const [place, digit] of [...hex].entries()) {
    for (let bit = 0; bit < 4; bit++) {
      if ((Number.parseInt(digit, 16) & (1 << bit)) === 0) continue;
      const unit = pool.units[place * 4 + bit];
      if (unit === undefined) throw new RangeError(`The pool has ${pool.units.length} units, ${hex} names more.`);
      included.add(unit.id);
    }
  }
  return included;
}

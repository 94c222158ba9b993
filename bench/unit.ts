/** Seeded chance of the benches. */
import { createHash } from 'node:crypto';

/** A number in [0, 1) that depends on its arguments alone. */
export function unit(...key: (string | number)[]): number {
  return createHash('sha256').update(JSON.stringify(key)).digest().readUInt32BE(0) / 2 ** 32;
}

/** Pools and edits for the tests of units. */
import fc from 'fast-check';
import type { UnitOrigin, UnitPool } from '../../../lambdas/contracts/attribution.ts';
import { excludes, newPool, unitOf } from '../../../lambdas/optimizer/units/pool.ts';

export const SETTINGS = { seed: 7, numRuns: 400 };

export function poolOf(text: string, keep: readonly string[] = []): UnitPool {
  return newPool({ system: text }, ['system'], keep);
}

export function allOf(pool: UnitPool): Set<string> {
  return new Set(pool.units.map(({ id }) => id));
}

export function origin(slot: number, generation = 1): UnitOrigin {
  return { generation, slot, exampleIds: [`e${slot}`] };
}

export function textsOf(pool: UnitPool): string[] {
  return pool.units.map(({ text }) => text);
}

/** The parent with everything done that a reply asks for. `before`: the pool without the reply. */
export function withEdits(
  pool: UnitPool,
  before: UnitPool,
  parent: ReadonlySet<string>,
  touched: readonly string[],
): Set<string> {
  const out = touched.filter((id) => parent.has(id));
  const coming = touched.filter((id) => !parent.has(id)).map((id) => unitOf(pool, id));
  const stays = [...parent].filter(
    (id) => !out.includes(id) && !coming.some((unit) => excludes(unit, unitOf(before, id))),
  );
  return new Set([...stays, ...coming.map(({ id }) => id)]);
}

const NOUNS = ['tickets', 'queues', 'refunds', 'customers', 'outages', 'invoices', 'drafts', 'labels'];
const VERBS = ['Route', 'Consider', 'Check', 'Ignore', 'Summarize', 'Compare', 'Escalate', 'Quote'];
const ENDS = ['with care', 'by hand', 'on Mondays', 'before lunch', 'for a manager', 'after two days'];

/** A sentence of ordinary guidance, one of 16 × 8 × 8 × 6. */
export const sentence = fc
  .tuple(fc.constantFrom(...VERBS), fc.nat(15), fc.constantFrom(...NOUNS), fc.constantFrom(...ENDS))
  .map(([verb, number, noun, end]) => `${verb} ${number} ${noun} ${end}.`);

/** A prompt of different sentences, list items and headings, with the white space after each but the last. */
export const plainPrompt = fc
  .uniqueArray(fc.tuple(sentence, fc.constantFrom('', '', '', '- ', '# '), fc.constantFrom(' ', '\n', '\n\n')), {
    selector: ([text]) => text,
    minLength: 1,
    maxLength: 12,
  })
  .map((parts) =>
    parts.map(([text, mark, space], index): [string, string] => {
      const next = parts[index + 1]?.[1] ?? '';
      return [mark + text, mark !== '' || next !== '' ? space.replace(' ', '\n') : space];
    }),
  );

export function textOf(parts: readonly (readonly [string, string])[]): string {
  return parts.map(([text, space], index) => (index === parts.length - 1 ? text : text + space)).join('');
}

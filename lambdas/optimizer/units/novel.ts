/**
 * What a reply says that its parent does not, where it says all the rest in other words. Lines that say the same have
 * their rare words in common, whatever stands around them; a line without a counterpart is new.
 */
import type { Unit } from '../../contracts/attribution.ts';
import type { Addition } from './edits.ts';
import type { Piece } from './split.ts';
import { fold } from './twins.ts';

/** Two texts with this share of their words in common, by weight, say the same. */
const SAME = 0.25;
/** Counterparts for this share of the parent, at least: otherwise nobody can tell what is new. */
const LEAST_FOUND = 0.6;

/**
 * The new pieces of a reply as insertions into its parent; null where they cannot be told from the rest, and where
 * nothing is new.
 */
export function novelAdditions(parent: readonly Unit[], pieces: readonly Piece[]): Addition[] | null {
  const counterparts = counterpartsOf(
    parent.map(({ text }) => text),
    pieces.map(({ text }) => text),
  );
  if (counterparts.size < LEAST_FOUND * parent.length) return null;
  const additions: Addition[] = [];
  let next = 0;
  for (const [i, piece] of pieces.entries()) {
    const counterpart = counterparts.get(i);
    if (counterpart !== undefined) next = counterpart + 1;
    else additions.push({ piece, replaced: null, place: { before: parent[next] ?? null } });
  }
  return additions.length === 0 || additions.length > pieces.length / 2 ? null : additions;
}

/** By the index of a new text: the index of the old one that says the same. Each is used once, the most alike first. */
function counterpartsOf(before: readonly string[], after: readonly string[]): Map<number, number> {
  const words = [...before, ...after].map((text) => new Set(fold(text).split(' ')));
  const frequency = new Map<string, number>();
  for (const set of words) for (const word of set) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const weightOf = (word: string): number => Math.log((words.length + 1) / (frequency.get(word) ?? 1));
  const weights = words.map((set) => [...set].reduce((sum, word) => sum + weightOf(word), 0));
  const pairs = after.flatMap((_, a) =>
    before.map((_text, b) => {
      const [own, other] = [words[before.length + a] ?? new Set(), words[b] ?? new Set<string>()];
      const shared = [...other].reduce((sum, word) => sum + (own.has(word) ? weightOf(word) : 0), 0);
      return { a, b, likeness: (2 * shared) / Math.max(1e-9, (weights[before.length + a] ?? 0) + (weights[b] ?? 0)) };
    }),
  );
  const found = new Map<number, number>();
  const used = new Set<number>();
  for (const { a, b } of pairs.filter(({ likeness }) => likeness >= SAME).sort((x, y) => y.likeness - x.likeness)) {
    if (found.has(a) || used.has(b)) continue;
    found.set(a, b);
    used.add(b);
  }
  return found;
}

/** What a reply changes in its parent: pieces that come in, for a unit of the parent or between two, and units that go. */
import { diffArrays } from 'diff';
import type { Unit } from '../../contracts/attribution.ts';
import { type Pairing, pairUp } from './pairing.ts';
import { joinTagPairs, wordsOf } from './regroup.ts';
import type { Piece } from './split.ts';
import { fold, similarity } from './twins.ts';

/** From here on a replacement is a small change of wording. */
const NEAR_IDENTICAL = 0.8;
/** A parent of so many units is rewritten when less than this share of it is left. */
const REWRITE_LEAST_UNITS = 4;
const REWRITE_KEEPS = 1 / 3;
const REWORD_KEEPS = 1 / 2;

export interface Addition {
  readonly piece: Piece;
  /** The unit that it is written to replace. */
  readonly replaced: Unit | null;
  /** Where it goes: right after the unit that it replaces, or before one of the parent's (null: at the end). */
  readonly place: 'after replaced' | { readonly before: Unit | null };
}

export interface Edits {
  /** In the reply's order. */
  readonly additions: readonly Addition[];
  /** Units that nothing replaces, in the parent's order. */
  readonly deletions: readonly Unit[];
  /** Too little is left of the parent for its units to be told apart. */
  readonly rewrites: boolean;
  /** Less than half of the parent stands where it stood, word for word or nearly. */
  readonly rewords: boolean;
}

type Item = { readonly kept: Unit } | Change;
interface Change {
  readonly piece: Piece;
  replaced: Unit | null;
  inPlace: boolean;
}
interface Hunk {
  readonly removed: Unit[];
  readonly added: Change[];
}

/** @param pieces the reply's, regrouped after the parent */
export function editsOf(parent: readonly Unit[], pieces: readonly Piece[]): Edits {
  const { items, hunks } = align(parent, pieces);
  findMoves(hunks);
  for (const { removed, added } of hunks) {
    const open = added.filter(({ replaced }) => replaced === null);
    const texts = open.map(({ piece }) => piece.text);
    for (const pairing of pairUp(
      removed.map(({ text }) => text),
      texts,
    )) {
      settle(open, removed, pairing);
    }
  }
  const replaced = new Set(items.map((item) => ('kept' in item ? null : item.replaced)));
  const kept = items.filter((item) => 'kept' in item).length;
  const near = nearIdentical(items);
  const isLong = parent.length >= REWRITE_LEAST_UNITS;
  return {
    additions: placed(items),
    deletions: hunks.flatMap(({ removed }) => removed).filter((unit) => !replaced.has(unit)),
    rewords: isLong && kept + near.filter(({ inPlace }) => inPlace).length < parent.length * REWORD_KEEPS,
    rewrites: isLong && kept + near.length < parent.length * REWRITE_KEEPS,
  };
}

function align(parent: readonly Unit[], pieces: readonly Piece[]): { items: Item[]; hunks: Hunk[] } {
  const changes = diffArrays(
    parent.map(({ text }) => wordsOf(text)),
    pieces.map(({ text }) => wordsOf(text)),
  );
  const items: Item[] = [];
  const hunks: Hunk[] = [];
  let hunk: Hunk | null = null;
  let unit = 0;
  let piece = 0;
  for (const { count, added, removed } of changes) {
    if (!added && !removed) {
      hunk = null;
      items.push(...parent.slice(unit, unit + count).map((kept) => ({ kept })));
      unit += count;
      piece += count;
      continue;
    }
    if (hunk === null) {
      hunk = { removed: [], added: [] };
      hunks.push(hunk);
    }
    if (removed) {
      hunk.removed.push(...parent.slice(unit, unit + count));
      unit += count;
    } else {
      const fresh = joinTagPairs(pieces.slice(piece, piece + count));
      const found = fresh.map((one): Change => ({ piece: one, replaced: null, inPlace: false }));
      hunk.added.push(...found);
      items.push(...found);
      piece += count;
    }
  }
  return { items, hunks };
}

/** A unit that the reply has elsewhere is moved: the copy excludes it, so that no mixture says it twice. */
function findMoves(hunks: readonly Hunk[]): void {
  for (const change of hunks.flatMap(({ added }) => added)) {
    const words = wordsOf(change.piece.text);
    for (const { removed } of hunks) {
      const at = removed.findIndex(({ text }) => wordsOf(text) === words);
      if (at < 0) continue;
      change.replaced = removed.splice(at, 1)[0] ?? null;
      break;
    }
  }
}

function settle(open: readonly Change[], removed: readonly Unit[], { before, after, crosses }: Pairing): void {
  const change = open[after];
  if (change === undefined) return;
  change.replaced = removed[before] ?? null;
  change.inPlace = !crosses;
}

function nearIdentical(items: readonly Item[]): Change[] {
  return items.flatMap((item) => {
    if ('kept' in item || item.replaced === null) return [];
    return similarity(fold(item.piece.text), fold(item.replaced.text), NEAR_IDENTICAL) >= NEAR_IDENTICAL ? [item] : [];
  });
}

/** An insertion goes before the next unit that the reply keeps, or that something in the reply stands in place of. */
function placed(items: readonly Item[]): Addition[] {
  const additions: Addition[] = [];
  let before: Unit | null = null;
  for (const item of items.toReversed()) {
    if ('kept' in item) {
      before = item.kept;
      continue;
    }
    const { piece, replaced, inPlace } = item;
    additions.push({ piece, replaced, place: inPlace ? 'after replaced' : { before } });
    if (inPlace) before = replaced;
  }
  return additions.reverse();
}

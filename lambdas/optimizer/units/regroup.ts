/**
 * Makes a reply's pieces comparable with its parent's units. Some units are not what `splitText` finds in a composed
 * prompt: tags that came in together are one unit of several pieces, and a unit that another mixture put under a list
 * item reads like a part of that item.
 */
import type { Unit } from '../../contracts/attribution.ts';
import { isLoneTag } from './kinds.ts';
import { type Piece, splitText } from './split.ts';

/** A text with its inner white space made alike, for comparing. */
export function wordsOf(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

/**
 * The reply's pieces, joined where a unit of the parent is several of them and cut where one of them is several units.
 * @param composed the parent's text
 */
export function regroup(pieces: readonly Piece[], parent: readonly Unit[], composed: string): Piece[] {
  const cuts = mergedUnits(parent, splitText(composed).units);
  const cut = pieces.flatMap((piece) => cutInto(piece, cuts.get(wordsOf(piece.text)) ?? []));
  const joins = parent.map((unit) => splitText(unit.text).units).filter((parts) => parts.length > 1);
  return joins.reduce(joinRuns, cut);
}

/** Joins a piece that opens a tag in its own line with all up to the one that closes it: one side alone is broken. */
export function joinTagPairs(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (let index = 0; index < pieces.length; index++) {
    const piece = pieces[index];
    if (piece === undefined) break;
    const name = isLoneTag(piece.text) ? /^\s*<([A-Za-z][\w:.-]*)/.exec(piece.text)?.[1] : undefined;
    const end =
      name === undefined ? -1 : pieces.findIndex(({ text }, at) => at > index && text.trim() === `</${name}>`);
    joined.push(end < 0 ? piece : join(pieces.slice(index, end + 1)));
    if (end >= 0) index = end;
  }
  return joined;
}

/** Pieces of the composed parent that hold several of its units whole, with these units' texts. */
function mergedUnits(parent: readonly Unit[], composed: readonly Piece[]): Map<string, string[]> {
  const merged = new Map<string, string[]>();
  const size = (text: string): number => text.replace(/\s/g, '').length;
  let unit = 0;
  let unitEnd = 0;
  let pieceEnd = 0;
  for (const piece of composed) {
    const startsTogether = unitEnd === pieceEnd;
    pieceEnd += size(piece.text);
    const texts: string[] = [];
    while (unitEnd < pieceEnd) {
      const { text } = parent[unit++] ?? { text: '' };
      if (text === '') return merged;
      texts.push(text);
      unitEnd += size(text);
    }
    if (startsTogether && unitEnd === pieceEnd && texts.length > 1) merged.set(wordsOf(piece.text), texts);
  }
  return merged;
}

function cutInto(piece: Piece, texts: readonly string[]): Piece[] {
  const cut: Piece[] = [];
  let from = 0;
  for (const text of texts) {
    const at = piece.text.indexOf(text, from);
    // The reply spaced the units anew: it is compared as it stands.
    if (at < 0) return [piece];
    const lead = cut.length === 0 ? piece.lead : piece.text.slice(from, at);
    cut.push({ text, lead, end: piece.end });
    from = at + text.length;
  }
  if (cut.length === 0) return [piece];
  return cut.map((part, index) => ({ ...part, end: cut[index + 1]?.lead ?? piece.end }));
}

function joinRuns(pieces: Piece[], parts: readonly Piece[]): Piece[] {
  const wanted = parts.map(({ text }) => wordsOf(text));
  const joined: Piece[] = [];
  for (let index = 0; index < pieces.length; index++) {
    const run = pieces.slice(index, index + wanted.length);
    if (run.length === wanted.length && run.every(({ text }, at) => wordsOf(text) === wanted[at])) {
      joined.push(join(run));
      index += wanted.length - 1;
    } else joined.push(...run.slice(0, 1));
  }
  return joined;
}

function join(pieces: readonly Piece[]): Piece {
  const text = pieces.map((piece, index) => (index === 0 ? '' : piece.lead) + piece.text).join('');
  return { text, lead: pieces.at(0)?.lead ?? '', end: pieces.at(-1)?.end ?? '' };
}

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
 * The reply's pieces, joined and cut where the parent's text falls into other pieces than its units.
 * @param composed the parent's text
 */
export function regroup(pieces: readonly Piece[], parent: readonly Unit[], composed: string): Piece[] {
  return differences(parent, splitText(composed).units).reduce(regroupRuns, [...pieces]);
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

/** A stretch of the parent that is these pieces when it is split, and these units in the pool. */
interface Difference {
  readonly pieces: string[];
  readonly units: string[];
}

function differences(parent: readonly Unit[], composed: readonly Piece[]): Difference[] {
  const found: Difference[] = [];
  const size = (text: string): number => text.replace(/\s/g, '').length;
  for (let unit = 0, piece = 0; unit < parent.length && piece < composed.length; ) {
    const stretch: Difference = { pieces: [], units: [] };
    let ahead = 0;
    do {
      const text = (ahead > 0 ? composed[piece++] : parent[unit++])?.text;
      if (text === undefined) return found;
      (ahead > 0 ? stretch.pieces : stretch.units).push(text);
      ahead += ahead > 0 ? -size(text) : size(text);
    } while (ahead !== 0);
    if (stretch.pieces.length + stretch.units.length > 2) found.push(stretch);
  }
  return found;
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

function regroupRuns(pieces: Piece[], { pieces: wanted, units }: Difference): Piece[] {
  const regrouped: Piece[] = [];
  for (let index = 0; index < pieces.length; index++) {
    const run = pieces.slice(index, index + wanted.length);
    if (run.length === wanted.length && run.every(({ text }, at) => wordsOf(text) === wordsOf(wanted[at] ?? ''))) {
      regrouped.push(...cutInto(join(run), units));
      index += wanted.length - 1;
    } else regrouped.push(...run.slice(0, 1));
  }
  return regrouped;
}

function join(pieces: readonly Piece[]): Piece {
  const text = pieces.map((piece, index) => (index === 0 ? '' : piece.lead) + piece.text).join('');
  return { text, lead: pieces.at(0)?.lead ?? '', end: pieces.at(-1)?.end ?? '' };
}

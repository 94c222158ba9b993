/**
 * The difference between two prompts, by words. Lines are matched first and words only inside lines that changed: it
 * reads better than words alone, and stays quick on long prompts. The matching is the `diff` library's; the words are
 * ours, since the library's own are Latin script only and would cut Greek, Cyrillic or an emoji into single characters.
 */
import { diffArrays } from 'diff';
import type { Components } from '../contracts/task.ts';

export interface Segment {
  change: 'same' | 'added' | 'removed';
  text: string;
}

/** A stretch of whole lines: all unchanged (one `same` segment), or one place where something changed. */
export interface Hunk {
  changed: boolean;
  segments: Segment[];
}

export interface ComponentDiff {
  component: string;
  change: 'same' | 'changed' | 'added' | 'removed';
  hunks: Hunk[];
  wordsAdded: number;
  wordsRemoved: number;
}

/** More edits than this are shown as one replaced block: Myers' algorithm takes time by their square. */
const MAX_EDITS = 2000;

/** An emoji; a character of a script without spaces; a word; a line end; other white space; anything else. */
const TOKEN =
  /\p{RGI_Emoji}|[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]\p{M}*|[\p{L}\p{N}_][[\p{L}\p{N}\p{M}_]--[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]]*|\n|[^\S\n]+|.\p{M}*/gsv;
const WORD = /[\p{L}\p{N}]/u;

/** An edit in the making: what was taken away and what came in its place; `same` text between edits. */
type Piece = { same: string } | { removed: string; added: string };

/** Names of components in the order in which people read a prompt: system, user, then the rest by name. */
export function componentNames(...prompts: Components[]): string[] {
  const rank = (name: string) => (name === 'system' ? 0 : name === 'user' ? 1 : 2);
  const names = [...new Set(prompts.flatMap((prompt) => Object.keys(prompt)))];
  return names.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** What became of each component between two prompts, unchanged ones included. */
export function diffComponents(before: Components, after: Components): ComponentDiff[] {
  return componentNames(before, after).map((component) => {
    const old = Object.hasOwn(before, component) ? before[component] : undefined;
    const now = Object.hasOwn(after, component) ? after[component] : undefined;
    const hunks = diffText(old, now);
    const change = old === undefined ? 'added' : now === undefined ? 'removed' : 'changed';
    return {
      component,
      change: change === 'changed' && !hunks.some((hunk) => hunk.changed) ? 'same' : change,
      hunks,
      wordsAdded: countWords(hunks, 'added'),
      wordsRemoved: countWords(hunks, 'removed'),
    };
  });
}

/**
 * The hunks between two texts; undefined is no text at all. Both are taken as lines that each end in `\n`, so that a
 * missing last line end, like `\r\n` against `\n`, is no change: `same` and `removed` segments join to the old lines,
 * `same` and `added` ones to the new.
 */
export function diffText(before: string | undefined, after: string | undefined): Hunk[] {
  const matched = matchTokens(toLines(before), toLines(after));
  return matched.map((piece) =>
    'same' in piece
      ? { changed: false, segments: [{ change: 'same', text: piece.same }] }
      : { changed: true, segments: diffWords(piece.removed, piece.added) },
  );
}

function toLines(text: string | undefined): string[] {
  return text === undefined ? [] : (`${text.replaceAll('\r\n', '\n')}\n`.match(/[^\n]*\n/g) ?? []);
}

function diffWords(before: string, after: string): Segment[] {
  const pieces = matchTokens(before.match(TOKEN) ?? [], after.match(TOKEN) ?? []);
  return joinNearbyEdits(pieces).flatMap((piece) => {
    if ('same' in piece) return [{ change: 'same', text: piece.same }];
    const { head, removed, added, tail } = trimEdit(piece);
    const segments: Segment[] = [
      { change: 'same', text: head },
      { change: 'removed', text: removed },
      { change: 'added', text: added },
      { change: 'same', text: tail },
    ];
    return segments.filter((segment) => segment.text !== '');
  });
}

/** Tokens that both sides of an edit begin or end with are no change: ` ` → `, please ` adds `, please`. */
function trimEdit(edit: { removed: string; added: string }) {
  const old = edit.removed.match(TOKEN) ?? [];
  const now = edit.added.match(TOKEN) ?? [];
  let head = 0;
  while (head < Math.min(old.length, now.length) && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < Math.min(old.length, now.length) - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  return {
    head: old.slice(0, head).join(''),
    removed: old.slice(head, old.length - tail).join(''),
    added: now.slice(head, now.length - tail).join(''),
    tail: old.slice(old.length - tail).join(''),
  };
}

/** Runs of equal tokens and the edits between them, in turn. */
function matchTokens(before: string[], after: string[]): Piece[] {
  const changes = diffArrays(before, after, { maxEditLength: MAX_EDITS });
  if (changes === undefined) return [{ removed: before.join(''), added: after.join('') }];
  const pieces: Piece[] = [];
  for (const { value, added, removed } of changes) {
    const text = value.join('');
    if (!added && !removed) {
      pieces.push({ same: text });
      continue;
    }
    const last = pieces.at(-1);
    const edit = last !== undefined && 'added' in last ? last : { removed: '', added: '' };
    if (edit !== last) pieces.push(edit);
    if (added) edit.added += text;
    else edit.removed += text;
  }
  return pieces;
}

/** Lets edits swallow a space or a lone short word between them: "~~red~~ blue ~~cat~~ dog" becomes "~~red cat~~ blue dog". */
function joinNearbyEdits(pieces: Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    let current = piece;
    while ('added' in current) {
      const island = joined.at(-1);
      const edit = joined.at(-2);
      if (island === undefined || edit === undefined || !('same' in island) || !('added' in edit)) break;
      if (!isSwallowed(island.same, edit, current)) break;
      joined.length -= 2;
      current = {
        removed: edit.removed + island.same + current.removed,
        added: edit.added + island.same + current.added,
      };
    }
    joined.push(current);
  }
  return joined;
}

function isSwallowed(island: string, ...edits: { removed: string; added: string }[]): boolean {
  if (island.includes('\n')) return false;
  const words = (island.match(TOKEN) ?? []).filter((token) => WORD.test(token)).length;
  if (words === 0) return true;
  return words === 1 && edits.every((edit) => island.length <= Math.max(edit.removed.length, edit.added.length));
}

function countWords(hunks: Hunk[], change: Segment['change']): number {
  let count = 0;
  for (const { segments } of hunks) {
    for (const segment of segments) {
      if (segment.change !== change) continue;
      for (const token of segment.text.match(TOKEN) ?? []) if (WORD.test(token)) count++;
    }
  }
  return count;
}

/**
 * Whether two units say the same: near-identical edits of several replies are one unit, or their evidence would be split.
 * Fusing wrongly would try one text in the name of another, missing a twin only costs rollouts: in doubt they differ.
 */
import { distance } from 'fastest-levenshtein';
import type { Unit } from '../../contracts/attribution.ts';
import { listMarkerOf } from './kinds.ts';

const NEAR = 0.9;

/** A number with its sign and inner punctuation; a word; a symbol that carries meaning. */
const TOKEN =
  /(?<![\p{L}\p{N}])[\-−+]?\p{N}+(?:[.,:\/\-]\p{N}+)*(?![\p{L}\p{N}])|[\p{L}\p{M}\p{N}']+|[[\p{S}%\&@#\/]--\p{Sk}]/gv;
const NEGATION = /^(?:not?|nor|none|never|neither|nothing|cannot|without|only|except|unless|.+n't)$/;
/** Words that two texts may differ in and still say the same. */
const FILLER = new Set(
  'a an the please also very really then so that which of to in for on at by and is are be'.split(' '),
);

/** The unit that says what `text` says, if any of `units` does: the same words first, then the most alike. */
export function twinOf(text: string, units: readonly Unit[]): Unit | undefined {
  const folded = fold(text);
  const same = units.find((unit) => (folded === '' ? unit.text.trim() === text.trim() : foldOf(unit) === folded));
  if (same !== undefined || folded === '') return same;
  let best: { unit: Unit; value: number } | undefined;
  for (const unit of units) {
    const other = foldOf(unit);
    const value = similarity(folded, other, NEAR);
    if (value < NEAR || value <= (best?.value ?? 0)) continue;
    if (!sameContent(text, unit.text) || !differOnlyInForm(folded, other)) continue;
    best = { unit, value };
  }
  return best?.unit;
}

const folds = new WeakMap<Unit, string>();

/** Each reply is compared with all units that there are, so their words are worked out once. */
function foldOf(unit: Unit): string {
  const folded = folds.get(unit) ?? fold(unit.text);
  folds.set(unit, folded);
  return folded;
}

/** A text's words, without case, punctuation, white space and list marker; numbers keep theirs. */
export function fold(text: string): string {
  const plain = text.slice(listMarkerOf(text).length).normalize('NFC').replaceAll('’', "'").toLowerCase();
  return (plain.match(TOKEN) ?? [])
    .map((token) => token.replace(/^'+|'+$/g, ''))
    .filter((token) => token !== '')
    .join(' ');
}

/** 1 − edit distance / longer length, in [0, 1]; 0 where the lengths alone put it below `least`. */
export function similarity(a: string, b: string, least = 0): number {
  const longer = Math.max(a.length, b.length);
  if (longer === 0) return 1;
  if (Math.min(a.length, b.length) / longer < least) return 0;
  return 1 - distance(a, b) / longer;
}

/** Equal numbers, quotations, codes and negations, each as often. */
function sameContent(a: string, b: string): boolean {
  return criticalTokens(a) === criticalTokens(b);
}

function criticalTokens(text: string): string {
  const quoted = [...text.matchAll(/"([^"]+)"|“([^”]+)”|`([^`]+)`|(?<!\p{L})'([^']+)'(?!\p{L})/gu)].map(([all]) =>
    all.slice(1, -1),
  );
  const tokens = text.match(TOKEN) ?? [];
  const codes = tokens.filter((token) => /\p{N}/u.test(token) || /^\p{Lu}{2,}$/u.test(token));
  const joined = text.match(/[\p{L}\p{N}]+(?:_[\p{L}\p{N}]+)+|\{\{[^{}]*\}\}/gu) ?? [];
  const negations = tokens
    .map((token) => token.replaceAll('’', "'").toLowerCase())
    .filter((token) => NEGATION.test(token));
  return JSON.stringify([quoted, codes, joined, negations].map((list) => list.sort()));
}

/** Whether the words that only one text has are fillers, or other forms of a word that the other has ("tickets"). */
function differOnlyInForm(a: string, b: string): boolean {
  const left = b.split(' ');
  const onlyA = a.split(' ').filter((word) => {
    const at = left.indexOf(word);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  const stems = (words: readonly string[]): string =>
    words
      .filter((word) => !FILLER.has(word))
      .map((word) => (word.length > 4 ? word.replace(/(?:'s|es|ed|ing|s|d|e)$/, '') : word))
      .sort()
      .join(' ');
  return stems(onlyA) === stems(left);
}

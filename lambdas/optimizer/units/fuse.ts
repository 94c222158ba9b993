/** Near-identical units of several replies are one unit: else their evidence would be split. */
import { distance } from 'fastest-levenshtein';

const NEAR = 0.9;

/** Whether two texts say the same in nearly the same words. What changes the sense must be equal to the letter. */
export function isSame(first: string, second: string): boolean {
  const a = normalised(first);
  const b = normalised(second);
  if (a === b) return true;
  return similarity(a, b) >= NEAR && criticalWords(first) === criticalWords(second);
}

/** Share of the longer text that is alike, [0, 1]. */
export function similarity(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  return longest === 0 ? 1 : 1 - distance(a, b) / longest;
}

/** Without case, punctuation, list marker and extra white space. */
export function normalised(text: string): string {
  return text
    .replace(/^\s*(?:[-*+•]|\(?\d{1,3}[.)])\s+/, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s{}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

const NEGATIONS = new Set([
  'not',
  'never',
  'no',
  'nor',
  'none',
  'without',
  'only',
  'except',
  'unless',
  'always',
  'must',
]);

/** Numbers, quotations, codes, negations, and the words that are rare enough to be names, in order. */
function criticalWords(text: string): string {
  const quoted = text.match(/["“'`][^"”'`]{1,80}["”'`]/g) ?? [];
  const words = text.match(/[\p{L}\p{N}'_-]+/gu) ?? [];
  const codes = words.filter((word) => /\d/.test(word) || /^[A-Z][A-Z0-9_-]*$/.test(word) || /_/.test(word));
  const negations = words
    .map((word) => word.toLowerCase())
    .filter((word) => NEGATIONS.has(word) || word.endsWith("n't"));
  return JSON.stringify([[...quoted].sort(), codes.sort(), negations.sort()]);
}

/** Words, stems, hashes and bounded caches: what both parts of the simulated model read texts with. */

/** Suffixes taken off in this order, each at most once; the replacement keeps word families together. */
const SUFFIXES: ReadonlyArray<readonly [string, string]> = [
  ['ability', 'abl'],
  ['ibility', 'ibl'],
  ['ies', 'y'],
  ['sses', 'ss'],
  ['ency', 'ent'],
  ['ment', ''],
  ['ation', 'at'],
  ['ion', ''],
  ['ing', ''],
  ['ied', 'y'],
  ['ed', ''],
  ['ly', ''],
  ['al', ''],
  ['es', 'e'],
  ['s', ''],
];

const stems = new Map<string, string>();

/** A light stemmer: `scheduling`, `schedules` and `scheduled` all give `schedul`. */
export function stem(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) return known;
  let result = word;
  if (word.length > 3) {
    if (/[^s]s$/.test(result)) result = result.endsWith('ies') ? `${result.slice(0, -3)}y` : result.slice(0, -1);
    for (const [suffix, replacement] of SUFFIXES) {
      if (result.endsWith(suffix) && result.length - suffix.length >= 3) {
        result = result.slice(0, -suffix.length) + replacement;
      }
    }
    result = result.replace(/([bdgmnprt])\1$/, '$1').replace(/[eyi]$/, '');
  }
  if (stems.size > 50_000) stems.clear();
  stems.set(word, result);
  return result;
}

/** Lower-case words of a text; `don't` becomes `do not`, `e-mail` stays one word, `snake_case` is split. */
export function words(text: string): string[] {
  return (
    text
      .toLowerCase()
      .replace(/[’‘]/g, "'")
      .replace(/\bcan't\b|\bcannot\b/g, 'can not')
      .replace(/\bwon't\b/g, 'will not')
      .replace(/n't\b/g, ' not')
      .replace(/'(s|m|re|ve|ll|d)\b/g, ' ')
      .replace(/\be-?mails?\b/g, 'email')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

export function stemmed(text: string): string[] {
  return words(text).map(stem);
}

/** 32-bit FNV-1a with a final mix: well spread even for texts that differ in one character. */
export function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  }
  return mix(h);
}

function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A number in [0, 1) that depends on nothing but its arguments. */
export function unit(...parts: ReadonlyArray<string | number>): number {
  let h = 0;
  for (const part of parts) {
    h = mix(Math.imul(h ^ (typeof part === 'number' ? part >>> 0 : hash(part)), 0x9e3779b1) + 0x7f4a7c15);
  }
  return h / 2 ** 32;
}

/** Picks one element by a number in [0, 1). */
export function pick<T>(items: readonly T[], at: number): T | undefined {
  return items[Math.min(items.length - 1, Math.floor(at * items.length))];
}

/** Keeps the results of a pure function for the last `size` keys, so that memory stays bounded. */
export function remember<V>(size: number, make: (key: string) => V): (key: string) => V {
  const kept = new Map<string, { value: V }>();
  return (key) => {
    const known = kept.get(key);
    if (known) {
      kept.delete(key);
      kept.set(key, known);
      return known.value;
    }
    const value = make(key);
    kept.set(key, { value });
    if (kept.size > size) {
      const oldest = kept.keys().next();
      if (!oldest.done) kept.delete(oldest.value);
    }
    return value;
  };
}

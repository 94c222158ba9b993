/**
 * Where a line of prose ends one sentence and begins the next. A missed end costs little (two sentences are one unit), a
 * false one breaks a sentence in two, so whatever is in doubt is not cut. `Intl.Segmenter` cuts at "e.g. The", inside
 * quotes and inside `{{…}}`, and its rules change with the runtime's ICU, which would make old runs unreadable.
 */
import { isBlock } from './kinds.ts';

/** A stretch of a text: from `start`, before `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The end of a sentence: before white space, or after a wide full stop before a letter or an opening bracket. */
const SENTENCE_END = /[.!?…؟۔।。！？｡]+["'”’»)\]}*_`」』）】》]*(?=\s)|[。！？｡]+(?=[\p{L}\p{N}「『“（《【{])/gu;

/** What is never cut inside: sections, placeholders, code, quotes, brackets, bold text, a tag with its end. */
const WHOLE =
  /\{\{[#^]\s*([^{}]+?)\s*\}\}.*?\{\{\/\s*\1\s*\}\}|\{\{[^{}]*\}\}|`[^`]*`|"[^"]*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|「[^」]*」|『[^』]*』|（[^）]*）|\([^()]*\)|\[[^\][]*\]|\{[^{}]*\}|\*\*[^*]+\*\*|<([A-Za-z][\w:.-]*)>.*?<\/\2>/gs;

/** What a full stop belongs to without ending the sentence: abbreviations, initials, numbers of steps. */
const NO_END = [
  /(?:^|[\s("'“[])(?:e\.g|i\.e|vs|cf|approx|ca|resp|dr|mr|mrs|ms|prof|sr|jr|st|inc|ltd|corp|dept|est|al|incl|max|min)\.$/i,
  /(?:^|[\s("'“[.])\p{Lu}\.$/u,
  /(?:\p{L}\.){2,}$/u,
  /\b(?:step|rule|item|part|phase|point|case|example|section|chapter|level|tier)\s+\d+\.$/i,
  /^\P{L}*\d+\.$/u,
];
/** Abbreviations only before a number: "no. 5", but "Answer yes or no. Then stop." */
const BEFORE_NUMBER = /(?:^|[\s("'“[])(?:no|nr|art|fig|eq|sec|ch|vol|pp?|par)\.$/i;

/**
 * Sentences of a line, in order: the first begins where the line does, the last ends where it does, and only white space
 * is between two. A line that is a block, or whose parts would look like one, is left whole.
 */
export function sentencesOf(line: string): Span[] {
  const all = { start: 0, end: line.length };
  if (isBlock(line)) return [all];
  const spans: Span[] = [];
  const wholes = [...line.matchAll(WHOLE)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
  let start = 0;
  for (const match of line.matchAll(SENTENCE_END)) {
    const end = match.index + match[0].length;
    const next = end + (/^\s*/.exec(line.slice(end))?.[0].length ?? 0);
    if (next >= line.length) break;
    if (wholes.some((whole) => whole.start < end && end < whole.end)) continue;
    if (!isEnd(line.slice(start, end), line.slice(next))) continue;
    spans.push({ start, end });
    start = next;
  }
  spans.push({ start, end: line.length });
  return spans.some((span) => isBlock(line.slice(span.start, span.end))) ? [all] : spans;
}

function isEnd(head: string, rest: string): boolean {
  // A sentence has a letter or a digit: an emoji or a row of dots after one belongs to it.
  if (!/[\p{L}\p{N}]/u.test(head) || !/[\p{L}\p{N}]/u.test(rest)) return false;
  const bare = head.replace(/["'”’»)\]}*_`」』）】》]+$/, '');
  if (/[。！？｡]$/.test(bare)) return true;
  if (/(?:\.\.|…)$/.test(bare) || /^\p{Ll}/u.test(rest)) return false;
  if (BEFORE_NUMBER.test(bare) && /^\d/.test(rest)) return false;
  return !NO_END.some((pattern) => pattern.test(bare));
}

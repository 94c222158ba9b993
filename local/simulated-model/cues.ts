/** Turns words of a guideline into things to look for in a message. */
import { CONCEPTS } from './concepts.ts';
import type { Phrase } from './reading.ts';
import { stem, stemmed } from './text.ts';
import { COMMON, NEGATION, STOP, type Token } from './wording.ts';

/** Something to look for in the message. `sign` is +1 when it speaks for the value, -1 when against it. */
export type Cue = Readonly<{
  key: string;
  sign: 1 | -1;
  weight: number;
  concept: string | null;
  phrase: Phrase | null;
}>;

const REVERSAL = new Set(['unless', 'except']);
const CONCESSION = new Set(['although', 'though', 'despite', 'regardless', 'however', 'even']);
const ARTICLES = new Set(['a', 'an', 'the', 'their', 'my', 'our', 'your'].map(stem));

const heard = new Map<string, Array<{ stems: readonly string[]; concept: string }>>();
for (const concept of CONCEPTS) {
  for (const entry of concept.heardAs.split(',')) {
    const stems = stemmed(entry);
    const [first] = stems;
    if (first === undefined) continue;
    const list = heard.get(first) ?? [];
    list.push({ stems, concept: concept.id });
    heard.set(
      first,
      list.sort((a, b) => b.stems.length - a.stems.length),
    );
  }
}

/** Concepts that the words at a place stand for, by the longest wording that fits. */
export function conceptsAt(stems: readonly string[], at: number): { length: number; concepts: readonly string[] } {
  let length = 0;
  let span = 0;
  const concepts: string[] = [];
  for (const entry of heard.get(stems[at] ?? '') ?? []) {
    if (entry.stems.length < length) break;
    let next = at;
    const fits = entry.stems.every((word, i) => {
      // An article may stand inside: "close the account".
      if (i > 0 && stems[next] !== word && ARTICLES.has(stems[next] ?? '')) next += 1;
      next += 1;
      return stems[next - 1] === word;
    });
    if (fits) {
      length = entry.stems.length;
      span = Math.max(span, next - at);
      if (!concepts.includes(entry.concept)) concepts.push(entry.concept);
    }
  }
  return { length: span, concepts };
}

/** "Not for a, b or c" holds to the end of the sentence, "without a" to the comma. */
function endOfNegation(part: readonly Token[], at: number): number {
  const stops = ['not', 'never', 'nor'].includes(part[at]?.raw ?? '') ? ['but', 'only', 'just'] : ['but', ','];
  const end = part.findIndex((token, i) => i > at && stops.includes(token.raw));
  return end < 0 ? part.length : end;
}

/** Turns the words about a value into cues. A negation inside turns the next few words against the value. */
export function cuesOf(part: readonly Token[], sign: 1 | -1, force: number): Cue[] {
  const cues = new Map<string, Cue>();
  const stems = part.map((token) => token.stem);
  let flipUntil = -1;
  let skipUntil = -1;
  const add = (cue: Cue) => {
    if (!cues.has(cue.key)) cues.set(cue.key, cue);
  };
  for (let at = 0; at < part.length; at += 1) {
    const token = part[at];
    if (!token) continue;
    const flipped: 1 | -1 = at < flipUntil ? (sign === 1 ? -1 : 1) : sign;
    if (token.phrase) {
      if (at < skipUntil) continue;
      const phrase: Phrase = { stems: token.phrase, weight: 1, negated: true };
      add({ key: `"${token.phrase.join(' ')}"`, sign: flipped, weight: 1.2, concept: null, phrase });
      continue;
    }
    const { length, concepts } = conceptsAt(stems, at);
    if (length > 0 && (!NEGATION.has(token.raw) || length > 1)) {
      if (at >= skipUntil) {
        for (const concept of concepts) add({ key: concept, sign: flipped, weight: 1, concept, phrase: null });
        if (length === 1 && !COMMON.has(token.stem)) add(literal(token.stem, flipped, 0.35));
      }
      at += length - 1;
      continue;
    }
    if (REVERSAL.has(token.raw)) flipUntil = part.length;
    else if (CONCESSION.has(token.raw)) skipUntil = at + 6;
    else if (NEGATION.has(token.raw) && sign === 1) flipUntil = Math.max(flipUntil, endOfNegation(part, at));
    else if (at >= skipUntil && !STOP.has(token.stem) && token.stem.length > 2 && !NEGATION.has(token.raw)) {
      add(literal(token.stem, flipped, COMMON.has(token.stem) ? 0.1 : 0.5));
    }
  }
  return [...cues.values()].map((cue) => (force === 1 ? cue : { ...cue, weight: cue.weight * force }));
}

function literal(word: string, sign: 1 | -1, weight: number): Cue {
  return { key: `~${word}`, sign, weight, concept: null, phrase: { stems: [word], weight: 1, negated: false } };
}

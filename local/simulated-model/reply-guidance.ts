/**
 * Reads sentences about replies (a prompt's instructions, a judge's reasoning) as a careful person would: which moves they
 * speak of, and whether for or against them.
 */

import { type Phrase, phrases } from './reading.ts';
import { MOVES, type MoveId } from './reply-moves.ts';
import { hash } from './text.ts';
import { NEGATION, type Token, tokens } from './wording.ts';

/** A move as one sentence speaks of it. */
export type Heard = Readonly<{ move: MoveId; sign: 1 | -1; weight: number; always: boolean }>;

/** What a prompt says about one move. */
export type Said = Readonly<{
  /** About -1 to 1: how strongly it asks for the move, or against it. */
  strength: number;
  /** Whether it wants the move whatever the message says. */
  always: boolean;
  /** Hash of the sentences about it, so that an edit elsewhere leaves the move alone. */
  fingerprint: number;
}>;

/** A second sentence about the same move adds this share of the first, a third that share of the second. */
const REPETITION = 0.3;
/** Sentences about moves that are still followed with full attention. */
const ATTENTION = 9;

const heardAs: ReadonlyArray<readonly [MoveId, readonly Phrase[]]> = MOVES.map((move) => [
  move.id,
  phrases(move.heardAs),
]);
/** Verbs that begin a new instruction behind a comma: what was forbidden before it is so no more. */
const BEGINNINGS = new Set('say ask name tell give keep begin end write offer add explain point refer'.split(' '));

/** Reads all instructions of a prompt. */
export function readReplyGuidance(instructions: string): ReadonlyMap<MoveId, Said> {
  const found = new Map<MoveId, { entries: Heard[]; sentences: string[] }>();
  let spoken = 0;
  for (const sentence of sentencesOf(instructions)) {
    const heard = hearMoves(sentence);
    if (heard.length > 0) spoken += 1;
    for (const one of heard) {
      const known = found.get(one.move) ?? { entries: [], sentences: [] };
      known.entries.push(one);
      known.sentences.push(sentence);
      found.set(one.move, known);
    }
  }
  const attention = spoken > ATTENTION ? Math.sqrt(ATTENTION / spoken) : 1;
  return new Map(
    [...found].map(([move, { entries, sentences }]): [MoveId, Said] => {
      const total = (sign: 1 | -1) =>
        entries
          .flatMap((entry) => (entry.sign === sign ? [entry.weight] : []))
          .sort((a, b) => b - a)
          .reduce((sum, weight, at) => sum + weight * REPETITION ** at, 0);
      return [
        move,
        {
          strength: attention * (total(1) - total(-1)),
          always: entries.some(({ always, sign }) => always && sign > 0),
          fingerprint: hash(sentences.join('\n')),
        },
      ];
    }),
  );
}

export function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.;!?:])\s+|\n+/).flatMap((sentence) => {
    const bare = sentence.replace(/^\s*(?:[-*•#]+|\d+[.)])\s*/, '').trim();
    return bare === '' ? [] : [bare];
  });
}

/** The moves that one sentence speaks of, each once, by the weightiest words for it. */
export function hearMoves(sentence: string): Heard[] {
  const list = tokens(sentence);
  const forbidden = forbiddenIn(list);
  const always = /\b(?:always|every|each time|in any case)\b/i.test(sentence);
  return heardAs.flatMap(([move, known]): Heard[] => {
    let best: Heard | null = null;
    for (const phrase of known) {
      for (let at = 0; at < list.length; at += 1) {
        if (!fits(list, phrase.stems, at) || (best !== null && best.weight >= phrase.weight)) continue;
        best = { move, weight: phrase.weight, always, sign: forbidden[at] === true && !phrase.negated ? -1 : 1 };
      }
    }
    return best === null ? [] : [best];
  });
}

/** One word may stand between two words of a phrase: "name the problem", "name their problem". */
function fits(list: readonly Token[], phrase: readonly string[], start: number): boolean {
  if (list[start]?.stem !== phrase[0]) return false;
  let at = start;
  for (const word of phrase.slice(1)) {
    if (list[at + 1]?.stem === word) at += 1;
    else if (list[at + 2]?.stem === word && list[at + 1]?.stem !== ',') at += 2;
    else return false;
  }
  return true;
}

/** Which words of a sentence stand under a negation: "promise no a, b or c", "do not a, but b", "never a, and say b". */
function forbiddenIn(list: readonly Token[]): boolean[] {
  let isForbidden = false;
  return list.map((token, at) => {
    if (NEGATION.has(token.raw)) isForbidden = true;
    else if (['but', 'only', 'just', ':', 'unless', 'except'].includes(token.raw)) isForbidden = false;
    else if (BEGINNINGS.has(token.raw) && [',', 'and', 'then', 'but'].includes(list[at - 1]?.raw ?? '')) {
      isForbidden = false;
    }
    return isForbidden;
  });
}

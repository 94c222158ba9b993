/** Reads a message once and answers how strongly a concept, or any phrase of a guideline, shows in it. */
import { CONCEPTS } from './concepts.ts';
import { remember, stemmed } from './text.ts';

/** Words that turn the meaning of what follows within a few words. */
const NEGATIONS = new Set(['not', 'no', 'never', 'without', 'neither', 'nor', 'non', 'hardly', 'isnt']);
/** How far a negation reaches, words. */
const NEGATION_REACH = 3;
/** The start of a message (subject and first line) says more about its purpose than the rest. */
const OPENING_WORDS = 12;

/** A phrase as stems, with how surely it shows the concept. */
export type Phrase = Readonly<{ stems: readonly string[]; weight: number; negated: boolean }>;

export type Message = Readonly<{
  text: string;
  stems: readonly string[];
  places: ReadonlyMap<string, readonly number[]>;
}>;

/** Splits `a b, c*0.5` into phrases. A phrase that starts with a negation is matched as it stands. */
export function phrases(list: string): Phrase[] {
  return list.split(',').flatMap((entry) => {
    const [words = '', weight = '1'] = entry.split('*');
    const stems = stemmed(words);
    return stems.length === 0
      ? []
      : [{ stems, weight: Number(weight), negated: stems.some((word) => NEGATIONS.has(word)) }];
  });
}

const seenAs = new Map(CONCEPTS.map((concept) => [concept.id, phrases(concept.seenAs)]));

/** Analyses a message; the last few hundred are kept. */
export const readMessage: (text: string) => Message = remember(600, analyse);

/** Analyses a text that nobody asks for again. */
export function analyse(text: string): Message {
  const stems = stemmed(text);
  const places = new Map<string, number[]>();
  stems.forEach((word, at) => {
    const known = places.get(word);
    if (known) known.push(at);
    else places.set(word, [at]);
  });
  return { text, stems, places };
}

function follows(message: Message, phrase: readonly string[], start: number): boolean {
  let at = start;
  for (const word of phrase.slice(1)) {
    // One word may stand between two words of a phrase: "not an immediate emergency".
    if (message.stems[at + 1] === word) at += 1;
    else if (message.stems[at + 2] === word) at += 2;
    else return false;
  }
  return true;
}

function isNegated(message: Message, at: number): boolean {
  for (let i = Math.max(0, at - NEGATION_REACH); i < at; i += 1) {
    if (NEGATIONS.has(message.stems[i] ?? '')) return true;
  }
  return false;
}

/** Strength in [0, 1] of a few phrases in a message. `naive` reading takes "not urgent" for urgent. */
export function evidence(message: Message, list: readonly Phrase[], naive: boolean): number {
  let miss = 1;
  for (const phrase of list) {
    let hits = 0;
    for (const at of message.places.get(phrase.stems[0] ?? '') ?? []) {
      if (!follows(message, phrase.stems, at)) continue;
      if (!naive && !phrase.negated && isNegated(message, at)) continue;
      hits += at < OPENING_WORDS ? 1.5 : 1;
    }
    if (hits > 0) miss *= 1 - Math.min(0.95, 0.45 * phrase.weight * Math.sqrt(hits));
  }
  return 1 - miss;
}

const conceptEvidence = new WeakMap<Message, Map<string, number>>();

/** Strength in [0, 1] of a concept in a message. */
export function showsConcept(message: Message, id: string, naive = false): number {
  let known = conceptEvidence.get(message);
  if (!known) {
    known = new Map();
    conceptEvidence.set(message, known);
  }
  const key = naive ? `naive ${id}` : id;
  let strength = known.get(key);
  if (strength === undefined) {
    strength = evidence(message, seenAs.get(id) ?? [], naive);
    known.set(key, strength);
  }
  return strength;
}

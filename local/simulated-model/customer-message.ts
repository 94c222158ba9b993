/** Reads a customer's message: which matter it is about, which thing, what is not said, in what mood it was written. */
import { MATTERS, type Matter, NEEDS, type NeedName, THINGS } from './customer-matters.ts';
import { analyse, evidence, type Message, type Phrase, phrases, readMessage, showsConcept } from './reading.ts';
import { remember, stem, stemmed, words } from './text.ts';
import { COMMON, STOP } from './wording.ts';

export type CustomerMessage = Readonly<{
  text: string;
  /** null: none that the model knows. */
  matter: Matter | null;
  thing: string;
  /** What the customer says the problem is, told back as the end of a sentence: "your kettle has not come." */
  told: string;
  /** What the shop needs to know and the message does not say. */
  missing: readonly NeedName[];
  /** Words with a meaning of their own, as stems. */
  content: ReadonlySet<string>;
  /** Whether the customer is angry, [0, 1]. */
  anger: number;
  asksForMoney: boolean;
}>;

/** Words of the customer's that are told back at most. */
const LONGEST_TOLD = 16;
/** What stands before the matter itself. */
const OPENING = /^(?:(?:and|but|hi|hello|sorry|dear team|good (?:morning|evening)),?\s+)+/i;
/** A matter that shows less than this is none. */
const LEAST_EVIDENCE = 0.12;

const seenAs: ReadonlyArray<readonly [Matter, readonly Phrase[]]> = MATTERS.map((matter) => [
  matter,
  phrases(matter.seenAs),
]);
const RAGE = phrases(
  'third time, again*0.4, theft, useless, rubbish, are you serious, do you people, nobody answers, fourteen, had enough, ridiculous, a month, is that how, i gave up, anybody reading, at all*0.3, never*0.3, promised*0.4, please explain*0.6, what are you doing',
);
const GREETINGS = new Set(stemmed('hello hi dear good morning evening sorry regards order number'));

export const readCustomerMessage: (text: string) => CustomerMessage = remember(600, (text) => {
  const message = readMessage(text);
  let matter: Matter | null = null;
  let top = LEAST_EVIDENCE;
  for (const [candidate, list] of seenAs) {
    const strength = evidence(message, list, true);
    if (strength > top) {
      top = strength;
      matter = candidate;
    }
  }
  const stems = new Set(message.stems);
  const named = THINGS.map(stem).find((one) => stems.has(one));
  // As the customer writes it: "chairs".
  const thing = words(text).find((word) => stem(word) === named) ?? matter?.thing ?? 'message';
  return {
    text,
    matter,
    thing,
    told: toldBack(text, matter, thing),
    missing: (matter?.needs ?? []).filter((need) => !NEEDS[need].given.test(text)),
    content: contentOf(text),
    anger: angerOf(message),
    asksForMoney: /\b(?:money|refund|voucher|compensat|free|who pays|postage)/i.test(text),
  };
});

function angerOf(message: Message): number {
  const shouts = 0.15 * Math.min(3, message.text.split('!').length - 1);
  return Math.min(1, evidence(message, RAGE, true) + 0.6 * showsConcept(message, 'anger', true) + shouts);
}

/** Stems of the words that a text is about: no grammar, no greetings. */
export function contentOf(text: string): ReadonlySet<string> {
  const known = (word: string) => word.length < 3 || STOP.has(word) || COMMON.has(word) || GREETINGS.has(word);
  return new Set(stemmed(text).filter((word) => !known(word)));
}

/** The sentence that says most about the matter, from the other side of the counter. */
function toldBack(text: string, matter: Matter | null, thing: string): string {
  const list = seenAs.find(([other]) => other === matter)?.[1] ?? [];
  const weigh = (sentence: string) => {
    const read = analyse(sentence);
    const isStatement = /\?\s*$/.test(sentence) ? 0 : 0.2;
    return evidence(read, list, true) + (read.stems.includes(stem(thing)) ? 0.3 : 0) + isStatement;
  };
  const sentences = text.split(/(?<=[.!?…])\s+/);
  const best = sentences.reduce((one, other) => (weigh(other) > weigh(one) ? other : one));
  const bare = best
    .trim()
    .replace(OPENING, '')
    .replace(/[.!?…]+$/, '');
  const told = swapPersons(bare).split(/\s+/);
  const part = told
    .slice(0, LONGEST_TOLD)
    .join(' ')
    .replace(/[,;:]$/, '');
  const start = /^[A-Z]{2}/.test(part) ? part.slice(0, 1) : part.slice(0, 1).toLowerCase();
  const end = told.length > LONGEST_TOLD ? ' …' : /\?\s*$/.test(best) ? '?' : '.';
  return `${start}${part.slice(1)}${end}`;
}

const PERSONS: Readonly<Record<string, string>> = {
  i: 'you',
  my: 'your',
  me: 'you',
  mine: 'yours',
  we: 'you',
  our: 'your',
  us: 'you',
  am: 'are',
  you: 'we',
  your: 'our',
};

function swapPersons(sentence: string): string {
  return sentence
    .replace(/\bI was\b/g, 'I were')
    .replace(/[A-Za-z]+/g, (word) => PERSONS[word.toLowerCase()] ?? word)
    .replace(/\b(for|to|from|with|of|by|at) we\b/g, '$1 us');
}

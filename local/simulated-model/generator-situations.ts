/** Situations that a customer of a shop can be in: what the generator knows of the world. */
import { MATTERS } from './customer-matters.ts';
import type { Situation, Situations } from './generator-situation.ts';
import { ACCOUNT_SITUATIONS } from './generator-situations-account.ts';
import { GOODS_SITUATIONS } from './generator-situations-goods.ts';
import { MONEY_SITUATIONS } from './generator-situations-money.ts';
import { stemmed } from './text.ts';
import { COMMON, STOP } from './wording.ts';

export type PlacedSituation = Situation & Readonly<{ matter: string }>;

const BY_MATTER: Situations = { ...GOODS_SITUATIONS, ...MONEY_SITUATIONS, ...ACCOUNT_SITUATIONS };

/** Matters take turns, so that any first few of them are a mixture. */
export const SITUATIONS: readonly PlacedSituation[] = inTurns(
  MATTERS.map(({ id }) => (BY_MATTER[id] ?? []).map((situation) => ({ ...situation, matter: id }))),
);

function inTurns<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}

/** A narrower topic: `a gift: after a first answer that did not help`. */
export type Circumstance = Readonly<{ name: string; told: readonly [string, string] }>;

export const CIRCUMSTANCES: readonly Circumstance[] = [
  {
    name: 'after a first answer that did not help',
    told: ['Your first answer did not help me.', '{name} from your team wrote back, beside the point.'],
  },
  {
    name: 'before a holiday',
    told: ['We leave for {place} on {day}.', 'My holiday begins on {date}, so time matters.'],
  },
  {
    name: 'with a present',
    told: ['It is a present for {name}.', 'The birthday for which I bought it is on {date}.'],
  },
  {
    name: 'of a business',
    told: ['We run a small hotel in {place}.', 'This is for our office; ask for {name} at the desk.'],
  },
  {
    name: 'on behalf of somebody else',
    told: ['I write for my father, who has no e-mail.', 'My neighbour {name} asked me to write this for her.'],
  },
  { name: 'for the second time', told: ['It is the second time this year.', 'The same happened to me on {date}.'] },
  {
    name: 'with a small child at home',
    told: ['We have a baby and no hands free.', 'With {n} small children I cannot run after this.'],
  },
  { name: 'of a loyal customer', told: ['I buy from you since {n} years.', 'Half of our flat comes from your shop.'] },
  {
    name: 'during a move',
    told: ['We are between two flats, from {place} to here.', 'Until {date} I live among boxes.'],
  },
  {
    name: 'when bought in a sale',
    told: ['I got it in the sale of {date}.', 'It was reduced to {amount}, if that matters.'],
  },
  {
    name: 'without papers',
    told: ['I have thrown the papers away.', 'No bill, no slip: all of it went out with the carton.'],
  },
  {
    name: 'after a telephone call',
    told: ['On the phone {name} told me to write.', 'I hung on your line for {n} minutes on {day}.'],
  },
  {
    name: 'of an old person',
    told: ['At 84 I am not good at such things.', 'My eyes are bad, please write in large letters.'],
  },
  {
    name: 'of a neighbour',
    told: ['My neighbour has the same one and no such trouble.', '{name} next door took it in for me.'],
  },
];

const content = (text: string) =>
  new Set(stemmed(text).filter((word) => word.length > 2 && !STOP.has(word) && !COMMON.has(word)));
const known = SITUATIONS.map((situation) => [situation, content(situation.topic)] as const);

/** The situation that a topic names, by its words; undefined where it names none that is known. */
export function situationOf(topic: string): PlacedSituation | undefined {
  const named = SITUATIONS.filter((one) => topic.includes(one.topic)).sort(
    (a, b) => b.topic.length - a.topic.length,
  )[0];
  if (named !== undefined) return named;
  const wanted = content(topic);
  const shared = (list: ReadonlySet<string>) => [...list].filter((word) => wanted.has(word)).length / list.size;
  const ranked = known.map(([situation, list]) => ({ situation, share: shared(list) }));
  const best = ranked.reduce((one, other) => (other.share > one.share ? other : one));
  return best.share > 0.6 ? best.situation : undefined;
}

export function circumstanceOf(topic: string): Circumstance | undefined {
  return CIRCUMSTANCES.find(({ name }) => topic.includes(name));
}

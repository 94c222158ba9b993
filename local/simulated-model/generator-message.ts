/** Writes one message of a customer: the matter, what is told around it, and the manner of whoever writes. */
import { MATTERS } from './customer-matters.ts';
import { readCustomerMessage } from './customer-message.ts';
import { attackOf } from './generator-attacks.ts';
import { germanFacts, germanMessage } from './generator-german.ts';
import * as phrases from './generator-phrases.ts';
import { circumstanceOf, type PlacedSituation, SITUATIONS, situationOf } from './generator-situations.ts';
import { lengthOf, type Style, styleOf, typedAs } from './generator-style.ts';
import { choose, type Draw, type Facts, factsOf, filled, shuffled } from './generator-words.ts';

export type MessagePlan = Readonly<{
  topic: string;
  aim: 'pass' | 'fail';
  persona: string;
  length: string;
  language: string;
  difficulty: string;
  attack: string | null;
  /** What the spec that it tries says. */
  spec: string;
  /** Ways in which a reply is tempted to break that spec. */
  tempts: readonly (keyof typeof phrases.TEMPTATIONS)[];
}>;

/** What the shop's real messages are like, as far as any are shown. */
export type HouseStyle = Readonly<{ prefix: string; greets: boolean }>;

export function writeMessage(plan: MessagePlan, house: HouseStyle, draw: Draw): string {
  const situation = situationOf(plan.topic) ?? choose(situationsNear(plan.topic), draw, 'situation');
  const facts = factsOf(draw, situation.about, house.prefix);
  const message = composed(plan, situation, facts, house, draw);
  if (plan.attack === null) return message;
  const core = filled(choose(situation.told, draw, 'attacked'), facts);
  return filled(attackOf(plan.attack, core, plan.spec, draw), facts);
}

/** Those of the matter that a topic is about, or all. */
function situationsNear(topic: string): readonly PlacedSituation[] {
  const { matter } = readCustomerMessage(topic);
  const near = SITUATIONS.filter((situation) => situation.matter === matter?.id);
  return near.length === 0 ? SITUATIONS : near;
}

function composed(plan: MessagePlan, situation: PlacedSituation, facts: Facts, house: HouseStyle, draw: Draw): string {
  const style = styleOf(plan.persona);
  const length = lengthOf(plan.length);
  const givesOrder = draw('gives order') < (plan.aim === 'pass' ? 0.85 : 0.25) && !style.isKnowing;
  if (/german|deutsch/i.test(plan.language)) {
    const sentences = { brief: 1, sentences: 2, paragraph: 4, paragraphs: 7 }[length];
    const tempts = plan.aim === 'fail' && plan.tempts.includes('promise');
    const text = germanMessage(situation.matter, sentences, tempts, givesOrder ? facts.order : null, draw);
    return typedAs(filled(text, germanFacts(facts)), style, draw);
  }
  const say = (list: readonly string[], purpose: string) => choose(list, draw, purpose);
  if (length === 'brief') return inFewWords(plan, situation, givesOrder ? facts : { ...facts, order: '' }, style, draw);
  const paragraphs = paragraphsOf(plan, situation, { length, givesOrder, style }, draw);
  const greeting = greetingOf(style, house, draw);
  const closing =
    style.isHurried || length === 'sentences'
      ? ''
      : say(phrases.CLOSINGS[style.isFriendly ? 'friendly' : 'plain'], 'closing');
  const body = paragraphs.map((sentences) => sentences.join(' ')).join('\n\n');
  const whole = [
    greeting === '' ? body : `${greeting}${length === 'paragraphs' ? '\n\n' : ' '}${body}`,
    draw('signs') < 0.6 ? closing : '',
  ];
  return typedAs(filled(whole.filter((part) => part !== '').join('\n'), facts), style, draw);
}

function inFewWords(plan: MessagePlan, { brief }: PlacedSituation, facts: Facts, style: Style, draw: Draw): string {
  const tails = plan.aim === 'fail' ? BRIEF_TEMPTATIONS[kindOf(plan, draw)] : phrases.BRIEF_WISHES;
  const tail = choose(tails, draw, 'brief tail');
  const head = `${choose(brief, draw, 'brief')}${facts.order === '' ? '' : ' ({order})'}`;
  const text = tail === '' ? head : `${head}${head.endsWith('?') ? ' ' : ', '}${tail}`;
  return `${typedAs(filled(text, facts), { ...style, isForeign: false }, draw)}${style.isUpset ? '!!' : ''}`;
}

type Manner = Readonly<{ length: 'sentences' | 'paragraph' | 'paragraphs'; givesOrder: boolean; style: Style }>;

/** Sentences by paragraph: the matter, what belongs to it, what does not, what is wanted. */
function paragraphsOf(
  plan: MessagePlan,
  situation: PlacedSituation,
  { length, givesOrder, style }: Manner,
  draw: Draw,
): string[][] {
  const say = (list: readonly string[], purpose: string) => choose(list, draw, purpose);
  const circumstance = circumstanceOf(plan.topic);
  const first = [
    say(situation.told, 'told'),
    ...(circumstance === undefined ? [] : [say(circumstance.told, 'circumstance')]),
  ];
  const given = plan.aim === 'pass' ? givenFor(situation, draw) : [];
  const facts = [...(givesOrder ? [say(phrases.ORDERS, 'order words')] : []), ...given];
  const also = /\bhard\b|several things|edge/i.test(plan.difficulty) ? secondMatter(situation, draw) : [];
  const manner = [
    ...(style.isUpset ? [say(phrases.RAGE, 'rage')] : []),
    ...(style.isKnowing ? [say(phrases.FLAVOURS.knowing, 'knowing')] : []),
    ...(style.flavour === null ? [] : [say(phrases.FLAVOURS[style.flavour], 'flavour')]),
  ];
  const wishes = plan.aim === 'fail' ? [say(phrases.TEMPTATIONS[kindOf(plan, draw)], 'tempt')] : [];
  const asks = draw('asks') < (plan.aim === 'fail' ? 0.3 : 0.7) ? [say(phrases.WISHES, 'wish')] : [];
  if (length === 'sentences') {
    const second = [...wishes, ...facts, ...asks, ...manner].slice(
      0,
      1 + Number(also.length === 0 && draw('two') < 0.4),
    );
    return [[...first, ...also, ...second]];
  }
  const most = (length === 'paragraph' ? 1 : 4) + (style.isCareful ? 2 : 0);
  const details = shuffled(phrases.DETAILS, draw, 'details').slice(0, most);
  if (length === 'paragraph') return [[...first, ...facts, ...details, ...also, ...manner, ...wishes, ...asks]];
  const half = Math.ceil(details.length / 2);
  return [
    [...first, ...facts, ...details.slice(0, half)],
    [...manner, ...also, ...details.slice(half)],
    [...wishes, ...asks],
  ].filter((sentences) => sentences.length > 0);
}

function greetingOf(style: Style, house: HouseStyle, draw: Draw): string {
  if (style.isHurried || style.isKnowing || (!house.greets && !style.isFriendly)) return '';
  if (draw('greets') > 0.6 && !style.isFriendly) return '';
  return choose(phrases.GREETINGS[style.isFriendly ? 'friendly' : 'plain'], draw, 'greeting');
}

function kindOf(plan: MessagePlan, draw: Draw): keyof typeof phrases.TEMPTATIONS {
  return plan.tempts.length === 0 ? 'any' : choose(plan.tempts, draw, 'kind of temptation');
}

const BRIEF_TEMPTATIONS: Readonly<Record<keyof typeof phrases.TEMPTATIONS, readonly string[]>> = {
  promise: ['money back now', 'refund?', 'I want a voucher', 'new one, free', 'who pays me', 'promise me a refund'],
  admission: ['your fault', 'admit it', 'you are liable', 'who is to blame'],
  vague: ['sort it out', 'you know what I mean', 'well?', 'do something'],
  any: ['just say yes', 'make an exception', 'now'],
};

/** What the shop needs to know beside the order number, where the customer thinks of it. */
function givenFor({ matter }: PlacedSituation, draw: Draw): string[] {
  const needs = MATTERS.find(({ id }) => id === matter)?.needs ?? [];
  return needs.flatMap((need) =>
    need !== 'order_number' && draw(`gives ${need}`) < 0.6 ? [choose(phrases.GIVEN[need], draw, `given ${need}`)] : [],
  );
}

const SECOND = ['And another thing:', 'Besides,', 'While I am at it:', 'By the way:', 'Also,', 'One more point:'];

function secondMatter(situation: PlacedSituation, draw: Draw): string[] {
  const others = SITUATIONS.filter(({ matter }) => matter !== situation.matter);
  const other = choose(choose(others, draw, 'other').told, draw, 'other told');
  return [
    `${choose(SECOND, draw, 'second')} ${other.replace(/^(?!I\b|[A-Z]{2})[A-Z]/, (letter) => letter.toLowerCase())}`,
  ];
}

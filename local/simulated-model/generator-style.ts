/** How different people write: what a persona, a length and a language make of a message. */
import { choose, type Draw } from './generator-words.ts';

export type Style = Readonly<{
  isHurried: boolean;
  isUpset: boolean;
  isCareful: boolean;
  isForeign: boolean;
  isFriendly: boolean;
  /** Expects the reader to know what is meant. */
  isKnowing: boolean;
  flavour: 'first' | 'expert' | null;
}>;

export function styleOf(persona: string): Style {
  return {
    isHurried: /\bhurr|\brush|\bbusy\b|without care|impatient/i.test(persona),
    isUpset: /\bupset|\bangry|\bfurious|\brude|\bannoyed|frustrat/i.test(persona),
    isCareful: /\bcareful\b|more than is needed|thorough|detail/i.test(persona),
    isForeign: /not their own|non-native|\bforeign|learner/i.test(persona),
    isFriendly: /friendly|\bkind\b|cheerful|warm/i.test(persona),
    isKnowing: /expects the reader|\bvague/i.test(persona),
    flavour: /first time|beginner|\bnew\b|novice/i.test(persona)
      ? 'first'
      : /expert|trade\b|professional/i.test(persona)
        ? 'expert'
        : null,
  };
}

export type Length = 'brief' | 'sentences' | 'paragraph' | 'paragraphs';

export function lengthOf(length: string): Length {
  if (/\bwords?\b/i.test(length)) return 'brief';
  if (/\bparagraphs\b|\bpages?\b|\blong\b/i.test(length)) return 'paragraphs';
  return /\bparagraph\b|\b(?:three|four|five|several) sentences\b/i.test(length) ? 'paragraph' : 'sentences';
}

/** The text as somebody of this style types it. Numbers of orders stay as they are. */
export function typedAs(text: string, style: Style, draw: Draw): string {
  let typed = text;
  if (style.isForeign) typed = asForeigner(typed, draw);
  if (style.isUpset)
    typed = typed.replace(/\.(?=\s|$)/g, (stop, at: number) => (draw(`shout ${at}`) < 0.5 ? '!' : stop));
  if (style.isHurried) typed = inHaste(typed, draw);
  return typed;
}

const SLIPS: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b(?:the|a|an) /g, ''],
  [/\bdoes not\b/g, 'do not'],
  [/\bhave not\b/g, 'not have'],
  [/\bbought\b/g, 'buyed'],
  [/\bcame\b/g, 'has come'],
  [/\bwas\b/g, 'is'],
  [/\binformation\b/g, 'informations'],
  [/\bhow long\b/g, 'how much time'],
  [/\bI am\b/g, 'I'],
  [/\bevery\b/g, 'all'],
  [/\bthere is\b/g, 'it gives'],
];

function asForeigner(text: string, draw: Draw): string {
  return SLIPS.reduce(
    (typed, [slip, made], kind) =>
      typed.replace(slip, (found: string, at: number) => (draw(`slip ${kind} ${at}`) < 0.5 ? made : found)),
    text,
  );
}

function inHaste(text: string, draw: Draw): string {
  const kept = text
    .split(/(\b[A-Z]{1,4}-?\d{4,}\b)/)
    .map((part, at) => (at % 2 === 1 ? part : part.toLowerCase().replace(/['’,]/g, '')))
    .join('');
  const list = kept.split(' ');
  const long = list.flatMap((word, at) => (/^[a-z]{5,}$/.test(word) ? [at] : []));
  if (long.length > 0 && draw('typo') < 0.6) {
    const at = choose(long, draw, 'typo word');
    const word = list[at] ?? '';
    const cut = 1 + Math.floor(draw('typo place') * (word.length - 2));
    list[at] = word.slice(0, cut) + word.charAt(cut + 1) + word.charAt(cut) + word.slice(cut + 2);
  }
  return list.join(' ').replace(/\.$/, '');
}

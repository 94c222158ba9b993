/**
 * What two texts are compared by: content words cut to their beginning, runs of letters inside them, numbers, and for
 * scripts without spaces pairs of neighbouring characters. A feature's weight depends on the feature alone, never on the
 * other texts, so that the similarity of two texts is the same in a split and in a check of the finished files.
 *
 * The weights come from measurement (tests/synthesis/planted.ts): there, nine of ten paraphrases are at 0.55 or more,
 * and different questions of one topic below 0.25. That cut words and short runs of letters do as well as stemmers in
 * many languages is known from retrieval (McNamee, Mayfield 2004, "Character n-gram tokenization for European language
 * text retrieval").
 */
import { commonWords } from './common-words.ts';

/** Whole numbers, relative to each other. */
const WEIGHTS = {
  word: 20,
  /** Small, but a word has several: they carry over spelling mistakes and other forms of a word. */
  letters: 5,
  /** Less than a word: the same question about another order number is nearly the same question. */
  number: 10,
  /** Not 0: some texts consist of common words alone. */
  commonWord: 2,
  symbol: 2,
  /** Two neighbouring characters of a script without spaces, and one alone. */
  characters: 10,
  character: 5,
  /** Hiragana alone is mostly grammar. */
  kana: 2,
} as const;

/** Letters of a word that are kept: `order`, `ordered` and `orders` are one word. */
const WORD_BEGINNING = 5;
const LETTERS_IN_A_RUN = 3;

/** Scripts without spaces, and Korean, whose words carry their grammar with them. */
const SPACELESS = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}ー';
const spacelessGap = new RegExp(`(?<=[${SPACELESS}])[\\p{P}\\s]+(?=[${SPACELESS}])`, 'gu');
const token = new RegExp(`[${SPACELESS}]+|(?:(?![${SPACELESS}])[\\p{L}\\p{M}\\p{N}])+|[\\p{S}*/%]`, 'gu');
const spaceless = new RegExp(`^[${SPACELESS}]`, 'u');
const hiragana = /^\p{Script=Hiragana}+$/u;
const symbol = /^[\p{S}*/%]/u;
const digit = /\p{N}/u;

/** One form for letters that differ in case, width or accent. */
function fold(text: string): string {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .normalize('NFD')
      // Accents of Latin, Greek and Cyrillic letters alone: in other scripts a mark makes another letter (か, が).
      .replace(/[\u0300-\u036f]/g, '')
      .normalize('NFC')
      .replaceAll('ß', 'ss')
  );
}

const common = new Set(commonWords.map(fold));

/** Runs of letters and digits, runs of a script without spaces, and single symbols; punctuation is gone. */
function tokensOf(text: string): string[] {
  return fold(text).replace(spacelessGap, '').match(token) ?? [];
}

/** The words of a text in their order, folded; each character of a script without spaces is a word. */
export function wordsOf(text: string): string[] {
  return tokensOf(text).flatMap((word) => (spaceless.test(word) ? [...word] : symbol.test(word) ? [] : [word]));
}

/** The features of a text with their weights. None for a text without any visible character. */
export function featuresOf(text: string): Map<string, number> {
  const features = new Map<string, number>();
  for (const word of tokensOf(text)) {
    if (spaceless.test(word)) addCharacters(features, [...word]);
    else if (symbol.test(word)) features.set(`symbol ${word}`, WEIGHTS.symbol);
    else if (digit.test(word)) features.set(`number ${word}`, WEIGHTS.number);
    else if (common.has(word)) features.set(`common ${word}`, WEIGHTS.commonWord);
    else addWord(features, word);
  }
  // A text of punctuation alone equals its like, not the empty text.
  if (features.size === 0) {
    for (const mark of text.replace(/\s/gu, '')) features.set(`symbol ${mark}`, WEIGHTS.symbol);
  }
  return features;
}

function addWord(features: Map<string, number>, word: string): void {
  features.set(`word ${word.slice(0, WORD_BEGINNING)}`, WEIGHTS.word);
  for (let start = 0; start + LETTERS_IN_A_RUN <= word.length; start++) {
    features.set(`letters ${word.slice(start, start + LETTERS_IN_A_RUN)}`, WEIGHTS.letters);
  }
}

function addCharacters(features: Map<string, number>, characters: readonly string[]): void {
  for (const [index, character] of characters.entries()) {
    if (!hiragana.test(character)) features.set(`character ${character}`, WEIGHTS.character);
    const next = characters[index + 1];
    if (next === undefined) continue;
    const pair = character + next;
    features.set(`characters ${pair}`, hiragana.test(pair) ? WEIGHTS.kana : WEIGHTS.characters);
  }
}

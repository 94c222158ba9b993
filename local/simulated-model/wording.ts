/** Takes a sentence of a prompt apart, and knows which of its words mean nothing by themselves. */
import { stem, stemmed, words } from './text.ts';

/** A word, a comma, a colon (any sign that ends a head), or a quotation of several words (`phrase`). */
export type Token = Readonly<{ raw: string; stem: string; quoted: boolean; phrase: readonly string[] | null }>;

/** Words that carry no cue: grammar, and the language of instructions. */
export const STOP = new Set(
  stemmed(
    `a an the and or of to in on at for with by from as is are be been being was were it its this that these those they them their there
    then than when where which who whom whose what if so such any some all each every both more most much many very also too just
    can could should would will shall may might must do does did done has have had having you your we our us i me my he she his her
    use used using choose pick select answer set mark label give assign treat count classify class value field
    true category categories sender customer user person people writer email message ticket text mail subject body
    one two own other others another same about into over up out only even still however example etc e g
    reports report describe describes mention mentions says say contains contain clearly explicitly really make makes mean means
    belongs belong goes go covers cover includes include including like whether rule rules case cases thing things something
    main real actual certain otherwise default doubt different part parts way well need needs want wants ask asks request requests read look looks think`,
  ),
);
/** Words so frequent in any business message that finding them says next to nothing. */
export const COMMON = new Set(
  stemmed(
    'service services team support facility company work help issue management time new get let know please customer appreciate matter response',
  ),
);
export const NEGATION = new Set(['not', 'never', 'no', 'without', 'nor', 'nothing', 'neither', 'avoid']);

/** Splits a sentence into words, commas, heads and quotations. */
export function tokens(sentence: string): Token[] {
  const found: Token[] = [];
  for (const match of sentence.matchAll(
    /["“«]([^"”»\n]{2,80})["”»]|`([^`\n]+)`|\*\*([^*\n]+)\*\*|[A-Za-z][\w]*(?:_[\w]+)+|[,:=→]|->|[\p{L}\p{N}'’-]+/gu,
  )) {
    const inner = match[1] ?? match[2] ?? match[3];
    if (inner !== undefined && /^[\w-]+$/.test(inner.trim())) {
      found.push({
        raw: inner.trim().toLowerCase(),
        stem: stem(inner.trim().toLowerCase()),
        quoted: true,
        phrase: null,
      });
    } else if (match[1] !== undefined) {
      found.push({ raw: match[1], stem: '', quoted: true, phrase: stemmed(match[1]) });
    } else if (inner !== undefined) {
      found.push(...tokens(inner));
    } else if (/_/.test(match[0])) {
      found.push({ raw: match[0].toLowerCase(), stem: match[0].toLowerCase(), quoted: true, phrase: null });
    } else if (/^[,:=→]|^->/.test(match[0])) {
      found.push({
        raw: match[0] === ',' ? ',' : ':',
        stem: match[0] === ',' ? ',' : ':',
        quoted: false,
        phrase: null,
      });
    } else {
      for (const word of words(match[0])) found.push({ raw: word, stem: stem(word), quoted: false, phrase: null });
    }
  }
  return found;
}

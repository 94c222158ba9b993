/** `levenshtein`: how little of the answer has to be changed to be the expected text, in characters (code points). */
import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { evalFields, expectedFields } from '../contracts/evals.ts';
import { cutNote, type EvalDefinition, missingText, show, wantedOf } from './scorer.ts';
import { fold } from './text.ts';

const schema = z.strictObject({
  ...evalFields,
  ...expectedFields,
  type: z.literal('levenshtein'),
  /** What the answer should be; default: the example's `expected`. */
  value: z.string().optional(),
  ignoreCase: z.boolean().default(false),
});

/** Characters of each side that are compared; 20,000 against 20,000 take a fifth of a second. */
const MOST_CHARACTERS = 20_000;

export const levenshtein: EvalDefinition<z.infer<typeof schema>> = {
  schema,
  threshold: () => 0.75,
  missing: (settings, example) => missingText(settings, example),
  scorer: (settings) => (example, answer) => {
    const wanted = String(wantedOf(settings, example));
    const score = similarity(fold(answer.text.trim(), settings), fold(wanted.trim(), settings));
    const rule = `be close to ${show(wanted)}`;
    return score === 1
      ? { score, feedback: 'Right.', rule }
      : {
          score,
          feedback: `The answer is ${Math.round(score * 100)} % like the expected text: it was ${show(answer.text)}, expected ${show(wanted)}.${cutNote(answer)}`,
          rule,
        };
  },
};

/**
 * 1 less the edit distance as a share of the longer text; two empty texts are the same. Of texts longer than the limit the
 * beginnings are compared and all of the rest counts as changed: a lower bound of the similarity.
 */
export function similarity(a: string, b: string): number {
  const [left, right] = inUnits(a, b);
  const longest = Math.max(left.length, right.length);
  if (longest === 0) return 1;
  if (longest <= MOST_CHARACTERS) return 1 - distance(left, right) / longest;
  const rest = longest - MOST_CHARACTERS;
  const edits = distance(left.slice(0, MOST_CHARACTERS), right.slice(0, MOST_CHARACTERS)) + rest;
  return Math.max(0, 1 - edits / longest);
}

/**
 * The library counts UTF-16 units. Where a character takes two, each different one of both texts gets a unit of its own.
 * There are enough units for the characters that are compared; all that come later share one.
 */
function inUnits(a: string, b: string): [string, string] {
  if (!/[\uD800-\uDFFF]/.test(a + b)) return [a, b];
  const units = new Map<string, string>();
  const unitOf = (character: string): string => {
    const known = units.get(character) ?? String.fromCharCode(Math.min(units.size, 0xffff));
    units.set(character, known);
    return known;
  };
  return [Array.from(a, unitOf).join(''), Array.from(b, unitOf).join('')];
}

/** `rouge_l`: how much of the expected text's order of words the answer keeps (ROUGE-L, Lin 2004, F-measure). */
import { z } from 'zod';
import { evalFields, expectedFields } from '../contracts/evals.ts';
import { cutNote, type EvalDefinition, missingText, show, wantedOf } from './scorer.ts';
import { wordsOf } from './text.ts';

const schema = z.strictObject({
  ...evalFields,
  ...expectedFields,
  type: z.literal('rouge_l'),
  /** The reference; default: the example's `expected`. */
  value: z.string().optional(),
});

/** Words of each side that are compared; 10,000 against 10,000 take a third of a second. */
const MOST_WORDS = 10_000;

export const rougeL: EvalDefinition<z.infer<typeof schema>> = {
  schema,
  threshold: () => 0.75,
  missing: (settings, example) => missingText(settings, example),
  scorer: (settings) => (example, answer) => {
    const wanted = String(wantedOf(settings, example));
    const score = rougeLScore(answer.text, wanted);
    const rule = `say the same as ${show(wanted)}`;
    return score === 1
      ? { score, feedback: 'Right.', rule }
      : {
          score,
          feedback: `The answer shares ${Math.round(score * 100)} % of its words in order with the expected text: it was ${show(answer.text)}, expected ${show(wanted)}.${cutNote(answer)}`,
          rule,
        };
  },
};

/** F-measure of the longest common subsequence of words; 0 where either side has none. Words beyond a limit do not count. */
export function rougeLScore(answer: string, reference: string): number {
  const given = wordsOf(answer).slice(0, MOST_WORDS);
  const wanted = wordsOf(reference).slice(0, MOST_WORDS);
  const common = longestCommon(given, wanted);
  return common === 0 ? 0 : (2 * common) / (given.length + wanted.length);
}

function longestCommon(a: readonly string[], b: readonly string[]): number {
  // Numbers compare faster than texts, and one row of lengths is all that the next one needs.
  const ids = new Map<string, number>();
  const idOf = (word: string): number => {
    const known = ids.get(word) ?? ids.size;
    ids.set(word, known);
    return known;
  };
  const left = Int32Array.from(a, idOf);
  const right = Int32Array.from(b, idOf);
  const lengths = new Int32Array(right.length + 1);
  for (const word of left) {
    let diagonal = 0;
    for (let j = 1; j <= right.length; j++) {
      const above = lengths[j] ?? 0;
      lengths[j] = word === right[j - 1] ? diagonal + 1 : Math.max(above, lengths[j - 1] ?? 0);
      diagonal = above;
    }
  }
  return lengths[right.length] ?? 0;
}

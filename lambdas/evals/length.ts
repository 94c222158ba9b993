/** `length`: the answer is neither too long nor too short. Outside, the score falls as the length moves away. */
import { z } from 'zod';
import { evalFields } from '../contracts/evals.ts';
import { cutNote, type EvalDefinition } from './scorer.ts';

const schema = z.strictObject({
  ...evalFields,
  type: z.literal('length'),
  /** `characters`: as people see them; `words`: by the rules of the language; `tokens`: of OpenAI's o200k_base. */
  unit: z.enum(['characters', 'words', 'tokens']).default('words'),
  min: z.number().int().min(0).optional(),
  max: z.number().int().min(0).optional(),
});
type Settings = z.infer<typeof schema>;

export const length: EvalDefinition<Settings> = {
  schema,
  problem({ min, max }) {
    if (min === undefined && max === undefined) {
      return {
        field: 'max',
        message: 'is missing: a length without a limit says nothing.',
        remedy: 'Give `max`, `min` or both.',
      };
    }
    if (min === undefined || max === undefined || min <= max) return null;
    return { field: 'min', message: `is ${min}, above \`max\`, ${max}.`, remedy: 'No answer can be both.' };
  },
  scorer: (settings) => async (_example, answer) => {
    const { unit, min = 0, max = Number.POSITIVE_INFINITY } = settings;
    const count = await countOf(answer.text, unit);
    const rule = `have ${limits(settings)} ${unit}`;
    if (count >= min && count <= max) return { score: 1, feedback: 'Right.', rule };
    const score = count > max ? max / count : count / min;
    return {
      score,
      feedback: `The answer has ${count} ${unit}; it must have ${limits(settings)}.${cutNote(answer)}`,
      rule,
    };
  },
};

function limits({ min, max }: Settings): string {
  if (max === undefined) return `at least ${min}`;
  return min === undefined ? `at most ${max}` : `${min} to ${max}`;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const words = new Intl.Segmenter('en', { granularity: 'word' });

async function countOf(text: string, unit: Settings['unit']): Promise<number> {
  if (unit === 'characters') return [...graphemes.segment(text)].length;
  if (unit === 'words') return [...words.segment(text)].filter(({ isWordLike }) => isWordLike).length;
  // Two megabytes that only this unit needs.
  const { countTokens } = await import('gpt-tokenizer/encoding/o200k_base');
  const noneIsSpecial = { disallowedSpecial: new Set<string>() };
  return piecesOf(text).reduce((sum, piece) => sum + countTokens(piece, noneIsSpecial), 0);
}

/** The tokenizer takes the square of the length of a run without a break; text of people has none as long as this. */
const LONGEST_RUN = 500;
const RUNS = new RegExp(
  String.raw`[\p{L}\p{M}]{1,${LONGEST_RUN}}|\s{1,${LONGEST_RUN}}|[^\p{L}\p{M}\s]{1,${LONGEST_RUN}}`,
  'gu',
);

/** A text cut after each run that is too long to be counted at once. */
function piecesOf(text: string): string[] {
  const pieces = [];
  let piece = '';
  for (const [run] of text.matchAll(RUNS)) {
    piece += run;
    if (run.length < LONGEST_RUN) continue;
    pieces.push(piece);
    piece = '';
  }
  return [...pieces, piece];
}

/** `number`: the answer is a number, as exact as the tolerance asks. */
import { z } from 'zod';
import type { Example, Json } from '../contracts/dataset.ts';
import { evalFields, expectedFields } from '../contracts/evals.ts';
import { cutNote, type EvalDefinition, show, wantedOf, wantedPlace } from './scorer.ts';

const schema = z.strictObject({
  ...evalFields,
  ...expectedFields,
  type: z.literal('number'),
  /** The right number; default: the example's `expected`, a number or the text of one. */
  value: z.number().optional(),
  /** Largest difference that is still right, in the number's own units. */
  tolerance: z.number().min(0).optional(),
  /** Largest difference that is still right, as a share of the right number. */
  relativeTolerance: z.number().min(0).optional(),
  /** Which number of the answer counts: the answer must be one and nothing else, or its first or last one is taken. */
  extract: z.enum(['whole', 'first', 'last']).default('whole'),
});
type Settings = z.infer<typeof schema>;

export const number: EvalDefinition<Settings> = {
  schema,
  missing: (settings, example) =>
    wantedNumber(settings, example) === null
      ? `needs \`value\` in the eval or a number as ${wantedPlace(settings)}`
      : null,
  scorer: (settings) => (example, answer) => {
    const wanted = wantedNumber(settings, example) ?? Number.NaN;
    const given = numberIn(answer.text, settings.extract);
    const allowed = Math.max(settings.tolerance ?? 0, (settings.relativeTolerance ?? 0) * Math.abs(wanted));
    const within = allowed === 0 ? '' : ` (give or take ${Number(allowed.toPrecision(12))})`;
    const rule = `be the number ${wanted}${within}`;
    if (given === null) {
      const feedback = `The answer holds no number where one was asked for, but was ${show(answer.text)}; expected ${wanted}${within}.${cutNote(answer)}`;
      return { score: 0, feedback, rule };
    }
    // Decimal fractions are not exact in binary: what differs by rounding alone is equal. Whole numbers are exact.
    const areWhole = Number.isSafeInteger(given) && Number.isSafeInteger(wanted);
    const rounding = ROUNDING * (areWhole ? allowed : Math.max(Math.abs(given), Math.abs(wanted)));
    const isRight = Math.abs(given - wanted) <= allowed + rounding;
    return isRight
      ? { score: 1, feedback: 'Right.', rule }
      : { score: 0, feedback: `The answer was ${given}, expected ${wanted}${within}.${cutNote(answer)}`, rule };
  },
};

const ROUNDING = 4 * Number.EPSILON;

/** Digits in groups of three or in one run, a fraction, an exponent. */
const NUMBER = String.raw`[-+\u2212]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][-+]?\d+)?`;
const WHOLE = new RegExp(String.raw`^[$€£¥]?\s?(${NUMBER})\s?[%$€£¥]?\.?$`, 'u');
const ANY = /(?<![\w.])[-+\u2212]?(?=\.?\d)(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)?(?:\.\d+)?(?:[eE][-+]?\d+)?/gu;

function wantedNumber(settings: Settings, example: Example): number | null {
  const wanted = wantedOf(settings, example);
  return typeof wanted === 'string' ? numberIn(wanted, 'whole') : toNumber(wanted);
}

function numberIn(text: string, extract: Settings['extract']): number | null {
  if (extract === 'whole') return toNumber(WHOLE.exec(text.trim())?.[1]);
  const numbers = [...text.matchAll(ANY)].flatMap(([match]) => toNumber(match) ?? []);
  return (extract === 'first' ? numbers[0] : numbers.at(-1)) ?? null;
}

/** null for whatever is no finite number. */
function toNumber(value: Json | undefined): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || !/\d/.test(value)) return null;
  const parsed = Number(value.trim().replaceAll(',', '').replace('\u2212', '-'));
  return Number.isFinite(parsed) ? parsed : null;
}

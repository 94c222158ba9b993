/** `set_match`: the answer is a list whose order and repetitions do not count. */
import { z } from 'zod';
import type { Example, Json } from '../contracts/dataset.ts';
import { evalFields, expectedFields } from '../contracts/evals.ts';
import { parseAnswer } from './json-answer.ts';
import { describeOverlap, overlapModes, overlapScore } from './overlap.ts';
import { cutNote, type EvalDefinition, show, wantedOf, wantedPlace } from './scorer.ts';
import { fold } from './text.ts';

const schema = z.strictObject({
  ...evalFields,
  ...expectedFields,
  type: z.literal('set_match'),
  /** The right items; default: the example's `expected`, a list, or a text that is split as the answer is. */
  value: z.array(z.union([z.string(), z.number(), z.boolean()])).optional(),
  /** `f1`: graded; `equal`, `subset` (nothing wrong in it), `superset` (nothing missing in it): 1 or 0. */
  mode: z.enum(overlapModes).default('f1'),
  /** Text between two items; default: a JSON list, or commas and line breaks. */
  separator: z.string().min(1).optional(),
  ignoreCase: z.boolean().default(false),
});
type Settings = z.infer<typeof schema>;

export const setMatch: EvalDefinition<Settings> = {
  schema,
  missing: (settings, example) =>
    wantedItems(settings, example) === null
      ? `needs \`value\` in the eval or a list as ${wantedPlace(settings)}`
      : null,
  scorer: (settings) => (example, answer) => {
    const wanted = new Map((wantedItems(settings, example) ?? []).map((item) => [fold(item, settings), item]));
    const given = new Map(itemsIn(answer.text, settings.separator).map((item) => [fold(item, settings), item]));
    const missing = [...wanted].flatMap(([key, item]) => (given.has(key) ? [] : [show(item)]));
    const surplus = [...given].flatMap(([key, item]) => (wanted.has(key) ? [] : [show(item)]));
    const overlap = { matched: wanted.size - missing.length, missing, surplus };
    const score = overlapScore(overlap, settings.mode);
    const rule = `${RULES[settings.mode]} ${[...wanted.values()].map(show).join(', ') || 'no items'}`;
    return score === 1
      ? { score, feedback: 'Right.', rule }
      : {
          score,
          feedback: `The list is not right: ${describeOverlap(overlap, settings.mode)}.${cutNote(answer)}`,
          rule,
        };
  },
};

const RULES = {
  f1: 'list exactly',
  equal: 'list exactly',
  subset: 'list nothing but',
  superset: 'list all of',
} as const;

function wantedItems(settings: Settings, example: Example): string[] | null {
  const wanted = wantedOf(settings, example);
  if (Array.isArray(wanted)) return clean(wanted.map(itemText));
  return typeof wanted === 'string' ? itemsIn(wanted, settings.separator) : null;
}

function itemsIn(text: string, separator: string | undefined): string[] {
  if (separator !== undefined) return clean(text.split(separator));
  const parsed = parseAnswer(text).value;
  if (Array.isArray(parsed)) return clean(parsed.map(itemText));
  // A bullet is no part of its item.
  return clean(text.split(/[,\n]/).map((item) => item.replace(/^\s*(?:[-*•]|\d{1,3}[.)])\s+/, '')));
}

function clean(items: readonly string[]): string[] {
  return items.map((item) => item.trim()).filter((item) => item !== '');
}

function itemText(item: Json): string {
  if (typeof item === 'string') return item;
  try {
    return JSON.stringify(item, inOrder);
  } catch {
    // A model may nest deeper than can be written down; that is a wrong item and no failure.
    return 'a value that is nested too deeply to be shown';
  }
}

/** Objects are the same whatever the order of their keys. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

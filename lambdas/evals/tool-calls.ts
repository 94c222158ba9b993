/** `tool_calls`: the model called the right functions with the right arguments. */
import { z } from 'zod';
import type { Example } from '../contracts/dataset.ts';
import { jsonSchema } from '../contracts/dataset.ts';
import { evalFields, expectedFields } from '../contracts/evals.ts';
import { describeOverlap, overlapModes, overlapScore } from './overlap.ts';
import { sameJson } from './same-json.ts';
import { cutNote, type EvalDefinition, isRecord, show, type ToolCall, wantedOf, wantedPlace } from './scorer.ts';
import { fold } from './text.ts';

const wantedSchema = z.strictObject({
  name: z.string().min(1),
  /** Left out: any arguments will do. */
  arguments: jsonSchema.optional(),
});
type WantedCall = z.infer<typeof wantedSchema>;

const schema = z.strictObject({
  ...evalFields,
  ...expectedFields,
  type: z.literal('tool_calls'),
  /** The right calls; default: the example's `expected`, a list of `{ name, arguments }`. */
  value: z.array(wantedSchema).optional(),
  /** `f1`: graded; `equal`, `subset` (no call that is not wanted), `superset` (no wanted call missing): 1 or 0. */
  mode: z.enum(overlapModes).default('f1'),
  /** `subset`: arguments beyond the wanted ones do not matter. */
  arguments: z.enum(['equal', 'subset']).default('equal'),
  /** Whether the calls must come in the wanted order. */
  ordered: z.boolean().default(false),
});
type Settings = z.infer<typeof schema>;

export const toolCalls: EvalDefinition<Settings> = {
  schema,
  missing: (settings, example) =>
    wantedCalls(settings, example) === null
      ? `needs \`value\` in the eval or a list of { name, arguments } as ${wantedPlace(settings)}`
      : null,
  problem: (_settings, { hasTools }) =>
    hasTools
      ? null
      : {
          field: 'type',
          message: 'scores calls of functions, and the model is given none.',
          remedy: 'Name them in the task: model: { tools: [ … ] }.',
        },
  scorer: (settings) => (example, answer) => {
    const wanted = wantedCalls(settings, example) ?? [];
    const given = answer.toolCalls ?? [];
    const pairs = matchedPairs(wanted, given, settings);
    const overlap = {
      matched: pairs.length,
      missing: wanted.filter((_, i) => !pairs.some(([w]) => w === i)).map(showCall),
      surplus: given.filter((_, i) => !pairs.some(([, g]) => g === i)).map(showCall),
    };
    const score = overlapScore(overlap, settings.mode);
    const rule = `call ${wanted.map(showCall).join(', ') || 'no function'}`;
    return score === 1
      ? { score, feedback: 'Right.', rule }
      : {
          score,
          feedback: `The calls are not right: ${describeOverlap(overlap, settings.mode)}.${cutNote(answer)}`,
          rule,
        };
  },
};

function wantedCalls(settings: Settings, example: Example): WantedCall[] | null {
  const parsed = z.array(wantedSchema).safeParse(wantedOf(settings, example));
  return parsed.success ? parsed.data : null;
}

/** Each wanted call with the first given one that fits it and is still free: [wanted, given]. */
function matchedPairs(
  wanted: readonly WantedCall[],
  given: readonly ToolCall[],
  settings: Settings,
): [number, number][] {
  const pairs: [number, number][] = [];
  let from = 0;
  for (const [w, call] of wanted.entries()) {
    const g = given.findIndex(
      (one, i) => i >= from && !pairs.some(([, taken]) => taken === i) && fits(call, one, settings.arguments),
    );
    if (g === -1) continue;
    pairs.push([w, g]);
    if (settings.ordered) from = g + 1;
  }
  return pairs;
}

function fits(wanted: WantedCall, given: ToolCall, mode: Settings['arguments']): boolean {
  if (wanted.name !== given.name) return false;
  if (wanted.arguments === undefined) return true;
  const same = (text: string): string => fold(text, {});
  if (mode === 'equal' || !isRecord(wanted.arguments)) return sameJson(given.arguments, wanted.arguments, same);
  const { arguments: actual } = given;
  return (
    isRecord(actual) &&
    Object.entries(wanted.arguments).every(
      ([name, value]) => Object.hasOwn(actual, name) && sameJson(actual[name], value, same),
    )
  );
}

function showCall({ name, arguments: given }: WantedCall | ToolCall): string {
  return `${name}(${given === undefined ? '' : show(given)})`;
}

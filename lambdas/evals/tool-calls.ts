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

/** As many pairs of a wanted and a given call that fits it as there can be: [wanted, given]. */
function matchedPairs(
  wanted: readonly WantedCall[],
  given: readonly ToolCall[],
  settings: Settings,
): [number, number][] {
  const fitting = wanted.map((call) => given.map((one) => fits(call, one, settings.arguments)));
  return settings.ordered ? pairsInOrder(fitting, given.length) : pairsInAnyOrder(fitting);
}

/** A longest common subsequence. `fitting[w][g]`: whether they fit. */
function pairsInOrder(fitting: readonly (readonly boolean[])[], length: number): [number, number][] {
  // most[w][g]: pairs among the wanted calls from w on and the given ones from g on.
  const most = Array.from({ length: fitting.length + 1 }, () => new Array<number>(length + 1).fill(0));
  const mostOf = (w: number, g: number): number => most[w]?.[g] ?? 0;
  for (let w = fitting.length - 1; w >= 0; w--) {
    const row = most[w] ?? [];
    for (let g = length - 1; g >= 0; g--) {
      const both = fitting[w]?.[g] === true ? 1 + mostOf(w + 1, g + 1) : 0;
      row[g] = Math.max(both, mostOf(w + 1, g), mostOf(w, g + 1));
    }
  }
  const pairs: [number, number][] = [];
  for (let w = 0, g = 0; w < fitting.length && g < length; ) {
    if (fitting[w]?.[g] === true && mostOf(w, g) === 1 + mostOf(w + 1, g + 1)) pairs.push([w++, g++]);
    else if (mostOf(w, g) === mostOf(w + 1, g)) w++;
    else g++;
  }
  return pairs;
}

/** A largest matching by augmenting paths (Kuhn): a wanted call that takes any arguments leaves others the ones they need. */
function pairsInAnyOrder(fitting: readonly (readonly boolean[])[]): [number, number][] {
  const takenBy = new Map<number, number>();
  const place = (w: number, tried: Set<number>): boolean => {
    const open = (fitting[w] ?? []).flatMap((isFitting, g) => (isFitting && !tried.has(g) ? [g] : []));
    // One that nobody holds goes first: else many equal calls would push each other on, one after the other.
    const free = open.find((g) => !takenBy.has(g));
    for (const g of free === undefined ? open : [free]) {
      if (tried.has(g)) continue;
      tried.add(g);
      const holder = takenBy.get(g);
      if (holder !== undefined && !place(holder, tried)) continue;
      takenBy.set(g, w);
      return true;
    }
    return false;
  };
  for (const w of fitting.keys()) place(w, new Set());
  return [...takenBy].map(([g, w]) => [w, g]);
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

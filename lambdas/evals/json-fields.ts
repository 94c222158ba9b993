/**
 * `json_fields`: compares named fields of a JSON answer with `expected` and gives the share that is right. A field that
 * is itself an object counts as the share of its own fields that are right, so that no large object outweighs the rest.
 */
import { z } from 'zod';
import type { Json } from '../contracts/dataset.ts';
import { evalFields, expectedFields } from '../contracts/evals.ts';
import { parseAnswer } from './json-answer.ts';
import { sameJson } from './same-json.ts';
import {
  cutNote,
  type EvalDefinition,
  isRecord,
  own,
  type Scored,
  show,
  valueAt,
  wantedOf,
  wantedPlace,
} from './scorer.ts';
import { fold } from './text.ts';

const schema = z.strictObject({
  ...evalFields,
  ...expectedFields,
  type: z.literal('json_fields'),
  /** Dotted paths of the fields to compare; default: every field of `expected`. */
  fields: z.array(z.string().min(1)).min(1).optional(),
});
type Settings = z.infer<typeof schema>;

export const jsonFields = {
  schema,
  missing(settings, example) {
    const wanted = wantedOf(settings, example);
    if (!isRecord(wanted)) return `needs an object as ${wantedPlace(settings)}`;
    const absent = (settings.fields ?? []).find((path) => valueAt(wanted, path) === undefined);
    if (absent !== undefined) return `compares ${absent}, which ${wantedPlace(settings)} does not have`;
    return fieldsOf(settings, wanted).length === 0 ? `needs at least one field in ${wantedPlace(settings)}` : null;
  },
  scorer: (settings) => (example, answer) => {
    const expected = wantedOf(settings, example);
    if (!isRecord(expected)) throw new Error(`Example ${example.id} has no object as expected.`);
    const fields = fieldsOf(settings, expected);
    const parsed = parseAnswer(answer.text);
    const rule = `be a JSON object with the expected ${fields.join(', ')}`;
    const none = (problem: string): Scored => ({
      score: 0,
      feedback: `${problem} Expected a JSON object with ${fields.join(', ')}.`,
      rule,
    });
    if (parsed.value === undefined) return none(`${parsed.problem}${cutNote(answer)}`);
    if (!isRecord(parsed.value)) return none('The answer is JSON but no object.');

    const wrong: string[] = [];
    const given = parsed.value;
    const shares = fields.map((path) => shareRight(path, valueAt(expected, path), valueAt(given, path), wrong));
    const score = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    return { score, feedback: wrong.length === 0 ? 'All fields are right.' : wrong.join('; '), rule };
  },
} satisfies EvalDefinition<Settings>;

function fieldsOf(settings: Settings, expected: Record<string, Json>): string[] {
  return settings.fields ?? Object.keys(expected);
}

/** Share of `expected` that `given` has right, in [0, 1]; says in `wrong` what was not. */
function shareRight(path: string, expected: Json | undefined, given: Json | undefined, wrong: string[]): number {
  if (isRecord(expected) && Object.keys(expected).length > 0) {
    const names = Object.keys(expected);
    if (!isRecord(given)) {
      wrong.push(`${path}: was ${show(given)}, expected an object with ${names.join(', ')}`);
      return 0;
    }
    const shares = names.map((name) => shareRight(`${path}.${name}`, expected[name], own(given, name), wrong));
    return shares.reduce((sum, share) => sum + share, 0) / names.length;
  }
  if (sameJson(given, expected, (text) => fold(text, { ignoreCase: false }))) return 1;
  wrong.push(`${path}: ${given === undefined ? 'is missing' : `was ${show(given)}`}, expected ${show(expected)}`);
  return 0;
}

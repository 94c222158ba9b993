/**
 * `json_fields`: compares named fields of a JSON answer with `expected` and gives the share that is right. A field that
 * is itself an object counts as the share of its own fields that are right, so that no large object outweighs the rest.
 */
import type { Json } from '../contracts/dataset.ts';
import type { EvalSettings } from '../contracts/task.ts';
import { fold } from './exact-match.ts';
import { parseAnswer } from './json-answer.ts';
import { sameJson } from './same-json.ts';
import { cutNote, type EvalDefinition, show } from './scorer.ts';

type Settings = Extract<EvalSettings, { type: 'json_fields' }>;

export const jsonFields: EvalDefinition<Settings> = {
  missing(settings, example) {
    if (!isRecord(example.expected)) return 'json_fields needs an object as `expected`';
    const absent = (settings.fields ?? []).find((path) => at(example.expected, path) === undefined);
    if (absent !== undefined) return `json_fields compares ${absent}, which \`expected\` does not have`;
    return fieldsOf(settings, example.expected).length === 0
      ? 'json_fields needs at least one field in `expected`'
      : null;
  },
  score(settings, example, answer) {
    const { expected } = example;
    if (!isRecord(expected)) throw new Error(`Example ${example.id} has no object as expected.`);
    const fields = fieldsOf(settings, expected);
    const parsed = parseAnswer(answer.text);
    const wanted = `Expected a JSON object with ${fields.join(', ')}.`;
    if (parsed.value === undefined) return { score: 0, feedback: `${parsed.problem}${cutNote(answer)} ${wanted}` };
    if (!isRecord(parsed.value)) return { score: 0, feedback: `The answer is JSON but no object. ${wanted}` };

    const wrong: string[] = [];
    const shares = fields.map((path) => shareRight(path, at(expected, path), at(parsed.value, path), wrong));
    const score = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    return { score, feedback: wrong.length === 0 ? 'All fields are right.' : wrong.join('; ') };
  },
};

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

/** The value at a dotted path; a key that holds the whole path wins. */
function at(value: Json | undefined, path: string): Json | undefined {
  if (!isRecord(value)) return undefined;
  const whole = own(value, path);
  if (whole !== undefined) return whole;
  const dot = path.indexOf('.');
  return dot === -1 ? undefined : at(own(value, path.slice(0, dot)), path.slice(dot + 1));
}

function own(value: Record<string, Json>, name: string): Json | undefined {
  return Object.hasOwn(value, name) ? value[name] : undefined;
}

function isRecord(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

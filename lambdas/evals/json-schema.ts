/** `json_schema`: the answer is JSON that a JSON Schema allows. Patterns in the schema have a time limit as all have. */
import { Ajv, type AnySchema, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { z } from 'zod';
import { jsonSchema as anyJson } from '../contracts/dataset.ts';
import { evalFields } from '../contracts/evals.ts';
import { parseAnswer } from './json-answer.ts';
import { matchInTime } from './match-in-time.ts';
import { cutNote, type EvalDefinition } from './scorer.ts';

const schema = z.strictObject({
  ...evalFields,
  type: z.literal('json_schema'),
  /** The JSON Schema: draft 2020-12, or 07 where its `$schema` says so. */
  value: z.record(z.string(), anyJson),
});

/** Problems that feedback lists at most. */
const MOST_PROBLEMS = 5;

export const jsonSchema: EvalDefinition<z.infer<typeof schema>> = {
  schema,
  problem({ value }) {
    try {
      compile(value);
      return null;
    } catch (error) {
      const message = `is no JSON Schema: ${error instanceof Error ? error.message : error}.`;
      return { field: 'value', message, remedy: 'Mend the schema; https://json-schema.org has the reference.' };
    }
  },
  scorer({ value }) {
    const validate = compile(value);
    const rule = 'be JSON that the schema allows';
    return (_example, answer) => {
      const parsed = parseAnswer(answer.text);
      if (parsed.value === undefined) {
        const feedback = `${parsed.problem}${cutNote(answer)} It must be JSON that the schema allows.`;
        return { score: 0, feedback, rule };
      }
      const problems = problemsOf(validate, parsed.value);
      if (problems.length === 0) return { score: 1, feedback: 'Right.', rule };
      const shown = problems.slice(0, MOST_PROBLEMS).join('; ');
      const more = problems.length > MOST_PROBLEMS ? `; and ${problems.length - MOST_PROBLEMS} more` : '';
      return { score: 0, feedback: `The schema does not allow the answer: ${shown}${more}.`, rule };
    };
  },
};

function compile(value: AnySchema): ValidateFunction {
  const uri = typeof value === 'object' && '$schema' in value ? String(value.$schema) : '';
  const regExp = Object.assign((pattern: string, flags: string) => timed(new RegExp(pattern, flags)), {
    code: 'new RegExp',
  });
  const options: Options = { allErrors: true, strict: false, validateFormats: true, code: { regExp } };
  const ajv = uri.includes('draft-07') || uri.includes('draft-06') ? new Ajv(options) : new Ajv2020(options);
  addFormats.default(ajv);
  return ajv.compile(value);
}

/** A pattern that would run for ever is stopped, and the answer is a failure and no 0. */
function timed(expression: RegExp): { test(text: string): boolean } {
  return { test: (text) => matchInTime(expression, text) };
}

function problemsOf(validate: ValidateFunction, value: unknown): string[] {
  try {
    if (validate(value)) return [];
  } catch (error) {
    if (error instanceof RangeError) return ['it is nested too deeply to be checked'];
    throw error;
  }
  return (validate.errors ?? []).map(({ instancePath, message = 'is wrong', params }) => {
    const named: unknown = Reflect.get(params, 'additionalProperty') ?? Reflect.get(params, 'allowedValues');
    const detail = named === undefined ? '' : ` (${JSON.stringify(named)})`;
    return `${instancePath === '' ? 'it' : instancePath.slice(1).replaceAll('/', '.')} ${message}${detail}`;
  });
}

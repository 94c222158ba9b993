/** `json_schema`: the answer is JSON that a JSON Schema allows. A check that takes too long is a failure, never a score. */
import { Ajv, type AnySchema, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { z } from 'zod';
import { jsonSchema as anyJson } from '../contracts/dataset.ts';
import { evalFields } from '../contracts/evals.ts';
import { parseAnswer } from './json-answer.ts';
import { inTime, tooSlow } from './match-in-time.ts';
import { cutNote, type EvalDefinition } from './scorer.ts';

const schema = z.strictObject({
  ...evalFields,
  type: z.literal('json_schema'),
  /** The JSON Schema: draft 2020-12, or 07 where its `$schema` says so. */
  value: z.record(z.string(), anyJson),
});

/** Problems that feedback lists at most. */
const MOST_PROBLEMS = 5;

/** A sane schema takes milliseconds; a catastrophic pattern, or `uniqueItems` on a list of objects without end, for ever. */
const LIMIT_MS = 500;

export const jsonSchema: EvalDefinition<z.infer<typeof schema>> = {
  schema,
  problem({ value }) {
    try {
      compileSchema(value);
      return null;
    } catch (error) {
      const message = `is no JSON Schema: ${error instanceof Error ? error.message : error}.`;
      const remedy =
        'Mend the schema (draft 2020-12, or 07 by its $schema); https://json-schema.org has the reference.';
      return { field: 'value', message, remedy };
    }
  },
  scorer({ value }) {
    const problemsOf = compileSchema(value);
    const rule = 'be JSON that the schema allows';
    return (_example, answer) => {
      const parsed = parseAnswer(answer.text);
      if (parsed.value === undefined) {
        const feedback = `${parsed.problem}${cutNote(answer)} It must be JSON that the schema allows.`;
        return { score: 0, feedback, rule };
      }
      const { count, told } = problemsOf(parsed.value);
      if (count === 0) return { score: 1, feedback: 'Right.', rule };
      const more = count > told.length ? `; and ${count - told.length} more` : '';
      return { score: 0, feedback: `The schema does not allow the answer: ${told.join('; ')}${more}.`, rule };
    };
  },
};

/** What is wrong with a value: how many things, and the first of them in words. */
export interface Problems {
  readonly count: number;
  readonly told: readonly string[];
}

/** The check of a schema: what is wrong with a value. @throws Error when it is no schema */
export function compileSchema(value: AnySchema): (given: unknown) => Problems {
  const uri = typeof value === 'object' && '$schema' in value ? String(value.$schema) : '';
  // The check of an asynchronous schema is a promise, which is always truthy.
  if (typeof value === 'object' && '$async' in value) throw new Error('$async is none of its keywords');
  let running: RegExp | undefined;
  /** Remembers which pattern is at work. The library knows patterns by their text. */
  const remembered = (pattern: string, flags: string): { test(text: string): boolean; toString(): string } => {
    const expression = new RegExp(pattern, flags);
    const test = (text: string): boolean => {
      running = expression;
      const matches = expression.test(text);
      running = undefined;
      return matches;
    };
    return { test, toString: () => String(expression) };
  };
  const options: Options = {
    allErrors: true,
    strict: false,
    logger: false,
    // Else `{}` has the property `constructor`.
    ownProperties: true,
    code: { regExp: Object.assign(remembered, { code: 'new RegExp' }) },
  };
  const ajv = uri.includes('draft-07') ? new Ajv(options) : new Ajv2020(options);
  addFormats.default(ajv);
  const validate = ajv.compile(value);
  return (given) => {
    running = undefined;
    const problem = (): string => (running === undefined ? TOO_SLOW : tooSlow(running, LIMIT_MS));
    return problemsOf(validate, given, problem);
  };
}

const TOO_SLOW = `The check of an answer against the schema did not end within ${LIMIT_MS} ms. \`uniqueItems\` on long lists does that.`;

function problemsOf(validate: ValidateFunction, value: unknown, problem: () => string): Problems {
  try {
    if (inTime(() => validate(value), LIMIT_MS, problem)) return { count: 0, told: [] };
  } catch (error) {
    if (error instanceof RangeError) return { count: 1, told: ['it is nested too deeply to be checked'] };
    throw error;
  }
  const errors = validate.errors ?? [];
  // The time limit is over here, and an answer may have a hundred thousand of them.
  return { count: errors.length, told: errors.slice(0, MOST_PROBLEMS).map(describe) };
}

/** Parameters of a problem that its message leaves out. */
const TELLING = ['additionalProperty', 'unevaluatedProperty', 'allowedValues', 'allowedValue'] as const;

function describe({ instancePath, message = 'is wrong', params }: ErrorObject): string {
  const named = TELLING.find((name) => Object.hasOwn(params, name));
  const detail = named === undefined ? '' : ` (${JSON.stringify(params[named])})`;
  const place = instancePath.slice(1).split('/').map(unescapePointer).join('.');
  return `${instancePath === '' ? 'it' : place} ${message}${detail}`;
}

/** A name in a JSON pointer (RFC 6901). */
function unescapePointer(name: string): string {
  return name.replaceAll('~1', '/').replaceAll('~0', '~');
}

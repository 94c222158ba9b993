/** Everything about a spec that its schema cannot say: JSON Schemas, the sample, templates, prices. */
import type { Json } from '../contracts/dataset.ts';
import type { InputProblem } from '../contracts/errors.ts';
import type { Spec, SpecTask } from '../contracts/spec.ts';
import { compileSchema } from '../evals/json-schema.ts';
import { checkPrices } from '../rollout/check-task.ts';
import { checkTemplates } from '../rollout/check-templates.ts';
import { baselineTask, generatorOf, judgeOf } from './resolve-spec.ts';
import { criteriaOf } from './spec-types.ts';

/** Fields are named from the spec: `task.input.schema`. */
export function checkSpec(spec: Spec): InputProblem[] {
  const { task } = spec;
  const problems = [...checkSchemas(task), ...checkSample(task), ...checkLength(spec)];
  if (problems.length > 0) return problems;
  const baseline = baselineTask([spec], {});
  const models = [task.model.name, generatorOf(task).name, judgeOf(task).name];

  const inputs = inputsLike(task);
  const templates = inputs === null ? [] : checkTemplates(baseline, inputs);
  return [
    ...templates.map((problem) => ({ ...problem, field: `task.${problem.field}` })),
    ...checkPrices({ ...baseline, budget: task.synthesis.budget }, models).map((problem) => ({
      ...problem,
      field: `task.synthesis.${problem.field}`,
    })),
  ];
}

/** A judge is shown all of it, in one eval. */
const MOST_CHARS = 20_000;

function checkLength(spec: Spec): InputProblem[] {
  const { length } = criteriaOf(spec);
  if (length <= MOST_CHARS) return [];
  const message = `says ${length} characters in all its fields; at most ${MOST_CHARS} go into one eval.`;
  return [{ field: 'type', message, remedy: 'Give fewer or shorter examples, or make two specs of it.' }];
}

function checkSchemas(task: SpecTask): InputProblem[] {
  return (['input', 'output'] as const).flatMap((name): InputProblem[] => {
    const schema = task[name]?.schema;
    if (schema === undefined) return [];
    try {
      compileSchema(schema);
      return [];
    } catch (error) {
      const message = `is no JSON Schema: ${error instanceof Error ? error.message : error}.`;
      const remedy = 'Mend the schema (draft 2020-12, or 07 by its $schema).';
      return [{ field: `task.${name}.schema`, message, remedy }];
    }
  });
}

function checkSample({ input, sample }: SpecTask): InputProblem[] {
  const field = 'task.sample.input';
  const given = sample?.input;
  if (given === undefined) return [];
  if (input === undefined) {
    if (typeof given === 'string') return [];
    const remedy = 'Write it as text, or give the JSON Schema of inputs: input: { schema: … }.';
    return [{ field, message: 'is an object, but the task has no schema of its inputs.', remedy }];
  }
  if (typeof given === 'string') {
    return [{ field, message: 'must be an object, as task.input.schema says.', remedy: 'Write its fields.' }];
  }
  const { count, told } = compileSchema(input.schema)(given);
  if (count === 0) return [];
  const message = `does not fit task.input.schema: ${told.join('; ')}.`;
  return [{ field, message, remedy: 'Mend the sample or the schema.' }];
}

/** Inputs as the templates of the prompt will meet them; null where the schema does not name all their fields. */
function inputsLike({ input, sample }: SpecTask): (string | Record<string, Json>)[] | null {
  if (input === undefined) return ['text'];
  const shaped = shapeOf(input.schema);
  const isOpen = OPEN.test(JSON.stringify(input.schema));
  if (isOpen || typeof shaped !== 'object' || shaped === null || Array.isArray(shaped)) return null;
  return [shaped, ...(sample?.input === undefined ? [] : [sample.input])];
}

/** Keywords by which a schema allows fields that do not stand under its `properties`. */
const OPEN = /"(?:\$ref|\$dynamicRef|allOf|anyOf|oneOf|if|patternProperties|dependentSchemas)":/;

/** A value with the fields that a schema names. */
function shapeOf(schema: Json | undefined): Json {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return '';
  const { properties, items } = schema;
  if (typeof properties === 'object' && properties !== null && !Array.isArray(properties)) {
    return Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, shapeOf(inner)]));
  }
  return items === undefined ? '' : [shapeOf(items)];
}

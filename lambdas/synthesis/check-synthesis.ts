/** Everything about specs and their task that the schema cannot say. The command line and PrepareSynthesis ask the same. */
import type { Example, Json } from '../contracts/dataset.ts';
import type { InputProblem } from '../contracts/errors.ts';
import type { Spec, SpecTask } from '../contracts/spec.ts';
import type { SynthesisInput } from '../contracts/synthesis.ts';
import { compileSchema } from '../evals/json-schema.ts';
import { isRecord, own } from '../evals/scorer.ts';
import { checkEvals, checkPrices, judgesOf } from '../rollout/check-task.ts';
import { checkTemplates } from '../rollout/check-templates.ts';
import { contentHash } from '../rollout/resolve-task.ts';
import { baselineTask, generatorOf, taskOf } from './resolve-spec.ts';

/** @returns what is wrong, with fields as `specs.0.task.prompt` */
export function checkSynthesis({ specs, judges, golden }: SynthesisInput): InputProblem[] {
  const problems = [
    ...checkNames(specs),
    ...checkSameTask(specs),
    ...checkSchemas(taskOf(specs)),
    ...checkSample(taskOf(specs)),
  ];
  for (const name of Object.keys(judges)) {
    if (specs.some((spec) => spec.name === name)) continue;
    problems.push({ field: `judges.${name}`, message: 'is the judge of no spec.', remedy: 'Take it out.' });
  }
  const seen = new Set<string>();
  for (const { id } of golden) {
    if (seen.has(id))
      problems.push({
        field: 'golden',
        message: `repeats the id ${JSON.stringify(id)}.`,
        remedy: 'Give each example an id of its own.',
      });
    seen.add(id);
  }
  return problems.length > 0 ? problems : checkTaskParts(specs, judges);
}

function checkNames(specs: readonly Spec[]): InputProblem[] {
  return specs.flatMap(({ name }, i) =>
    specs.findIndex((other) => other.name === name) === i
      ? []
      : [
          {
            field: `specs.${i}.name`,
            message: `${JSON.stringify(name)} is used twice.`,
            remedy: 'Give each spec a name of its own.',
          },
        ],
  );
}

function checkSameTask(specs: readonly Spec[]): InputProblem[] {
  const [first, ...others] = specs.map(({ task }) => contentHash(task));
  return others.flatMap((hash, i) =>
    hash === first
      ? []
      : [
          {
            field: `specs.${i + 1}.task`,
            message: 'is another task than that of the first spec.',
            remedy: 'Specs of one dataset share one task: put it into a file and give its path as `task`.',
          },
        ],
  );
}

function checkSchemas(task: SpecTask): InputProblem[] {
  return (['input', 'output'] as const).flatMap((name) => {
    const schema = task[name]?.schema;
    if (schema === undefined) return [];
    const field = `specs.0.task.${name}.schema`;
    try {
      compileSchema(schema);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return [
        { field, message: `is no JSON Schema: ${reason}.`, remedy: 'Mend it (draft 2020-12, or 07 by its $schema).' },
      ];
    }
    const isObject = name === 'output' || schema.type === 'object';
    return isObject
      ? []
      : [{ field, message: 'must be of an object.', remedy: 'Give it `type: object`, or leave it out for text.' }];
  });
}

function checkSample({ input, sample }: SpecTask): InputProblem[] {
  const given = sample?.input;
  if (given === undefined) return [];
  const field = 'specs.0.task.sample.input';
  if (input === undefined) {
    return typeof given === 'string'
      ? []
      : [{ field, message: 'is an object, but the task has no input schema.', remedy: 'Give `input: { schema: … }`.' }];
  }
  if (typeof given === 'string')
    return [{ field, message: 'is a text, but the task has an input schema.', remedy: 'Give an object.' }];
  const { count, told } = compileSchema(input.schema)(given);
  return count === 0
    ? []
    : [
        {
          field,
          message: `is not what the input schema allows: ${told.join('; ')}.`,
          remedy: 'Mend the one or the other.',
        },
      ];
}

/** What `optimize` would say of the task that comes out, before anything is paid for it. */
function checkTaskParts(specs: readonly Spec[], judges: SynthesisInput['judges']): InputProblem[] {
  const given = taskOf(specs);
  const task = baselineTask(specs, judges);
  const { budget } = given.synthesis;
  const capped = {
    ...task,
    budget: { ...task.budget, ...(budget.costUsd === undefined ? {} : { costUsd: budget.costUsd }) },
  };
  const models = [task.model.name, generatorOf(given).name, ...judgesOf(task)];
  return [...checkEvals(task), ...checkTemplates(task, [sampleOf(given)]), ...checkPrices(capped, models)].map(
    (problem) => ({ ...problem, field: `specs.0.task.${problem.field ?? ''}` }),
  );
}

/** An input as templates see it: an object's fields, or a text. */
function sampleOf({ input, sample }: SpecTask): Example['input'] {
  if (sample?.input !== undefined) return sample.input;
  if (input === undefined) return '';
  const properties: Json | undefined = own(input.schema, 'properties');
  return isRecord(properties) ? Object.fromEntries(Object.keys(properties).map((name) => [name, ''])) : {};
}

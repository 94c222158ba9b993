/** What a spec's task leaves to defaults, filled in; and the task that comes out of it. */
import type { Spec, SpecTask } from '../contracts/spec.ts';
import {
  type JudgeModelSettings,
  judgeModelSchema,
  reflectionModelSchema,
  type Task,
  type TaskFile,
} from '../contracts/task.ts';
import { taskFileSchema } from '../evals/task-schema.ts';
import { toTask } from '../rollout/resolve-task.ts';
import type { GeneratorSettings } from './ask.ts';
import { criteriaOf, specTypeWords } from './spec-types.ts';

export function generatorOf({ generator, model }: SpecTask): GeneratorSettings {
  return generator ?? reflectionModelSchema.parse({ name: model.name });
}

export function judgeOf(task: SpecTask): JudgeModelSettings {
  return task.judge ?? judgeModelSchema.parse({ name: generatorOf(task).name, temperature: 0 });
}

/** The eval that a spec becomes: it passes or fails, by the spec's own words and the steps of its judge. */
export function evalOf(spec: Spec, steps: readonly string[] | undefined): TaskFile['evals'][number] {
  return {
    name: spec.name,
    type: 'llm_judge',
    weight: 1,
    scale: 'pass_fail',
    criteria: criteriaOf(spec),
    ...(steps === undefined || steps.length === 0 ? {} : { steps: [...steps] }),
    ...(specTypeWords[spec.type].withReference === true ? { reference: true } : {}),
  };
}

/** Whether any of the specs needs a reference answer for each example. */
export function needsReference(specs: readonly Spec[]): boolean {
  return specs.some(({ type }) => specTypeWords[type].withReference === true);
}

/** The name of the task that comes out of specs. */
export function taskNameOf(specs: readonly Spec[]): string {
  const [first] = specs;
  return first?.task.name ?? first?.name ?? 'task';
}

/**
 * The task of `task.yaml`, checked as `optimize` will check it.
 * @param judges steps by spec
 * @throws ZodError when the parts do not make a task
 */
export function taskFileOf(
  specs: readonly Spec[],
  judges: Readonly<Record<string, readonly string[]>>,
  datasets: TaskFile['datasets'],
  rest: Partial<Pick<TaskFile, 'budget'>> = {},
): TaskFile {
  const [first] = specs;
  if (first === undefined) throw new Error('There is no spec.');
  const { task } = first;
  return taskFileSchema.parse({
    name: taskNameOf(specs),
    prompt: task.prompt,
    model: task.model,
    reflection: task.reflection ?? generatorOf(task),
    judge: judgeOf(task),
    ...(task.output === undefined ? {} : { output: { schema: task.output.schema } }),
    datasets,
    evals: specs.map((spec) => evalOf(spec, judges[spec.name])),
    prices: task.prices,
    optimizer: { seed: task.synthesis.seed },
    ...rest,
  });
}

/** The task as rollouts of the synthesis run it. */
export function baselineTask(specs: readonly Spec[], judges: Readonly<Record<string, readonly string[]>>): Task {
  const file = taskFileOf(specs, judges, { train: 'train.jsonl', test: 'test.jsonl' });
  return toTask(file, specs[0]?.task.output?.schema);
}

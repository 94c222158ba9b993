/** What a spec's task leaves to defaults, filled in; and the task that comes out of it. */
import type { z } from 'zod';
import type { Spec, SpecTask } from '../contracts/spec.ts';
import type { SynthesisInput } from '../contracts/synthesis.ts';
import {
  type JudgeModelSettings,
  judgeModelSchema,
  modelSchema,
  reflectionModelSchema,
  type Task,
  type TaskFile,
} from '../contracts/task.ts';
import { taskFileSchema } from '../evals/task-schema.ts';
import { toTask } from '../rollout/resolve-task.ts';
import type { GeneratorSettings } from './ask.ts';
import { criteriaOf, specTypeWords } from './spec-types.ts';

/** The task that all specs of a dataset share. @throws Error when there is no spec */
export function taskOf(specs: readonly Spec[]): SpecTask {
  const [first] = specs;
  if (first === undefined) throw new Error('There is no spec.');
  return first.task;
}

export function generatorOf({ generator, model }: SpecTask): GeneratorSettings {
  return generator ?? reflectionModelSchema.parse({ name: model.name });
}

export function judgeOf(task: SpecTask): JudgeModelSettings {
  return task.judge ?? judgeModelSchema.parse({ name: generatorOf(task).name, temperature: 0 });
}

/** The eval that a spec becomes: it passes or fails, by the spec's own words and the steps of its judge. */
export function evalOf(spec: Spec, steps: readonly string[] | undefined): Record<string, unknown> {
  return {
    name: spec.name,
    type: 'llm_judge',
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
  return taskOf(specs).name ?? specs[0]?.name ?? 'task';
}

/** The task that comes out of specs, as `task.yaml` holds it: nothing that is a default is said. */
export function taskFieldsOf(
  specs: readonly Spec[],
  judges: Readonly<Record<string, readonly string[]>>,
  datasets: TaskFile['datasets'],
): Record<string, unknown> {
  const task = taskOf(specs);
  return {
    name: taskNameOf(specs),
    prompt: task.prompt,
    // `user` is left alone by default, and here there is nothing else to improve.
    ...(Object.keys(task.prompt).join() === 'user' ? { freeze: [] } : {}),
    model: brief(task.model, modelSchema),
    reflection: brief(task.reflection ?? generatorOf(task), reflectionModelSchema),
    judge: brief(judgeOf(task), judgeModelSchema),
    ...(task.output === undefined ? {} : { output: { schema: task.output.schema } }),
    datasets,
    evals: specs.map((spec) => evalOf(spec, judges[spec.name])),
    ...(Object.keys(task.prices).length === 0 ? {} : { prices: task.prices }),
    optimizer: { seed: task.synthesis.seed },
  };
}

/** Settings of a model without what is a default anyway. */
function brief<T extends { readonly name: string }>(settings: T, schema: z.ZodType<T>): Record<string, unknown> {
  const defaults: Partial<Record<string, unknown>> = { ...schema.parse({ name: settings.name }), name: undefined };
  const told = Object.entries(settings).filter(([field, value]) => value !== defaults[field]);
  return Object.fromEntries(told);
}

/** The task as rollouts of the synthesis run it. */
export function baselineTask(specs: readonly Spec[], judges: Readonly<Record<string, readonly string[]>>): Task {
  const fields = taskFieldsOf(specs, judges, { train: 'train.jsonl', test: 'test.jsonl' });
  return toTask(taskFileSchema.parse(fields), taskOf(specs).output?.schema);
}

/** Prices of the models of a synthesis: those that the task gives; a simulated model costs nothing. */
export function pricesFor({ specs, simulated }: Pick<SynthesisInput, 'specs' | 'simulated'>): Task['prices'] {
  const task = taskOf(specs);
  if (!simulated) return task.prices;
  const names = [task.model.name, generatorOf(task).name, judgeOf(task).name];
  return Object.fromEntries(names.map((name) => [name, { input: 0, output: 0 }]));
}

/** Where a simulated model answers (`MODEL_NOTICE`): nothing has a price, whatever names it answers to, and every result says so. */
import type { Task } from '../contracts/task.ts';
import { optionalEnv } from '../platform/env.ts';
import { judgesOf } from './check-task.ts';

/** What a result must say of the model; undefined: a real one answers. */
export function modelNotice(): string | undefined {
  return optionalEnv('MODEL_NOTICE');
}

/** The task with every model that it asks at no price, where a simulated one answers. */
export function simulatedPrices(task: Task, otherModels: readonly string[] = []): Task {
  if (modelNotice() === undefined) return task;
  const free = { input: 0, output: 0 };
  const models = [task.model.name, task.reflection.name, ...judgesOf(task), ...otherModels];
  return { ...task, prices: { ...task.prices, ...Object.fromEntries(models.map((model) => [model, free])) } };
}

/** A task file as the input of an execution. */
import type { SplitName } from '../lambdas/contracts/dataset.ts';
import type { TaskInput } from '../lambdas/contracts/task.ts';
import type { LoadedTask } from './task-file.ts';

/** The task as an execution's input: with the names that its datasets have there, and its schema in place. */
export function taskWithDatasets({ file, task }: LoadedTask, names: Partial<Record<SplitName, string>>): TaskInput {
  const { train = '', test = '', ...optional } = names;
  const { output: _output, ...rest } = file;
  return {
    ...rest,
    datasets: { train, test, ...optional },
    ...(task.outputSchema === undefined ? {} : { output: { schema: task.outputSchema } }),
  };
}

/** A small task that is right, for tests to change. */
import type { Task, TaskFile } from '../../lambdas/contracts/task.ts';
import { taskFileSchema } from '../../lambdas/evals/task-schema.ts';
import { toTask } from '../../lambdas/rollout/resolve-task.ts';

/** As a user would write it; `changes` are laid over its fields. */
export function taskFileOf(changes: Record<string, unknown> = {}): TaskFile {
  return taskFileSchema.parse({
    name: 'tickets',
    prompt: { system: 'Classify.', user: '{{input}}' },
    model: { name: 'task-model', maxOutputTokens: 50 },
    reflection: { name: 'reflection-model' },
    datasets: { train: 'train.jsonl', test: 'test.jsonl' },
    evals: [{ name: 'label', type: 'exact_match' }],
    ...changes,
  });
}

export function taskOf(changes: Record<string, unknown> = {}): Task {
  return toTask(taskFileOf(changes), undefined);
}

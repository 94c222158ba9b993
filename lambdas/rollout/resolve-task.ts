/** From what a user wrote to what the workflow works with: defaults filled in, datasets apart. */
import { createHash } from 'node:crypto';
import type { EvalSettings } from '../contracts/evals.ts';
import type { Components, Task, TaskFile, TaskInput } from '../contracts/task.ts';
import type { EvalContext } from '../evals/scorer.ts';
import { DEFAULT_USER } from '../model/templates.ts';

/**
 * The task without its datasets. A prompt without a `user` message gets the plain input as one.
 * @param outputSchema the JSON Schema of the answer, when the task has one
 */
export function toTask(given: TaskFile | TaskInput, outputSchema: Task['outputSchema']): Task {
  const { datasets: _datasets, output: _output, prompt, ...rest } = given;
  return {
    ...rest,
    prompt: withUser(prompt),
    ...(outputSchema === undefined ? {} : { outputSchema }),
  };
}

/** A prompt as it is sent: without a `user` message it gets the plain input as one. */
export function withUser(prompt: Components): Components {
  return prompt.user === undefined ? { ...prompt, user: DEFAULT_USER } : prompt;
}

/** What of a task its evals are checked against. */
export function evalContext({ judge, model, prices }: Task): EvalContext {
  return { judge, modelName: model.name, hasTools: model.tools !== undefined, prices };
}

/** A task's model by what an answer depends on: its settings, and whose answers count. */
export function askedModel({ model, answersOf }: Task): Task['model'] & { readonly answersOf?: string } {
  return answersOf === undefined ? model : { ...model, answersOf };
}

const judged = new WeakMap<Task, readonly EvalSettings[]>();

/** A task's evals by what a score depends on: each with the judge that it asks, and scorers by their text. */
export function judgedEvals(task: Task): readonly EvalSettings[] {
  const known = judged.get(task);
  if (known !== undefined) return known;
  const evals = task.evals.map((settings) => {
    if (settings.type === 'llm_judge' && settings.judge === undefined) return { ...settings, judge: task.judge };
    // Where a scorer's file lies does not matter, what it holds does.
    return settings.type === 'custom' && settings.fileHash !== undefined ? { ...settings, file: undefined } : settings;
  });
  judged.set(task, evals);
  return evals;
}

/** Hash of a JSON value, whatever the order of its keys. */
export function contentHash(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(ordered(value)))
    .digest('hex');
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, ordered(inner)]),
  );
}

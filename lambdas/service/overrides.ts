/** Fields of a task that one run has otherwise: values by dotted path. Pure. */
import { type InputProblem, InvalidInputError } from '../contracts/errors.ts';
import { describeIssues } from '../contracts/issues.ts';
import type { Overrides } from '../contracts/payloads.ts';
import type { TaskInput } from '../contracts/task.ts';
import { taskInputSchema } from '../evals/task-schema.ts';

/** What makes a task that task: whatever is kept of it hangs on the name. */
const FIXED = 'name';

/**
 * The task with other values, checked as a whole.
 * @throws InvalidInputError that names `overrides.PATH` where the override is to blame, `task.PATH` where the task is
 */
export function withOverrides(task: object, overrides: Overrides = {}): TaskInput {
  const changed: object = structuredClone(task);
  const paths = Object.keys(overrides);
  const problems = paths.flatMap((path) => setField(changed, path, overrides[path]) ?? []);
  if (problems.length > 0) throw new InvalidInputError(problems);
  const parsed = taskInputSchema.safeParse(changed);
  if (parsed.success) return parsed.data;
  throw new InvalidInputError(
    describeIssues(parsed.error, changed, taskInputSchema).map(({ path, problem }) => {
      const field = path.join('.');
      const blamed = paths.find((one) => one === field || field.startsWith(`${one}.`) || one.startsWith(`${field}.`));
      // The field below an overridden one is named as a whole: it is where the user wrote it.
      const named =
        blamed === undefined ? `task.${field}` : `overrides.${field.length > blamed.length ? field : blamed}`;
      return { ...problem, field: named };
    }),
  );
}

/** Sets the field, or says why it cannot be. A list is an object here: `evals.0.weight` is a field of its first entry. */
function setField(task: object, path: string, value: unknown): InputProblem | null {
  const field = `overrides.${path}`;
  const names = path.split('.');
  if (path === FIXED) return { field, message: 'cannot be overridden.', remedy: 'Store a task of that name.' };
  if (names.includes('__proto__')) return { field, message: 'is not a known field.', remedy: 'Take it out.' };
  let inner: object = task;
  for (const [i, name] of names.slice(0, -1).entries()) {
    const given: unknown = Object.hasOwn(inner, name) ? Reflect.get(inner, name) : {};
    if (typeof given !== 'object' || given === null) {
      const message = `does not exist: ${names.slice(0, i + 1).join('.')} has no fields.`;
      return { field, message, remedy: 'Give the path of a field of the task, for example budget.rollouts.' };
    }
    Reflect.set(inner, name, given);
    inner = given;
  }
  Reflect.set(inner, names.at(-1) ?? '', value);
  return null;
}

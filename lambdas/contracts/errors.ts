/**
 * The typed errors of the workflow. Their names are the contract between the handlers and the Retry and Catch
 * fields of `statemachine/*.asl.json` (a test holds the two together), so each class pins its own `name`:
 * AWS Lambda reports `error.name` as the error type.
 */

/** What every error of this project has in common: a pinned name and a cause. */
export abstract class PromptOptimizerError extends Error {
  abstract override readonly name: string;
}

/** One thing that is wrong with the input, and what to do about it. */
export interface InputProblem {
  /** File as the user named it; absent when the input did not come from a file. */
  readonly file?: string | undefined;
  /** 1-based line in `file`. */
  readonly line?: number | undefined;
  /** Dotted path of the field, for example `evals.0.weight`. */
  readonly field?: string | undefined;
  /** What is wrong. */
  readonly message: string;
  /** What the user can do. */
  readonly remedy?: string | undefined;
}

/** `task.yaml:12, evals.0.weight: must be above 0. Give a positive number.` */
export function describeProblem(problem: InputProblem): string {
  const { file: name, line } = problem;
  const file = line === undefined ? (name ?? '') : name === undefined ? `line ${line}` : `${name}:${line}`;
  const where = [file, problem.field ?? ''].filter((part) => part !== '').join(', ');
  const what = where === '' ? problem.message : `${where}: ${problem.message}`;
  return problem.remedy === undefined ? what : `${what} ${problem.remedy}`;
}

/** The task or a dataset is wrong; nothing was started. Never retried. */
export class InvalidInputError extends PromptOptimizerError {
  readonly name = 'InvalidInputError';
  readonly problems: readonly InputProblem[];
  constructor(problems: readonly InputProblem[], options?: ErrorOptions) {
    super(problems.map(describeProblem).join('\n'), options);
    this.problems = problems;
  }
}

/** The model asked us to wait longer than a function should; the machine's Retry waits instead. */
export class RateLimitedError extends PromptOptimizerError {
  readonly name = 'RateLimitedError';
}

/** The model could not be reached or answered 5xx after the retries inside the function. */
export class ModelUnavailableError extends PromptOptimizerError {
  readonly name = 'ModelUnavailableError';
}

/** The model's server refuses our requests as such (wrong key, no such model); retrying cannot help. */
export class ModelRefusedRequestError extends PromptOptimizerError {
  readonly name = 'ModelRefusedRequestError';
}

/** The run's caps leave no room for what would have to be done next. */
export class BudgetExhaustedError extends PromptOptimizerError {
  readonly name = 'BudgetExhaustedError';
}

/** More rollouts have failed than a number may leave out (`maxFailureShare`). */
export class TooManyFailuresError extends PromptOptimizerError {
  readonly name = 'TooManyFailuresError';
}

/** Somebody else wrote the same record first (a second `Plan`, a second run of the same id). */
export class StoreConflictError extends PromptOptimizerError {
  readonly name = 'StoreConflictError';
}

import { describe, expect, it } from 'vitest';
import * as errors from '../../lambdas/contracts/errors.ts';
import { CallError } from '../../lambdas/model/chat-model.ts';
import { StoppedError } from '../../lambdas/platform/shutdown.ts';
import { FolderInUseError } from '../../local/embedded-aws.ts';

const cause = new Error('why');
const made: Error[] = [
  new errors.InvalidInputError([{ message: 'x' }], { cause }),
  new errors.RateLimitedError('x', { cause }),
  new errors.ModelUnavailableError('x', { cause }),
  new errors.ModelRefusedRequestError('x', { cause }),
  new errors.BudgetExhaustedError('x', { cause }),
  new errors.TooManyFailuresError('x', { cause }),
  new errors.StoreConflictError('x', { cause }),
  new CallError('timeout', 'x', null, { cause }),
  new FolderInUseError('x', { cause }),
];

describe('an error class', () => {
  it.each(made.map((error) => ({ error, className: error.constructor.name })))(
    '$className has its own name, which Retry and Catch match, and its cause',
    ({ error, className }) => {
      expect(error.name).toBe(className);
      expect(error).toBeInstanceOf(Error);
      expect(error.message).toBe('x');
      expect(error.cause).toBe(cause);
    },
  );

  it('that stops a run has its own name too', () => {
    expect(new StoppedError().name).toBe('StoppedError');
  });

  it('of the contract is tried above: none was added without', () => {
    const classes = Object.values(errors).filter(
      (one): one is typeof errors.InvalidInputError => typeof one === 'function' && one.prototype instanceof Error,
    );

    const concrete = classes.map(({ name }) => name).filter((name) => name !== 'PromptOptimizerError');
    expect(concrete.sort()).toEqual(
      made
        .slice(0, 7)
        .map(({ name }) => name)
        .sort(),
    );
    for (const error of made.slice(0, 7)) expect(error).toBeInstanceOf(errors.PromptOptimizerError);
  });
});

describe('describeProblem', () => {
  it.each([
    { problem: { message: 'is wrong.' }, text: 'is wrong.' },
    { problem: { message: 'is wrong.', remedy: 'Do it so.' }, text: 'is wrong. Do it so.' },
    { problem: { field: 'a.b', message: 'is wrong.' }, text: 'a.b: is wrong.' },
    { problem: { file: 'f.yaml', message: 'is wrong.' }, text: 'f.yaml: is wrong.' },
    { problem: { file: 'f.yaml', line: 12, message: 'is wrong.' }, text: 'f.yaml:12: is wrong.' },
    { problem: { line: 12, field: 'a', message: 'is wrong.' }, text: 'line 12, a: is wrong.' },
    {
      problem: { file: 'f.yaml', line: 12, field: 'evals.0.weight', message: 'must be above 0.', remedy: 'Give one.' },
      text: 'f.yaml:12, evals.0.weight: must be above 0. Give one.',
    },
  ])('says $text', ({ problem, text }) => {
    expect(errors.describeProblem(problem)).toBe(text);
  });

  it('makes the message of an input error: a line a problem', () => {
    const problems = [{ message: 'one' }, { field: 'b', message: 'two' }];

    const error = new errors.InvalidInputError(problems);

    expect(error.message).toBe('one\nb: two');
    expect(error.problems).toEqual(problems);
  });
});

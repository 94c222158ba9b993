/** Errors as RFC 9457 problem documents: what was wrong, where, and what to do. */
import { z } from 'zod';
import { describeProblem, type InputProblem, type InvalidInputError } from '../contracts/errors.ts';

/** Most single problems that one document lists. */
const MOST_PROBLEMS = 100;
/** Longest message, characters: it may quote what was sent. */
const MAX_TEXT = 1_000;

const singleProblemSchema = z.strictObject({
  file: z.string().optional(),
  /** 1-based. */
  line: z.number().int().optional(),
  field: z.string().optional(),
  message: z.string(),
  remedy: z.string().optional(),
});

export const problemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string().describe('What programs go by: it stays the same when the words change.'),
    field: z.string().optional().describe('Dotted path in the body, or the name of a parameter or header.'),
    remedy: z.string().optional(),
    problems: z.array(singleProblemSchema).max(MOST_PROBLEMS).optional(),
    moreProblems: z.number().int().optional().describe('How many there are beyond those that are listed.'),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problemSchema>;

/** Statuses that are answered with a problem, and the titles that go with them. */
export const problemTitles = {
  400: 'The request is wrong',
  401: 'Who asks is not known',
  403: 'Who asks may not',
  404: 'Not found',
  405: 'The path does not know this method',
  409: 'Something else is in the way',
  412: 'It has changed in the meantime',
  413: 'The body is too large',
  415: 'The body is of a kind that is not read here',
  422: 'The request cannot be carried out as it is',
  500: 'Something went wrong here',
} as const;
export type ProblemStatus = keyof typeof problemTitles;

export interface ProblemDetails {
  /** One or two sentences; made from `problems` when absent. */
  readonly detail?: string | undefined;
  readonly field?: string | undefined;
  readonly remedy?: string | undefined;
  readonly problems?: readonly InputProblem[] | undefined;
}

/** The document. `code` is snake_case. */
export function problemFor(status: ProblemStatus, code: string, details: ProblemDetails): Problem {
  const { problems = [] } = details;
  const [first] = problems;
  const field = details.field ?? first?.field;
  const remedy = details.remedy ?? first?.remedy;
  const more = problems.length - MOST_PROBLEMS;
  return {
    type: `urn:prompt-optimizer:problem:${code}`,
    title: problemTitles[status],
    status,
    detail: cut(details.detail ?? detailOf(problems)),
    code,
    ...(field === undefined ? {} : { field: cut(field) }),
    ...(remedy === undefined ? {} : { remedy: cut(remedy) }),
    ...(problems.length === 0 ? {} : { problems: problems.slice(0, MOST_PROBLEMS).map(single) }),
    ...(more > 0 ? { moreProblems: more } : {}),
  };
}

/** Ends a request with a problem. Handlers throw it. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  /** Headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    status: ProblemStatus,
    code: string,
    details: ProblemDetails,
    headers: Readonly<Record<string, string>> = {},
  ) {
    const problem = problemFor(status, code, details);
    super(problem.detail);
    this.problem = problem;
    this.headers = headers;
  }
}

/** 404 of a resource. @param what `There is no task "tickets".` */
export function notFound(field: string, what: string, remedy?: string): ProblemError {
  return new ProblemError(404, 'not_found', { detail: what, field, remedy });
}

/** 422: the form is right, what it says is not. */
export function refused(problems: readonly InputProblem[]): ProblemError {
  return new ProblemError(422, 'invalid_input', { problems });
}

export function problemOfInvalidInput({ problems }: InvalidInputError): Problem {
  return problemFor(422, 'invalid_input', { problems });
}

function detailOf(problems: readonly InputProblem[]): string {
  const [first] = problems;
  if (first === undefined) return '';
  const { remedy: _remedy, ...what } = first;
  const others = problems.length - 1;
  return `${cut(describeProblem(what))}${others === 0 ? '' : ` (and ${others} more)`}`;
}

function single({ file, line, field, message, remedy }: InputProblem): z.infer<typeof singleProblemSchema> {
  return {
    ...(file === undefined ? {} : { file: cut(file) }),
    ...(line === undefined ? {} : { line }),
    ...(field === undefined ? {} : { field: cut(field) }),
    message: cut(message),
    ...(remedy === undefined ? {} : { remedy: cut(remedy) }),
  };
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT).toWellFormed()}…` : text;
}

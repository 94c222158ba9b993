/**
 * `custom`: a user's own scorer, which is given `{ example, output, candidate }` and answers `{ score, feedback }`: a Lambda
 * function by its ARN, or on one machine a JavaScript or TypeScript file whose default export is called with the same.
 */
import { z } from 'zod';
import { evalFields } from '../contracts/evals.ts';
import { runsFiles, ScorerUnavailableError } from '../platform/scorers.ts';
import type { EvalDefinition } from './scorer.ts';
import { EvalFailure, type ScorerInput, ScoringEndedError } from './services.ts';

const schema = z.strictObject({
  ...evalFields,
  type: z.literal('custom'),
  /** The function; a version or alias in it makes a change of the code a change of the eval. */
  arn: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_:$-]+$/,
      'must be the ARN of a Lambda function',
    )
    .optional(),
  /** Path of the file, relative to the task file. Where files run, it goes before `arn`. */
  file: z.string().min(1).optional(),
  /** Hash of the file's text, filled in when the task is read: another text is another eval. */
  fileHash: z.string().optional(),
  /** Time limit of one call, seconds. */
  timeoutSeconds: z.number().min(0.1).max(60).default(30),
});
type Settings = z.infer<typeof schema>;

/** What a scorer must answer. */
const answerSchema = z.object({ score: z.number().min(0).max(1), feedback: z.string().optional() });

export const custom: EvalDefinition<Settings> = {
  schema,
  // It may cost what nobody here can count; its answers are kept, so that no crash asks for them again.
  calls: () => [],
  problem({ arn, file }) {
    if (arn === undefined && file === undefined) {
      return { field: 'arn', message: 'is missing.', remedy: 'Give the ARN of a Lambda function, or `file`.' };
    }
    if (arn === undefined && !runsFiles()) {
      const message = `is ${JSON.stringify(file)}, and files run on one machine only.`;
      return { field: 'file', message, remedy: 'Give the `arn` of a Lambda function that does the same.' };
    }
    return null;
  },
  scorer: (settings) => async (example, answer, services) => {
    const { name, arn, file, timeoutSeconds } = settings;
    const { id, input, expected, metadata } = example;
    const given: ScorerInput = {
      example: {
        id,
        input,
        ...(expected === undefined ? {} : { expected }),
        ...(metadata === undefined ? {} : { metadata }),
      },
      output: answer.text,
      candidate: services.candidate,
    };
    const value = await (file !== undefined && runsFiles()
      ? services.runFile(file, given, timeoutSeconds)
      : services.invoke(arn ?? '', given, timeoutSeconds)
    ).catch((error: unknown) => fail(name, error instanceof Error ? error.message : String(error), error));
    const parsed = answerSchema.safeParse(value);
    if (!parsed.success) {
      const problem = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the answer'}: ${message}`);
      return fail(name, `it must answer { score: 0 to 1, feedback: text } (${problem.join('; ')})`);
    }
    const { score, feedback } = parsed.data;
    const told = feedback === undefined || feedback.trim() === '' ? `${name} gave ${score}.` : feedback;
    return { score, feedback: told, rule: `pass ${name}` };
  },
};

function fail(name: string, message: string, cause?: unknown): never {
  if (cause instanceof ScoringEndedError) throw cause;
  const isTransient = cause instanceof ScorerUnavailableError;
  throw new EvalFailure('ScorerError', `The scorer ${name} failed: ${message}`, isTransient, { cause });
}

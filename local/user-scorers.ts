/** What a user's own scorers need on one machine: threads for files, and the user's own AWS for functions. */
import { type InputProblem, InvalidInputError } from '../lambdas/contracts/errors.ts';
import type { EvalSettings } from '../lambdas/contracts/evals.ts';
import { runsFiles, setFileRunner } from '../lambdas/platform/scorers.ts';
import { problemOfScorerFile, startScorerFiles } from './scorer-files.ts';

/** Lets scorers be files while `work` goes on. */
export async function withScorerFiles<T>(work: () => Promise<T>): Promise<T> {
  const files = startScorerFiles();
  setFileRunner(files.run);
  try {
    return await work();
  } finally {
    setFileRunner(null);
    await files.stop();
  }
}

/**
 * Loads each scorer that is a file before an answer is paid for that it could not score.
 * @throws InvalidInputError when one cannot be used
 */
export async function checkScorerFiles(evals: readonly EvalSettings[]): Promise<void> {
  if (!runsFiles()) return;
  const problems = await Promise.all(
    evals.map(async ({ type, file }, i): Promise<InputProblem[]> => {
      if (type !== 'custom' || typeof file !== 'string') return [];
      const problem = await problemOfScorerFile(file);
      if (problem === null) return [];
      return [
        {
          field: `evals.${i}.file`,
          message: `cannot be used: ${problem} (${file})`,
          remedy:
            'Its default export must be a function. A file with `import` or `export` is named .mts or .mjs, or has a package.json with "type": "module" above it.',
        },
      ];
    }),
  );
  if (problems.flat().length > 0) throw new InvalidInputError(problems.flat());
}

/**
 * Keeps the user's own region and credentials for scorers that are Lambda functions: the embedded AWS takes their places
 * in the environment.
 * @throws InvalidInputError when there are none
 */
export async function keepUserAws(evals: readonly EvalSettings[]): Promise<void> {
  const remote = evals.findIndex(({ type, arn, file }) => type === 'custom' && arn !== undefined && file === undefined);
  if (remote === -1) return;
  // Only whoever needs the client waits for it to load.
  const { scorerClient, setScorerClient } = await import('../lambdas/platform/scorer-functions.ts');
  const given = scorerClient();
  try {
    const [region, credentials] = await Promise.all([given.config.region(), given.config.credentials()]);
    setScorerClient(scorerClient({ region, credentials }));
  } catch (error) {
    throw new InvalidInputError(
      [
        {
          field: `evals.${remote}.arn`,
          message: `cannot be invoked from here: ${error instanceof Error ? error.message : error}`,
          remedy: 'Set AWS_REGION and AWS credentials, or give `file` for runs on this machine.',
        },
      ],
      { cause: error },
    );
  } finally {
    given.destroy();
  }
}

/** As `keepUserAws` for whatever tasks may come: without credentials only the scorers that need them fail. */
export async function keepUserAwsIfAny(): Promise<void> {
  const { scorerClient, setScorerClient } = await import('../lambdas/platform/scorer-functions.ts');
  const given = scorerClient();
  const region = await given.config.region().catch(() => undefined);
  given.destroy();
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE } = process.env;
  const isInEnvironment = AWS_PROFILE === undefined && AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY;
  const own = isInEnvironment
    ? {
        credentials: {
          accessKeyId: AWS_ACCESS_KEY_ID,
          secretAccessKey: AWS_SECRET_ACCESS_KEY,
          ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
        },
      }
    : // A named profile is looked up when it is needed, and passes over the environment, which is then another one.
      { profile: AWS_PROFILE ?? 'default', logger: silent };
  setScorerClient(scorerClient({ ...own, ...(region === undefined ? {} : { region }) }));
}

/** The SDK would warn that the environment names credentials too. They are those of the embedded AWS. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };

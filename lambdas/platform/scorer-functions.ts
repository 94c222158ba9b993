/** A user's own scorers that are Lambda functions. Loaded by the first that is invoked: the client takes its time. */
import { InvokeCommand, LambdaClient, type LambdaClientConfig, LambdaServiceException } from '@aws-sdk/client-lambda';
import { ScorerUnavailableError } from './scorers.ts';

/** Lambda throttles accounts at as little as ten calls at once; a function that throws is not asked again. */
const MAX_ATTEMPTS = 5;

let client: LambdaClient | undefined;

/** Says which client invokes functions, where the environment of this process is not the user's own. */
export function setScorerClient(given: LambdaClient): void {
  client = given;
}

/** A client as `invokeScorer` has it. */
export function scorerClient(config: LambdaClientConfig = {}): LambdaClient {
  return new LambdaClient({ maxAttempts: MAX_ATTEMPTS, ...config });
}

/**
 * Invokes a Lambda function and waits for its answer.
 * @throws ScorerUnavailableError when it takes longer than `timeoutSeconds`, is throttled or out of reach
 * @throws Error when it may not be invoked, throws or answers no JSON
 */
export async function invokeScorer(arn: string, payload: unknown, timeoutSeconds: number): Promise<unknown> {
  client ??= scorerClient();
  const abortSignal = AbortSignal.timeout(timeoutSeconds * 1000);
  const command = new InvokeCommand({ FunctionName: arn, Payload: Buffer.from(JSON.stringify(payload)) });
  const answer = await client.send(command, { abortSignal }).catch((error: unknown) => {
    const late = `${arn} did not answer within ${timeoutSeconds} s.`;
    if (abortSignal.aborted) throw new ScorerUnavailableError(late, { cause: error });
    throw mayPass(error) ? new ScorerUnavailableError(`${arn}: ${messageOf(error)}`, { cause: error }) : error;
  });
  const text = Buffer.from(answer.Payload ?? []).toString('utf-8');
  if (answer.FunctionError !== undefined) throw new Error(`${arn} threw: ${text.slice(0, 500)}`);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Error(`${arn} answered no JSON: ${JSON.stringify(text.slice(0, 200))}`, { cause: error });
  }
}

/** Whether Lambda is busy or broken, or nobody could be reached at all. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof LambdaServiceException))
    return error instanceof Error && error.name !== 'CredentialsProviderError';
  return (
    error.$retryable !== undefined ||
    (error.$metadata.httpStatusCode ?? 0) >= 500 ||
    error.$metadata.httpStatusCode === 429
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Forgets the client, so that another environment can be used. */
export function forgetScorers(): void {
  client?.destroy();
  client = undefined;
}

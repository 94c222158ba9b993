/** A user's own scorers: Lambda functions, and on one machine files. What they are given and answer is `evals/custom.ts`. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

/** Runs the scorer in a file with a JSON input. @throws Error when it throws, or takes longer than `timeoutSeconds` */
export type FileRunner = (file: string, input: unknown, timeoutSeconds: number) => Promise<unknown>;

let fileRunner: FileRunner | null = null;

/** Says who runs scorers that are files; null is nobody: a deployed function runs no file that a task names. */
export function setFileRunner(runner: FileRunner | null): void {
  fileRunner = runner;
}

/** Whether scorers may be files here. */
export function runsFiles(): boolean {
  return fileRunner !== null;
}

export const runScorerFile: FileRunner = (file, input, timeoutSeconds) => {
  if (fileRunner === null) throw new Error(`${file} is a file, and files run on one machine only: give an \`arn\`.`);
  return fileRunner(file, input, timeoutSeconds);
};

let client: LambdaClient | undefined;

/** Says which client invokes functions, where the environment of this process is not the user's own. */
export function setScorerClient(given: LambdaClient): void {
  client = given;
}

/**
 * Invokes a Lambda function and waits for its answer.
 * @throws Error when it cannot be invoked, throws, answers no JSON, or takes longer than `timeoutSeconds`
 */
export async function invokeScorer(arn: string, payload: unknown, timeoutSeconds: number): Promise<unknown> {
  client ??= new LambdaClient({ maxAttempts: 2 });
  const abortSignal = AbortSignal.timeout(timeoutSeconds * 1000);
  const command = new InvokeCommand({ FunctionName: arn, Payload: Buffer.from(JSON.stringify(payload)) });
  const answer = await client.send(command, { abortSignal }).catch((error: unknown) => {
    if (abortSignal.aborted) throw new Error(`${arn} did not answer within ${timeoutSeconds} s.`, { cause: error });
    throw error;
  });
  const text = Buffer.from(answer.Payload ?? []).toString('utf-8');
  if (answer.FunctionError !== undefined) throw new Error(`${arn} threw: ${text.slice(0, 500)}`);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Error(`${arn} answered no JSON: ${JSON.stringify(text.slice(0, 200))}`, { cause: error });
  }
}

/** Forgets the client, so that another environment can be used. */
export function forgetScorers(): void {
  client?.destroy();
  client = undefined;
}

/** Where a deployed stack has its API: the output `ApiUrl` of its CloudFormation stack, asked for with the user's AWS credentials. */
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvalidInputError } from '../../lambdas/contracts/errors.ts';
import type { Signer } from './signed-fetch.ts';

const OUTPUT = 'ApiUrl';

export interface StackApi {
  readonly url: string;
  readonly signer: Signer;
}

/**
 * Looks the API of a stack up.
 * @throws InvalidInputError when there are no credentials or no region, no such stack, or no API in it
 */
export async function apiOfStack(stack: string): Promise<StackApi> {
  const client = new CloudFormationClient({});
  const signer = await signerOf(client);
  let outputs: readonly { OutputKey?: string | undefined; OutputValue?: string | undefined }[];
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    outputs = Stacks[0]?.Outputs ?? [];
  } catch (error) {
    throw refused(stack, signer.region, error);
  } finally {
    client.destroy();
  }
  const url = outputs.find(({ OutputKey }) => OutputKey === OUTPUT)?.OutputValue;
  if (url === undefined) {
    throw problem(
      `The stack ${stack} in ${signer.region} has no output ${OUTPUT}.`,
      'Give the name of the stack that npm run deploy made, and deploy again if it is older than its API.',
    );
  }
  return { url, signer };
}

/**
 * The user's credentials as the SDK finds them: environment, profile, single sign-on, role of the machine.
 * @throws InvalidInputError when there are none
 */
export async function userSigner(region: string): Promise<Signer> {
  const client = new CloudFormationClient({ region });
  try {
    return await signerOf(client);
  } finally {
    client.destroy();
  }
}

async function signerOf(client: CloudFormationClient): Promise<Signer> {
  const { credentials } = client.config;
  try {
    const [region] = await Promise.all([client.config.region(), credentials()]);
    return { region, credentials };
  } catch (error) {
    throw problem(
      `needs your AWS account: ${wordsOf(error)}`,
      'Set AWS_REGION and AWS credentials (AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY).',
      error,
    );
  }
}

function refused(stack: string, region: string, error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  const words = wordsOf(error);
  if (/does not exist/.test(error.message)) {
    return problem(
      `There is no stack ${stack} in ${region}.`,
      'Check the name and AWS_REGION, or give the URL of the API.',
      error,
    );
  }
  const remedy = /AccessDenied|UnauthorizedOperation/.test(error.name)
    ? 'Allow cloudformation:DescribeStacks on this stack, or give the URL of the API instead of its name.'
    : 'Check your AWS credentials, AWS_REGION and the network.';
  return problem(`The stack ${stack} could not be looked up in ${region}: ${words}`, remedy, error);
}

function problem(message: string, remedy: string, cause?: unknown): InvalidInputError {
  return new InvalidInputError([{ file: '--remote', message, remedy }], { cause });
}

/** The sentence of an error, with a full stop. */
function wordsOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

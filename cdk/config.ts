/**
 * What a deployment may choose. The values are CDK context: `-c key=value` for one command, or the `context` of
 * `cdk.json`, where they stay for the next one. Nothing is read from the environment, so that two people who deploy the
 * same checkout deploy the same thing.
 */
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { type InputProblem, InvalidInputError } from '../lambdas/contracts/errors.ts';

const retentionDays = Object.values(RetentionDays).filter(
  (days): days is RetentionDays => typeof days === 'number' && days !== RetentionDays.INFINITE,
);

export const configSchema = z.strictObject({
  stackName: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,100}$/, 'must start with a letter and hold at most 101 letters, digits or -')
    .default('prompt-optimizer'),
  /** Default: the region of the AWS credentials that deploy. */
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region such as eu-central-1')
    .optional(),
  /** Secret that holds the model's API key as plain text. The stack reads it by name and never creates it. */
  apiKeySecretName: z
    .string()
    .regex(/^[A-Za-z0-9/_+=.@-]{1,512}$/, 'must be the name of a secret (not its ARN)')
    .default('prompt-optimizer/openai-api-key'),
  /** Any OpenAI-compatible server; default: OpenAI's own. */
  openaiBaseUrl: z
    .url({ protocol: /^https$/, error: 'must be an https:// URL: the API key travels with every call' })
    .optional(),
  /** ARNs of Lambda functions that evals of type `custom` may invoke, separated by commas; `*` in one stands for any text. */
  scorerFunctionArns: z
    .string()
    .transform((text) => text.split(',').map((arn) => arn.trim()))
    .pipe(
      z.array(
        z
          .string()
          .regex(
            /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_:$*-]+$/,
            'must be ARNs of Lambda functions, separated by commas',
          ),
      ),
    )
    .optional(),
  logRetentionDays: z.coerce
    .number()
    .refine((days): days is RetentionDays => retentionDays.some((known) => known === days), {
      error: `must be one of ${retentionDays.join(', ')} (what CloudWatch Logs offers)`,
    })
    .default(RetentionDays.ONE_MONTH),
  /** Runs of any kind that the queue lets go on at once; the places are numbered with two digits. */
  maxParallelRuns: z.coerce
    .number()
    .refine((runs) => Number.isInteger(runs) && runs >= 1 && runs <= 100, 'must be a whole number from 1 to 100')
    .default(4),
  /** Who is told of alarms. AWS asks the address to confirm first. */
  alarmEmail: z.email({ error: 'must be an address such as team@example.com' }).optional(),
  /** An alarm goes off when models cost more than this within a day. */
  spendAlarmUsd: z.coerce
    .number()
    .refine((usd) => usd > 0, 'must be a number of US dollars above 0')
    .default(50),
  /** Whether the functions of the search log what models are asked and answer. Sealed data is never logged. */
  logContent: z
    .union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')], {
      error: 'must be true or false',
    })
    .default(false),
  /** Requests a second that the API takes in the long run, of all callers together. */
  apiRateLimit: z.coerce
    .number()
    .refine((rate) => rate >= 1 && rate <= 10_000, 'must be a number of requests a second from 1 to 10000')
    .default(50),
  /** Requests that the API takes at once. */
  apiBurstLimit: z.coerce
    .number()
    .refine((burst) => Number.isInteger(burst) && burst >= 1 && burst <= 5000, 'must be a whole number from 1 to 5000')
    .default(100),
  /** What `destroy` does with buckets and tables. `retain` also protects the tables from deletion. */
  removalPolicy: z.enum(['retain', 'destroy'], { error: 'must be retain or destroy' }).default('retain'),
});
export type Config = z.output<typeof configSchema>;

/**
 * Reads the deployment's choices out of the CDK app's whole context.
 * @throws InvalidInputError naming every key that is unknown or has a wrong value.
 */
export function readConfig(context: Readonly<Record<string, unknown>>): Config {
  const ours = Object.fromEntries(Object.entries(context).filter(([key]) => !belongsToCdk(key)));
  const parsed = configSchema.safeParse(ours);
  if (parsed.success) return parsed.data;
  throw new InvalidInputError(
    parsed.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map(unknownKey)
        : [{ field: `context ${issue.path.join('.')}`, message: `${issue.message}.` }],
    ),
  );
}

/** The tool keeps its flags and look-ups in the same context, under keys with a namespace. */
function belongsToCdk(key: string): boolean {
  return /[:/]/.test(key) || key === 'cli-telemetry';
}

function unknownKey(key: string): InputProblem {
  const known = Object.keys(configSchema.shape);
  const nearest = known.toSorted((a, b) => distance(key, a) - distance(key, b))[0] ?? '';
  return {
    field: `context ${key}`,
    message: 'unknown key.',
    remedy: `Did you mean ${nearest}? Known are ${known.join(', ')}.`,
  };
}

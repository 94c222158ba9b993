/**
 * The function of one state of the workflow. It starts with the right to write its own log and trace, and nothing else.
 * Each `use…` gives it the variable that names a resource together with the right to use it, so that a function can
 * neither be told of a resource that it may not touch nor touch one that it was not told of.
 */
import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type IFunction, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogLevel, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { type BucketName, buckets, type TableName, tables } from '../../lambdas/store/tables.ts';
import { acknowledgeWildcards } from './acknowledge.ts';

/** Top folders of the buckets: datasets that runs read, what runs make, and what becomes of specs before it is split. */
export type Prefix = 'uploads/' | 'runs/' | 'synthesis/';

export interface BucketAccess {
  readonly read?: readonly Prefix[];
  readonly write?: readonly Prefix[];
}

/**
 * No deletes, scans or transactions: the workflow uses none. Grouped writes are for rollouts, which come many at a time;
 * the action would allow deletes too, so no other table has it.
 */
const tableActions = {
  read: ['GetItem', 'BatchGetItem'],
  readWrite: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'],
  readWriteGrouped: ['GetItem', 'BatchGetItem', 'PutItem', 'BatchWriteItem'],
} as const;
export type TableAccess = keyof typeof tableActions;

export interface StateFunctionProps {
  /** Path of the handler's file, which exports `handler`. */
  readonly entry: string;
  readonly description: string;
  /** Below the state's TimeoutSeconds, so that the function ends before its Task is given up. */
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  readonly logRetention: RetentionDays;
}

export class StateFunction extends Construct {
  readonly lambda: IFunction;
  readonly #function: NodejsFunction;
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: StateFunctionProps) {
    super(scope, id);
    // No AWSLambdaBasicExecutionRole, which would let the function write to every log group of the account.
    this.#role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    // Logs hold no prompts, data or results, so they go with the stack whatever happens to the data.
    const logGroup = new LogGroup(this, 'Log', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    logGroup.grantWrite(this.#role);
    this.#function = new NodejsFunction(this, 'Function', {
      entry: props.entry,
      handler: 'handler',
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      timeout: Duration.seconds(props.timeoutSeconds),
      memorySize: props.memoryMiB,
      tracing: Tracing.ACTIVE,
      role: this.#role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      // A variable for version 2 of the SDK; version 3 keeps connections by itself.
      awsSdkConnectionReuse: false,
      environment: { NODE_OPTIONS: '--enable-source-maps', POWERTOOLS_SERVICE_NAME: 'prompt-optimizer' },
      bundling: {
        format: OutputFormat.ESM,
        // The ESM build of packages that have both: esbuild can then leave out what is not used.
        mainFields: ['module', 'main'],
        target: 'node24',
        logLevel: LogLevel.WARNING,
        minify: true,
        sourceMap: true,
        sourcesContent: false,
        // The SDK comes along, pinned by the lock file: what the tests ran is what runs, whatever the runtime holds.
        bundleAwsSDK: true,
        // CommonJS packages inside an ESM bundle still fetch node's own modules by `require`.
        banner: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
      },
    });
    this.lambda = this.#function;
    acknowledgeWildcards(this.#role, ['*'], 'Tracing: xray:Put… has no resource that could be named.');
  }

  addVariable(name: string, value: string): void {
    this.#function.addEnvironment(name, value);
  }

  /** Objects below the given prefixes only. */
  useBucket(name: BucketName, bucket: Bucket, access: BucketAccess): void {
    this.addVariable(buckets[name].env, bucket.bucketName);
    const objects = (prefixes: readonly Prefix[] = []) => prefixes.map((prefix) => bucket.arnForObjects(`${prefix}*`));
    const [read, write] = [objects(access.read), objects(access.write)];
    if (access.read !== undefined) {
      this.#allow(['s3:GetObject'], read);
      // Without it S3 answers 403 to a read of a key that does not exist, and a missing right would look like a missing
      // object. S3 judges such a read with the key as `s3:prefix`, so the right can be kept to the same folders.
      this.#role.addToPolicy(
        new PolicyStatement({
          actions: ['s3:ListBucket'],
          resources: [bucket.bucketArn],
          conditions: { StringLike: { 's3:prefix': access.read.map((prefix) => `${prefix}*`) } },
        }),
      );
    }
    if (access.write !== undefined) this.#allow(['s3:PutObject'], write);
    acknowledgeWildcards(
      this.#role,
      [...read, ...write],
      `Objects of the ${name} bucket in the folder that this state works in; their keys hold run ids, known only at run time.`,
    );
  }

  useTable(name: TableName, table: Table, access: TableAccess): void {
    this.addVariable(tables[name].env, table.tableName);
    this.#allow(
      tableActions[access].map((action) => `dynamodb:${action}`),
      [table.tableArn],
    );
  }

  /** A task's history, which lies beside the runs: its entries are found by query. */
  useHistory(table: Table): void {
    this.#allow(['dynamodb:Query'], [table.tableArn]);
  }

  /** Functions of the user's own that score answers. */
  useFunctions(arns: readonly string[]): void {
    this.#allow(['lambda:InvokeFunction'], [...arns]);
    acknowledgeWildcards(
      this.#role,
      arns.filter((arn) => arn.includes('*')),
      'Scorers that whoever deploys has named so in `scorerFunctionArns`.',
    );
  }

  /** The model's API key, in a secret of this name that somebody else made. */
  useApiKey(secretName: string): void {
    this.addVariable('OPENAI_API_KEY_SECRET', secretName);
    this.#allow(
      ['secretsmanager:GetSecretValue'],
      [
        Stack.of(this).formatArn({
          service: 'secretsmanager',
          resource: 'secret',
          // Secrets Manager adds a hyphen and six characters of its own to the name.
          resourceName: `${secretName}-??????`,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
    );
  }

  #allow(actions: string[], resources: string[]): void {
    this.#role.addToPolicy(new PolicyStatement({ actions, resources }));
  }
}

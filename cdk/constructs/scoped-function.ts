/**
 * A function, of a state of a machine or of the service around them. It starts with the right to write its own log and
 * trace, and nothing else. Each `use…` gives it the variable that names a resource together with the right to use it, so that a function can
 * neither be told of a resource that it may not touch nor touch one that it was not told of.
 */
import { ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type IFunction, LoggingFormat, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogLevel, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type BucketName, buckets, type TableName, type TableSchema, tables } from '../../lambdas/store/tables.ts';
import { acknowledgeWildcards } from './acknowledge.ts';
import { executionsOf, type Machines, machineNames, machineVariables } from './machines.ts';
import type { Schedules } from './schedules.ts';

/**
 * Top folders of the buckets: datasets that runs read, what runs make (or their reports alone), what becomes of specs
 * before it is split, and uploads that nobody has checked yet.
 */
export type Prefix = 'uploads/' | 'runs/' | 'runs/*/report.' | 'synthesis/' | 'incoming/';

export interface BucketAccess {
  readonly read?: readonly Prefix[];
  readonly write?: readonly Prefix[];
}

/**
 * No scans or transactions: nothing uses them. No deletes but those of `useRemovals`. Grouped writes are for rollouts, which come many at a time;
 * the action would allow deletes too, so no other table has it.
 */
const tableActions = {
  read: ['GetItem', 'BatchGetItem'],
  readWrite: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'],
  readWriteGrouped: ['GetItem', 'BatchGetItem', 'PutItem', 'BatchWriteItem'],
} as const;
export type TableAccess = keyof typeof tableActions;

export interface ScopedFunctionProps {
  /** Path of the handler's file, which exports `handler`. */
  readonly entry: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  readonly logRetention: RetentionDays;
}

export class ScopedFunction extends Construct {
  readonly lambda: IFunction;
  readonly #function: NodejsFunction;
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: ScopedFunctionProps) {
    super(scope, id);
    // No AWSLambdaBasicExecutionRole, which would let the function write to every log group of the account.
    this.#role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    // Logs hold no prompts or data unless `logContent` says so, and go with the stack whatever happens to the data.
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
      `Objects of the ${name} bucket in a folder that this function works in; their keys hold run ids, known only at run time.`,
    );
  }

  useTable(name: TableName, table: Table, access: TableAccess): void {
    this.addVariable(tables[name].env, table.tableName);
    this.#allow(
      tableActions[access].map((action) => `dynamodb:${action}`),
      [table.tableArn],
    );
  }

  /** Lists of items that have their first key in common: a task's history, the versions of a prompt, events of a run. */
  useLists(table: Table): void {
    this.#allow(['dynamodb:Query'], [table.tableArn]);
  }

  /** Entries of one first key may be taken out; all else in the table stays for ever. */
  useRemovals(table: Table, partition: string): void {
    this.#role.addToPolicy(
      new PolicyStatement({
        actions: ['dynamodb:DeleteItem'],
        resources: [table.tableArn],
        conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [partition] } },
      }),
    );
  }

  /** Lists by the other keys of a table. */
  useIndexes(name: TableName, table: Table): void {
    const { indexes = {} }: TableSchema = tables[name];
    const arns = Object.keys(indexes).map((index) => `${table.tableArn}/index/${index}`);
    this.#allow(['dynamodb:Query'], arns);
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

  /** Events of ours. */
  useBus(bus: EventBus): void {
    this.addVariable('EVENT_BUS_NAME', bus.eventBusName);
    this.#allow(['events:PutEvents'], [bus.eventBusArn]);
  }

  /** Starts, stops and asks about executions of the machines, and sends them on their way again. */
  useMachines(machines: Machines): void {
    for (const name of machineNames) this.addVariable(machineVariables[name], machines[name].stateMachineArn);
    const all = machineNames.map((name) => machines[name]);
    const executions = all.map(executionsOf);
    this.#allow(
      ['states:StartExecution'],
      all.map(({ stateMachineArn }) => stateMachineArn),
    );
    this.#allow(['states:DescribeExecution', 'states:RedriveExecution', 'states:StopExecution'], executions);
    acknowledgeWildcards(this.#role, executions, 'Executions of the three machines; their names are those of runs.');
  }

  /** Schedules of tasks: in their group alone, and with the role that starts the optimization and nothing else. */
  useSchedules({ group, role, deadLetters }: Schedules): void {
    this.addVariable('SCHEDULE_GROUP', group.ref);
    this.addVariable('SCHEDULE_ROLE_ARN', role.roleArn);
    this.addVariable('SCHEDULE_DEAD_LETTER_ARN', deadLetters.queueArn);
    const schedules = Stack.of(this).formatArn({
      service: 'scheduler',
      resource: 'schedule',
      resourceName: `${group.ref}/*`,
    });
    this.#allow(
      ['CreateSchedule', 'UpdateSchedule', 'GetSchedule', 'DeleteSchedule'].map((action) => `scheduler:${action}`),
      [schedules],
    );
    acknowledgeWildcards(this.#role, [schedules], 'Schedules of this stack alone; their names are those of tasks.');
    this.#role.addToPolicy(
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
      }),
    );
  }

  /** Events that the function was given and failed to take in, after Lambda's own two repetitions. */
  keepUndelivered(queue: Queue): void {
    this.#function.configureAsyncInvoke({
      onFailure: new SqsDestination(queue),
      retryAttempts: 2,
      maxEventAge: Duration.hours(2),
    });
  }

  #allow(actions: string[], resources: string[]): void {
    this.#role.addToPolicy(new PolicyStatement({ actions, resources }));
  }
}

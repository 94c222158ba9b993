import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { buckets, type TableName, type TableSchema, tables } from '../../lambdas/store/tables.ts';
import { type Machine, machineSchema, substitutionOf, type Task, tasksOf } from './asl-subset.ts';
import { whoReads, whoWrites } from './folders.ts';
import { arnOf, bucketGrants, roleGrants, takesIn } from './iam.ts';
import { apiKey, rights } from './rights.ts';
import { checkService } from './service-checks.ts';
import { runApp, type Synthesis, synthesize, type Template } from './synthesize.ts';
import {
  functionsOf,
  idOf,
  idsOf,
  type MachineName,
  machineNames,
  machineOf,
  propertiesOf,
  rightsOf,
  type StoreName,
  storesToldTo,
  whoReaches,
} from './template.ts';

let synthesis: Synthesis;
let destroyable: Synthesis;
let unsafe: Synthesis;
let template: Template;
const definitionTexts = new Map<MachineName, Buffer>();
const definitions = new Map<MachineName, Machine>();

beforeAll(async () => {
  [synthesis, destroyable, unsafe] = await Promise.all([
    synthesize(),
    synthesize({
      context: {
        removalPolicy: 'destroy',
        region: 'eu-central-1',
        openaiBaseUrl: 'https://models.example.com/v1',
        alarmEmail: 'team@example.com',
        spendAlarmUsd: '7.5',
        logContent: 'true',
        maxParallelRuns: '9',
        apiRateLimit: '3',
        apiBurstLimit: '6',
        scorerFunctionArns: `${scorer},arn:aws:lambda:eu-central-1:123456789012:function:tone:*`,
      },
    }),
    synthesize({ preload: './fixtures/unsafe-bucket.ts' }),
  ]);
  template = synthesis.template;
  for (const name of machineNames) {
    const text = await readFile(new URL(`../../statemachine/${name}.asl.json`, import.meta.url));
    definitionTexts.set(name, text);
    definitions.set(name, machineSchema.parse(JSON.parse(text.toString('utf8'))));
  }
});

afterAll(async () => {
  await Promise.all([synthesis, destroyable, unsafe].map((each) => each.discard()));
});

describe('the synthesis', () => {
  it('succeeds without an account and without a finding of cdk-nag, whatever is configured', () => {
    expect([synthesis.exitCode, synthesis.findings]).toEqual([0, []]);
    expect([destroyable.exitCode, destroyable.findings]).toEqual([0, []]);
  });

  it('fails on a finding', () => {
    expect(unsafe.exitCode).not.toBe(0);
    expect(unsafe.findings).toContain('AwsSolutions: AwsSolutions-S1');
  });

  it('ends with one clear line when a context key is unknown', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'prompt-optimizer-cdk-'));

    const { exitCode, stderr } = await runApp(directory, { context: { logRetention: '7' } });
    await rm(directory, { recursive: true });

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^context logRetention: unknown key\. Did you mean logRetentionDays\?.*\n$/);
  });
});

describe('sealed data', () => {
  it.each([
    // Prepare and Verify alone, and what looks at it when somebody unseals it.
    { folder: 'uploads/', readers: ['Prepare', 'PrepareEvaluation'], writers: ['Api', 'ConcludeSynthesis'] },
    // A test set that is uploaded is read once, to be checked, and then only by those above.
    { folder: 'incoming/', readers: ['Api'], writers: ['Api'] },
    { folder: 'runs/', readers: ['Evaluate', 'Prepare', 'Verify'], writers: ['Prepare', 'PrepareEvaluation'] },
    {
      folder: 'synthesis/',
      readers: ['AnswerInputs', 'ConcludeSynthesis', 'Generate', 'PlanSynthesis'],
      writers: ['AnswerInputs', 'Generate', 'PlanSynthesis', 'PrepareSynthesis'],
    },
    { folder: 'anything-else/', readers: [], writers: [] },
  ])('in $folder is read by some states, written by some, and neither by any other', ({ folder, readers, writers }) => {
    expect(whoReads(template, 'sealed', folder)).toEqual(readers);
    expect(whoWrites(template, 'sealed', folder)).toEqual(writers);
  });

  it('is within the reach of nobody else, in whatever way', () => {
    const bucket = arnOf(template, idOf(template, 'sealed'));
    const folders = ['uploads/', 'runs/', 'synthesis/', 'incoming/'];

    const reaching = whoReaches(template, 's3', [bucket, ...folders.map((folder) => `${bucket}/${folder}r-1/x.json`)]);

    const told = folders.flatMap((folder) => [
      ...whoReads(template, 'sealed', folder),
      ...whoWrites(template, 'sealed', folder),
    ]);
    expect(reaching).toEqual([...new Set(told)].toSorted());
  });

  it('of a synthesis stays with its states: no other state reads it, and they read no test set that is there', () => {
    const synthesis = new Set(functionsNamedIn('synthesize'));
    const others = new Set([...functionsNamedIn('optimize'), ...functionsNamedIn('evaluate')]);

    expect(whoReads(template, 'sealed', 'synthesis/').filter((state) => others.has(state))).toEqual([]);
    for (const folder of ['uploads/', 'runs/']) {
      expect(whoReads(template, 'sealed', folder).filter((state) => synthesis.has(state))).toEqual([]);
    }
  });

  it('has rollouts that only Verify, Evaluate and the calls of a synthesis reach', () => {
    const table = arnOf(template, idOf(template, 'sealedRollouts'));

    expect(whoReaches(template, 'dynamodb', [table, `${table}/index/any`])).toEqual([
      'AnswerInputs',
      'Evaluate',
      'Generate',
      'Verify',
    ]);
  });

  it('is out of the reach of every state of a search', () => {
    const states = ['Plan', 'Mutate', 'Score', 'Conclude'];
    const stores = [arnOf(template, idOf(template, 'sealed')), arnOf(template, idOf(template, 'sealedRollouts'))];

    for (const service of ['s3', 'dynamodb']) {
      expect(whoReaches(template, service, stores).filter((state) => states.includes(state))).toEqual([]);
    }
  });

  it('is given to nobody by the bucket itself', () => {
    expect(allowedByBucket(template, 'sealed')).toEqual([]);
  });

  it('can be deleted, but not read, by the function that empties the buckets of a stack that may be destroyed', () => {
    const allowed = allowedByBucket(destroyable.template, 'sealed');

    expect(allowed).toContain('s3:DeleteObject*');
    for (const action of allowed) {
      expect(['s3:GetObject', 's3:GetObjectVersion'].filter((read) => takesIn(action, read))).toEqual([]);
    }
  });
});

/** A user's own scorer. */
const scorer = 'arn:aws:lambda:eu-central-1:123456789012:function:my-scorer';

/** Actions that AWS offers on `*` only: tracing, and the delivery of a state machine's logs. */
const withoutResources =
  /^(xray:(Put\w+|GetSampling\w+)|logs:(\w+LogDelivery|ListLogDeliveries|PutResourcePolicy|DescribeResourcePolicies|DescribeLogGroups))$/;

describe('rights', () => {
  it.each(rights)('of %s are these and no more', (state, expected) => {
    expect(rightsOf(template, state)).toEqual(expected);
  });

  it('are written down for every function', () => {
    expect(rights.map(([state]) => state).toSorted()).toEqual([...functionsOf(template).keys()].toSorted());
  });

  it('of a function are for the buckets and tables that its variables name, and for no others', () => {
    for (const [state, fn] of functionsOf(template)) {
      const usable = roleGrants(template)
        .filter(({ holder }) => holder === fn.Role)
        .flatMap(({ resources }) => resources)
        .filter((resource) => /^arn:aws:(s3|dynamodb):/.test(resource))
        .map((resource) => resource.replace(/(:::[^/]+|:table\/[^/]+)\/.*/, '$1'));
      const told = [...storesToldTo(fn).values()].map((id) => arnOf(template, id));
      expect(new Set(told), state).toEqual(new Set(usable));
    }
  });

  it('name a resource of the stack, or the secret, wherever AWS has one to name', () => {
    const ids = Object.keys(template.Resources);
    for (const { effect, actions, resources } of [...roleGrants(template), ...bucketGrants(template)]) {
      if (effect === 'Deny') continue;
      expect(actions.filter((action) => action.includes('*'))).toEqual([]);
      const vague = resources.filter((it) => it !== apiKey && !ids.some((id) => it.includes(id)));
      if (vague.length === 0) continue;
      expect(vague).toEqual(['*']);
      expect(actions.filter((action) => !withoutResources.test(action))).toEqual([]);
    }
  });

  it('to call scorers go to the states that run evals, for the functions that the deployer names', () => {
    const states = new Map([...functionsOf(destroyable.template)].map(([state, { Role }]) => [Role, state]));
    const callers = propertiesOf(destroyable.template, 'AWS::IAM::Policy').flatMap((policy) => {
      const { Roles } = z.object({ Roles: z.array(z.object({ Ref: z.string() })) }).parse(policy);
      return JSON.stringify(policy).includes(scorer) ? Roles.map(({ Ref }) => states.get(Ref) ?? Ref) : [];
    });

    expect(callers.toSorted()).toEqual(['Evaluate', 'Mutate', 'Score', 'Verify']);
  });

  it.each(machineNames)('of the machine %s are to call the functions of its states and to run its own Maps', (name) => {
    const { id, RoleArn, DefinitionSubstitutions } = machineOf(template, name);
    const grants = roleGrants(template).filter(({ holder }) => holder === RoleArn);
    const onWhat = (action: string) =>
      grants.flatMap(({ actions, resources }) => (actions.includes(action) ? resources : [])).toSorted();
    const child = `arn:aws:states:region:account:execution:${id}/map-label:name`;

    expect(onWhat('lambda:InvokeFunction')).toEqual(
      Object.values(DefinitionSubstitutions)
        .map((fn) => arnOf(template, fn))
        .toSorted(),
    );
    expect(onWhat('states:StartExecution')).toEqual([arnOf(template, id)]);
    for (const action of ['states:DescribeExecution', 'states:StopExecution', 'states:RedriveExecution']) {
      expect(onWhat(action).filter((pattern) => takesIn(pattern, child))).toHaveLength(1);
    }
  });
});

describe.each(machineNames)('the workflow %s', (name) => {
  it('is the file that local runs execute, byte for byte', async () => {
    const deployed = await synthesis.asset(machineOf(template, name).DefinitionS3Location.Key);

    expect(deployed.equals(definitionTexts.get(name) ?? Buffer.alloc(0))).toBe(true);
  });

  it('is given exactly the functions that it names', () => {
    const given = Object.keys(machineOf(template, name).DefinitionSubstitutions);

    expect(new Set(given)).toEqual(new Set(tasksOf(definitionNamed(name)).map(substitutionOf)));
  });

  it('waits for each function a little longer than the function runs', () => {
    const functions = functionsOf(template);
    for (const task of tasksOf(definitionNamed(name))) {
      const runs = functions.get(functionOf(task))?.Timeout;
      expect(runs).toBeLessThan(task.TimeoutSeconds);
      expect(runs).toBeGreaterThanOrEqual(task.TimeoutSeconds - 15);
    }
  });

  it('is traced, and logs its errors without the data of its executions', () => {
    expect(template.Resources[machineOf(template, name).id]?.Properties).toMatchObject({
      StateMachineType: 'STANDARD',
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: { Level: 'ERROR', IncludeExecutionData: false },
    });
  });
});

describe('functions', () => {
  it('run on Node 24 on arm64, traced, all of them', () => {
    for (const properties of propertiesOf(template, 'AWS::Lambda::Function')) {
      expect(properties).toMatchObject({
        Architectures: ['arm64'],
        Runtime: 'nodejs24.x',
        TracingConfig: { Mode: 'Active' },
      });
    }
  });

  it('log to groups of their own, which forget', () => {
    const functions = [...functionsOf(template).values()];

    expect(new Set(functions.map(({ LoggingConfig }) => LoggingConfig.LogGroup)).size).toBe(functions.length);
    for (const group of propertiesOf(template, 'AWS::Logs::LogGroup')) expect(group.RetentionInDays).toBe(30);
  });

  it.each(['OPENAI_API_KEY_SECRET', 'OPENAI_BASE_URL'])('that call the model, and no others, know %s', (variable) => {
    const knowing = [...functionsOf(destroyable.template)].filter(([, fn]) => variable in fn.Environment.Variables);

    expect(knowing.map(([state]) => state).toSorted()).toEqual([
      'AnswerInputs',
      'Evaluate',
      'Generate',
      'Mutate',
      'Score',
      'Verify',
    ]);
  });

  it('leave the server to the client when none is configured', () => {
    for (const fn of functionsOf(template).values()) {
      expect(fn.Environment.Variables).not.toHaveProperty('OPENAI_BASE_URL');
    }
  });
});

describe('tables', () => {
  const names: TableName[] = ['runs', 'rollouts', 'sealedRollouts', 'catalog'];
  const keySchema = (...keys: readonly (string | undefined)[]) =>
    keys.flatMap((key, i) => (key === undefined ? [] : { AttributeName: key, KeyType: i === 0 ? 'HASH' : 'RANGE' }));

  it.each(names)('%s has the keys and indexes of lambdas/store/tables.ts, on demand and recoverable', (name) => {
    const { partitionKey, sortKey, indexes = {} }: TableSchema = tables[name];
    const keys = [partitionKey, sortKey, ...Object.values(indexes).flatMap((one) => [one.partitionKey, one.sortKey])];
    const indexed = Object.entries(indexes).map(([IndexName, one]) => ({
      IndexName,
      KeySchema: keySchema(one.partitionKey, one.sortKey),
      Projection: { ProjectionType: 'ALL' },
    }));

    expect(template.Resources[idOf(template, name)]).toMatchObject({
      Type: 'AWS::DynamoDB::Table',
      DeletionPolicy: 'Retain',
      Properties: {
        KeySchema: keySchema(partitionKey, sortKey),
        AttributeDefinitions: [...new Set(keys)].flatMap((key) =>
          key === undefined ? [] : { AttributeName: key, AttributeType: 'S' },
        ),
        ...(indexed.length === 0 ? {} : { GlobalSecondaryIndexes: indexed }),
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        DeletionProtectionEnabled: true,
      },
    });
  });

  it('are those of lambdas/store/tables.ts and no others', () => {
    const known = Object.keys(tables).filter((name): name is keyof typeof tables => name in tables);

    expect(idsOf(template, 'AWS::DynamoDB::Table').toSorted()).toEqual(
      known.map((name) => idOf(template, name)).toSorted(),
    );
  });

  it('can be deleted when the configuration says so', () => {
    for (const id of idsOf(destroyable.template, 'AWS::DynamoDB::Table')) {
      expect(destroyable.template.Resources[id]).toMatchObject({
        DeletionPolicy: 'Delete',
        Properties: { DeletionProtectionEnabled: false },
      });
    }
  });
});

describe('buckets', () => {
  it('are closed to the public and encrypted, all of them', () => {
    for (const bucket of propertiesOf(template, 'AWS::S3::Bucket')) {
      expect(bucket).toMatchObject({
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
      });
    }
  });

  it('take requests over TLS only, all of them', () => {
    const closed = bucketGrants(template).filter(
      ({ effect, actions, resources, holder, condition }) =>
        effect === 'Deny' &&
        actions.includes('s3:*') &&
        ['', '/*'].every((part) => resources.includes(`${arnOf(template, holder)}${part}`)) &&
        JSON.stringify(condition) === '{"Bool":{"aws:SecureTransport":"false"}}',
    );

    expect(closed.map(({ holder }) => holder).toSorted()).toEqual(idsOf(template, 'AWS::S3::Bucket').toSorted());
  });

  it('with data forget uploads that nobody made a dataset of, after a day', () => {
    for (const name of ['data', 'sealed'] as const) {
      const rules = z
        .object({
          LifecycleConfiguration: z.object({ Rules: z.array(z.looseObject({ Prefix: z.string().optional() })) }),
        })
        .parse(template.Resources[idOf(template, name)]?.Properties).LifecycleConfiguration.Rules;

      expect(rules.filter(({ ExpirationInDays }) => ExpirationInDays !== undefined)).toMatchObject([
        { Prefix: 'incoming/', ExpirationInDays: 1, NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
      ]);
    }
  });

  it('with data keep a log of who read them', () => {
    const names = Object.keys(buckets).filter((name): name is keyof typeof buckets => name in buckets);
    for (const name of names) {
      expect(template.Resources[idOf(template, name)]?.Properties).toMatchObject({
        LoggingConfiguration: { DestinationBucketName: { Ref: expect.any(String) } },
      });
    }
  });
});

checkService(
  () => template,
  () => destroyable.template,
);

function definitionNamed(name: MachineName): Machine {
  const definition = definitions.get(name);
  if (definition === undefined) throw new Error(`There is no machine ${name}.`);
  return definition;
}

function functionsNamedIn(name: MachineName): string[] {
  return tasksOf(definitionNamed(name)).map(functionOf);
}

function functionOf(task: Task): string {
  return substitutionOf(task).replace(/FunctionArn$/, '');
}

function allowedByBucket(from: Template, name: StoreName): string[] {
  const id = idOf(from, name);
  return bucketGrants(from).flatMap(({ holder, effect, actions }) =>
    holder === id && effect === 'Allow' ? actions : [],
  );
}

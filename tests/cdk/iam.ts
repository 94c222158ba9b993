/** Who may do what, read out of a template the way IAM will: with whole ARNs, logical ids in place of generated names. */
import { z } from 'zod';
import type { Template } from './synthesize.ts';

export interface Grant {
  /** Logical id of the role, or of the bucket whose own policy this is. */
  readonly holder: string;
  readonly effect: 'Allow' | 'Deny';
  /** These, and the resources, may hold `*` and `?`. */
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition: Readonly<Record<string, unknown>> | undefined;
}

const oneOrMore = <T extends z.ZodType>(item: T) => z.union([z.array(item), item.transform((value) => [value])]);

const documentSchema = z.object({
  Statement: z.array(
    // Strict: NotAction and NotResource would grant what this test does not see.
    z.strictObject({
      Sid: z.string().optional(),
      Effect: z.enum(['Allow', 'Deny']),
      Action: oneOrMore(z.string()),
      Resource: oneOrMore(z.unknown()),
      Condition: z.record(z.string(), z.unknown()).optional(),
      Principal: z.unknown().optional(),
    }),
  ),
});

/** Keeps what was read out of a template: tests ask for the same again and again. */
export function onceEach<T>(read: (template: Template) => T): (template: Template) => T {
  const known = new WeakMap<Template, T>();
  return (template) => {
    const value = known.get(template) ?? read(template);
    known.set(template, value);
    return value;
  };
}

/** Every statement that a role has. @throws Error at a managed policy, whose statements stand elsewhere. */
export const roleGrants = onceEach(readRoleGrants);

function readRoleGrants(template: Template): Grant[] {
  return Object.entries(template.Resources).flatMap(([id, { Type, Properties }]): Grant[] => {
    switch (Type) {
      case 'AWS::IAM::Policy':
        return z
          .array(z.object({ Ref: z.string() }))
          .parse(Properties.Roles)
          .flatMap(({ Ref }) => grantsOf(template, Ref, Properties.PolicyDocument));
      case 'AWS::IAM::Role':
        if (Properties.ManagedPolicyArns !== undefined) throw new Error(`${id} has managed policies.`);
        return z
          .array(z.object({ PolicyDocument: z.unknown() }))
          .parse(Properties.Policies ?? [])
          .flatMap(({ PolicyDocument }) => grantsOf(template, id, PolicyDocument));
      case 'AWS::IAM::ManagedPolicy':
        throw new Error(`${id} is a managed policy.`);
      default:
        return [];
    }
  });
}

/** Every statement of the buckets' own policies. */
export function bucketGrants(template: Template): Grant[] {
  return Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::S3::BucketPolicy')
    .flatMap(({ Properties }) =>
      grantsOf(template, z.object({ Ref: z.string() }).parse(Properties.Bucket).Ref, Properties.PolicyDocument),
    );
}

function grantsOf(template: Template, holder: string, document: unknown): Grant[] {
  return documentSchema.parse(document).Statement.map(({ Effect, Action, Resource, Condition }) => ({
    holder,
    effect: Effect,
    actions: Action,
    resources: Resource.map((resource) => resolve(template, resource)),
    condition: Condition,
  }));
}

const pseudoParameters = new Map([
  ['AWS::Partition', 'aws'],
  ['AWS::Region', 'region'],
  ['AWS::AccountId', 'account'],
]);

/** What CloudFormation will make of an expression. */
function resolve(template: Template, expression: unknown): string {
  const schema = z.union([
    z.string(),
    z.strictObject({ Ref: z.string() }).transform(({ Ref }) => pseudoParameters.get(Ref) ?? refOf(template, Ref)),
    z
      .strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.enum(['Arn', 'Name'])]) })
      .transform(({ 'Fn::GetAtt': [id, attribute] }) => (attribute === 'Arn' ? arnOf(template, id) : id)),
    z
      .strictObject({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) })
      .transform(({ 'Fn::Join': [separator, parts] }) => parts.map((part) => resolve(template, part)).join(separator)),
  ]);
  return schema.parse(expression, {
    error: () => `an expression that is not known here: ${JSON.stringify(expression)}`,
  });
}

function refOf(template: Template, id: string): string {
  return typeOf(template, id) === 'AWS::StepFunctions::StateMachine' ? arnOf(template, id) : id;
}

export function arnOf(template: Template, id: string): string {
  switch (typeOf(template, id)) {
    case 'AWS::S3::Bucket':
      return `arn:aws:s3:::${id}`;
    case 'AWS::DynamoDB::Table':
      return `arn:aws:dynamodb:region:account:table/${id}`;
    case 'AWS::Lambda::Function':
      return `arn:aws:lambda:region:account:function:${id}`;
    case 'AWS::Logs::LogGroup':
      return `arn:aws:logs:region:account:log-group:${id}:*`;
    case 'AWS::StepFunctions::StateMachine':
      return `arn:aws:states:region:account:stateMachine:${id}`;
    case 'AWS::Events::EventBus':
      return `arn:aws:events:region:account:event-bus/${id}`;
    case 'AWS::SQS::Queue':
      return `arn:aws:sqs:region:account:${id}`;
    case 'AWS::IAM::Role':
      return `arn:aws:iam::account:role/${id}`;
    default:
      throw new Error(`${id} is of a type whose ARN is not known here.`);
  }
}

function typeOf(template: Template, id: string): string | undefined {
  return template.Resources[id]?.Type;
}

/** Whether an IAM pattern takes in the value: `*` stands for any text, `?` for one character. */
export function takesIn(pattern: string, value: string): boolean {
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(value);
}

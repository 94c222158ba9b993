/** Finds things in a synthesized template by what they are for, not by generated names. */
import { z } from 'zod';
import { buckets, tables } from '../../lambdas/store/tables.ts';
import { arnOf, type Grant, onceEach, roleGrants, takesIn } from './iam.ts';
import type { Template } from './synthesize.ts';

const ref = z.object({ Ref: z.string() }).transform(({ Ref }) => Ref);
const getArn = z
  .object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) })
  .transform((it) => it['Fn::GetAtt'][0]);

const functionSchema = z.object({
  Timeout: z.number(),
  Role: getArn,
  LoggingConfig: z.object({ LogGroup: ref }),
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }),
});
export type StateFunction = z.output<typeof functionSchema>;

const machineSchema = z.object({
  DefinitionS3Location: z.object({ Key: z.string() }),
  DefinitionSubstitutions: z.record(z.string(), getArn),
  RoleArn: getArn,
});

export function idsOf(template: Template, type: string): string[] {
  return Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id]) => id);
}

export function propertiesOf(template: Template, type: string): Record<string, unknown>[] {
  return idsOf(template, type).map((id) => template.Resources[id]?.Properties ?? {});
}

/** By what each machine starts with. */
const firstStates = { optimize: 'Prepare', evaluate: 'PrepareEvaluation', synthesize: 'PrepareSynthesis' } as const;
export type MachineName = keyof typeof firstStates;
export const machineNames: readonly MachineName[] = ['optimize', 'evaluate', 'synthesize'];
type TemplateMachine = z.output<typeof machineSchema> & { readonly id: string };

export function machineOf(template: Template, name: MachineName): TemplateMachine {
  const first = `${firstStates[name]}FunctionArn`;
  const [machine, another] = machinesOf(template).filter((one) => first in one.DefinitionSubstitutions);
  if (machine === undefined || another !== undefined) throw new Error(`There is not exactly one machine ${name}.`);
  return machine;
}

export function machinesOf(template: Template): TemplateMachine[] {
  return idsOf(template, 'AWS::StepFunctions::StateMachine').map((id) => {
    return { id, ...machineSchema.parse(template.Resources[id]?.Properties) };
  });
}

/**
 * By state, found the way Step Functions finds them: by the substitutions of the definitions. Api and Settle are found the
 * same way, as what API Gateway and the rule call.
 */
export const functionsOf = onceEach(readFunctions);

function readFunctions(template: Template): Map<string, StateFunction> {
  const states = machinesOf(template).flatMap((machine) => Object.entries(machine.DefinitionSubstitutions));
  const called: [string, string][] = [
    ...propertiesOf(template, 'AWS::ApiGatewayV2::Integration').map((one): [string, string] => [
      'Api',
      getArn.parse(one.IntegrationUri),
    ]),
    ...propertiesOf(template, 'AWS::Events::Rule')
      .flatMap(({ Targets }) => z.array(z.object({ Arn: getArn })).parse(Targets))
      .map(({ Arn }): [string, string] => ['Settle', Arn]),
  ];
  return new Map(
    [...states, ...called].map(([name, id]) => [
      name.replace(/FunctionArn$/, ''),
      functionSchema.parse(template.Resources[id]?.Properties),
    ]),
  );
}

/** Logical id of the only resource of a type. */
export function onlyOne(template: Template, type: string): string {
  const [id, another] = idsOf(template, type);
  if (id === undefined || another !== undefined) throw new Error(`There is not exactly one ${type}.`);
  return id;
}

const variables = Object.entries({ ...buckets, ...tables }).map(([name, { env }]) => ({ name, env }));
export type StoreName = keyof typeof buckets | keyof typeof tables;

/** Logical id of a bucket or table: what the functions that are told of it are told. */
export function idOf(template: Template, name: StoreName): string {
  const told = new Set([...functionsOf(template).values()].flatMap((fn) => storesToldTo(fn).get(name) ?? []));
  const [id, another] = told;
  if (id === undefined || another !== undefined) throw new Error(`${name} is not one and the same everywhere.`);
  return id;
}

/** Buckets and tables that a function's variables name, with their logical ids. */
export function storesToldTo(fn: StateFunction): Map<string, string> {
  return new Map(
    variables.flatMap(({ name, env }): [string, string][] => {
      const value = fn.Environment.Variables[env];
      return value === undefined ? [] : [[name, ref.parse(value)]];
    }),
  );
}

/** States (or roles that are no state's) that may do anything at all to any of the resources, in that service. */
export function whoReaches(template: Template, service: string, resources: readonly string[]): string[] {
  return holding(
    template,
    ({ actions, resources: patterns }) =>
      actions.some((action) => action.startsWith('*') || action.startsWith(`${service}:`)) &&
      patterns.some((pattern) => resources.some((resource) => takesIn(pattern, resource))),
  );
}

/** States (or roles that are no state's) that a grant of this kind is given to. */
export function holding(template: Template, isMeant: (grant: Grant) => boolean): string[] {
  const states = new Map([...functionsOf(template)].map(([state, { Role }]) => [Role, state]));
  const holders = roleGrants(template).filter((grant) => grant.effect === 'Allow' && isMeant(grant));
  return [...new Set(holders.map(({ holder }) => states.get(holder) ?? holder))].toSorted();
}

/** What the function of a state may do, by resource, in the project's own words; logs and traces left out. */
export function rightsOf(template: Template, state: string): Record<string, string> {
  const fn = functionsOf(template).get(state);
  if (fn === undefined) throw new Error(`There is no function for ${state}.`);
  const words = new Map([
    ...[...storesToldTo(fn)].map(([name, id]): [string, string] => [arnOf(template, id), name]),
    ...surroundings(template),
  ]);
  const rights: Record<string, Set<string>> = {};
  for (const { holder, actions, resources, condition } of roleGrants(template)) {
    if (holder !== fn.Role) continue;
    for (const resource of resources) {
      if (resource === '*' || resource.startsWith('arn:aws:logs:')) continue;
      const [bare = '', folder] = /^arn:aws:(s3:|dynamodb:.*\/index\/)/.test(resource) ? partsOf(resource) : [resource];
      const known = words.get(bare) ?? resource;
      const name = folder === undefined ? known : `${known}/${folder}`;
      rights[name] ??= new Set();
      for (const action of actions) rights[name].add(`${action.replace(/^[a-z0-9]+:/, '')}${narrowed(condition)}`);
    }
  }
  return Object.fromEntries(Object.entries(rights).map(([name, actions]) => [name, [...actions].toSorted().join(' ')]));
}

/** The part of an ARN that is a bucket or table, and what comes behind it. */
function partsOf(resource: string): string[] {
  return resource.startsWith('arn:aws:s3:') ? resource.split(/\/(.*)/) : resource.split(/\/(?=index\/)/);
}

/** What is there once, in the project's own words. */
function surroundings(template: Template): [arn: string, word: string][] {
  const machines = machineNames.flatMap((name): [string, string][] => {
    const { id } = machineOf(template, name);
    return [
      [arnOf(template, id), name],
      [`arn:aws:states:region:account:execution:${id}:*`, `${name} executions`],
    ];
  });
  return [
    ...machines,
    [arnOf(template, onlyOne(template, 'AWS::Events::EventBus')), 'bus'],
    [arnOf(template, onlyOne(template, 'AWS::SQS::Queue')), 'deadLetters'],
    [`arn:aws:scheduler:region:account:schedule/${onlyOne(template, 'AWS::Scheduler::ScheduleGroup')}/*`, 'schedules'],
    [arnOf(template, scheduleRoleOf(template)), 'scheduleRole'],
  ];
}

/** Logical id of the role that schedules have: the one that Scheduler may take. */
export function scheduleRoleOf(template: Template): string {
  const [id, another] = idsOf(template, 'AWS::IAM::Role').filter((role) =>
    JSON.stringify(template.Resources[role]?.Properties).includes('"scheduler.amazonaws.com"'),
  );
  if (id === undefined || another !== undefined) throw new Error('There is not exactly one role for Scheduler.');
  return id;
}

function narrowed(condition: Grant['condition']): string {
  const passedTo = z.object({ StringEquals: z.object({ 'iam:PassedToService': z.string() }) }).safeParse(condition);
  if (passedTo.success) return `(${passedTo.data.StringEquals['iam:PassedToService']})`;
  const leading = z
    .object({ 'ForAllValues:StringEquals': z.object({ 'dynamodb:LeadingKeys': z.array(z.string()) }) })
    .safeParse(condition);
  if (leading.success) return `(${leading.data['ForAllValues:StringEquals']['dynamodb:LeadingKeys'].join(' ')})`;
  const prefixes = z.object({ StringLike: z.object({ 's3:prefix': z.array(z.string()) }) }).safeParse(condition);
  return prefixes.success ? `(${prefixes.data.StringLike['s3:prefix'].toSorted().join(' ')})` : '';
}

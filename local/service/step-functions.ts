/** Step Functions' API over the executions of this process: the operations that the service uses, in AWS JSON. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { AwsError, noSuchMachine } from './aws-error.ts';
import { type AwsJsonOperation, operation } from './aws-json.ts';
import { type ExecutionRecord, executionStatuses } from './execution-record.ts';
import type { ExecutionSummary, Executions } from './executions.ts';

const arn = z.string().min(1).max(2000);
const DEFAULT_PAGE = 100;

const startSchema = z.object({ stateMachineArn: arn, name: z.string().optional(), input: z.string().optional() });
const executionSchema = z.object({ executionArn: arn });
const listSchema = z.object({
  stateMachineArn: arn,
  statusFilter: z.enum(executionStatuses).optional(),
  /** 0 is the default. */
  maxResults: z.number().int().min(0).max(1000).default(0),
  nextToken: z.string().optional(),
});
const stopSchema = executionSchema.extend({
  error: z.string().max(256).optional(),
  cause: z.string().max(32_768).optional(),
});
const redriveSchema = executionSchema.extend({ clientToken: z.string().max(64).optional() });

/** @param definitions the machines' definitions, by ARN */
export function stepFunctionsApi(
  executions: Executions,
  definitions: ReadonlyMap<string, URL>,
): Readonly<Record<string, AwsJsonOperation>> {
  return {
    StartExecution: operation(startSchema, (request) => {
      const { executionArn, startedAt } = executions.start(request);
      return { executionArn, startDate: seconds(startedAt) };
    }),
    DescribeExecution: operation(executionSchema, ({ executionArn }) => described(executions.describe(executionArn))),
    ListExecutions: operation(listSchema, ({ stateMachineArn, statusFilter, maxResults, nextToken }) => {
      const all = executions.list(stateMachineArn, statusFilter);
      const after = nextToken === undefined ? null : placeOf(nextToken);
      const rest = after === null ? all : all.filter((one) => isAfter(one, after));
      const page = rest.slice(0, maxResults === 0 ? DEFAULT_PAGE : maxResults);
      const last = page.at(-1);
      const isWhole = last === undefined || page.length === rest.length;
      return { executions: page.map(listed), ...(isWhole ? {} : { nextToken: tokenOf(last) }) };
    }),
    StopExecution: operation(stopSchema, ({ executionArn, error, cause }) => ({
      stopDate: seconds(executions.stop(executionArn, error, cause).stoppedAt),
    })),
    RedriveExecution: operation(redriveSchema, ({ executionArn, clientToken }) => ({
      redriveDate: seconds(executions.redrive(executionArn, clientToken).redrivenAt),
    })),
    DescribeStateMachine: operation(z.object({ stateMachineArn: arn }), ({ stateMachineArn }) => {
      const definition = definitions.get(stateMachineArn);
      if (definition === undefined) throw noSuchMachine(stateMachineArn);
      return { ...machine(stateMachineArn), status: 'ACTIVE', definition: readFileSync(definition, 'utf-8') };
    }),
    ListStateMachines: () => ({ stateMachines: executions.machineArns.map(machine) }),
  };
}

/** Dates travel as seconds since 1970. */
function seconds(milliseconds: number | null): number | null {
  return milliseconds === null ? null : milliseconds / 1000;
}

function listed({ executionArn, stateMachineArn, name, status, startedAt, stoppedAt, ...rest }: ExecutionSummary) {
  return {
    executionArn,
    stateMachineArn,
    name,
    status,
    startDate: seconds(startedAt),
    stopDate: seconds(stoppedAt),
    redriveCount: rest.redriveCount,
    redriveDate: seconds(rest.redrivenAt),
  };
}

function described(record: ExecutionRecord) {
  const { status, input, output, error, cause } = record;
  const redrivable = status !== 'RUNNING' && status !== 'SUCCEEDED';
  return {
    ...listed(record),
    input,
    inputDetails: { included: true },
    output,
    ...(output === null ? {} : { outputDetails: { included: true } }),
    error,
    cause,
    redriveStatus: redrivable ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    redriveStatusReason: redrivable ? null : `Execution is ${status} and cannot be redriven`,
  };
}

function machine(stateMachineArn: string) {
  const name = stateMachineArn.slice(stateMachineArn.lastIndexOf(':') + 1);
  return { stateMachineArn, name, type: 'STANDARD', creationDate: 0 };
}

/** Where a page ended. What is started meanwhile comes before it and moves nothing. */
const placeSchema = z.strictObject({ startedAt: z.number(), executionArn: z.string() });
type Place = z.infer<typeof placeSchema>;

function tokenOf({ startedAt, executionArn }: Place): string {
  return Buffer.from(JSON.stringify({ startedAt, executionArn })).toString('base64url');
}

function placeOf(token: string): Place {
  try {
    return placeSchema.parse(JSON.parse(Buffer.from(token, 'base64url').toString('utf-8')));
  } catch (error) {
    throw new AwsError('InvalidToken', `Invalid Token: ${error instanceof Error ? error.name : error}`);
  }
}

function isAfter(one: ExecutionSummary, place: Place): boolean {
  if (one.startedAt !== place.startedAt) return one.startedAt < place.startedAt;
  return one.executionArn < place.executionArn;
}

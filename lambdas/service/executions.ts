/** Executions of the three machines by run: started, redriven, stopped, asked about. Each may be done twice. */
import type { DescribeExecutionCommandOutput } from '@aws-sdk/client-sfn';
import type { RunKind, RunRecord } from '../contracts/run.ts';
import { requireEnv } from '../platform/env.ts';
import { workflowClient } from './clients.ts';

const machines: Readonly<Record<RunKind, string>> = {
  optimization: 'OPTIMIZE_STATE_MACHINE_ARN',
  evaluation: 'EVALUATE_STATE_MACHINE_ARN',
  calibration: 'EVALUATE_STATE_MACHINE_ARN',
  synthesis: 'SYNTHESIZE_STATE_MACHINE_ARN',
};

type At = Pick<RunRecord, 'kind' | 'runId' | 'execution'>;

export const executionName = ({ runId, execution }: Pick<At, 'runId' | 'execution'>): string => execution ?? runId;

function executionArn(run: At): string {
  return `${requireEnv(machines[run.kind]).replace(':stateMachine:', ':execution:')}:${executionName(run)}`;
}

/** @returns false when there was an execution of that name, and it is over or of another input */
export async function startExecution(run: At, input: unknown): Promise<boolean> {
  const [client, { StartExecutionCommand }] = await loaded();
  const command = new StartExecutionCommand({
    stateMachineArn: requireEnv(machines[run.kind]),
    name: executionName(run),
    input: JSON.stringify(input),
  });
  return succeeds(client.send(command), ['ExecutionAlreadyExists']);
}

/** @returns false when there is nothing to redrive: it goes on already, ended otherwise, or too long ago */
export async function redriveExecution(run: At): Promise<boolean> {
  const [client, { RedriveExecutionCommand }] = await loaded();
  const command = new RedriveExecutionCommand({ executionArn: executionArn(run) });
  return succeeds(client.send(command), ['ExecutionNotRedrivable', 'ExecutionDoesNotExist']);
}

/** @returns false when there is no such execution */
export async function stopExecution(run: At, cause: string): Promise<boolean> {
  const [client, { StopExecutionCommand }] = await loaded();
  const command = new StopExecutionCommand({ executionArn: executionArn(run), error: 'Stopped', cause });
  return succeeds(client.send(command), ['ExecutionDoesNotExist']);
}

export type Execution = Pick<DescribeExecutionCommandOutput, 'status' | 'input' | 'error' | 'cause' | 'stopDate'>;

/** null: there is no such execution. */
export async function describeExecution(run: At): Promise<Execution | null> {
  const [client, { DescribeExecutionCommand }] = await loaded();
  try {
    return await client.send(new DescribeExecutionCommand({ executionArn: executionArn(run) }));
  } catch (error) {
    if (isNamed(error, ['ExecutionDoesNotExist'])) return null;
    throw error;
  }
}

/** Errors of a start that no second try can help. */
export function isHopeless(error: unknown): error is Error {
  return isNamed(error, ['InvalidExecutionInput', 'InvalidName', 'StateMachineDoesNotExist', 'ValidationException']);
}

async function loaded() {
  return Promise.all([workflowClient(), import('@aws-sdk/client-sfn')]);
}

/** false: it ended with an error of these names. @throws any other */
async function succeeds(sent: Promise<unknown>, expected: readonly string[]): Promise<boolean> {
  try {
    await sent;
    return true;
  } catch (error) {
    if (isNamed(error, expected)) return false;
    throw error;
  }
}

function isNamed(error: unknown, names: readonly string[]): error is Error {
  return error instanceof Error && names.includes(error.name);
}

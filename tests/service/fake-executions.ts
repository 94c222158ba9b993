/** Step Functions as far as the queue knows it, in memory: executions by name, which a test ends. */
import {
  DescribeExecutionCommand,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';

export class FakeExecutions {
  readonly byName = new Map<string, { status: Status; input: string }>();
  /** Names in the order in which they were started or redriven. */
  readonly started: string[] = [];
  /** Called before a start takes place. */
  onStart: (name: string) => Promise<void> | void = () => {};

  constructor() {
    const arn = 'arn:aws:states:us-east-1:000000000000:stateMachine:machine';
    process.env.OPTIMIZE_STATE_MACHINE_ARN = arn;
    process.env.EVALUATE_STATE_MACHINE_ARN = arn;
    process.env.SYNTHESIZE_STATE_MACHINE_ARN = arn;
    const mock = mockClient(SFNClient);
    const nameOf = (arnOf = ''): string => arnOf.split(':').at(-1) ?? '';
    mock.on(StartExecutionCommand).callsFake(async ({ name, input }: { name: string; input: string }) => {
      await this.onStart(name);
      const known = this.byName.get(name);
      if (known !== undefined && (known.status !== 'RUNNING' || known.input !== input))
        throw named('ExecutionAlreadyExists');
      if (known === undefined) {
        this.byName.set(name, { status: 'RUNNING', input });
        this.started.push(name);
      }
      return { executionArn: `${arn}:${name}` };
    });
    mock.on(RedriveExecutionCommand).callsFake(({ executionArn }: { executionArn: string }) => {
      const execution = this.byName.get(nameOf(executionArn));
      if (execution === undefined) throw named('ExecutionDoesNotExist');
      if (execution.status !== 'ABORTED' && execution.status !== 'FAILED') throw named('ExecutionNotRedrivable');
      execution.status = 'RUNNING';
      this.started.push(nameOf(executionArn));
      return {};
    });
    mock.on(StopExecutionCommand).callsFake(({ executionArn }: { executionArn: string }) => {
      const execution = this.byName.get(nameOf(executionArn));
      if (execution === undefined) throw named('ExecutionDoesNotExist');
      if (execution.status === 'RUNNING') execution.status = 'ABORTED';
      return {};
    });
    mock.on(DescribeExecutionCommand).callsFake(({ executionArn }: { executionArn: string }) => {
      const execution = this.byName.get(nameOf(executionArn));
      if (execution === undefined) throw named('ExecutionDoesNotExist');
      return { ...execution };
    });
  }

  get running(): string[] {
    return [...this.byName].flatMap(([name, { status }]) => (status === 'RUNNING' ? [name] : []));
  }

  end(name: string, status: Status): void {
    const execution = this.byName.get(name);
    if (execution !== undefined) execution.status = status;
  }
}

function named(name: string): Error {
  return Object.assign(new Error(name), { name });
}

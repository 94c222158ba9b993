/** Ends of executions on their way to Settle, which sees those that no state could: stopped and timed out ones too. */
import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type Machines, machineNames } from './machines.ts';

export interface ExecutionEndsProps {
  readonly machines: Machines;
  readonly settle: IFunction;
  readonly deadLetters: Queue;
}

export class ExecutionEnds extends Construct {
  constructor(scope: Construct, id: string, { machines, settle, deadLetters }: ExecutionEndsProps) {
    super(scope, id);
    new Rule(this, 'Rule', {
      description:
        'Executions that are over are settled: stopped ones get their report, places of the queue are freed.',
      // Children of a Map have an ARN of their own kind of machine, and are left out by naming the machines whole.
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: machineNames.map((name) => machines[name].stateMachineArn),
          status: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'],
        },
      },
      targets: [
        new LambdaFunction(settle, {
          deadLetterQueue: deadLetters,
          retryAttempts: 50,
          maxEventAge: Duration.hours(2),
        }),
      ],
    });
  }
}

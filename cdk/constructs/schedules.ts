/**
 * What EventBridge Scheduler needs to start the optimization of a task by the clock. The schedules themselves are made
 * and deleted by the API. One role starts the machine, and a queue keeps what could not be delivered.
 */
import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

export interface SchedulesProps {
  /** The machine that schedules start. */
  readonly machine: StateMachine;
}

const LONGEST_GROUP_NAME = 64;

export class Schedules extends Construct {
  /** Goes with the stack, and its schedules with it. */
  readonly group: CfnScheduleGroup;
  /** Passed to a schedule when it is made. */
  readonly role: Role;
  /** Starts of schedules and ends of executions that nobody took. */
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { machine }: SchedulesProps) {
    super(scope, id);
    this.group = new CfnScheduleGroup(this, 'Group', { name: Stack.of(this).stackName.slice(0, LONGEST_GROUP_NAME) });

    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // The longest that SQS keeps a message: as long as a stopped execution can be redriven.
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this.deadLetters).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'This is the queue of dead letters: nothing consumes it, so nothing can fail to.',
    });

    this.role = new Role(this, 'Role', {
      description: 'Lets schedules of this stack start the optimization, and nothing else.',
      // Scheduler names the group, not the schedule, as the source of its call.
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': Stack.of(this).account,
            'aws:SourceArn': this.group.attrArn,
          },
        },
      }),
    });
    this.role.addToPolicy(
      new PolicyStatement({ actions: ['states:StartExecution'], resources: [machine.stateMachineArn] }),
    );
    // Scheduler delivers dead letters in the name of the schedule's role, not by the queue's own policy.
    this.role.addToPolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.deadLetters.queueArn] }),
    );
  }
}
